//! Sends by node:http and node:https: parts go out in blocks from a few reused buffers, so that memory does not
//! depend on the size of a part. (Node's fetch copies each body: measured at three times the memory and CPU.)

use super::buffers::BLOCK;
use super::callback::Callback;
use super::foreign::ForeignBytes;
use super::listeners::{Listeners, Pool};
use super::node::{ClientRequest, IncomingMessage, http_module};
use super::{Body, Failure, Headers, LARGEST_TEXT, Request, Response, ResponseBody, Transport, too_large};
use crate::error::Kind;
use crate::platform::LocalFuture;
use core::cell::{Cell, RefCell};
use js_sys::{Array, Function, Object, Reflect, Uint8Array};
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
    unpacks: bool,
}

impl NodeHttp {
    /// For files, which go as they are.
    pub fn new(custom: Option<JsValue>) -> Self {
        NodeHttp::that(false, custom)
    }

    /// For calls, whose answers may come compressed.
    pub fn for_calls(custom: Option<JsValue>) -> Self {
        NodeHttp::that(true, custom)
    }

    fn that(unpacks: bool, custom: Option<JsValue>) -> Self {
        NodeHttp { plain: RefCell::default(), secure: RefCell::default(), custom, unpacks }
    }

    fn agent(&self, secure: bool) -> Option<JsValue> {
        if self.custom.is_some() {
            return self.custom.clone();
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
        let (module, agent, unpacks) = (http_module(secure), self.agent(secure), self.unpacks);
        Box::pin(async move {
            let Some(module) = module else {
                return Err(Failure {
                    kind: Kind::Unsupported,
                    message: "there is no node:http here".into(),
                    sent: false,
                });
            };
            let options = Object::new();
            let set = |name: &str, value: &JsValue| Reflect::set(&options, &name.into(), value).map(drop);
            let headers = Object::new();
            let encoding = if unpacks { PACKED } else { AS_KEPT };
            let usual = [("user-agent", USER_AGENT), ("accept-encoding", encoding)];
            for (name, value) in usual.into_iter().chain(request.headers.iter()) {
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
            if let Some(agent) = &agent {
                let _ = set("agent", agent);
            }
            let sent = module.request(&request.url, &options).map_err(|error| {
                Failure::unsent(format!("the request cannot be made: {}", super::fetch::describe(&error)))
            })?;
            let listeners = Listeners::take(&REQUESTS, sent.clone().into());
            let signs = listeners.heard().clone();
            let guard = Guard {
                request: sent.clone(),
                done: Cell::new(false),
                written: Cell::new(false),
                _listeners: listeners,
            };
            let body = request.body.clone();
            let on_sent = request.on_sent.clone();
            drop(request);
            // The server may answer, or go, before it has all.
            let writing: LocalFuture<'_, Result<(), Failure>> = Box::pin(write(sent, body, on_sent));
            let first = crate::task::first(Box::pin(signs.next()), writing).await;
            let sign = match first {
                crate::task::First::Left(sign) => sign,
                crate::task::First::Right(Ok(())) => {
                    guard.written.set(true);
                    signs.next().await
                }
                crate::task::First::Right(Err(failure)) => {
                    // A broken pipe often hides an answer that says why.
                    match failure.kind {
                        Kind::Network => signs.next().await,
                        _ => return Err(failure),
                    }
                }
            };
            match sign {
                Sign::Broken(failure) => Err(failure),
                Sign::Answer(message) => Ok(answer(message, guard, unpacks)),
            }
        })
    }
}

async fn write(request: ClientRequest, body: Body, on_sent: Option<super::OnSent>) -> Result<(), Failure> {
    match body {
        Body::Empty => {}
        Body::Bytes(bytes) => {
            let written = Callback::take();
            request
                .write(&Uint8Array::from(&bytes[..]), written.expect())
                .map_err(|error| super::fetch::lost(&error))?;
            written.called().await.map_err(|error| super::fetch::lost(&error))?;
        }
        Body::Foreign { content, .. } => {
            let Some(bytes) = content.downcast_ref::<ForeignBytes>() else {
                return Err(Failure {
                    kind: Kind::Internal,
                    message: "a body of an unknown kind".into(),
                    sent: false,
                });
            };
            write_blocks(&request, bytes, on_sent).await?;
        }
    }
    request.end().map_err(|error| super::fetch::lost(&error))
}

/// Below this a block costs more than it carries.
const SMALLEST_BLOCK: u32 = 64 * 1024;
/// A block that takes longer is followed by a smaller one, milliseconds.
const SLOW_MS: f64 = 2_000.0;

/// One block after the other: while the disk is read for one part, others are on the line, and a buffer for each part
/// in flight is enough.
async fn write_blocks(
    request: &ClientRequest,
    bytes: &ForeignBytes,
    on_sent: Option<super::OnSent>,
) -> Result<(), Failure> {
    let written = Callback::take();
    let mut done = 0;
    // On a slow line small blocks tell that something moves.
    let mut most = BLOCK;
    while done < bytes.length {
        let length = u64::from(most).min(bytes.length - done) as u32;
        let block = bytes.blocks.read(bytes.offset + done, length).await?;
        let started = js_sys::Date::now();
        request.write(block.lend(), written.expect()).map_err(|error| super::fetch::lost(&error))?;
        // When the kernel has it, its buffer may be used again.
        written.called().await.map_err(|error| super::fetch::lost(&error))?;
        block.give_back();
        done += u64::from(length);
        if let Some(on_sent) = &on_sent {
            on_sent(done);
        }
        most = match js_sys::Date::now() - started {
            slow if slow > SLOW_MS => (most / 2).max(SMALLEST_BLOCK),
            _ => (most * 2).min(BLOCK),
        };
    }
    Ok(())
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
