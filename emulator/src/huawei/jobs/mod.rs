//! Jobs: what runs in the background, from INIT over RUNNING to SUCCESS or FAIL, kept across restarts.

mod perform;
mod worker;

pub use worker::run;
pub(super) use worker::{advance, pause};

use rusqlite::{OptionalExtension, Transaction, params};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::database::new_id;
use super::{Huawei, Result, images, moments};

/// How far a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Init = 0,
    Running = 1,
    Done = 2,
}

impl Stage {
    pub(super) fn of(number: i64) -> Stage {
        match number {
            0 => Stage::Init,
            1 => Stage::Running,
            _ => Stage::Done,
        }
    }
}

/// What a job, or a part of it, is to do.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Work {
    /// Takes an object of the user's as the image's file.
    Import { image: String, bucket: String, key: String },
    /// Makes a disk of so many GB as a server's or a volume's would be.
    Capture { image: String, source: String, gigabytes: u64 },
    /// Writes the image's file into a bucket of the user's.
    Export { image: String, bucket: String, key: String },
    /// Copies another image's file.
    Copy { image: String, from: String },
    /// Adds members to images.
    Share { images: Vec<String>, members: Vec<(String, String)> },
    /// Takes members from images.
    Unshare { images: Vec<String>, members: Vec<String> },
    /// Changes what a member says to images.
    Answer { images: Vec<String>, project: String, status: String },
}

/// A part of a job that has parts of its own, or all of one that has none.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Part {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) work: Work,
    pub(super) image_name: Option<String>,
    /// What became of it: a code and a reason where it failed.
    pub(super) outcome: Option<Outcome>,
    pub(super) ended: Option<i64>,
}

/// How a part ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Outcome {
    /// With the results of a batch, if it is one.
    Success(Vec<Value>),
    Fail {
        code: String,
        reason: String,
    },
}

/// A job.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Job {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) begun: i64,
    pub(super) ended: Option<i64>,
    /// One, or several sub-jobs.
    pub(super) parts: Vec<Part>,
    /// Whether the parts are shown as sub-jobs.
    pub(super) has_sub_jobs: bool,
}

impl Work {
    /// The image that the work is about.
    pub(super) fn image(&self) -> Option<&str> {
        match self {
            Work::Import { image, .. }
            | Work::Capture { image, .. }
            | Work::Export { image, .. }
            | Work::Copy { image, .. } => Some(image),
            _ => None,
        }
    }
}

/// A part that has not begun.
pub(super) fn part(kind: &str, image_name: Option<&str>, work: Work) -> Part {
    let image_name = image_name.map(str::to_owned);
    Part { id: new_id(), kind: kind.to_owned(), work, image_name, outcome: None, ended: None }
}

/// Adds a job of one part; gives its ID.
pub(super) fn add(
    huawei: &Huawei,
    transaction: &Transaction<'_>,
    project: &str,
    part: Part,
) -> Result<String> {
    let kind = part.kind.clone();
    let job =
        Job { id: new_id(), kind, begun: huawei.now(), ended: None, parts: vec![part], has_sub_jobs: false };
    insert(transaction, project, &job)?;
    Ok(job.id)
}

/// Adds a job with sub-jobs; gives its ID.
pub(super) fn add_with_sub_jobs(
    huawei: &Huawei,
    transaction: &Transaction<'_>,
    project: &str,
    kind: &str,
    parts: Vec<Part>,
) -> Result<String> {
    let kind = kind.to_owned();
    let job = Job { id: new_id(), kind, begun: huawei.now(), ended: None, parts, has_sub_jobs: true };
    insert(transaction, project, &job)?;
    Ok(job.id)
}

fn insert(transaction: &Transaction<'_>, project: &str, job: &Job) -> Result<()> {
    transaction.execute(
        "INSERT INTO job (id, project, stage, document) VALUES (?1, ?2, 0, ?3)",
        params![job.id, project, serde_json::to_string(job)?],
    )?;
    Ok(())
}

/// A project's job with its stage.
pub(super) fn find(transaction: &Transaction<'_>, project: &str, id: &str) -> Result<Option<(Job, Stage)>> {
    let sql = "SELECT document, stage FROM job WHERE id = ?1 AND project = ?2";
    let row: Option<(String, i64)> =
        transaction.query_row(sql, [id, project], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let Some((document, stage)) = row else { return Ok(None) };
    Ok(Some((serde_json::from_str(&document)?, Stage::of(stage))))
}

/// The unfinished jobs, the oldest first.
pub(super) fn unfinished(transaction: &Transaction<'_>) -> Result<Vec<(Job, Stage)>> {
    let mut statement =
        transaction.prepare_cached("SELECT document, stage FROM job WHERE stage < 2 ORDER BY position")?;
    let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))?;
    let mut jobs = Vec::new();
    for row in rows {
        let (document, stage) = row?;
        jobs.push((serde_json::from_str(&document)?, Stage::of(stage)));
    }
    Ok(jobs)
}

/// Images whose uploads a former process did not live to see the end of wait for their files again.
pub(super) fn forget_uploads(huawei: &Huawei) -> Result<()> {
    huawei.database.with(|transaction| {
        let jobs = unfinished(transaction)?;
        let is_made =
            |id: &str| jobs.iter().any(|(job, _)| job.parts.iter().any(|part| part.work.image() == Some(id)));
        for mut image in images::all(huawei, transaction)? {
            if image.status == "saving" && !is_made(&image.id) {
                image.status = "queued".to_owned();
                images::update(huawei, transaction, &mut image)?;
            }
        }
        Ok(())
    })
}

impl Job {
    /// The first failure, if the job failed.
    fn failure(&self) -> Option<(&str, &str)> {
        self.parts.iter().find_map(|part| match &part.outcome {
            Some(Outcome::Fail { code, reason }) => Some((code.as_str(), reason.as_str())),
            _ => None,
        })
    }

    fn status(&self, stage: Stage) -> &'static str {
        match (stage, self.failure()) {
            (Stage::Init, _) => "INIT",
            (Stage::Running, _) => "RUNNING",
            (Stage::Done, None) => "SUCCESS",
            (Stage::Done, Some(_)) => "FAIL",
        }
    }

    /// Per cent.
    fn progress(&self, huawei: &Huawei, stage: Stage) -> f64 {
        match stage {
            Stage::Init => 0.0,
            Stage::Done => 100.0,
            Stage::Running => {
                let duration = huawei.options.job_duration.as_millis() as f64;
                let passed = (huawei.now() - self.begun).max(0) as f64;
                if duration == 0.0 { 50.0 } else { (passed * 100.0 / duration).round().clamp(1.0, 99.0) }
            }
        }
    }

    /// The job as both job rows show it; `with_progress` as the newer one does.
    pub(super) fn view(&self, huawei: &Huawei, stage: Stage, with_progress: bool) -> Value {
        let status = self.status(stage);
        let failure = self.failure().filter(|_| stage == Stage::Done);
        let mut entities = self.entities(stage);
        if with_progress {
            entities["process_percent"] = json!(self.progress(huawei, stage));
            entities["current_task"] = self.kind.clone().into();
            if let [part] = self.parts.as_slice() {
                entities["subJobId"] = part.id.clone().into();
            }
        }
        json!({
            "status": status,
            "job_id": self.id,
            "job_type": self.kind,
            "begin_time": moments::milliseconds(self.begun),
            "end_time": self.ended.map(moments::milliseconds),
            "error_code": failure.map(|(code, _)| code),
            "fail_reason": failure.map(|(_, reason)| reason),
            "entities": entities,
        })
    }

    fn entities(&self, stage: Stage) -> Value {
        if self.has_sub_jobs {
            let results: Vec<Value> = self.parts.iter().map(|part| self.sub_job(part, stage)).collect();
            let ids: Vec<&str> = self.parts.iter().map(|part| part.id.as_str()).collect();
            return json!({ "sub_jobs_result": results, "sub_jobs_list": ids });
        }
        let Some(part) = self.parts.first() else { return json!({}) };
        match (part.work.image(), &part.outcome) {
            (Some(image), _) => {
                let mut entities = json!({ "image_id": image });
                if let Some(name) = &part.image_name {
                    entities["image_name"] = name.clone().into();
                }
                entities
            }
            (None, Some(Outcome::Success(results))) => json!({ "results": results }),
            (None, _) => json!({ "results": [] }),
        }
    }

    fn sub_job(&self, part: &Part, stage: Stage) -> Value {
        let (status, code, reason) = match &part.outcome {
            _ if stage == Stage::Init => ("INIT", None, None),
            None => ("RUNNING", None, None),
            Some(Outcome::Success(_)) => ("SUCCESS", None, None),
            Some(Outcome::Fail { code, reason }) => ("FAIL", Some(code), Some(reason)),
        };
        json!({
            "status": status,
            "job_id": part.id,
            "job_type": part.kind,
            "begin_time": moments::milliseconds(self.begun),
            "end_time": part.ended.map(moments::milliseconds),
            "error_code": code,
            "fail_reason": reason,
            "entities": { "image_id": part.work.image(), "image_name": part.image_name },
        })
    }
}
