//! What a job's answer says: that it goes on, that it is done, or why it failed.

pub use crate::api::job::Standing;
use crate::api::job::{self, text};
use crate::error::Error;
use crate::json::Value;

/// How a job stands by its answer.
pub fn standing(job: &Value, job_id: &str) -> Standing {
    match text(job, "status") {
        Some("SUCCESS") => Standing::Done,
        Some("FAILED") => Standing::Failed(failure(job, job_id)),
        _ => Standing::Running,
    }
}

/// The error of the first part that has one: the job itself has none.
fn failure(job: &Value, job_id: &str) -> Error {
    let parts = match job.get("sub_jobs") {
        Some(Value::Array(parts)) => &parts[..],
        _ => &[],
    };
    let mut told = parts.iter().filter_map(|part| part.get("job_execute_info"));
    let told = told.find(|told| text(told, "error_code").or(text(told, "error_message")).is_some());
    let find = |name| told.and_then(|told| text(told, name)).map(str::to_owned);
    let (code, reason) = (find("error_code"), find("error_message"));
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
        for status in ["WAITING", "RUNNING", "", "ROLLBACK"] {
            assert!(matches!(told(&format!(r#"{{"status":"{status}"}}"#)), Standing::Running), "{status}");
        }
        assert!(matches!(told(r#"{"status":"SUCCESS"}"#), Standing::Done));
        assert!(matches!(told("{}"), Standing::Running));
    }

    #[test]
    fn the_error_is_that_of_the_part_that_failed() {
        let parts = r#"{"status":"FAILED","job_type":"CREATE_SERVER","sub_jobs":[{"status":"SUCCESS"},
            {"status":"FAILED","job_execute_info":{"error_code":"WKS.1","error_message":"no room"}}]}"#;
        // Parts that went well have the fields too, empty.
        let empty = r#"{"status":"FAILED","sub_jobs":[{"job_execute_info":{"error_code":"","error_message":null}},
            {"job_execute_info":{"error_code":null,"error_message":"no room"}}]}"#;
        for (job, message, code) in [
            (empty, "the job j-1 failed: no room", None),
            (parts, "the CREATE_SERVER j-1 failed: no room", Some("WKS.1")),
            (r#"{"status":"FAILED"}"#, "the job j-1 failed: the service does not say why", None),
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
