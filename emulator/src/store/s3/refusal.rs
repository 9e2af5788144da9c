//! S3 error answers: a code, a message and their details as the XML that S3 sends.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};

/// An error answer of the object store, not yet written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) code: String,
    pub(crate) message: String,
    /// Further elements of the error, e.g. `Region`.
    pub(crate) details: Vec<(&'static str, String)>,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { status, code: code.into(), message: message.into(), details: Vec::new() }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.details.push((name, value.into()));
        self
    }

    /// The XML document.
    pub(crate) fn to_xml(&self, resource: &str, request_id: &str) -> String {
        let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>");
        let details = self.details.iter().map(|(name, value)| (*name, value.as_str()));
        let elements = [("Code", self.code.as_str()), ("Message", &self.message)]
            .into_iter()
            .chain(details)
            .chain([("Resource", resource), ("RequestId", request_id)]);
        for (name, value) in elements {
            xml.push_str(&format!("<{name}>{}</{name}>", escape(value)));
        }
        xml.push_str("</Error>");
        xml
    }

    pub(crate) fn into_response(self, resource: &str, request_id: &str) -> Response {
        let mut response = Response::new(Body::from(self.to_xml(resource, request_id)));
        *response.status_mut() = self.status;
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/xml"));
        response
    }
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // Not allowed in XML 1.0, not even as a reference.
            '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\u{fffe}' | '\u{ffff}' => {
                escaped.push('\u{fffd}')
            }
            _ => escaped.push(character),
        }
    }
    escaped
}

/// The text of the first element of this name in an error document that s3s wrote.
pub(super) fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    let (text, _) = rest.split_once(&format!("</{name}>"))?;
    Some(text)
}

/// Undoes the escapes that XML writers use in text.
pub(super) fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&#39;", "'")
        .replace("&#34;", "\"")
        .replace("&amp;", "&")
}

/// What a code says where s3s gives no message.
pub(super) fn default_message(code: &str) -> &'static str {
    match code {
        "SignatureDoesNotMatch" => {
            "The request signature we calculated does not match the signature you provided. \
             Check your key and signing method."
        }
        "AccessDenied" => "Access Denied",
        "MalformedXML" => {
            "The XML you provided was not well-formed or did not validate against our published schema"
        }
        "MissingRequestBodyError" => "Request body is empty.",
        "InvalidRange" => "The requested range is not satisfiable",
        "IncompleteBody" => {
            "You did not provide the number of bytes specified by the Content-Length HTTP header."
        }
        "InvalidBucketName" => "The specified bucket is not valid.",
        "InvalidURI" => "Couldn't parse the specified URI.",
        "KeyTooLongError" => "Your key is too long.",
        "MethodNotAllowed" => "The specified method is not allowed against this resource.",
        "InternalError" => "We encountered an internal error. Please try again.",
        "MissingContentLength" => "You must provide the Content-Length HTTP header.",
        "NotImplemented" => "This store does not have the operation you asked for.",
        _ => "The request cannot be carried out.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_and_read_back() {
        let xml = Refusal::new(StatusCode::BAD_REQUEST, "X", "a<b & \"c\" \u{1}").to_xml("/k?<", "R1");
        assert_eq!(element(&xml, "Message"), Some("a&lt;b &amp; &quot;c&quot; \u{fffd}"));
        assert_eq!(unescape("a&lt;b &amp; &quot;c&quot; &amp;lt;"), "a<b & \"c\" &lt;");
        assert_eq!(element(&xml, "Resource"), Some("/k?&lt;"));
    }
}
