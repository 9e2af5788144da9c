//! How a job of a service stands: creations and the like answer at once and go on by themselves.

use crate::error::{Error, Kind};
use crate::json::Value;

/// How a job stands.
pub enum Standing {
    /// Also where the status is one that no page names.
    Running,
    Done,
    Failed(Error),
}

/// A text of a job that says something.
pub fn text<'a>(object: &'a Value, name: &str) -> Option<&'a str> {
    object.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// The error of a job that failed: its own reason and code, as far as it tells them.
pub fn failure(job: &Value, job_id: &str, reason: Option<String>, code: Option<String>) -> Error {
    let kind = text(job, "job_type").unwrap_or("job");
    let words = reason.or_else(|| code.clone()).unwrap_or_else(|| "the service does not say why".to_owned());
    let mut error = Error::new(Kind::Service, format!("the {kind} {job_id} failed: {words}"));
    error.details_mut().code = code;
    error
}
