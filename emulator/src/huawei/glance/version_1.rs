//! The abandoned rows of Glance's version 1 that Huawei still has.

use http::{HeaderName, StatusCode, header};
use serde_json::{Value, json};

use super::images::{remove, seen};
use crate::huawei::Result;
use crate::huawei::call::{Answer, Call};
use crate::huawei::images::{filter, page, view};

/// `GET /v1.1/images/detail`.
pub(in crate::huawei) fn detail(call: &Call) -> Result<Answer> {
    let listed = call.huawei.database.with(|transaction| filter::list(call, transaction))?;
    let page = page::cut(call, listed, 25)?;
    let images: Vec<Value> =
        page.images.iter().map(|listed| Value::Object(view::version_1(&listed.seen))).collect();
    Answer::json(json!({ "images": images }))
}

/// `HEAD /v1/images/{image_id}`: everything is in the headers.
pub(in crate::huawei) fn head(call: &Call) -> Result<Answer> {
    let seen = call.huawei.database.with(|transaction| seen(call, transaction))?;
    let mut answer = Answer::empty(StatusCode::OK)?.with(header::CONTENT_TYPE, "text/html; charset=UTF-8");
    for (name, value) in view::version_1(&seen) {
        if let Value::Object(properties) = value {
            for (property, value) in properties {
                let value = value.as_str().unwrap_or_default().to_owned();
                answer = add(answer, &format!("x-image-meta-property-{property}"), value);
            }
            continue;
        }
        let text = match value {
            Value::Null => continue,
            Value::String(text) => text,
            // As Python writes them.
            Value::Bool(true) => "True".to_owned(),
            Value::Bool(false) => "False".to_owned(),
            other => other.to_string(),
        };
        answer = add(answer, &format!("x-image-meta-{name}"), text);
    }
    Ok(match seen.image.file {
        Some(file) => answer.with(header::ETAG, file.checksum),
        None => answer,
    })
}

/// A property whose name is no header's goes untold.
fn add(answer: Answer, name: &str, value: String) -> Answer {
    match name.parse::<HeaderName>() {
        Ok(name) => answer.with(name, value),
        Err(_) => answer,
    }
}

/// `DELETE /v1.1/images/{image_id}`: answers 200, as the document's example does.
pub(in crate::huawei) fn delete(call: &Call) -> Result<Answer> {
    remove(call, false)?;
    Ok(Answer::empty(StatusCode::OK)?.with(header::CONTENT_TYPE, "text/html; charset=UTF-8"))
}
