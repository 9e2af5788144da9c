//! Why a request is refused, and the shapes in which the services say so.

mod words;

use axum::body::Body;
use axum::response::Response;
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::{Value, json};
use words::WORDS;

/// Services by the shape of their errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    /// Keystone and IAM: `{"error": {"code": 401, "message", "title"}}`.
    Identity,
    /// Huawei's own image rows: `{"error": {"code": "IMG.0001", "message"}}`.
    Ims,
    /// The Glance rows: HTML, JSON or text, as `Accept` asks.
    Glance,
    /// Workspace: `{"error_code", "error_msg"}`.
    Workspace,
}

impl Family {
    /// The service that a path belongs to.
    pub(super) fn of(path: &str) -> Family {
        let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        match segments.as_slice() {
            ["identity" | "v3", ..] => Family::Identity,
            [] | [_] | ["v2", "images" | "schemas", ..] | ["v1" | "v1.1", "images", ..] => Family::Glance,
            ["v2", _, "images"] => Family::Workspace,
            ["v1", _, row, ..] if row.starts_with("image-server") => Family::Workspace,
            _ => Family::Ims,
        }
    }

    /// The code that the service has for a status, where nothing more is known.
    pub(super) fn code_of(self, status: StatusCode) -> &'static str {
        match (self, status.as_u16()) {
            (Family::Workspace, 400) => "WKS.00211102",
            (Family::Workspace, 401) => "WKS.00211302",
            (Family::Workspace, 403) => "WKS.00081102",
            (Family::Workspace, 404) => "WKS.00211902",
            (Family::Workspace, 405) => "WKS.00000405",
            (Family::Workspace, 409) => "WKS.00211103",
            (Family::Workspace, 503) => "WKS.00050902",
            (Family::Workspace, _) => "WKS.00211401",
            (_, 401) => "IMG.0087",
            (_, 403) => "IMG.0047",
            (_, 404) => "IMG.0144",
            (_, 409) => "IMG.0046",
            (_, 413) => "IMG.0059",
            (_, 400 | 405 | 415) => "IMG.0001",
            _ => "IMG.0061",
        }
    }
}

/// A refusal, before it has the shape of its service.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) code: String,
    pub(super) message: String,
    /// Said by the gateway in front of the services, in its own shape.
    pub(super) by_gateway: bool,
    pub(super) headers: Vec<(HeaderName, String)>,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        Self {
            status,
            code: code.to_owned(),
            message: message.into(),
            by_gateway: false,
            headers: Vec::new(),
        }
    }

    /// An error of IMS, in the document's words and then the particulars.
    pub(super) fn img(code: &str, particulars: impl AsRef<str>) -> Self {
        let words = WORDS.iter().find(|(known, _)| *known == code).map_or("", |(_, words)| words);
        Self::new(StatusCode::BAD_REQUEST, code, format!("{words} {}", particulars.as_ref()).trim())
    }

    /// An error of Glance, Keystone or Workspace that its status says enough of.
    pub(super) fn plain(family: Family, status: u16, message: impl Into<String>) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self::new(status, family.code_of(status), message)
    }

    pub(super) fn glance(status: u16, message: impl Into<String>) -> Self {
        Self::plain(Family::Glance, status, message)
    }

    pub(super) fn keystone(status: u16, message: impl Into<String>) -> Self {
        Self::plain(Family::Identity, status, message)
    }

    pub(super) fn workspace(status: u16, message: impl Into<String>) -> Self {
        Self::plain(Family::Workspace, status, message)
    }

    /// An error of the API gateway.
    pub(super) fn gateway(status: u16, code: &str, message: impl Into<String>) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { by_gateway: true, ..Self::new(status, code, message) }
    }

    pub(super) fn internal(message: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "IMG.0061", message)
    }

    pub(super) fn with_header(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The answer of a service; `accept` is what the request says of that.
    pub(super) fn into_response(self, family: Family, accept: Option<&str>, request_id: &str) -> Response {
        let json = |value: Value| (value.to_string(), "application/json");
        let (status, message) = (self.status, &self.message);
        let title = status.canonical_reason().unwrap_or("Error");
        let (body, media_type) = match family {
            _ if self.by_gateway => {
                json(json!({ "error_msg": message, "error_code": self.code, "request_id": request_id }))
            }
            Family::Ims => json(json!({ "error": { "message": message, "code": self.code } })),
            Family::Workspace => json(json!({ "error_code": self.code, "error_msg": message })),
            // Glance's 401 comes from Keystone's own middleware.
            Family::Glance if status != StatusCode::UNAUTHORIZED => webob(status, title, message, accept),
            Family::Identity | Family::Glance => {
                json(json!({ "error": { "code": status.as_u16(), "message": message, "title": title } }))
            }
        };
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(name, value);
            }
        }
        response
    }
}

/// An error as WebOb writes it, which Glance is built on: HTML where that is accepted, JSON where only that is, and
/// text where neither is or nothing was said.
fn webob(status: StatusCode, title: &str, message: &str, accept: Option<&str>) -> (String, &'static str) {
    let line = format!("{} {title}", status.as_u16());
    let (html, json) = (quality(accept, "text/html"), quality(accept, "application/json"));
    if html > 0.0 && html >= json {
        let escaped =
            message.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
        let body = format!(
            "<html>\n <head>\n  <title>{line}</title>\n </head>\n <body>\n  <h1>{line}</h1>\n  \
             {escaped}<br /><br />\n\n\n\n </body>\n</html>"
        );
        return (body, "text/html; charset=UTF-8");
    }
    if json > 0.0 {
        let message = format!("{message}<br /><br />\n\n\n");
        return (json!({ "message": message, "code": line, "title": title }).to_string(), "application/json");
    }
    (format!("{line}\n\n{message}\n\n   "), "text/plain; charset=UTF-8")
}

/// How welcome a media type is to an Accept header: its q, 0 where it is not named.
fn quality(accept: Option<&str>, media_type: &str) -> f32 {
    let group = media_type.split('/').next().unwrap_or_default();
    let mut best = (0, 0.0);
    for range in accept.unwrap_or_default().split(',') {
        let mut parts = range.split(';').map(str::trim);
        let rank = match parts.next() {
            Some(name) if name.eq_ignore_ascii_case(media_type) => 3,
            Some(name) if name.split_once('/') == Some((group, "*")) => 2,
            Some("*/*") => 1,
            _ => continue,
        };
        let q = parts.find_map(|part| part.strip_prefix("q=")).map_or(1.0, |q| q.parse().unwrap_or(0.0));
        if rank > best.0 {
            best = (rank, q);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_belong_to_their_services() {
        for (path, family) in [
            ("/", Family::Glance),
            ("/v2", Family::Glance),
            ("/v2/images/1/file", Family::Glance),
            ("/v1.1/images/detail", Family::Glance),
            ("/v3/auth/tokens", Family::Identity),
            ("/identity/v3/auth/tokens", Family::Identity),
            ("/v2/cloudimages", Family::Ims),
            ("/v2/p/images/1/tags", Family::Ims),
            ("/v2/p/images", Family::Workspace),
            ("/v1/p/image-servers/1", Family::Workspace),
            ("/v1/p/image-server-jobs", Family::Workspace),
            ("/v1/p/jobs/1", Family::Ims),
        ] {
            assert_eq!(Family::of(path), family, "{path}");
        }
    }

    // The bodies are what WebOb 1.8 answered to `raise HTTPNotFound(explanation="No image found with ID <x>")`.
    #[test]
    fn glances_errors_are_webobs() {
        let of = |accept| webob(StatusCode::NOT_FOUND, "Not Found", "No image found with ID <x>", accept);
        let html = "<html>\n <head>\n  <title>404 Not Found</title>\n </head>\n <body>\n  <h1>404 Not Found</h1>\n  \
                    No image found with ID &lt;x&gt;<br /><br />\n\n\n\n </body>\n</html>";
        assert_eq!(of(Some("*/*")), (html.to_owned(), "text/html; charset=UTF-8"));
        assert_eq!(of(Some("application/json, text/plain, */*")).0, html);
        let json = r#"{"code":"404 Not Found","message":"No image found with ID <x><br /><br />\n\n\n","title":"Not Found"}"#;
        let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
        let (text, kind) = of(Some("application/json"));
        assert_eq!((read(&text), kind), (read(json), "application/json"));
        assert_eq!(read(&of(Some("application/json;q=0.5, text/html;q=0.4")).0), read(json));
        assert!(of(None).0.starts_with("404 Not Found\n\nNo image found with ID"));
        assert!(of(Some("text/plain")).1.starts_with("text/plain"));
    }

    #[test]
    fn every_code_has_its_words() {
        let refusal = Refusal::img("IMG.0024", "type: must be ECS");
        assert_eq!(refusal.message, "The image type in the request is incorrect. type: must be ECS");
        assert!(WORDS.windows(2).all(|pair| pair[0].0 < pair[1].0), "sorted, none twice");
    }
}
