//! Sub-jobs: what a job does to one server.

use http::StatusCode;
use serde_json::{Value, json};

use super::jobs::KINDS;
use super::records::{self, Job};
use super::servers::{MOST, page};
use crate::huawei::call::{Answer, Call};
use crate::huawei::jobs::Stage;
use crate::huawei::{Result, moments};

const STATES: [&str; 7] = ["WAITING", "RUNNING", "SUCCESS", "FAILED", "ABNORMAL", "ROLLBACK", "ABORTING"];

/// A sub-job as lists and details show it.
pub(super) fn view(job: &Job) -> Value {
    let (code, reason) = job.failure.clone().unwrap_or_default();
    json!({
        "id": job.id,
        "job_type": job.kind,
        "job_resource_info": { "resource_id": job.resource_id, "resource_name": job.resource_name },
        "begin_time": moments::milliseconds(job.begun),
        "end_time": job.ended.map(moments::milliseconds),
        "status": job.status(),
        "job_execute_info": { "error_code": code, "error_message": reason },
        "project_id": job.project,
        "job_id": job.parent,
    })
}

fn found(call: &Call) -> Result<Vec<Job>> {
    let refuse = |rule: String| call.invalid(rule);
    let status = call.query.choice("status", &STATES, refuse)?;
    let kind = call.query.choice("job_type", &KINDS, refuse)?;
    let parent = call.query.get("job_id");
    let jobs =
        call.huawei.database.with(|transaction| records::sub_jobs(transaction, &call.caller.project))?;
    let fits = |job: &Job| {
        status.is_none_or(|status| status == job.status())
            && kind.is_none_or(|kind| kind == job.kind)
            && parent.is_none_or(|parent| job.parent.as_deref() == Some(parent))
    };
    Ok(jobs.into_iter().filter(fits).collect())
}

/// `GET /v1/{project_id}/image-server-sub-jobs`.
pub(in crate::huawei) fn list(call: &Call) -> Result<Answer> {
    let (offset, limit) = page(call)?;
    let found = found(call)?;
    let items: Vec<Value> = found.iter().skip(offset).take(limit).map(view).collect();
    Answer::json(json!({ "count": found.len(), "items": items }))
}

/// `GET /v1/{project_id}/image-server-sub-jobs/actions/count`.
pub(in crate::huawei) fn count(call: &Call) -> Result<Answer> {
    Answer::json(json!({ "count": found(call)?.len() }))
}

/// `PATCH /v1/{project_id}/image-server-sub-jobs/actions/batch-delete`: forgets those that are done.
pub(in crate::huawei) fn batch_delete(call: &Call) -> Result<Answer> {
    let mut fields = call.fields()?;
    let ids = fields.texts("items", 1..=MOST, 128)?.ok_or_else(|| fields.refuse("items", "is required"))?;
    fields.end()?;
    call.huawei.database.with(|transaction| {
        let jobs = records::sub_jobs(transaction, &call.caller.project)?;
        for job in jobs.iter().filter(|job| ids.contains(&job.id)) {
            if job.stage != Stage::Done {
                return Err(call.invalid(format!("items: {} is {}", job.id, job.status())));
            }
            transaction.execute("DELETE FROM server_job WHERE id = ?1", [&job.id])?;
        }
        Ok(())
    })?;
    Answer::empty(StatusCode::OK)
}
