//! A lock for pages without Web Locks (http://): a lease in the database, and a channel to ask whether its holder
//! lives. Timers of hidden tabs fire once a minute, messages at once: so silence on the channel tells more than time.

use super::indexed_db::Database;
use super::locks::{Heartbeat, Hold, construct, token};
use super::{Answer, Taken};
use crate::js::convert::{get, invoke};
use crate::js::platform::JsPlatform;
use crate::platform::{LocalFuture, Platform};
use crate::task::{First, Queue, first};
use core::cell::Cell;
use js_sys::{Array, Object, Reflect};
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// How long a lease is valid, milliseconds: longer than two rounds of a hidden tab's timers.
const VALID_MS: f64 = 150_000.0;
/// How often it is renewed, milliseconds.
const RENEWED_MS: f64 = 5_000.0;
/// A living holder answers sooner, milliseconds.
const ANSWER_MS: f64 = 1_500.0;

/// The token of a lease; none where there is no lease.
pub fn token_of(lease: &JsValue) -> Option<String> {
    get(lease, "token")?.as_string()
}

/// The database's end of a lease that is ours.
struct Holding {
    database: Database,
    key: String,
    token: String,
    lost: Cell<bool>,
    /// Its former holder did not answer; it may only have slept.
    inherited: Cell<bool>,
}

impl Holding {
    fn record(&self) -> JsValue {
        let lease = Object::new();
        let _ = Reflect::set(&lease, &"token".into(), &self.token.as_str().into());
        let _ = Reflect::set(&lease, &"until".into(), &(JsPlatform.now() + VALID_MS).into());
        lease.into()
    }

    /// Writes the lease if the expected token is there; gives the lease that was found.
    async fn write(&self, expected: Option<&str>) -> Answer {
        self.database.swap(&self.key, expected, Some(&self.record())).await
    }

    /// Renews the lease, or finds that it was taken over. One that ran out while the machine slept is ours still, and so
    /// is one that went away with its database: it is written again.
    async fn renew(&self) -> bool {
        for expected in [Some(&*self.token), None] {
            if self.lost.get() {
                break;
            }
            // A database that does not answer takes no lease away.
            let Ok(found) = self.write(expected).await else { break };
            if !found.is_undefined() {
                self.lost.set(token_of(&found).as_ref() != Some(&self.token));
                break;
            }
        }
        !self.lost.get()
    }
}

/// A channel between the pages of an origin, one for each key: `?token` asks whether the holder of a lease lives,
/// `!token` is its answer. A channel does not hear itself.
struct Channel {
    channel: JsValue,
    answers: Queue<String>,
    _hear: Closure<dyn FnMut(JsValue)>,
}

impl Channel {
    /// Answers for a lease from now on, which may not be written yet: whoever finds it may ask at once.
    fn open(name: &str, holding: Rc<Holding>) -> Option<Self> {
        let channel = construct("BroadcastChannel", &name.into())?;
        let answers = Queue::default();
        let heard = answers.clone();
        let hear = Closure::<dyn FnMut(JsValue)>::new(move |event: JsValue| {
            let said = get(&event, "data").and_then(|said| said.as_string()).unwrap_or_default();
            if let Some(token) = said.strip_prefix("!") {
                heard.push(token.to_owned());
            } else if said.strip_prefix("?") == Some(&holding.token) && !holding.lost.get() {
                get(&event, "target").inspect(|channel| say(channel, '!', &holding.token));
            }
        });
        let _ = Reflect::set(&channel, &"onmessage".into(), hear.as_ref());
        Some(Channel { channel, answers, _hear: hear })
    }

    /// Whether the holder of this lease lives.
    async fn is_alive(&self, token: &str) -> bool {
        say(&self.channel, '?', token);
        let answered = async { while self.answers.next().await != token {} };
        matches!(first(Box::pin(answered), JsPlatform.sleep(ANSWER_MS)).await, First::Left(()))
    }
}

fn say(channel: &JsValue, mark: char, token: &str) {
    // A channel that was closed meanwhile has nobody to tell.
    let _ = invoke(channel, "postMessage", &Array::of1(&format!("{mark}{token}").into()));
}

impl Drop for Channel {
    fn drop(&mut self) {
        let _ = invoke(&self.channel, "close", &Array::new());
    }
}

/// A lease that is held, renewed and answered for.
struct Lease {
    holding: Rc<Holding>,
    _renewing: Heartbeat,
    _answering: Option<Channel>,
}

impl Hold for Lease {
    fn is_held(&self) -> LocalFuture<'static, bool> {
        let holding = self.holding.clone();
        Box::pin(async move { holding.renew().await })
    }

    fn release(&self) -> LocalFuture<'static, ()> {
        let holding = self.holding.clone();
        // A renewal that is under way must not bring it back.
        holding.lost.set(true);
        Box::pin(async move {
            // A lease without a token is nobody's, but tells a former holder that wakes that it was taken over meanwhile.
            let left = holding.inherited.get().then(|| Object::new().into());
            let _ = holding.database.swap(&holding.key, Some(&holding.token), left.as_ref()).await;
        })
    }
}

/// Takes the lease of a key; none where a living tab has it. `name` is that of the channel to ask on.
pub async fn take(database: Database, key: String, name: String) -> Taken {
    let (lost, inherited) = Default::default();
    let holding = Rc::new(Holding { database, key, token: token(), lost, inherited });
    let channel = Channel::open(&name, holding.clone());
    let mut expected: Option<String> = None;
    loop {
        let found = holding.write(expected.as_deref()).await?;
        let other = token_of(&found);
        if other == expected {
            break;
        }
        if expected.is_some() && other.is_some() {
            // Somebody else took it over first.
            return Ok(None);
        }
        if let Some(token) = &other {
            // Also where it has run out: its holder may only have slept.
            let alive = match &channel {
                Some(channel) => channel.is_alive(token).await,
                None => get(&found, "until").and_then(|until| until.as_f64()) > Some(JsPlatform.now()),
            };
            if alive {
                return Ok(None);
            }
        }
        // What its dead holder left, or nothing, where it was given back while it was asked for.
        expected = other;
    }
    holding.inherited.set(expected.is_some());
    let renewed = holding.clone();
    let renew = move || {
        let holding = renewed.clone();
        JsPlatform.spawn(Box::pin(async move {
            holding.renew().await;
        }));
    };
    let renewing = Heartbeat::every(RENEWED_MS, Box::new(renew));
    Ok(Some(Box::new(Lease { holding, _renewing: renewing, _answering: channel })))
}
