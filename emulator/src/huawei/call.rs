//! A request that has passed the gate, as operations see it, and what they answer.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, StatusCode, header};
use serde_json::Value;

use super::fields::Fields;
use super::query::Query;
use super::refusal::{Family, Refusal};
use super::{Huawei, Result};
use crate::store::ObjectReader;

/// Who is calling.
#[derive(Clone, Debug, Default)]
pub(super) struct Caller {
    /// The project; empty for a token without one.
    pub(super) project: String,
    pub(super) domain: String,
    pub(super) user: String,
}

/// The request.
pub(super) struct Call {
    pub(super) huawei: Arc<Huawei>,
    pub(super) family: Family,
    pub(super) caller: Caller,
    /// What stands in the path's variable places.
    pub(super) parameters: Vec<(&'static str, String)>,
    /// As sent.
    pub(super) path: String,
    pub(super) query: Query,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Call {
    /// A variable of the path.
    pub(super) fn parameter(&self, name: &str) -> &str {
        self.parameters.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The media type of the body, in lower case, without its parameters.
    pub(super) fn media_type(&self) -> String {
        let text = self.header("content-type").unwrap_or_default();
        text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// A refusal for a field or parameter that breaks a rule, as the service words it.
    pub(super) fn invalid(&self, rule: impl AsRef<str>) -> Refusal {
        invalid(self.family, rule.as_ref())
    }

    /// The body as JSON.
    pub(super) fn json(&self) -> Result<Value> {
        if self.body.is_empty() {
            return Err(match self.family {
                Family::Ims => Refusal::img("IMG.0007", ""),
                Family::Glance => Refusal::glance(400, "Body expected in request."),
                _ => self.invalid("the body is empty"),
            });
        }
        let checks_type = matches!(self.family, Family::Ims | Family::Workspace);
        if checks_type && self.media_type() != "application/json" {
            return Err(
                self.invalid(format!("Content-Type: must be application/json, is {:?}", self.media_type()))
            );
        }
        serde_json::from_slice(&self.body).map_err(|error| match self.family {
            Family::Glance => Refusal::glance(400, "Malformed JSON in request body."),
            _ => self.invalid(format!("the body is not JSON: {error}")),
        })
    }

    /// The fields of a body that is an object; a body that may be missing is then empty.
    pub(super) fn fields(&self) -> Result<Fields> {
        Fields::of(self.json()?, self.family)
    }
}

/// A refusal for a field or parameter that breaks a rule.
pub(super) fn invalid(family: Family, rule: &str) -> Refusal {
    match family {
        Family::Ims => Refusal::img("IMG.0001", rule),
        Family::Workspace => Refusal::workspace(400, format!("The parameter is invalid. {rule}")),
        Family::Glance | Family::Identity => Refusal::plain(family, 400, rule),
    }
}

/// The body of an answer.
pub(super) enum Content {
    None,
    Json(Value),
    /// An object's bytes, in a range.
    Bytes {
        reader: ObjectReader,
        first: u64,
        length: u64,
    },
}

/// An answer.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: Vec<(HeaderName, String)>,
    pub(super) content: Content,
}

impl Answer {
    pub(super) fn json(value: Value) -> Result<Answer> {
        Self::json_with(StatusCode::OK, value)
    }

    pub(super) fn json_with(status: StatusCode, value: Value) -> Result<Answer> {
        Ok(Answer { status, headers: Vec::new(), content: Content::Json(value) })
    }

    pub(super) fn empty(status: StatusCode) -> Result<Answer> {
        Ok(Answer { status, headers: Vec::new(), content: Content::None })
    }

    /// What beginning a job answers.
    pub(super) fn job(call: &Call, job_id: &str) -> Result<Answer> {
        call.huawei.bell.notify_one();
        Self::json(serde_json::json!({ "job_id": job_id }))
    }

    pub(super) fn with(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(super) fn located(self, place: String) -> Self {
        self.with(header::LOCATION, place)
    }
}
