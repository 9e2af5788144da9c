//! Serves the folder of `--www` at `/`, with the headers that a console in production would send.

use std::path::{Path, PathBuf};

use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, HeaderName, X_CONTENT_TYPE_OPTIONS};
use axum::http::uri::Authority;
use axum::http::{HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use tower_http::services::ServeDir;

/// The folder, and the other services that its pages talk to.
#[derive(Clone, Debug)]
pub struct StaticFiles {
    folder: PathBuf,
    others: [String; 2],
}

/// A folder to be served; its pages may talk to this service, to loopback and to the other services.
pub fn service(folder: &Path, others: [&str; 2]) -> StaticFiles {
    StaticFiles { folder: folder.to_owned(), others: others.map(str::to_owned) }
}

/// The policy of a page that was asked for by this name of the host: it reaches the other services by the same name.
fn policy(others: &[String; 2], host: Option<&str>) -> String {
    let mut places = others.join(" ");
    for other in others {
        let port = other.parse::<Uri>().ok().and_then(|url| url.port_u16());
        if let (Some(name), Some(port)) = (host.and_then(source_name), port) {
            places.push_str(&format!(" http://{name}:{port}"));
        }
    }
    format!(
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
         connect-src 'self' http://127.0.0.1:* http://localhost:* {places}; \
         object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
    )
}

/// The name in a Host header as a policy can hold it. Whoever asks writes the header: nothing else gets into the policy.
fn source_name(host: &str) -> Option<String> {
    let authority: Authority = host.parse().ok()?;
    let name = authority.host();
    // A policy has no way to write such an address.
    if name.starts_with('[') {
        return Some("*".to_owned());
    }
    let is_name = |each: u8| each.is_ascii_alphanumeric() || matches!(each, b'-' | b'.' | b'_');
    (!name.is_empty() && name.bytes().all(is_name)).then(|| name.to_owned())
}

/// Answers with a file, or, for the deep link of a page (a path without a file's extension), with `index.html`.
pub async fn serve(files: StaticFiles, request: Request) -> Response {
    let is_page = {
        let last = request.uri().path().rsplit('/').next().unwrap_or_default();
        !last.contains('.') || last.ends_with(".html")
    };
    let deep_link = is_page && matches!(*request.method(), Method::GET | Method::HEAD);
    let method = request.method().clone();
    let policy = policy(&files.others, request.headers().get(HOST).and_then(|host| host.to_str().ok()));
    let mut response = answer(&files.folder, request).await;
    if response.status() == StatusCode::NOT_FOUND && deep_link {
        let mut index = Request::new(axum::body::Body::empty());
        *index.method_mut() = method;
        *index.uri_mut() = Uri::from_static("/index.html");
        response = answer(&files.folder, index).await;
    }
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(HeaderName::from_static("referrer-policy"), HeaderValue::from_static("no-referrer"));
    // The folder may be built anew at any time; unchanged files still answer 304.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

async fn answer(folder: &Path, request: Request) -> Response {
    match ServeDir::new(folder).try_call(request).await {
        Ok(response) => response.into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, format!("{error}\n")).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::policy;

    /// What pages may talk to, besides this service and loopback.
    fn places(host: Option<&str>) -> String {
        let others = ["http://127.0.0.1:9000".to_owned(), "http://127.0.0.1:9100".to_owned()];
        let policy = policy(&others, host);
        let (_, rest) = policy.split_once("http://localhost:* ").unwrap();
        rest.split_once(';').unwrap().0.to_owned()
    }

    #[test]
    fn the_other_services_are_named_as_the_caller_names_this_one() {
        let fixed = "http://127.0.0.1:9000 http://127.0.0.1:9100";
        assert_eq!(places(None), fixed);
        assert_eq!(
            places(Some("cloud.example:8080")),
            format!("{fixed} http://cloud.example:9000 http://cloud.example:9100")
        );
        assert_eq!(places(Some("192.0.2.7")), format!("{fixed} http://192.0.2.7:9000 http://192.0.2.7:9100"));
        assert_eq!(places(Some("[2001:db8::1]:80")), format!("{fixed} http://*:9000 http://*:9100"));
    }

    #[test]
    fn a_host_that_is_none_gets_nothing_into_the_policy() {
        let fixed = places(None);
        for host in
            ["", "a b", "a;script-src", "a,b", "*", "*.example", "'none'", "a\r\nb", "x@*", "a:b:c", ":80"]
        {
            assert_eq!(places(Some(host)), fixed, "{host:?}");
        }
    }
}
