//! Waits for a job: polls until it is done or has failed, whatever gets lost on the way.

use super::{CallOptions, Service};
use crate::api::job::Standing;
use crate::api::operation::Operation;
use crate::error::{Error, Kind, Result};
use crate::json::Value;
use crate::task::{First, first};
use core::cell::RefCell;

/// How a job is waited for.
pub struct Waiting<'a> {
    /// Shows the job by its ID.
    pub operation: &'static Operation,
    pub standing: fn(&Value, &str) -> Standing,
    /// Between two looks, milliseconds.
    pub interval_ms: f64,
    /// In all, milliseconds.
    pub longest_ms: f64,
    /// How long nothing but failures is put up with, milliseconds.
    pub patience_ms: f64,
    /// Called with the job, as JSON, after every look.
    pub on_progress: &'a dyn Fn(&str),
}

impl Service {
    /// The job, as JSON, once it is done; an error of the job, or why it is no longer waited for.
    pub async fn wait_for_job(&self, id: &str, how: &Waiting<'_>, options: &CallOptions) -> Result<String> {
        let last = RefCell::new(String::new());
        let polling = Box::pin(self.poll(id, how, options, &last));
        match first(polling, self.platform.sleep(how.longest_ms)).await {
            First::Left(done) => done,
            First::Right(()) => {
                let last = last.take();
                let known = if last.is_empty() { String::new() } else { format!(" (last seen: {last})") };
                let message =
                    format!("the job {id} has not ended within {} ms{known}", how.longest_ms as u64);
                Err(Error::new(Kind::Timeout, message))
            }
        }
    }

    async fn poll(
        &self,
        id: &str,
        how: &Waiting<'_>,
        options: &CallOptions,
        last: &RefCell<String>,
    ) -> Result<String> {
        let mut failing_since: Option<f64> = None;
        loop {
            let asked = self.platform.now();
            match self.call(how.operation, &[Value::from(id)], options).await {
                Ok(text) => {
                    failing_since = None;
                    let job = Value::parse(&text).unwrap_or_default();
                    (how.on_progress)(&text);
                    match (how.standing)(&job, id) {
                        Standing::Done => return Ok(text),
                        Standing::Failed(error) => return Err(error),
                        Standing::Running => {
                            let status = job.get("status").and_then(Value::as_str).unwrap_or_default();
                            *last.borrow_mut() = status.to_owned();
                        }
                    }
                }
                Err(error) => {
                    let since = *failing_since.get_or_insert(asked);
                    let patient = self.platform.now() - since < how.patience_ms;
                    if !error.details().retryable || !patient {
                        return Err(error);
                    }
                }
            }
            match first(Box::pin(self.ended(options)), self.platform.sleep(how.interval_ms)).await {
                First::Left(error) => return Err(error),
                First::Right(()) => {}
            }
        }
    }
}
