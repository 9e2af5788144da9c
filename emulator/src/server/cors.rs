//! What lets pages of any origin talk to the services, as a cloud's console needs it.

use axum::body::Body;
use axum::response::Response;
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};

use super::Service;

const REQUEST_PRIVATE_NETWORK: HeaderName = HeaderName::from_static("access-control-request-private-network");
const ALLOW_PRIVATE_NETWORK: HeaderName = HeaderName::from_static("access-control-allow-private-network");

/// What a page may read of an answer besides its type and length.
fn exposed(service: Service, hide_etag: bool) -> HeaderValue {
    HeaderValue::from_static(match (service, hide_etag) {
        (Service::Ims, _) => {
            "X-Request-Id, Content-Length, Content-Range, Accept-Ranges, ETag, Date, Retry-After"
        }
        (Service::Huawei, _) => {
            "X-Request-Id, X-Openstack-Request-Id, X-Subject-Token, Content-Length, Content-Range, Content-Md5, \
             Accept-Ranges, ETag, Location, Date, Retry-After, WWW-Authenticate, X-Image-Meta-Id, X-Image-Meta-Name, \
             X-Image-Meta-Status"
        }
        (Service::Oss, false) => "ETag, x-amz-request-id, Date",
        (Service::Oss, true) => "x-amz-request-id, Date",
    })
}

/// Adds to an answer what lets the page at the request's origin read it; nothing for a request without an origin.
pub(super) fn allow(service: Service, hide_etag: bool, request: &HeaderMap, answer: &mut HeaderMap) {
    let Some(origin) = request.get(ORIGIN) else { return };
    match service {
        // Consoles send cookies to the service, and then only the very origin will do.
        Service::Ims | Service::Huawei => {
            answer.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            answer.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
            answer.append(VARY, HeaderValue::from_static("Origin"));
        }
        Service::Oss => {
            answer.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        }
    }
    answer.insert(ACCESS_CONTROL_EXPOSE_HEADERS, exposed(service, hide_etag));
}

/// Whether a request only asks if another would be allowed.
pub(super) fn is_preflight(method: &Method, headers: &HeaderMap) -> bool {
    method == Method::OPTIONS
        && headers.contains_key(ORIGIN)
        && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// The answer to a preflight: whatever was asked for is allowed.
pub(super) fn preflight(request: &HeaderMap) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(
        ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("GET, HEAD, PUT, POST, PATCH, DELETE, OPTIONS"),
    );
    if let Some(asked) = request.get(ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, asked.clone());
    }
    if request.contains_key(REQUEST_PRIVATE_NETWORK) {
        headers.insert(ALLOW_PRIVATE_NETWORK, HeaderValue::from_static("true"));
    }
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    headers.append(
        VARY,
        HeaderValue::from_static("Origin, Access-Control-Request-Method, Access-Control-Request-Headers"),
    );
    response
}
