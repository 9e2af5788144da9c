//! Redirects: followed for reads only, and never with credentials to another origin.

use super::attempts::Tried;
use crate::error::{Error, Kind};
use crate::http::url::origin_of;
use crate::http::{Body, Cookies, Method, Request, Response, Transport};
use crate::text::{before, find_any, split_last};

const MOST_HOPS: usize = 5;

/// Sends a request and follows the redirects that may be followed. With the answer comes whether it is one of another
/// origin, which was not sent the credentials.
pub(super) async fn send(transport: &dyn Transport, mut request: Request) -> Result<(Response, bool), Tried> {
    let mut is_elsewhere = false;
    for _ in 0..=MOST_HOPS {
        let response = transport.send(request.clone()).await?;
        if response.opaque_redirect {
            return Err(refuse(
                "the service answers with a redirect, which a browser only follows with the \
                               credentials; set the endpoint to where it leads",
            ));
        }
        if !matches!(response.status, 301 | 302 | 303 | 307 | 308) {
            return Ok((response, is_elsewhere));
        }
        let from = origin_of(&request.url).to_owned();
        let Some(target) = response.headers.get("location").and_then(|to| resolve(&request.url, to)) else {
            return Err(refuse("the service answers with a redirect that names no place of http or https"));
        };
        let to = origin_of(&target).to_owned();
        if !matches!(request.method, Method::Get | Method::Head) {
            return Err(refuse(&format!(
                "the service redirects a write to {to}, which is not followed; set the endpoint to where it leads"
            )));
        }
        if to != from {
            is_elsewhere = true;
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

/// Where a redirect leads from a URL (RFC 3986, 5.2). What sends takes out `.` and `..`.
fn resolve(base: &str, location: &str) -> Option<String> {
    let origin = origin_of(base);
    let here = before(base, "?#");
    // A colon ends a scheme where nothing of a path stands in front of it.
    let scheme = find_any(location, ":/?#").filter(|at| location.as_bytes().get(*at) == Some(&b':'));
    let (front, rest) = match (scheme, location.as_bytes()) {
        (_, []) => return None,
        (Some(end), _) => {
            let (scheme, rest) = location.split_at_checked(end)?;
            let known = ["http", "https"].into_iter().find(|known| scheme.eq_ignore_ascii_case(known))?;
            (known, rest.starts_with("://").then_some(rest)?)
        }
        (_, [b'/', b'/', ..]) => (before(origin, "/"), location),
        (_, [b'/', ..]) => (origin, location),
        (_, [b'?', ..]) => (here, location),
        (_, [b'#', ..]) => (before(base, "#"), location),
        _ => {
            let path = here.get(origin.len()..).unwrap_or_default();
            let folder = split_last(path, b'/').map_or(0, |(folder, _)| folder.len());
            return Some(format!("{}/{location}", here.get(..origin.len() + folder)?));
        }
    };
    Some(format!("{front}{rest}"))
}

fn refuse(message: &str) -> Tried {
    Tried { error: Error::new(Kind::Protocol, message), sent: true }
}

#[cfg(test)]
mod tests {
    use super::resolve;

    #[test]
    fn a_redirect_leads_where_the_standard_says() {
        let base = "https://ims.example.com:8443/base/images?size=1#x";
        for (location, target) in [
            ("images2?x=1", "https://ims.example.com:8443/base/images2?x=1"),
            ("a/b:c", "https://ims.example.com:8443/base/a/b:c"),
            ("../v2/", "https://ims.example.com:8443/base/../v2/"),
            ("?x", "https://ims.example.com:8443/base/images?x"),
            ("#y", "https://ims.example.com:8443/base/images?size=1#y"),
            ("/there?a=b:c", "https://ims.example.com:8443/there?a=b:c"),
            ("//other/there", "https://other/there"),
            ("HTTP://Other/there", "http://Other/there"),
            ("Https://other", "https://other"),
        ] {
            assert_eq!(resolve(base, location).as_deref(), Some(target), "{location}");
        }
        // Never in the place of a host.
        for (location, target) in
            [("x.evil", "http://h/x.evil"), ("?x", "http://h?x"), ("@evil/", "http://h/@evil/")]
        {
            assert_eq!(resolve("http://h", location).as_deref(), Some(target), "{location}");
        }
        for location in ["", "ftp://other/", "mailto:a@b", "http:there", "https:", "javascript:1", ":", "é:x"]
        {
            assert_eq!(resolve(base, location), None, "{location}");
        }
    }
}
