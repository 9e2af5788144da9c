//! Sends by fetch: through gloo-net and the global fetch, or through the caller's own, called as `fetch(url, init)`.

use super::bytes::{as_bytes, bytes_of, copy_of, is_buffer};
use super::foreign::ForeignBytes;
use super::{
    Body, Cookies, Failure, Headers, LARGEST_TEXT, Request, Response, ResponseBody, Transport, too_large,
};
use crate::error::Kind;
use crate::platform::LocalFuture;
use gloo_net::http::{Method, RequestBuilder};
use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, RequestCredentials, RequestRedirect};

#[wasm_bindgen]
extern "C" {
    // gloo-net's own `send` panics where a page has replaced fetch by something that gives foreign responses.
    #[wasm_bindgen(js_name = fetch, catch)]
    fn global_fetch(request: &web_sys::Request) -> Result<Promise, JsValue>;

    /// A response, of a class of its own perhaps, whose members may throw: what throws in the middle of the core ends it.
    type Answer;
    #[wasm_bindgen(method, getter, catch)]
    fn status(this: &Answer) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, getter, catch)]
    fn headers(this: &Answer) -> Result<web_sys::Headers, JsValue>;
    #[wasm_bindgen(method, getter, catch)]
    fn body(this: &Answer) -> Result<Option<Stream>, JsValue>;
    #[wasm_bindgen(method, catch, js_name = arrayBuffer)]
    fn array_buffer(this: &Answer) -> Result<JsValue, JsValue>;

    /// Of anything that can be gone through; what a foreign one throws is caught.
    #[wasm_bindgen(catch, js_namespace = Array, js_name = from)]
    fn array_from(list: &JsValue) -> Result<Array, JsValue>;

    /// A ReadableStream, or its reader, which may be foreign: what is missing throws. By functions of their own, because a
    /// name that is looked up by a text costs more than the look.
    type Stream;
    #[wasm_bindgen(method, catch, js_name = getReader)]
    fn get_reader(this: &Stream) -> Result<Stream, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn read(this: &Stream) -> Result<JsValue, JsValue>;

    /// What a reader gave.
    type Piece;
    #[wasm_bindgen(method, getter, catch)]
    fn done(this: &Piece) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, getter, catch)]
    fn value(this: &Piece) -> Result<JsValue, JsValue>;
}

/// The headers of an answer that anybody here reads.
const READ: &[&str] = &[
    "content-type",
    "content-length",
    "content-range",
    "accept-ranges",
    "location",
    "retry-after",
    "date",
    "etag",
    "x-request-id",
    "x-openstack-request-id",
    "x-subject-token",
    "x-amz-request-id",
    "x-amz-bucket-region",
];

/// The global fetch, or the caller's.
#[derive(Clone, Default)]
pub struct Fetch {
    pub custom: Option<Function>,
}

/// Aborts the request when dropped, unless all of its answer was read: an abort makes an exception that nobody sees.
struct Guard {
    controller: AbortController,
    read: bool,
}

impl Drop for Guard {
    fn drop(&mut self) {
        if !self.read {
            self.controller.abort();
        }
    }
}

impl Transport for Fetch {
    fn send(&self, request: Request) -> LocalFuture<'static, Result<Response, Failure>> {
        let custom = self.custom.clone();
        Box::pin(async move {
            let controller = AbortController::new().map_err(|error| unusable(&error))?;
            let guard = Guard { controller, read: false };
            let promise = match &custom {
                Some(custom) => start_custom(custom, &request, &guard.controller),
                None => start_global(&request, &guard.controller),
            }?;
            let head = request.method == super::Method::Head;
            drop(request);
            let answer = JsFuture::from(promise).await.map_err(|error| lost(&error))?;
            if !answer.is_object() {
                return Err(Failure::network("fetch gave no response"));
            }
            let answer: Answer = answer.unchecked_into();
            let status = answer.status().map_err(|error| foreign(&error))?.as_f64();
            let Some(status) = status else {
                return Err(Failure::network("the response of fetch has no status"));
            };
            let headers = headers_of(&answer.headers().map_err(|error| foreign(&error))?, head);
            let opaque_redirect = text_of(&answer, "type").is_some_and(|kind| kind == "opaqueredirect");
            Ok(Response {
                status: status as u16,
                headers,
                body: Box::new(FetchBody { answer, reader: None, guard }),
                opaque_redirect,
            })
        })
    }
}

/// Those that are read. An answer without a body says everything in its headers: `all` that the platform shows, as far
/// as a foreign response can list them.
fn headers_of(given: &web_sys::Headers, all: bool) -> Headers {
    let mut headers = Headers::default();
    for name in READ {
        if let Ok(Some(value)) = given.get(name) {
            headers.set(name, value);
        }
    }
    if all && let Ok(pairs) = array_from(given) {
        for at in 0..pairs.length() {
            if let Ok(pair) = pairs.get(at).dyn_into::<Array>()
                && let (Some(name), Some(value)) = (pair.get(0).as_string(), pair.get(1).as_string())
            {
                headers.set(&name, value);
            }
        }
    }
    headers
}

fn body_of(request: &Request) -> Result<Option<JsValue>, Failure> {
    match &request.body {
        Body::Empty => Ok(None),
        Body::Bytes(bytes) => Ok(Some(Uint8Array::from(&bytes[..]).into())),
        Body::Foreign { content, .. } => {
            let blob = content.downcast_ref::<ForeignBytes>().and_then(ForeignBytes::blob);
            blob.map(|blob| Some(blob.into()))
                .ok_or_else(|| Failure::unsent("this body cannot be sent by fetch"))
        }
    }
}

fn cookies(request: &Request) -> RequestCredentials {
    match request.cookies {
        Cookies::Omit => RequestCredentials::Omit,
        Cookies::SameOrigin => RequestCredentials::SameOrigin,
        Cookies::Include => RequestCredentials::Include,
    }
}

fn start_global(request: &Request, controller: &AbortController) -> Result<Promise, Failure> {
    let method = match request.method {
        super::Method::Get => Method::GET,
        super::Method::Head => Method::HEAD,
        super::Method::Post => Method::POST,
        super::Method::Put => Method::PUT,
        super::Method::Patch => Method::PATCH,
        super::Method::Delete => Method::DELETE,
    };
    let headers = gloo_net::http::Headers::new();
    for (name, value) in request.headers.iter() {
        headers.set(name, value);
    }
    let builder = RequestBuilder::new(&request.url)
        .method(method)
        .headers(headers)
        .credentials(cookies(request))
        .redirect(RequestRedirect::Manual)
        .abort_signal(Some(&controller.signal()));
    let built = match body_of(request)? {
        Some(body) => builder.body(body),
        None => builder.build(),
    };
    let built = built.map_err(|error| Failure::unsent(format!("the request cannot be made: {error}")))?;
    global_fetch(&built.into()).map_err(|error| lost(&error))
}

/// Asks the caller's fetch.
fn start_custom(
    custom: &Function,
    request: &Request,
    controller: &AbortController,
) -> Result<Promise, Failure> {
    // By names, as a call of JavaScript is written: a function of web-sys for each of them weighs more.
    let set = |object: &Object, name: &str, value: JsValue| {
        // An object of our own takes every member.
        let _ = Reflect::set(object, &name.into(), &value);
    };
    // A plain object: foreign fetches do not know the global Headers.
    let headers = Object::new();
    for (name, value) in request.headers.iter() {
        set(&headers, name, value.into());
    }
    let init = Object::new();
    set(&init, "method", request.method.name().into());
    set(&init, "headers", headers.into());
    set(&init, "credentials", cookies(request).into());
    set(&init, "redirect", "manual".into());
    set(&init, "signal", controller.signal().into());
    if let Some(body) = body_of(request)? {
        set(&init, "body", body);
    }
    let called = custom.call2(&JsValue::UNDEFINED, &request.url.as_str().into(), &init);
    Ok(Promise::resolve(&called.map_err(|error| lost(&error))?))
}

struct FetchBody {
    answer: Answer,
    reader: Option<Stream>,
    guard: Guard,
}

impl FetchBody {
    /// Its reader; none where it has no body.
    fn open(&mut self) -> Result<Option<&Stream>, JsValue> {
        if self.reader.is_none()
            && let Some(stream) = self.answer.body()?
        {
            self.reader = Some(stream.get_reader()?);
        }
        Ok(self.reader.as_ref())
    }
}

impl ResponseBody for FetchBody {
    fn whole(mut self: Box<Self>) -> LocalFuture<'static, Result<Vec<u8>, Failure>> {
        Box::pin(async move {
            // By pieces: a length in the headers is that of what was packed. Foreign responses may have no stream, or one without
            // readers.
            if matches!(self.open(), Ok(Some(_))) {
                // Often all comes in one piece.
                let mut all = self.next().await?.unwrap_or_default();
                while let Some(piece) = self.next().await? {
                    all.extend_from_slice(&piece);
                    if all.len() > LARGEST_TEXT {
                        return Err(too_large());
                    }
                }
                return Ok(all);
            }
            let reading = self.answer.array_buffer();
            let reading = JsFuture::from(Promise::resolve(&reading.map_err(|error| foreign(&error))?));
            let buffer = reading.await.map_err(|error| lost(&error))?;
            self.guard.read = true;
            match bytes_of(&buffer).filter(|_| is_buffer(&buffer)) {
                Some(bytes) => Ok(bytes.to_vec()),
                None => Err(Failure::network("the response of fetch gives no ArrayBuffer")),
            }
        })
    }

    fn next(&mut self) -> LocalFuture<'_, Result<Option<Vec<u8>>, Failure>> {
        Box::pin(async move {
            let Some(reader) = self.open().map_err(|error| foreign(&error))? else { return Ok(None) };
            let reading = reader.read().map_err(|error| foreign(&error))?;
            let piece = JsFuture::from(Promise::resolve(&reading)).await.map_err(|error| lost(&error))?;
            let piece: Piece = piece.unchecked_into();
            if piece.done().map_err(|error| foreign(&error))?.is_truthy() {
                self.guard.read = true;
                return Ok(None);
            }
            let value = piece.value().map_err(|error| foreign(&error))?;
            match as_bytes(&value) {
                Some(bytes) => Ok(Some(copy_of(bytes))),
                None => Err(Failure::network("the response of fetch gives something else than bytes")),
            }
        })
    }
}

/// Something that a foreign fetch gave has not the methods of a response.
fn foreign(error: &JsValue) -> Failure {
    Failure::network(format!("the response of fetch cannot be read: {}", describe(error)))
}

fn unusable(error: &JsValue) -> Failure {
    Failure::new(Kind::Unsupported, describe(error), false)
}

/// A rejection of fetch. Node says why, browsers do not.
pub(crate) fn lost(error: &JsValue) -> Failure {
    let cause = Reflect::get(error, &"cause".into()).ok().filter(|cause| !cause.is_null_or_undefined());
    let code = text_of(error, "code").or_else(|| text_of(cause.as_ref()?, "code"));
    let mut message = describe(error);
    if let Some(cause) = &cause {
        let cause = describe(cause);
        message = if cause.is_empty() { message } else { format!("{message}: {cause}") };
    } else if error.is_instance_of::<js_sys::TypeError>() && code.is_none() {
        message = format!(
            "{message} (a browser does not say why: network, CORS, certificate or mixed content; diagnose() finds out)"
        );
    }
    if let Some(code) = &code
        && !crate::text::contains(&message, code)
    {
        message = format!("{message} ({code})");
    }
    // A certificate is judged before anything is sent, and is no better the next time.
    const CERTIFICATES: [&str; 6] =
        ["CERT_", "ERR_TLS_CERT_", "UNABLE_TO_", "DEPTH_ZERO_", "SELF_SIGNED_", "HOSTNAME_MISMATCH"];
    let begins = |start: &&str| code.as_ref().is_some_and(|code| code.starts_with(start));
    let lasting = CERTIFICATES.iter().any(begins);
    // Only these come before the first byte for certain, and what is said by who saw the connection.
    let is_unsent = Reflect::get(error, &"isUnsent".into()).is_ok_and(|unsent| unsent.is_truthy());
    let known = code.is_some_and(|code| match code.as_str() {
        "ECONNREFUSED" | "ENOTFOUND" | "EAI_AGAIN" | "UND_ERR_CONNECT_TIMEOUT" => true,
        // Node says these of a connection too that was there.
        "ETIMEDOUT" | "EHOSTUNREACH" | "ENETUNREACH" => {
            let call = syscall_of(error).or_else(|| syscall_of(cause.as_ref()?));
            call.is_some_and(|call| call == "connect")
        }
        _ => false,
    });
    Failure { lasting, ..Failure::new(Kind::Network, message, !(is_unsent || known || lasting)) }
}

/// The call to the system that failed, as Node names it.
fn syscall_of(error: &JsValue) -> Option<String> {
    text_of(error, "syscall").or_else(|| text_of(&first_of(error)?, "syscall"))
}

/// The first of the errors that an AggregateError is made of (several addresses were tried): they are of one kind.
fn first_of(error: &JsValue) -> Option<JsValue> {
    let errors = Reflect::get(error, &"errors".into()).ok()?;
    Some(errors.dyn_ref::<Array>()?.get(0))
}

/// A text out of whatever it is.
fn text_of(from: &JsValue, name: &str) -> Option<String> {
    Reflect::get(from, &name.into()).ok()?.as_string()
}

/// An error of JavaScript that says more is not repeated, bytes: cut off, it could end in half a secret.
const MOST_SAID: usize = 10_000;

/// What an error of JavaScript says.
pub(crate) fn describe(error: &JsValue) -> String {
    let said = |error: &JsValue| {
        error.as_string().or_else(|| text_of(error, "message")).filter(|message| !message.is_empty())
    };
    // An AggregateError says it in its errors.
    match said(error).or_else(|| said(&first_of(error)?)).unwrap_or_default() {
        long if long.len() > MOST_SAID => format!("an error with {} bytes of text", long.len()),
        text => text,
    }
}
