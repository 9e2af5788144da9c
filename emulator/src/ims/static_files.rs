//! Serves the folder of `--www` at `/`, with the headers that a console in production would send.

use std::path::{Path, PathBuf};

use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use tower_http::services::ServeDir;

/// The folder and the policy of its pages.
#[derive(Clone, Debug)]
pub struct StaticFiles {
    folder: PathBuf,
    policy: String,
}

/// A folder to be served; its pages may talk to this service, to loopback and to the other services.
pub fn service(folder: &Path, [oss_url, huawei_url]: [&str; 2]) -> StaticFiles {
    let policy = format!(
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
         connect-src 'self' http://127.0.0.1:* http://localhost:* {oss_url} {huawei_url}; \
         object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
    );
    StaticFiles { folder: folder.to_owned(), policy }
}

/// Answers with a file, or, for the deep link of a page (a path without a file's extension), with `index.html`.
pub async fn serve(files: StaticFiles, request: Request) -> Response {
    let is_page = {
        let last = request.uri().path().rsplit('/').next().unwrap_or_default();
        !last.contains('.') || last.ends_with(".html")
    };
    let deep_link = is_page && matches!(*request.method(), Method::GET | Method::HEAD);
    let method = request.method().clone();
    let mut response = answer(&files.folder, request).await;
    if response.status() == StatusCode::NOT_FOUND && deep_link {
        let mut index = Request::new(axum::body::Body::empty());
        *index.method_mut() = method;
        *index.uri_mut() = Uri::from_static("/index.html");
        response = answer(&files.folder, index).await;
    }
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&files.policy) {
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
