//! What is kept of image servers and of their jobs, and how it is found.

use rusqlite::{OptionalExtension, Row, Transaction, params};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::huawei::jobs::Stage;
use crate::huawei::refusal::Refusal;
use crate::huawei::{Huawei, Result, moments};

/// An image server.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Server {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) description: String,
    pub(super) image_ref: Value,
    pub(super) server_group_id: String,
    pub(super) app_group_id: String,
    pub(super) server_id: String,
    pub(super) instance_id: String,
    pub(super) image_id: String,
    /// CREATING, ACTIVE, BUILDING, BUILT, ERROR or DELETING.
    pub(super) status: String,
    pub(super) authorize_accounts: Value,
    pub(super) create_time: i64,
    pub(super) update_time: i64,
    pub(super) enterprise_project_id: String,
    /// Apps that were attached last: IDs of the attachment and of the app.
    pub(super) apps: Vec<(String, String)>,
}

impl Server {
    pub(super) fn view(&self) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "image_ref": self.image_ref,
            "server_group_id": self.server_group_id,
            "app_group_id": self.app_group_id,
            "server_id": self.server_id,
            "instance_id": self.instance_id,
            "image_id": self.image_id,
            "status": self.status,
            "authorize_accounts": self.authorize_accounts,
            "create_time": moments::milliseconds(self.create_time),
            "update_time": moments::milliseconds(self.update_time),
            "enterprise_project_id": self.enterprise_project_id,
        })
    }
}

/// A job, or a sub-job where it has a parent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Job {
    pub(super) id: String,
    pub(super) parent: Option<String>,
    pub(super) project: String,
    /// CREATE_SERVER, CREATE_SERVER_IMAGE or DELETE_SERVER.
    pub(super) kind: String,
    /// The server of a sub-job, and what the image is to be called.
    pub(super) server: String,
    pub(super) resource_id: String,
    pub(super) resource_name: String,
    pub(super) begun: i64,
    pub(super) ended: Option<i64>,
    /// Code and reason, where it failed.
    pub(super) failure: Option<(String, String)>,
    #[serde(skip, default = "waiting")]
    pub(super) stage: Stage,
}

fn waiting() -> Stage {
    Stage::Init
}

impl Job {
    pub(super) fn status(&self) -> &'static str {
        match (self.stage, &self.failure) {
            (Stage::Init, _) => "WAITING",
            (Stage::Running, _) => "RUNNING",
            (Stage::Done, None) => "SUCCESS",
            (Stage::Done, Some(_)) => "FAILED",
        }
    }

    fn of_row(row: &Row<'_>) -> rusqlite::Result<(String, i64)> {
        Ok((row.get("document")?, row.get("stage")?))
    }
}

/// An ID as Workspace's own are: 18 digits.
pub(super) fn new_id() -> String {
    let number = uuid::Uuid::new_v4().as_u128() % 100_000_000_000_000_000;
    format!("{}", 600_000_000_000_000_000 + number)
}

/// A project's servers, the newest first.
pub(super) fn servers(transaction: &Transaction<'_>, project: &str) -> Result<Vec<Server>> {
    let sql = "SELECT document FROM server WHERE project = ?1 ORDER BY position DESC";
    let mut statement = transaction.prepare_cached(sql)?;
    let rows = statement.query_map([project], |row| row.get::<_, String>(0))?;
    let documents = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    documents.iter().map(|document| Ok(serde_json::from_str(document)?)).collect()
}

/// One of a project's servers.
pub(super) fn find(transaction: &Transaction<'_>, project: &str, id: &str) -> Result<Option<Server>> {
    let sql = "SELECT document FROM server WHERE id = ?1 AND project = ?2";
    let document: Option<String> = transaction.query_row(sql, [id, project], |row| row.get(0)).optional()?;
    Ok(document.map(|document| serde_json::from_str(&document)).transpose()?)
}

/// One of a project's servers, or 404.
pub(super) fn known(transaction: &Transaction<'_>, project: &str, id: &str) -> Result<Server> {
    let message = || Refusal::workspace(404, format!("The image server {id:?} does not exist."));
    find(transaction, project, id)?.ok_or_else(message)
}

/// Writes a server, a new one or a changed one.
pub(super) fn save(
    huawei: &Huawei,
    transaction: &Transaction<'_>,
    project: &str,
    server: &mut Server,
) -> Result<()> {
    server.update_time = huawei.now();
    transaction.execute(
        "INSERT INTO server (id, project, document) VALUES (?1, ?2, ?3)
         ON CONFLICT (id) DO UPDATE SET document = excluded.document",
        params![server.id, project, serde_json::to_string(server)?],
    )?;
    Ok(())
}

/// Adds a job with a sub-job for each server; gives its ID.
pub(super) fn add_job(
    huawei: &Huawei,
    transaction: &Transaction<'_>,
    project: &str,
    kind: &str,
    servers: &[(&Server, &str)],
) -> Result<String> {
    let job = |parent: Option<&str>, server: &str, name: &str| Job {
        id: new_id(),
        parent: parent.map(str::to_owned),
        project: project.to_owned(),
        kind: kind.to_owned(),
        server: server.to_owned(),
        resource_id: server.to_owned(),
        resource_name: name.to_owned(),
        begun: huawei.now(),
        ended: None,
        failure: None,
        stage: Stage::Init,
    };
    let parent = job(None, "", "");
    write_job(transaction, &parent)?;
    for (server, name) in servers {
        write_job(transaction, &job(Some(&parent.id), &server.id, name))?;
    }
    Ok(parent.id)
}

/// Writes a job, a new one or a changed one.
pub(super) fn write_job(transaction: &Transaction<'_>, job: &Job) -> Result<()> {
    transaction.execute(
        "INSERT INTO server_job (id, parent, project, stage, document) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (id) DO UPDATE SET stage = excluded.stage, document = excluded.document",
        params![job.id, job.parent, job.project, job.stage as i64, serde_json::to_string(job)?],
    )?;
    Ok(())
}

fn read((document, stage): (String, i64)) -> Result<Job> {
    Ok(Job { stage: Stage::of(stage), ..serde_json::from_str(&document)? })
}

fn select(transaction: &Transaction<'_>, sql: &str, arguments: &[&str]) -> Result<Vec<Job>> {
    let mut statement = transaction.prepare_cached(sql)?;
    let rows = statement.query_map(rusqlite::params_from_iter(arguments), Job::of_row)?;
    rows.collect::<rusqlite::Result<Vec<_>>>()?.into_iter().map(read).collect()
}

/// A project's jobs, the newest first.
pub(super) fn jobs(transaction: &Transaction<'_>, project: &str) -> Result<Vec<Job>> {
    let sql = "SELECT * FROM server_job WHERE project = ?1 AND parent IS NULL ORDER BY position DESC";
    select(transaction, sql, &[project])
}

/// A project's sub-jobs, the newest first.
pub(super) fn sub_jobs(transaction: &Transaction<'_>, project: &str) -> Result<Vec<Job>> {
    let sql = "SELECT * FROM server_job WHERE project = ?1 AND parent IS NOT NULL ORDER BY position DESC";
    select(transaction, sql, &[project])
}

/// The sub-jobs of a job, in order.
pub(super) fn parts(transaction: &Transaction<'_>, job: &str) -> Result<Vec<Job>> {
    select(transaction, "SELECT * FROM server_job WHERE parent = ?1 ORDER BY position", &[job])
}

/// All jobs that are not done, whoever's they are.
pub(super) fn unfinished(transaction: &Transaction<'_>) -> Result<Vec<Job>> {
    let sql = "SELECT * FROM server_job WHERE parent IS NULL AND stage < 2 ORDER BY position";
    select(transaction, sql, &[])
}
