//! What a job's answer says: that it goes on, that it is done, or why it failed.

use super::fields::given;
pub use crate::api::job::Standing;
use crate::api::job::{self, text};
use crate::error::Error;
use crate::json::Value;

/// How a job stands by its answer.
pub fn standing(job: &Value, job_id: &str) -> Standing {
    let status = text(job, "status").unwrap_or_default();
    if status.eq_ignore_ascii_case("SUCCESS") {
        Standing::Done
    } else if status.eq_ignore_ascii_case("FAIL") || status.eq_ignore_ascii_case("FAILED") {
        Standing::Failed(failure(job, job_id))
    } else {
        Standing::Running
    }
}

/// The job's own error, else that of its entities, else that of a part of it.
fn failure(job: &Value, job_id: &str) -> Error {
    let nothing = Value::Null;
    let entities = given(job, "entities").unwrap_or(&nothing);
    let parts = match given(entities, "sub_jobs_result") {
        Some(Value::Array(parts)) => &parts[..],
        _ => &[],
    };
    let everywhere = || [job, entities].into_iter().chain(parts);
    let first = |names: &[&str]| {
        everywhere().find_map(|object| names.iter().find_map(|name| text(object, name))).map(str::to_owned)
    };
    let reason = first(&["fail_reason", "error", "addition_error_msg"]);
    let code = first(&["error_code", "addition_error_code"]);
    job::failure(job, job_id, reason, code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    fn told(json: &str) -> Standing {
        standing(&Value::parse(json).expect("JSON"), "j-1")
    }

    #[test]
    fn only_the_documented_ends_end_it() {
        for status in ["RUNNING", "INIT", "", "PAUSED", "successful"] {
            assert!(matches!(told(&format!(r#"{{"status":"{status}"}}"#)), Standing::Running), "{status}");
        }
        for status in ["SUCCESS", "success"] {
            assert!(matches!(told(&format!(r#"{{"status":"{status}"}}"#)), Standing::Done));
        }
        assert!(matches!(told("{}"), Standing::Running));
    }

    #[test]
    fn the_error_is_found_wherever_it_stands() {
        for (job, message, code) in [
            (
                r#"{"status":"FAIL","job_type":"imsImportImageJob","error_code":"IMG.0020","fail_reason":"no file"}"#,
                "the imsImportImageJob j-1 failed: no file",
                Some("IMG.0020"),
            ),
            (
                r#"{"status":"FAIL","fail_reason":"","entities":{"error":"inside","error_code":"IMG.1"}}"#,
                "the job j-1 failed: inside",
                Some("IMG.1"),
            ),
            (
                r#"{"status":"FAIL","error_code":null,"entities":{"sub_jobs_result":[{"status":"SUCCESS"},
                    {"status":"FAIL","error_code":"IMG.2","fail_reason":"a part"}]}}"#,
                "the job j-1 failed: a part",
                Some("IMG.2"),
            ),
            (r#"{"status":"FAIL","error_code":"IMG.3"}"#, "the job j-1 failed: IMG.3", Some("IMG.3")),
            (r#"{"status":"FAIL"}"#, "the job j-1 failed: the service does not say why", None),
        ] {
            let Standing::Failed(error) = told(job) else { panic!("{job}") };
            assert_eq!(
                (error.message(), error.code(), error.kind()),
                (message, code, Kind::Service),
                "{job}"
            );
        }
    }
}
