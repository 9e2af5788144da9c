//! Functions of the caller's own that give a token or sign.

use super::super::options;
use crate::auth::secret::{Recent, Secret};
use crate::auth::token::Issued;
use crate::auth::{Authenticator, Refused};
use crate::error::{Error, Kind, Result};
use crate::http::fetch::describe;
use crate::http::url::added_values;
use crate::http::{Body, Request};
use crate::platform::LocalFuture;
use core::cell::RefCell;
use js_sys::{Function, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

async fn settle(called: core::result::Result<JsValue, JsValue>, what: &str) -> Result<JsValue> {
    let failed = |error: JsValue| Error::new(Kind::Auth, format!("{what} failed: {}", describe(&error)));
    JsFuture::from(Promise::resolve(&called.map_err(failed)?)).await.map_err(failed)
}

pub(super) fn ask_token(source: Function) -> LocalFuture<'static, Result<Issued>> {
    Box::pin(async move {
        let token = settle(source.call0(&JsValue::UNDEFINED), "the token function").await?;
        match token.as_string() {
            Some(token) if !token.is_empty() && options::is_header_value(&token) => {
                Ok(Secret::new(token).into())
            }
            _ => Err(Error::new(Kind::Auth, "the token function gave no text that can be a token")),
        }
    })
}

/// The caller's own signing, asked before each attempt.
pub(super) struct Sign {
    sign: RefCell<Option<Function>>,
    /// What it gave last, for all calls under way: errors that repeat it are scrubbed.
    given: Recent,
}

impl Sign {
    pub fn new(sign: Function) -> Self {
        Sign { sign: RefCell::new(Some(sign)), given: Recent::default() }
    }
}

impl Authenticator for Sign {
    fn sign<'a>(&'a self, request: &'a mut Request) -> LocalFuture<'a, Result<()>> {
        Box::pin(async move {
            let Some(sign) = self.sign.borrow().clone() else {
                return Err(Error::new(Kind::Auth, "the client is closed"));
            };
            let unsigned = Object::new();
            let set = |name: &str, value: JsValue| Reflect::set(&unsigned, &name.into(), &value).map(drop);
            let _ = set("method", request.method.name().into());
            let _ = set("url", request.url.as_str().into());
            let headers = Object::new();
            for (name, value) in request.headers.iter() {
                let _ = Reflect::set(&headers, &name.into(), &value.into());
            }
            let _ = set("headers", headers.into());
            if let Body::Bytes(bytes) = &request.body {
                let _ = set("body", Uint8Array::from(&bytes[..]).into());
            }
            let signed = settle(sign.call1(&JsValue::UNDEFINED, &unsigned), "the sign function").await?;
            if !signed.is_object() {
                return Err(Error::new(Kind::Auth, "the sign function must give { headers, url? }"));
            }
            for (name, value) in options::headers(&signed, "sign()", "headers")? {
                self.given.keep(Secret::new(value.clone()));
                request.headers.set(&name, value);
            }
            if let Some(url) = options::text(&signed, "sign()", "url")? {
                if !url.starts_with("https://") && !url.starts_with("http://") {
                    return Err(Error::new(Kind::Auth, "the sign function gave a url that is not absolute"));
                }
                for value in added_values(&request.url, &url) {
                    self.given.keep(Secret::new(value));
                }
                request.url = url;
            }
            Ok(())
        })
    }

    fn renew<'a>(&'a self, _: &'a Refused) -> LocalFuture<'a, Result<bool>> {
        Box::pin(async { Ok(false) })
    }

    fn scrub(&self, text: String) -> String {
        self.given.scrub(text)
    }

    fn close(&self) {
        *self.sign.borrow_mut() = None;
        self.given.clear();
    }
}
