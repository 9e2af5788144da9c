//! Redirects: followed for reads only, and never with credentials to another origin.

use super::attempts::Tried;
use crate::error::{Error, Kind};
use crate::http::url::origin_of;
use crate::http::{Body, Cookies, Method, Request, Response, Transport};

const MOST_HOPS: usize = 5;

/// Sends a request and follows the redirects that may be followed.
pub(super) async fn send(transport: &dyn Transport, mut request: Request) -> Result<Response, Tried> {
    for _ in 0..=MOST_HOPS {
        let response = transport.send(request.clone()).await?;
        if response.opaque_redirect {
            return Err(refuse(
                "the service answers with a redirect, which a browser only follows with the \
                               credentials; set the endpoint to where it leads",
            ));
        }
        if !matches!(response.status, 301 | 302 | 303 | 307 | 308) {
            return Ok(response);
        }
        let from = origin_of(&request.url).to_owned();
        let Some(target) = response.headers.get("location").and_then(|to| resolve(&from, to)) else {
            return Err(refuse("the service answers with a redirect that names no absolute place"));
        };
        let to = origin_of(&target).to_owned();
        if !matches!(request.method, Method::Get | Method::Head) {
            return Err(refuse(&format!(
                "the service redirects a write to {to}, which is not followed; set the endpoint to where it leads"
            )));
        }
        if to != from {
            let old = core::mem::take(&mut request.headers);
            for (name, value) in old.iter().filter(|(name, _)| matches!(*name, "range" | "accept-encoding")) {
                request.headers.set(name, value.to_owned());
            }
            request.cookies = Cookies::Omit;
            request.body = Body::Empty;
        }
        request.url = target;
    }
    Err(refuse("the service redirects in circles"))
}

fn resolve(origin: &str, location: &str) -> Option<String> {
    if location.starts_with("http://") || location.starts_with("https://") {
        Some(location.to_owned())
    } else if location.starts_with("/") && !location.starts_with("//") {
        Some(format!("{origin}{location}"))
    } else {
        None
    }
}

fn refuse(message: &str) -> Tried {
    Tried { error: Error::new(Kind::Protocol, message), sent: true }
}
