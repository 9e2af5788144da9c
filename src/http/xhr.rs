//! Sends parts by XMLHttpRequest, which tells how many bytes have left; everything else by fetch.

use super::fetch::Fetch;
use super::foreign::ForeignBytes;
use super::url::{is_elsewhere, origin_of};
use super::{Body, Cookies, Failure, Headers, Request, Response, ResponseBody, Transport};
use crate::error::Kind;
use crate::platform::LocalFuture;
use crate::text;
use core::cell::RefCell;
use js_sys::{Promise, Reflect};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, ProgressEvent, XmlHttpRequest, XmlHttpRequestResponseType};

/// What a browser sends to the object store with.
#[derive(Default)]
pub struct Browser {
    fetch: Fetch,
}

impl Transport for Browser {
    fn send(&self, request: Request) -> LocalFuture<'static, Result<Response, Failure>> {
        let blob = match &request.body {
            Body::Foreign { content, .. } => {
                content.downcast_ref::<ForeignBytes>().and_then(ForeignBytes::blob)
            }
            _ => None,
        };
        // Service workers have no XMLHttpRequest.
        let known = Reflect::has(&crate::http::global::global(), &"XMLHttpRequest".into()).unwrap_or(false);
        match blob {
            Some(blob) if known => Box::pin(send(request, blob)),
            _ => self.fetch.send(request),
        }
    }
}

/// Ends the request and lets its callbacks go when dropped.
struct Guard {
    xhr: XmlHttpRequest,
    closures: RefCell<Vec<Box<dyn core::any::Any>>>,
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.xhr.set_onload(None);
        self.xhr.set_onerror(None);
        self.xhr.set_ontimeout(None);
        if let Ok(upload) = self.xhr.upload() {
            upload.set_onprogress(None);
        }
        let _ = self.xhr.abort();
    }
}

async fn send(request: Request, blob: Blob) -> Result<Response, Failure> {
    let unusable = |error: JsValue| Failure::new(Kind::Unsupported, super::fetch::describe(&error), false);
    let xhr = XmlHttpRequest::new().map_err(unusable)?;
    xhr.open_with_async(request.method.name(), &request.url, true).map_err(unusable)?;
    xhr.set_with_credentials(request.cookies == Cookies::Include);
    xhr.set_response_type(XmlHttpRequestResponseType::Text);
    for (name, value) in request.headers.iter() {
        xhr.set_request_header(name, value).map_err(unusable)?;
    }
    let guard = Rc::new(Guard { xhr: xhr.clone(), closures: RefCell::default() });
    if let Some(on_sent) = request.on_sent.clone()
        && let Ok(upload) = xhr.upload()
    {
        let progress =
            Closure::<dyn Fn(ProgressEvent)>::new(move |event: ProgressEvent| on_sent(event.loaded() as u64));
        upload.set_onprogress(Some(progress.as_ref().unchecked_ref()));
        guard.closures.borrow_mut().push(Box::new(progress));
    }
    let ended = Promise::new(&mut |resolve, reject| {
        let load = Closure::once_into_js(move || drop(resolve.call0(&JsValue::UNDEFINED)));
        xhr.set_onload(Some(load.unchecked_ref()));
        let (error, timeout) = (reject.clone(), reject);
        let error = Closure::once_into_js(move || drop(error.call1(&JsValue::UNDEFINED, &"error".into())));
        xhr.set_onerror(Some(error.unchecked_ref()));
        let timeout =
            Closure::once_into_js(move || drop(timeout.call1(&JsValue::UNDEFINED, &"timeout".into())));
        xhr.set_ontimeout(Some(timeout.unchecked_ref()));
    });
    xhr.send_with_opt_blob(Some(&blob)).map_err(unusable)?;
    // As the browser spells it.
    let asked = web_sys::Url::new(&request.url).map_err(unusable)?.href();
    drop((request, blob));
    JsFuture::from(ended).await.map_err(|_| {
        Failure::network(
            "the connection broke (a browser does not say why: network, CORS, certificate or \
             mixed content; diagnose() finds out)",
        )
    })?;
    // Unlike fetch it follows a redirect before anybody is asked, with all headers that are not the browser's own.
    let answered = xhr.response_url();
    if is_elsewhere(&asked, &answered) {
        let message = text::join(
            [
                "the answer is a redirect to ",
                origin_of(&answered),
                ", which the browser has followed by itself; set the endpoint to where it leads, if you trust it",
            ],
            "",
        );
        return Err(Failure::new(Kind::Protocol, message, true));
    }
    let mut headers = Headers::default();
    // Asking for a header that is not exposed would write into the console.
    for line in xhr.get_all_response_headers().unwrap_or_default().lines() {
        if let Some((name, value)) = text::split_once(line, ":") {
            headers.set(text::trim(name), text::trim(value));
        }
    }
    let text = xhr.response_text().ok().flatten().unwrap_or_default();
    let status = xhr.status().map_err(unusable)?;
    Ok(Response { status, headers, body: Box::new(Text(text)), opaque_redirect: false })
}

struct Text(String);

impl ResponseBody for Text {
    fn whole(self: Box<Self>) -> LocalFuture<'static, Result<Vec<u8>, Failure>> {
        Box::pin(async move { Ok(self.0.into_bytes()) })
    }

    fn next(&mut self) -> LocalFuture<'_, Result<Option<Vec<u8>>, Failure>> {
        let text = core::mem::take(&mut self.0).into_bytes();
        Box::pin(async move { Ok((!text.is_empty()).then_some(text)) })
    }
}
