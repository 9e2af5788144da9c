//! Version documents of the identity service.

use http::StatusCode;
use serde_json::{Value, json};

use crate::huawei::Result;
use crate::huawei::call::{Answer, Call};

impl Call {
    /// Where this request was sent, without its path: what links in answers begin with.
    pub(in crate::huawei) fn base(&self) -> String {
        match self.header("host") {
            Some(host) => format!("http://{host}"),
            None => self.huawei.options.url.clone(),
        }
    }
}

fn document(call: &Call) -> Value {
    json!({
        "id": "v3.14",
        "status": "stable",
        "updated": "2020-04-07T00:00:00Z",
        "links": [{ "rel": "self", "href": format!("{}/v3/", call.base()) }],
        "media-types": [
            { "base": "application/json", "type": "application/vnd.openstack.identity-v3+json" },
        ],
    })
}

/// `GET /identity`.
pub(in crate::huawei) fn versions(call: &Call) -> Result<Answer> {
    let versions = json!({ "versions": { "values": [document(call)] } });
    Answer::json_with(StatusCode::MULTIPLE_CHOICES, versions)
}

/// `GET /v3`.
pub(in crate::huawei) fn version(call: &Call) -> Result<Answer> {
    Answer::json(json!({ "version": document(call) }))
}
