//! What each kind of work does, and how its result, good or bad, reaches the database.

use std::io::Write;

use rusqlite::params;
use serde_json::{Value, json};

use super::{Job, Outcome, Stage, Work};
use crate::huawei::disk::{self, Address};
use crate::huawei::images::{self, File, Image, members};
use crate::huawei::refusal::Refusal;
use crate::huawei::{BUCKET, Huawei, Result};
use crate::seed::qcow2;
use crate::store::StoreError;

/// Does a job, all its parts one after the other. An error means that even its failure could not be written down.
pub(super) fn perform(huawei: &Huawei, mut job: Job) -> Result<()> {
    for part in &mut job.parts {
        // A part that was done before a crash is not done again.
        if part.outcome.is_some() {
            continue;
        }
        let outcome = match work(huawei, &part.work) {
            Ok(results) => Outcome::Success(results),
            Err(refusal) => {
                if let Some(image) = part.work.image().filter(|_| !matches!(part.work, Work::Export { .. })) {
                    kill(huawei, image)?;
                }
                Outcome::Fail { code: refusal.code, reason: refusal.message }
            }
        };
        part.outcome = Some(outcome);
        part.ended = Some(huawei.now());
    }
    job.ended = Some(huawei.now());
    let document = serde_json::to_string(&job)?;
    huawei.database.with(|transaction| {
        transaction.execute(
            "UPDATE job SET stage = ?2, document = ?3 WHERE id = ?1",
            params![job.id, Stage::Done as i64, document],
        )?;
        Ok(())
    })
}

/// Does one piece of work; gives the results of a batch.
fn work(huawei: &Huawei, work: &Work) -> Result<Vec<Value>> {
    match work {
        Work::Import { image, bucket, key } => {
            let from = Address { bucket: bucket.clone(), key: key.clone() };
            // The object may have been replaced since it was looked at.
            let plausible = disk::look(huawei, &from)?;
            let found = known(huawei, image)?;
            if !disk::fits(found.min_disk, plausible.virtual_size) {
                let (disk, size) = (found.min_disk, plausible.virtual_size);
                let rule = format!("min_disk is {disk} GB, the file's disk has {size} bytes");
                return Err(Refusal::img("IMG.0055", rule));
            }
            let place = disk::place(image);
            disk::copy(huawei, &from, &place)?;
            let file = disk::digest(huawei, image)?;
            activate(huawei, image, file, Some(plausible.format))?;
        }
        Work::Capture { image, source, gigabytes } => {
            let bytes = qcow2::file(gigabytes * disk::GIB, &qcow2::pattern(source, 2 * qcow2::CLUSTER));
            let mut writer = huawei.store.writer(BUCKET, image)?;
            writer.write_all(&bytes).map_err(StoreError::from)?;
            writer.commit()?;
            let file = disk::digest(huawei, image)?;
            activate(huawei, image, file, Some("qcow2".to_owned()))?;
        }
        Work::Export { image, bucket, key } => {
            let found = known(huawei, image)?;
            let file = found.file.ok_or_else(|| Refusal::img("IMG.0046", "It has no file."))?;
            let to = Address { bucket: bucket.clone(), key: key.clone() };
            disk::copy(huawei, &disk::place(&file.key), &to)?;
        }
        Work::Copy { image, from } => {
            let file = huawei.database.with(|transaction| {
                let source = images::find(huawei, transaction, from)?;
                source
                    .and_then(|source| source.file)
                    .ok_or_else(|| Refusal::img("IMG.0144", "It was deleted meanwhile."))
            })?;
            disk::copy(huawei, &disk::place(&file.key), &disk::place(image))?;
            activate(huawei, image, File { key: image.clone(), ..file }, None)?;
        }
        Work::Share { images, members } => return share(huawei, images, members),
        Work::Unshare { images, members } => {
            huawei.database.with(|transaction| {
                for image in images {
                    for member in members {
                        members::remove(transaction, image, member)?;
                    }
                }
                Ok(())
            })?;
        }
        Work::Answer { images, project, status } => {
            return huawei.database.with(|transaction| {
                let mut results = Vec::new();
                for image in images {
                    let done = members::answer(huawei, transaction, image, project, status)?;
                    let outcome = if done { "success" } else { "fail" };
                    results.push(json!({ "image_id": image, "project_id": project, "status": outcome }));
                }
                Ok(results)
            });
        }
    }
    Ok(Vec::new())
}

fn share(huawei: &Huawei, ids: &[String], members: &[(String, String)]) -> Result<Vec<Value>> {
    huawei.database.with(|transaction| {
        let mut results = Vec::new();
        for id in ids {
            for (member, kind) in members {
                let found = images::find(huawei, transaction, id)?;
                let status = match found {
                    Some(_) => {
                        members::add(huawei, transaction, id, member, kind)?;
                        "success"
                    }
                    None => "fail",
                };
                results.push(json!({ "image_id": id, "project_id": member, "status": status }));
            }
        }
        Ok(results)
    })
}

/// The image, in whichever region it is.
fn known(huawei: &Huawei, id: &str) -> Result<Image> {
    huawei.database.with(|transaction| {
        let found = images::find(huawei, transaction, id)?;
        found.ok_or_else(|| Refusal::img("IMG.0144", "It was deleted meanwhile."))
    })
}

/// Gives a saving image its file.
fn activate(huawei: &Huawei, id: &str, file: File, format: Option<String>) -> Result<()> {
    let now = huawei.now();
    huawei.database.with(|transaction| {
        let Some(mut image) = images::anywhere(transaction, id)? else {
            return Err(Refusal::img("IMG.0144", "It was deleted meanwhile."));
        };
        image.activate(file, now);
        match format.as_deref() {
            Some("iso" | "vhdx" | "vmdk" | "vdi" | "qed" | "qcow") => {
                image.disk_format = Some("zvhd2".to_owned())
            }
            Some(format) => image.disk_format = Some(format.to_owned()),
            None => {}
        }
        images::update(huawei, transaction, &mut image)
    })
}

/// An image that could not be made is killed and keeps no file.
fn kill(huawei: &Huawei, id: &str) -> Result<()> {
    huawei.database.with(|transaction| {
        let Some(mut image) = images::anywhere(transaction, id)? else { return Ok(()) };
        image.status = "killed".to_owned();
        images::update(huawei, transaction, &mut image)
    })?;
    disk::remove(huawei, id)
}
