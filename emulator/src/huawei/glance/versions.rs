//! Which versions of the image API there are.

use http::StatusCode;
use serde_json::{Value, json};

use crate::huawei::Result;
use crate::huawei::call::{Answer, Call};
use crate::huawei::refusal::Refusal;

/// ID, status, path.
const VERSIONS: [(&str, &str, &str); 5] = [
    ("v2.2", "CURRENT", "v2"),
    ("v2.1", "SUPPORTED", "v2"),
    ("v2.0", "SUPPORTED", "v2"),
    ("v1.1", "DEPRECATED", "v1"),
    ("v1.0", "DEPRECATED", "v1"),
];

fn answer(call: &Call, is_wanted: impl Fn(&str, &str) -> bool) -> Result<Answer> {
    let base = call.base();
    let versions: Vec<Value> = VERSIONS
        .iter()
        .filter(|(id, _, path)| is_wanted(id, path))
        .map(|(id, status, path)| {
            json!({ "id": id, "status": status, "links": [{ "rel": "self", "href": format!("{base}/{path}/") }] })
        })
        .collect();
    if versions.is_empty() {
        return Err(Refusal::glance(404, "There is no such version."));
    }
    Answer::json_with(StatusCode::MULTIPLE_CHOICES, json!({ "versions": versions }))
}

/// `GET /`.
pub(in crate::huawei) fn list(call: &Call) -> Result<Answer> {
    answer(call, |_, _| true)
}

/// `GET /{version}`: one of them by its ID, or all of a path.
pub(in crate::huawei) fn show(call: &Call) -> Result<Answer> {
    let wanted = call.parameter("version");
    answer(call, |id, path| id == wanted || path == wanted)
}
