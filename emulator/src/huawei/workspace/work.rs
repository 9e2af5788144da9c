//! What jobs of image servers do, one stage after the other.

use std::io::Write;

use rusqlite::Transaction;

use super::records::{self, Job};
use crate::huawei::images::{self, Image};
use crate::huawei::jobs::Stage;
use crate::huawei::native::os_versions;
use crate::huawei::{BUCKET, Huawei, Result, disk};
use crate::seed::qcow2;
use crate::store::StoreError;

/// Images whose IDs begin so cannot be used: creating a server of one fails.
const MISSING: &str = "00000000-";
/// GB of the disk of a built image.
const DISK: u64 = 60;

/// When the jobs that are not done began.
pub(in crate::huawei) fn unfinished_since(transaction: &Transaction<'_>) -> Result<Vec<i64>> {
    Ok(records::unfinished(transaction)?.iter().map(|job| job.begun).collect())
}

/// The IDs of the jobs that are not done.
pub(in crate::huawei) fn unfinished_ids(transaction: &Transaction<'_>) -> Result<Vec<String>> {
    Ok(records::unfinished(transaction)?.into_iter().map(|job| job.id).collect())
}

/// Moves every unfinished job that may move to its next stage; whether one did.
pub(in crate::huawei) fn step(huawei: &Huawei, at_once: bool, duration: i64) -> Result<bool> {
    let mut moved = false;
    for job in huawei.database.with(records::unfinished)? {
        let is_due = at_once || huawei.now() >= job.begun.saturating_add(duration);
        match job.stage {
            Stage::Init => set_stage(huawei, job, Stage::Running)?,
            Stage::Running if is_due => finish(huawei, job)?,
            _ => continue,
        }
        moved = true;
    }
    Ok(moved)
}

fn set_stage(huawei: &Huawei, mut job: Job, stage: Stage) -> Result<()> {
    huawei.database.with(|transaction| {
        for mut part in records::parts(transaction, &job.id)? {
            part.stage = stage;
            records::write_job(transaction, &part)?;
        }
        job.stage = stage;
        records::write_job(transaction, &job)
    })
}

fn finish(huawei: &Huawei, mut job: Job) -> Result<()> {
    let parts = huawei.database.with(|transaction| records::parts(transaction, &job.id))?;
    for mut part in parts.into_iter().filter(|part| part.stage != Stage::Done) {
        match part.kind.as_str() {
            "CREATE_SERVER" => create(huawei, &mut part)?,
            "CREATE_SERVER_IMAGE" => build(huawei, &mut part)?,
            _ => delete(huawei, &part)?,
        }
        part.stage = Stage::Done;
        part.ended = Some(huawei.now());
        if part.failure.is_some() {
            job.failure = part.failure.clone();
        }
        huawei.database.with(|transaction| records::write_job(transaction, &part))?;
    }
    job.stage = Stage::Done;
    job.ended = Some(huawei.now());
    huawei.database.with(|transaction| records::write_job(transaction, &job))
}

fn create(huawei: &Huawei, part: &mut Job) -> Result<()> {
    huawei.database.with(|transaction| {
        let Some(mut server) = records::find(transaction, &part.project, &part.server)? else {
            return Ok(());
        };
        let image = server.image_ref["id"].as_str().unwrap_or_default();
        if image.starts_with(MISSING) {
            server.status = "ERROR".to_owned();
            let reason = format!("The image {image} does not exist.");
            part.failure = Some(("WKS.00129901".to_owned(), reason));
        } else {
            server.status = "ACTIVE".to_owned();
            server.app_group_id = records::new_id();
            server.server_id = records::new_id();
            server.instance_id = uuid::Uuid::new_v4().to_string();
        }
        records::save(huawei, transaction, &part.project, &mut server)
    })
}

/// Makes a private image of the server, which IMS then shows.
fn build(huawei: &Huawei, part: &mut Job) -> Result<()> {
    let mut image = Image::new(huawei, &part.project);
    image.name = Some(part.resource_name.clone());
    image.disk_format = Some("qcow2".to_owned());
    image.min_disk = i64::try_from(DISK).unwrap_or(0);
    os_versions::describe(&mut image, "Windows Server 2019 Datacenter 64bit");
    let bytes = qcow2::file(DISK * disk::GIB, &qcow2::pattern(&part.server, qcow2::CLUSTER));
    let mut writer = huawei.store.writer(BUCKET, &image.id)?;
    writer.write_all(&bytes).map_err(StoreError::from)?;
    writer.commit()?;
    let file = disk::digest(huawei, &image.id)?;
    image.activate(file, huawei.now());
    huawei.database.with(|transaction| {
        let Some(mut server) = records::find(transaction, &part.project, &part.server)? else {
            return Ok(());
        };
        match images::insert(huawei, transaction, &image) {
            Ok(()) => {
                server.status = "BUILT".to_owned();
                server.image_id = image.id.clone();
                part.resource_id = image.id.clone();
            }
            // The project's quota is used up.
            Err(refusal) => {
                server.status = "ERROR".to_owned();
                part.failure = Some((refusal.code, refusal.message));
            }
        }
        records::save(huawei, transaction, &part.project, &mut server)
    })
}

fn delete(huawei: &Huawei, part: &Job) -> Result<()> {
    huawei.database.with(|transaction| {
        transaction
            .execute("DELETE FROM server WHERE id = ?1 AND project = ?2", [&part.server, &part.project])?;
        Ok(())
    })
}
