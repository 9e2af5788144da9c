//! Starts the import of an image's bytes from where the service finds them; `getImportInfo` tells the methods.
//!
//! Source: OpenStack Image service API reference, "Import an image".

use super::requests::ImportOpenStackImage;
use crate::api::operation::{Answer, Argument, Operation, section};
use crate::error::{Error, Result};
use crate::http::Method;
use crate::http::retry::Repeat;
use crate::json::Value;

pub static OPERATION: Operation = Operation {
    name: "importImage",
    section: section("Import an image"),
    method: Method::Post,
    path: "/v2/images/{image_id}/import",
    arguments: &[Argument::Segment("imageId"), Argument::Body("request", ImportOpenStackImage::FIELDS)],
    answer: Answer::Nothing,
    repeat: Repeat::Once,
    check: Some(check),
    ..Operation::BASE
};

/// What a method cannot do without, whatever the cloud is configured for.
const NEEDED: [(&str, &str); 3] =
    [("web-download", "uri"), ("glance-download", "glance_image_id"), ("glance-download", "glance_region")];

/// A method has what it needs; the stores are named, or all are meant.
fn check(arguments: &[Value]) -> Result<()> {
    let request = arguments.get(1).unwrap_or(&Value::Null);
    let given = |object: &Value, name: &str| object.get(name).is_some_and(|value| !value.is_null());
    let method = request.get("method").unwrap_or(&Value::Null);
    let name = method.get("name").and_then(Value::as_str);
    let lacks = |(of, field): &&(&str, &str)| name == Some(of) && !given(method, field);
    if let Some((of, field)) = NEEDED.iter().find(lacks) {
        let rule = format!("is required where name is '{of}'");
        return Err(Error::invalid(["method.", field].concat(), "undefined", rule));
    }
    if given(request, "stores") && request.get("all_stores") == Some(&Value::Bool(true)) {
        let stores = request.get("stores").map_or(String::new(), Value::to_string);
        return Err(Error::invalid("stores", stores, "must not be there where all_stores is true"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_has_what_it_needs_and_stores_are_told_once() {
        let encode = |request: &str| OPERATION.encode(&["i".into(), Value::parse(request).unwrap()]);
        for (request, field) in [
            (r#"{"method":{"name":"web-download"}}"#, "method.uri"),
            (r#"{"method":{"name":"glance-download","glance_region":"r"}}"#, "method.glance_image_id"),
            (r#"{"method":{"name":"copy-image"},"stores":["a"],"all_stores":true}"#, "stores"),
        ] {
            let error = encode(request).unwrap_err();
            assert_eq!(error.details().field.as_deref(), Some(field), "{error}");
        }
        for request in [
            r#"{"method":{"name":"web-download","uri":"https://example.com/x"},"stores":["a"],"all_stores":false}"#,
            r#"{"method":{"name":"glance-direct"},"all_stores":true,"stores":null}"#,
            r#"{"method":{"name":"of-this-cloud"}}"#,
        ] {
            assert!(encode(request).is_ok(), "{request}");
        }
    }
}
