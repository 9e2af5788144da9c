//! What each kind of job does, and how its result, good or bad, reaches the database in one transaction.

use std::io;
use std::sync::Arc;

use super::transfer::{Passed, Progress, Stop, pump};
use super::{CopyOf, Job, Work, import};
use crate::ims::disk_image::{fits, read_header, virtual_size};
use crate::ims::errors::Result;
use crate::ims::images::{self, Image, Status};
use crate::ims::{Ims, jobs};
use crate::store::{ObjectInfo, StoreError};

/// What is known of an image's files once a job has them.
pub struct Stored {
    /// The system disk.
    pub passed: Passed,
    /// Bytes that a virtual machine sees of it.
    pub virtual_size: i64,
    /// Size and MD5 of each data disk that has a file, in order.
    pub volumes: Vec<Passed>,
}

/// Does a job. An error means that even its failure could not be written down.
pub fn perform(ims: &Arc<Ims>, job: &Job) -> Result<()> {
    let outcome = match &job.work {
        Work::Remove { bucket, keys } => {
            remove_files(ims, bucket, keys)?;
            return ims.database.write(|transaction| jobs::finish(transaction, job.id).map(drop));
        }
        Work::Export(copies) => return end_export(ims, job, copy_all(ims, job, copies, false).map(drop)),
        Work::Save => save(ims, job),
        Work::Copy(copies) => copy_image(ims, job, copies),
        Work::Import(files) => import::import(ims, job, files),
    };
    match outcome {
        Ok(stored) => activate(ims, job, stored),
        Err(Stop::Cancelled) => Ok(()),
        Err(Stop::Failed(reason)) => fail(ims, job, &reason),
    }
}

/// Makes the image killed, and has its files removed.
pub fn fail(ims: &Arc<Ims>, job: &Job, reason: &str) -> Result<()> {
    eprintln!("image {} failed: {reason}", job.image_id);
    ims.database.write(|transaction| {
        if !jobs::finish(transaction, job.id)? {
            return Ok(());
        }
        let Some(mut image) = images::find(transaction, &job.image_id)? else { return Ok(()) };
        if image.status == Status::Saving {
            image.status = Status::Killed;
            image.error_message = reason.to_owned();
            jobs::add(transaction, &image.image_id, None, &removal_of(&image))?;
            images::update(transaction, &mut image)?;
        }
        Ok(())
    })
}

/// The job that removes all files of an image.
pub fn removal_of(image: &Image) -> Work {
    let volumes = image.volumes.iter().map(|volume| volume.object_key.clone());
    let keys = std::iter::once(image.object_key.clone()).chain(volumes).filter(|key| !key.is_empty());
    Work::Remove { bucket: image.bucket.clone(), keys: keys.collect() }
}

/// Removes objects, the unfinished uploads to them, and the credentials for them.
pub fn remove_files(ims: &Arc<Ims>, bucket: &str, keys: &[String]) -> Result<()> {
    for key in keys {
        // Credentials first: nobody shall write what is being removed.
        let steps = [
            ims.store.revoke_credentials(bucket, key),
            ims.store.delete_uploads(bucket, key).map(drop),
            ims.store.delete(bucket, key).map(drop),
        ];
        for step in steps {
            match step {
                // A former attempt, cut off by a crash, may have come this far.
                Ok(()) | Err(StoreError::NoSuchBucket(_) | StoreError::NoSuchKey(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(())
}

fn activate(ims: &Arc<Ims>, job: &Job, stored: Stored) -> Result<()> {
    ims.database.write(|transaction| {
        if !jobs::finish(transaction, job.id)? {
            return Ok(());
        }
        let Some(mut image) = images::find(transaction, &job.image_id)? else { return Ok(()) };
        if image.status != Status::Saving {
            return Ok(());
        }
        image.status = Status::Active;
        image.progress = 100;
        image.size = stored.passed.size;
        image.checksum = stored.passed.checksum;
        image.virtual_size = stored.virtual_size;
        let with_files = image.volumes.iter_mut().filter(|volume| !volume.object_key.is_empty());
        for (volume, passed) in with_files.zip(stored.volumes) {
            volume.size = passed.size;
            volume.checksum = passed.checksum;
        }
        images::update(transaction, &mut image)
    })
}

fn end_export(ims: &Arc<Ims>, job: &Job, outcome: std::result::Result<(), Stop>) -> Result<()> {
    match outcome {
        Err(Stop::Cancelled) => return Ok(()),
        Err(Stop::Failed(reason)) => eprintln!("export of image {} failed: {reason}", job.image_id),
        Ok(()) => {}
    }
    ims.database.write(|transaction| jobs::finish(transaction, job.id).map(drop))
}

fn image_of(ims: &Arc<Ims>, job: &Job) -> std::result::Result<Image, Stop> {
    match ims.database.read(|connection| images::find(connection, &job.image_id))? {
        Some(image) if image.status == Status::Saving => Ok(image),
        _ => Err(Stop::Cancelled),
    }
}

/// Whether a file is of the format and its disk fits into `min_disk` GiB; its virtual size.
pub fn check_file(disk_format: &str, min_disk: i64, passed: &Passed) -> std::result::Result<i64, Stop> {
    let size = virtual_size(disk_format, &passed.header, passed.size.unsigned_abs()).map_err(Stop::Failed)?;
    if !fits(min_disk, size) {
        return Err(Stop::Failed(format!("minDisk is {min_disk} GiB, the image's disk has {size} bytes")));
    }
    Ok(i64::try_from(size).unwrap_or(i64::MAX))
}

/// The MD5 of an object whose bytes were thrown away: known only where it came in one piece.
fn sunk_object(info: &ObjectInfo) -> Passed {
    let whole = info.etag.len() == 32;
    let checksum = if whole { info.etag.clone() } else { String::new() };
    Passed { size: i64::try_from(info.size).unwrap_or(i64::MAX), checksum, header: Vec::new() }
}

fn save(ims: &Arc<Ims>, job: &Job) -> std::result::Result<Stored, Stop> {
    let image = image_of(ims, job)?;
    let (bucket, key) = (image.bucket.as_str(), image.object_key.as_str());
    ims.store.revoke_credentials(bucket, key)?;
    ims.store.delete_uploads(bucket, key)?;
    let Some(info) = ims.store.head(bucket, key)? else {
        return Err(Stop::Failed(format!("the uploaded object {bucket}/{key} is gone")));
    };
    if info.sunk {
        let passed = sunk_object(&info);
        return Ok(Stored { virtual_size: passed.size, passed, volumes: Vec::new() });
    }
    let mut reader = ims.store.reader(bucket, key)?;
    let passed = pump(&mut reader, &mut io::sink(), &mut Progress::new(ims, job, image.size, true))?;
    if passed.size != image.size {
        let sizes = format!("{} bytes were announced, {} are stored", image.size, passed.size);
        return Err(Stop::Failed(sizes));
    }
    let virtual_size = check_file(&image.disk_format, image.min_disk, &passed)?;
    Ok(Stored { passed, virtual_size, volumes: Vec::new() })
}

fn copy_image(ims: &Arc<Ims>, job: &Job, copies: &[CopyOf]) -> std::result::Result<Stored, Stop> {
    let image = image_of(ims, job)?;
    let mut copied = copy_all(ims, job, copies, true)?.into_iter();
    let passed = copied.next().ok_or_else(|| Stop::Failed("the image has no file".to_owned()))?;
    Ok(Stored { virtual_size: image.virtual_size, passed, volumes: copied.collect() })
}

fn copy_all(
    ims: &Arc<Ims>,
    job: &Job,
    copies: &[CopyOf],
    shown: bool,
) -> std::result::Result<Vec<Passed>, Stop> {
    let total = copies.iter().map(|copy| copy.size).sum();
    let mut progress = Progress::new(ims, job, total, shown);
    copies.iter().map(|copy| copy_one(ims, copy, &mut progress)).collect()
}

fn copy_one(ims: &Arc<Ims>, copy: &CopyOf, progress: &mut Progress<'_>) -> std::result::Result<Passed, Stop> {
    let from = (copy.from_bucket.as_str(), copy.from_key.as_str());
    if ims.store.head(from.0, from.1)?.is_some_and(|info| info.sunk) {
        return Ok(sunk_object(&ims.store.copy(from, (&copy.to_bucket, &copy.to_key))?));
    }
    let mut reader = ims.store.reader(from.0, from.1)?;
    let mut writer = ims.store.writer(&copy.to_bucket, &copy.to_key)?;
    let passed = pump(&mut reader, &mut writer, progress)?;
    if !copy.checksum.is_empty() && copy.checksum != passed.checksum {
        let digests = format!("the file's MD5 is {}, not {}", passed.checksum, copy.checksum);
        return Err(Stop::Failed(digests));
    }
    writer.commit()?;
    Ok(passed)
}

/// What upload-done checks before it answers: format and virtual size, from the first bytes alone.
pub fn peek(ims: &Arc<Ims>, image: &Image) -> std::result::Result<Option<u64>, String> {
    let complain = |error: &dyn std::fmt::Display| error.to_string();
    let info = ims.store.head(&image.bucket, &image.object_key).map_err(|error| complain(&error))?;
    let Some(info) = info.filter(|info| !info.sunk) else { return Ok(None) };
    let mut reader = ims.store.reader(&image.bucket, &image.object_key).map_err(|error| complain(&error))?;
    let header = read_header(&mut reader).map_err(|error| complain(&error))?;
    virtual_size(&image.disk_format, &header, info.size).map(Some)
}
