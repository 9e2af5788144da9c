//! The two rows that show a job.

use http::StatusCode;

use crate::huawei::Result;
use crate::huawei::call::{Answer, Call};
use crate::huawei::jobs;
use crate::huawei::refusal::Refusal;

/// `GET /v1/{project_id}/jobs/{job_id}`.
pub(in crate::huawei) fn show(call: &Call) -> Result<Answer> {
    view(call, false)
}

/// `GET /v1/cloudimages/job/{job_id}`.
pub(in crate::huawei) fn progress(call: &Call) -> Result<Answer> {
    view(call, true)
}

fn view(call: &Call, with_progress: bool) -> Result<Answer> {
    let id = call.parameter("job_id");
    let found = call.huawei.database.with(|transaction| jobs::find(transaction, &call.caller.project, id))?;
    let (job, stage) = found.ok_or_else(|| Refusal {
        status: StatusCode::NOT_FOUND,
        ..Refusal::img("IMG.0023", format!("job_id: there is no job {id:?}"))
    })?;
    Answer::json(job.view(&call.huawei, stage, with_progress))
}
