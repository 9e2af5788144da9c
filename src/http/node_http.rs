//! Sends by node:http and node:https: parts go out in blocks from a few reused buffers, so that memory does not
//! depend on the size of a part. (Node's fetch copies each body: measured at three times the memory and CPU.)

use super::listeners::{Listeners, Pool};
use super::node::{ClientRequest, HttpModule, IncomingMessage, http_module};
use super::node_write::{Asking, CONTINUE, Sleep, write};
use super::{Body, Failure, Headers, LARGEST_TEXT, Request, Response, ResponseBody, Transport, too_large};
use crate::error::Kind;
use crate::platform::LocalFuture;
use crate::task::{First, Queue, first};
use core::cell::{Cell, RefCell};
use js_sys::{Array, Function, Object, Reflect, Uint8Array};
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// What a request says where it says nothing else: some gateways want to know who asks.
const USER_AGENT: &str = concat!("ims-client/", env!("CARGO_PKG_VERSION"));
/// What Node unpacks.
const PACKED: &str = "gzip, deflate, br";
/// The bytes of a file count as they are kept.
const AS_KEPT: &str = "identity";

/// As long as Node's own fetch keeps a connection that nobody uses, milliseconds.
const IDLE_MS: u32 = 4_000;

/// Connections of a client: kept alive, one pool per scheme, or the caller's own agent.
pub struct NodeHttp {
    plain: RefCell<Option<JsValue>>,
    secure: RefCell<Option<JsValue>>,
    custom: Option<JsValue>,
    /// None for calls, which are small, and whose answers may come compressed.
    files: Option<Rc<Asking>>,
}

impl NodeHttp {
    /// For files, which go as they are.
    pub fn new(custom: Option<JsValue>, sleep: Sleep) -> Self {
        NodeHttp::that(Some(Rc::new(Asking::new(sleep))), custom)
    }

    pub fn for_calls(custom: Option<JsValue>) -> Self {
        NodeHttp::that(None, custom)
    }

    fn that(files: Option<Rc<Asking>>, custom: Option<JsValue>) -> Self {
        NodeHttp { plain: RefCell::default(), secure: RefCell::default(), custom, files }
    }

    fn agent(&self, secure: bool) -> Option<JsValue> {
        if let Some(custom) = &self.custom
            && fits(custom, secure)
        {
            return Some(custom.clone());
        }
        let slot = if secure { &self.secure } else { &self.plain };
        if slot.borrow().is_none() {
            let options = Object::new();
            let _ = Reflect::set(&options, &"keepAlive".into(), &JsValue::TRUE);
            // A server closes what idles, and may do so just when the next request is on its way. Node takes this for idle
            // connections only; what else has such an agent may not.
            if super::node::is_node() {
                let _ = Reflect::set(&options, &"timeout".into(), &IDLE_MS.into());
            }
            let class = http_module(secure)?.agent_class();
            let agent = Reflect::construct(&class, &Array::of1(&options)).ok()?;
            *slot.borrow_mut() = Some(agent);
        }
        slot.borrow().clone()
    }
}

/// Whether an agent takes addresses of this scheme. Node's own take one and say so in a member of theirs; those of proxies, which
/// take both, find out with each request.
fn fits(agent: &JsValue, secure: bool) -> bool {
    let Some(agent) = agent.dyn_ref::<Object>() else { return true };
    let own = Object::get_own_property_descriptor(agent, &"protocol".into());
    let Ok(protocol) = Reflect::get(&own, &"value".into()) else { return true };
    protocol.as_string().is_none_or(|protocol| (protocol == "https:") == secure)
}

impl Drop for NodeHttp {
    fn drop(&mut self) {
        // Idle connections are closed with their client; a caller's agent is the caller's.
        for agent in [self.plain.take(), self.secure.take()].into_iter().flatten() {
            if let Ok(destroy) = Reflect::get(&agent, &"destroy".into())
                && let Ok(destroy) = destroy.dyn_into::<Function>()
            {
                let _ = destroy.call0(&agent);
            }
        }
    }
}

/// How calls go in Node where the caller says nothing. Its own fetch takes a parser in WebAssembly with it: a tenth of an
/// upload's CPU, and a quarter of its memory. But somebody may have put another one in its place, or a proxy behind it.
pub struct Usual(pub NodeHttp);

impl Transport for Usual {
    fn send(&self, request: Request) -> LocalFuture<'static, Result<Response, Failure>> {
        match super::node::is_fetch_plain() {
            true => self.0.send(request),
            false => super::fetch::Fetch::default().send(request),
        }
    }
}

/// What the sockets say.
enum Sign {
    /// The server wants the body.
    Continue,
    Answer(IncomingMessage),
    Broken(Failure),
}

/// Destroys the request when dropped before it is done.
struct Guard {
    request: ClientRequest,
    done: Cell<bool>,
    /// All of the body was handed over, and its end.
    written: Cell<bool>,
    _listeners: Listeners<Sign>,
}

impl Drop for Guard {
    fn drop(&mut self) {
        if !self.done.get() {
            self.request.destroy();
        }
    }
}

/// A piece of an answer's body; none at its end.
type Piece = Result<Option<Vec<u8>>, Failure>;

thread_local! {
    static REQUESTS: Pool<Sign> = Pool::of(|on| {
        on("continue", |signs, _, _| signs.push(Sign::Continue));
        on("response", |signs, _, message| signs.push(Sign::Answer(message.unchecked_into())));
        on("error", |signs, _, error| signs.push(Sign::Broken(super::fetch::lost(&error))));
        on("close", |signs, _, _| {
            signs.push(Sign::Broken(Failure::network("the connection was closed without an answer")));
        });
    });
    static ANSWERS: Pool<Piece> = Pool::of(|on| {
        on("data", |pieces, message, chunk| {
            message.unchecked_ref::<IncomingMessage>().pause();
            // A Buffer, which is a Uint8Array.
            pieces.push(Ok(Some(chunk.unchecked_ref::<Uint8Array>().to_vec())));
        });
        on("end", |pieces, _, _| pieces.push(Ok(None)));
        on("error", |pieces, _, error| pieces.push(Err(super::fetch::lost(&error))));
        on("close", |pieces, _, _| pieces.push(Err(Failure::network("the answer was cut off"))));
    });
}

impl Transport for NodeHttp {
    fn send(&self, request: Request) -> LocalFuture<'static, Result<Response, Failure>> {
        let secure = request.url.starts_with("https:");
        let (module, agent, files) = (http_module(secure), self.agent(secure), self.files.clone());
        Box::pin(async move {
            let Some(module) = module else {
                return Err(Failure::new(Kind::Unsupported, "there is no node:http here".into(), false));
            };
            let asking = files.as_ref().filter(|asking| asking.concerns(&request.body));
            let open = |asks| open(&module, agent.as_ref(), &request, asks, files.is_none());
            if let Some(asking) = asking {
                let sending = open(true)?;
                match sending.ask(asking).await? {
                    Asked::Refused(message) if message.status_code() == EXPECTATION_FAILED => {
                        asking.give_up();
                    }
                    Asked::Refused(message) => return Ok(answer(message, sending.guard, false)),
                    Asked::Wanted => return sending.finish(request, false).await,
                }
            }
            open(false)?.finish(request, files.is_none()).await
        })
    }
}

/// Somebody on the way does not know what the header Expect says.
const EXPECTATION_FAILED: u16 = 417;

/// What became of the question whether the server wants the body.
enum Asked {
    /// It does, or does not say.
    Wanted,
    Refused(IncomingMessage),
}

/// A request that has begun: nothing of its body is sent yet.
struct Sending {
    guard: Guard,
    signs: Queue<Sign>,
}

fn open(
    module: &HttpModule,
    agent: Option<&JsValue>,
    request: &Request,
    asks: bool,
    unpacks: bool,
) -> Result<Sending, Failure> {
    let options = Object::new();
    let set = |name: &str, value: &JsValue| Reflect::set(&options, &name.into(), value).map(drop);
    let headers = Object::new();
    let encoding = if unpacks { PACKED } else { AS_KEPT };
    let usual = [("user-agent", USER_AGENT), ("accept-encoding", encoding)];
    let asked = asks.then_some(("expect", CONTINUE));
    for (name, value) in usual.into_iter().chain(asked).chain(request.headers.iter()) {
        let _ = Reflect::set(&headers, &name.into(), &value.into());
    }
    let length = match &request.body {
        Body::Empty => 0,
        Body::Bytes(bytes) => bytes.len() as u64,
        Body::Foreign { length, .. } => *length,
    };
    if length > 0 || !matches!(request.method, super::Method::Get | super::Method::Head) {
        let _ = Reflect::set(&headers, &"content-length".into(), &length.to_string().into());
    }
    let _ = set("method", &request.method.name().into());
    let _ = set("headers", &headers);
    if let Some(agent) = agent {
        let _ = set("agent", agent);
    }
    let sent = module.request(&request.url, &options).map_err(|error| {
        Failure::unsent(format!("the request cannot be made: {}", super::fetch::describe(&error)))
    })?;
    super::node::limit_connecting(&sent);
    let listeners = Listeners::take(&REQUESTS, sent.clone().into());
    let signs = listeners.heard().clone();
    let guard =
        Guard { request: sent, done: Cell::new(false), written: Cell::new(false), _listeners: listeners };
    Ok(Sending { guard, signs })
}

impl Sending {
    /// Sends the headers, and waits for what the server says of them.
    async fn ask(&self, asking: &Asking) -> Result<Asked, Failure> {
        self.guard.request.flush_headers().map_err(|error| super::fetch::lost(&error))?;
        match first(Box::pin(self.signs.next()), asking.patience()).await {
            First::Left(Sign::Broken(failure)) => Err(failure),
            First::Left(Sign::Answer(message)) => {
                asking.heard(true);
                Ok(Asked::Refused(message))
            }
            said => {
                asking.heard(matches!(said, First::Left(_)));
                Ok(Asked::Wanted)
            }
        }
    }

    /// The answer, whatever the server said before it.
    async fn answered(&self) -> Result<IncomingMessage, Failure> {
        loop {
            match self.signs.next().await {
                Sign::Continue => {}
                Sign::Answer(message) => return Ok(message),
                Sign::Broken(failure) => return Err(failure),
            }
        }
    }

    /// Sends the body, and waits for the answer.
    async fn finish(self, request: Request, unpacks: bool) -> Result<Response, Failure> {
        let (body, on_sent) = (request.body.clone(), request.on_sent.clone());
        drop(request);
        // The server may answer, or go, before it has all.
        let writing: LocalFuture<'_, Result<(), Failure>> =
            Box::pin(write(self.guard.request.clone(), body, on_sent));
        let message = match first(Box::pin(self.answered()), writing).await {
            First::Left(answered) => answered?,
            First::Right(Ok(())) => {
                self.guard.written.set(true);
                self.answered().await?
            }
            // A broken pipe often hides an answer that says why.
            First::Right(Err(failure)) if failure.kind == Kind::Network => self.answered().await?,
            First::Right(Err(failure)) => return Err(failure),
        };
        Ok(answer(message, self.guard, unpacks))
    }
}

fn answer(message: IncomingMessage, guard: Guard, unpacks: bool) -> Response {
    let mut headers = Headers::default();
    for name in Object::keys(&message.headers()) {
        if let Some(value) = Reflect::get(&message.headers(), &name).ok().and_then(|value| value.as_string())
        {
            headers.set(&name.as_string().unwrap_or_default(), value);
        }
    }
    let content = if unpacks { super::node::unpacked(&message) } else { message.clone() };
    let listeners = Listeners::take(&ANSWERS, content.clone().into());
    content.pause();
    Response {
        status: message.status_code(),
        headers,
        body: Box::new(NodeBody { message, content, guard, listeners, ended: false }),
        opaque_redirect: false,
    }
}

struct NodeBody {
    message: IncomingMessage,
    /// The message, or what is unpacked of it.
    content: IncomingMessage,
    guard: Guard,
    listeners: Listeners<Piece>,
    ended: bool,
}

impl NodeBody {
    async fn piece(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        if self.ended {
            return Ok(None);
        }
        self.content.resume();
        let piece = self.listeners.heard().next().await?;
        if piece.is_none() {
            self.ended = true;
            // Where the server did not want to hear the end, its connection waits for it.
            self.guard.done.set(self.message.complete() && self.guard.written.get());
        }
        Ok(piece)
    }
}

impl ResponseBody for NodeBody {
    fn whole(mut self: Box<Self>) -> LocalFuture<'static, Result<Vec<u8>, Failure>> {
        Box::pin(async move {
            let mut all = self.piece().await?.unwrap_or_default();
            while let Some(piece) = self.piece().await? {
                all.extend_from_slice(&piece);
                if all.len() > LARGEST_TEXT {
                    return Err(too_large());
                }
            }
            Ok(all)
        })
    }

    fn next(&mut self) -> LocalFuture<'_, Result<Option<Vec<u8>>, Failure>> {
        Box::pin(self.piece())
    }
}
