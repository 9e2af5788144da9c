//! Downloads the files of an imported image into the store.

use std::io::Write;
use std::sync::Arc;

use tokio::runtime::Handle;

use super::perform::{Stored, check_file};
use super::transfer::{Meter, Passed, Progress, Stop};
use super::{Fetch, Job};
use crate::ims::Ims;
use crate::ims::disk_image::GIB;
use crate::ims::images::{self, Image, Status};

/// Downloads every file, the system disk first.
pub fn import(ims: &Arc<Ims>, job: &Job, files: &[Fetch]) -> Result<Stored, Stop> {
    let image = match ims.database.read(|connection| images::find(connection, &job.image_id))? {
        Some(image) if image.status == Status::Saving => image,
        _ => return Err(Stop::Cancelled),
    };
    let mut progress = Progress::new(ims, job, 0, true);
    let mut stored = Vec::new();
    for file in files {
        let passed = fetch(ims, &image, file, &mut progress)?;
        let virtual_size =
            check_file(&image.disk_format, file.min_disk, &passed).map_err(|stop| named(file, stop))?;
        stored.push((passed, virtual_size));
    }
    let mut stored = stored.into_iter();
    let (passed, virtual_size) =
        stored.next().ok_or_else(|| Stop::Failed("there is nothing to import".to_owned()))?;
    Ok(Stored { passed, virtual_size, volumes: stored.map(|(passed, _)| passed).collect() })
}

fn named(file: &Fetch, stop: Stop) -> Stop {
    match stop {
        Stop::Failed(reason) => Stop::Failed(format!("{}: {reason}", file.url)),
        Stop::Cancelled => Stop::Cancelled,
    }
}

/// The most bytes that a file for a disk of so many GiB can need: qcow2 adds tables to what the disk holds.
fn limit(min_disk: i64) -> i64 {
    let disk = min_disk.saturating_mul(GIB);
    disk.saturating_add(disk / 100).saturating_add(64 << 20)
}

fn fetch(ims: &Arc<Ims>, image: &Image, file: &Fetch, progress: &mut Progress<'_>) -> Result<Passed, Stop> {
    let runtime = Handle::current();
    let fail = |reason: String| named(file, Stop::Failed(reason));
    // A job runs on a thread that may block; only the network needs the runtime.
    let mut response = runtime
        .block_on(ims.http.get(&file.url).header("accept-encoding", "identity").send())
        .map_err(|error| fail(describe(&error)))?;
    if response.status() != reqwest::StatusCode::OK {
        return Err(fail(format!("answered {}", response.status())));
    }
    let limit = limit(file.min_disk);
    let too_large =
        |bytes: i64| fail(format!("has {bytes} bytes or more, a disk of {} GiB cannot", file.min_disk));
    if let Some(length) = response.content_length() {
        let length = i64::try_from(length).unwrap_or(i64::MAX);
        if length > limit {
            return Err(too_large(length));
        }
        progress.expect(length);
    }
    let mut writer = ims.store.writer(&image.bucket, &file.key)?;
    let mut meter = Meter::new();
    while let Some(chunk) = runtime.block_on(response.chunk()).map_err(|error| fail(describe(&error)))? {
        meter.take(&chunk);
        if meter.size() > limit {
            return Err(too_large(meter.size()));
        }
        writer.write_all(&chunk)?;
        progress.advance(chunk.len())?;
    }
    if meter.size() == 0 {
        return Err(fail("the file is empty".to_owned()));
    }
    writer.commit()?;
    Ok(meter.finish())
}

/// The error with its causes: reqwest's own text names only the outermost.
fn describe(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text.push_str(&format!(": {inner}"));
        cause = inner.source();
    }
    text
}
