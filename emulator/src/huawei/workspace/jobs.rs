//! Jobs of image servers.

use serde_json::{Value, json};

use super::records::{self, Job};
use super::servers::page;
use super::sub_jobs;
use crate::huawei::call::{Answer, Call};
use crate::huawei::refusal::Refusal;
use crate::huawei::{Result, moments};

/// What a job may be of, as the data file lists it.
pub(super) const KINDS: [&str; 7] = [
    "CREATE_SERVER",
    "CREATE_SERVER_IMAGE",
    "DELETE_SERVER",
    "BUILD_IMAGE",
    "GENERATE_IMAGE",
    "DELETE_IMAGE_BUILD_SERVER",
    "DELETE_IMAGE",
];

fn view(job: &Job, sub_jobs: usize) -> Value {
    json!({
        "id": job.id,
        "job_type": job.kind,
        "begin_time": moments::milliseconds(job.begun),
        "end_time": job.ended.map(moments::milliseconds),
        "status": job.status(),
        "sub_jobs_total": sub_jobs,
    })
}

/// `GET /v1/{project_id}/image-server-jobs`.
pub(in crate::huawei) fn list(call: &Call) -> Result<Answer> {
    let (offset, limit) = page(call)?;
    let refuse = |rule: String| call.invalid(rule);
    let status = call.query.choice("status", &["WAITING", "RUNNING", "SUCCESS", "FAILED"], refuse)?;
    let kind = call.query.choice("job_type", &KINDS, refuse)?;
    let answer = call.huawei.database.with(|transaction| {
        let jobs = records::jobs(transaction, &call.caller.project)?;
        let found: Vec<&Job> = jobs
            .iter()
            .filter(|job| status.is_none_or(|status| status == job.status()))
            .filter(|job| kind.is_none_or(|kind| kind == job.kind))
            .collect();
        let mut items = Vec::new();
        for job in found.iter().skip(offset).take(limit) {
            items.push(view(job, records::parts(transaction, &job.id)?.len()));
        }
        Ok(json!({ "count": found.len(), "items": items }))
    })?;
    Answer::json(answer)
}

/// `GET /v1/{project_id}/image-server-jobs/{job_id}`.
pub(in crate::huawei) fn show(call: &Call) -> Result<Answer> {
    let id = call.parameter("job_id");
    let answer = call.huawei.database.with(|transaction| {
        let jobs = records::jobs(transaction, &call.caller.project)?;
        let job = jobs.iter().find(|job| job.id == id);
        let job = job.ok_or_else(|| Refusal::workspace(404, format!("The job {id:?} does not exist.")))?;
        let parts = records::parts(transaction, id)?;
        let mut answer = view(job, parts.len());
        answer["sub_jobs"] = parts.iter().map(sub_jobs::view).collect();
        Ok(answer)
    })?;
    Answer::json(answer)
}
