//! Background jobs: kept in the database with the state they belong to, so that a restart goes on with them.

mod import;
mod perform;
mod transfer;

pub use perform::{peek, removal_of, remove_files};

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, Transaction};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::{Notify, Semaphore};

use super::Ims;
use super::database::{Database, now};
use super::errors::{Code, ImsError, Result};

/// Jobs that run at the same time; the others wait in the database.
const MAXIMUM_RUNNING: usize = 4;
/// Jobs that may wait: a client that exports in a loop is stopped before it fills the disk.
const MAXIMUM_WAITING: i64 = 1000;

/// One object to be copied.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CopyOf {
    /// From this bucket,
    pub from_bucket: String,
    /// this object,
    pub from_key: String,
    /// into this bucket,
    pub to_bucket: String,
    /// as this object.
    pub to_key: String,
    /// What its MD5 must be; empty where that is not known.
    pub checksum: String,
    /// Bytes, for the progress.
    pub size: i64,
}

/// One file to be downloaded into the image's bucket.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Fetch {
    /// From here,
    pub url: String,
    /// as this object.
    pub key: String,
    /// GiB: the disk that the file must fit into.
    pub min_disk: i64,
}

/// What a job does.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Work {
    /// Checks and digests an uploaded file, then makes the image active.
    Save,
    /// Copies a shared image's files, then makes the new image active.
    Copy(Vec<CopyOf>),
    /// Downloads an image's files, the system disk first, then makes the image active.
    Import(Vec<Fetch>),
    /// Copies an image's files into a bucket of the user.
    Export(Vec<CopyOf>),
    /// Removes files, unfinished uploads and credentials of an image that is gone.
    Remove {
        /// The image's bucket.
        bucket: String,
        /// Its objects.
        keys: Vec<String>,
    },
}

/// A row of the jobs table.
#[derive(Clone, Debug)]
pub struct Job {
    /// Given by the database.
    pub id: i64,
    /// The image it is about.
    pub image_id: String,
    /// What to do.
    pub work: Work,
}

/// The jobs that run in this process.
pub struct Jobs {
    wake: Notify,
    paused: AtomicBool,
    stopping: AtomicBool,
    permits: Arc<Semaphore>,
    /// Running, or failed in a way that only a restart can mend.
    taken: Mutex<HashSet<i64>>,
}

impl Jobs {
    /// No job runs yet.
    pub fn new(paused: bool) -> Self {
        Self {
            wake: Notify::new(),
            paused: AtomicBool::new(paused),
            stopping: AtomicBool::new(false),
            permits: Arc::new(Semaphore::new(MAXIMUM_RUNNING)),
            taken: Mutex::new(HashSet::new()),
        }
    }

    /// Looks for new jobs; called after each transaction that added one.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    /// Holds jobs that have not begun, or lets them go. Removing files is never held.
    pub fn pause(&self, paused: bool) {
        self.paused.store(paused, Ordering::SeqCst);
        self.wake();
    }

    /// Lets running jobs break off; they begin anew at the next start.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
    }

    /// Whether running jobs shall break off.
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    /// For `/_emulator/jobs`.
    pub fn describe(&self, database: &Database) -> Result<Value> {
        let waiting = database.read(list)?;
        let images: Vec<&str> = waiting.iter().map(|job| job.image_id.as_str()).collect();
        Ok(json!({ "paused": self.paused.load(Ordering::SeqCst), "unfinished": images }))
    }

    fn take(&self, id: i64) -> bool {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).insert(id)
    }

    fn release(&self, id: i64) {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }
}

/// Adds a job within the transaction that makes it necessary. `reads` names an image whose files it needs.
pub fn add(transaction: &Transaction<'_>, image_id: &str, reads: Option<&str>, work: &Work) -> Result<i64> {
    if !matches!(work, Work::Remove { .. }) {
        let waiting: i64 = transaction.query_row("SELECT COUNT(*) FROM jobs", [], |row| row.get(0))?;
        if waiting >= MAXIMUM_WAITING {
            return Err(ImsError::new(Code::Internal, format!("{waiting} background jobs wait already")));
        }
    }
    let text =
        serde_json::to_string(work).map_err(|error| ImsError::new(Code::Internal, error.to_string()))?;
    let sql = "INSERT INTO jobs (image_id, reads, work, created_at) VALUES (?1, ?2, ?3, ?4)";
    transaction.execute(sql, (image_id, reads, text, now()))?;
    Ok(transaction.last_insert_rowid())
}

/// Removes a job; false where it was cancelled meanwhile.
pub fn finish(transaction: &Transaction<'_>, id: i64) -> Result<bool> {
    Ok(transaction.execute("DELETE FROM jobs WHERE id = ?1", [id])? == 1)
}

/// Removes all jobs about an image: they notice when they want to write their result.
pub fn cancel(transaction: &Transaction<'_>, image_id: &str) -> Result<()> {
    transaction.execute("DELETE FROM jobs WHERE image_id = ?1", [image_id])?;
    Ok(())
}

/// Whether an export or a copy still needs the image's files.
pub fn is_read(connection: &Connection, image_id: &str) -> Result<bool> {
    Ok(connection.prepare_cached("SELECT 1 FROM jobs WHERE reads = ?1")?.exists([image_id])?)
}

fn list(connection: &Connection) -> Result<Vec<Job>> {
    let mut statement = connection.prepare_cached("SELECT id, image_id, work FROM jobs ORDER BY id")?;
    let rows = statement.query_map([], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
    })?;
    let mut jobs = Vec::new();
    for row in rows {
        let (id, image_id, text) = row?;
        let work =
            serde_json::from_str(&text).map_err(|error| ImsError::new(Code::DbGetFail, error.to_string()))?;
        jobs.push(Job { id, image_id, work });
    }
    Ok(jobs)
}

/// Runs jobs for ever: those that a former process left behind first.
pub async fn run(ims: Arc<Ims>) {
    loop {
        // Made before looking, so that a job added after looking is not missed.
        let woken = ims.jobs.wake.notified();
        if let Err(error) = begin_waiting(&ims) {
            eprintln!("jobs: {error}");
        }
        woken.await;
    }
}

fn begin_waiting(ims: &Arc<Ims>) -> Result<()> {
    let paused = ims.jobs.paused.load(Ordering::SeqCst);
    for job in ims.database.read(list)? {
        if ims.jobs.is_stopping() {
            break;
        }
        if paused && !matches!(job.work, Work::Remove { .. }) {
            continue;
        }
        let Ok(permit) = Arc::clone(&ims.jobs.permits).try_acquire_owned() else { break };
        if !ims.jobs.take(job.id) {
            continue;
        }
        let ims = Arc::clone(ims);
        tokio::spawn(async move {
            let worker = (Arc::clone(&ims), job.clone());
            let result = tokio::task::spawn_blocking(move || perform::perform(&worker.0, &worker.1)).await;
            let done = match result {
                Ok(done) => done,
                Err(panic) => perform::fail(&ims, &job, &format!("the job broke down: {panic}")),
            };
            match done {
                Ok(()) => ims.jobs.release(job.id),
                // Stays taken: trying at once again would fail at once again.
                Err(error) => eprintln!("job {} of image {}: {error}", job.id, job.image_id),
            }
            drop(permit);
            ims.jobs.wake();
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_are_bounded_but_for_removals() {
        let folder = tempfile::TempDir::new().unwrap();
        let database = Database::open(&folder.path().join("ims.sqlite")).unwrap();
        let add_one = |work: &Work| database.write(|transaction| add(transaction, "img-1", None, work));
        for _ in 0..MAXIMUM_WAITING {
            add_one(&Work::Save).unwrap();
        }
        assert_eq!(add_one(&Work::Save).unwrap_err().code, Code::Internal);
        add_one(&Work::Remove { bucket: "b".to_owned(), keys: Vec::new() }).unwrap();
        database.write(|transaction| cancel(transaction, "img-1")).unwrap();
        add_one(&Work::Save).unwrap();
    }
}
