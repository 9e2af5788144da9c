//! Moves bytes through a buffer while digesting them, telling the progress, and noticing that nobody wants them any more.

use std::io::{Read, Write};
use std::sync::Arc;

use md5::{Digest, Md5};

use super::Job;
use crate::ims::disk_image::HEADER_BYTES;
use crate::ims::{Ims, images};

/// Why a job ends without a result.
#[derive(Debug)]
pub enum Stop {
    /// The image is gone or the emulator is ending: nothing is to be written.
    Cancelled,
    /// It cannot be done; the image becomes killed with this message.
    Failed(String),
}

impl<E: std::error::Error> From<E> for Stop {
    fn from(error: E) -> Self {
        Stop::Failed(error.to_string())
    }
}

/// What passed through.
#[derive(Clone, Debug)]
pub struct Passed {
    /// Bytes.
    pub size: i64,
    /// MD5 in hex.
    pub checksum: String,
    /// The first bytes, enough for [`crate::ims::disk_image::virtual_size`].
    pub header: Vec<u8>,
}

/// Progress of one image over all the files of its job.
pub struct Progress<'a> {
    ims: &'a Arc<Ims>,
    job: &'a Job,
    /// Exports do not touch the image's progress.
    shown: bool,
    total: i64,
    done: i64,
    told: i64,
}

impl<'a> Progress<'a> {
    /// For `total` bytes, or 0 where that is not known.
    pub fn new(ims: &'a Arc<Ims>, job: &'a Job, total: i64, shown: bool) -> Self {
        Self { ims, job, shown, total, done: 0, told: 0 }
    }

    /// More bytes are expected than was known before.
    pub fn expect(&mut self, bytes: i64) {
        self.total = self.total.saturating_add(bytes);
    }

    /// Some bytes have passed. Writes to the database at every twentieth of the whole only.
    pub fn advance(&mut self, bytes: usize) -> Result<(), Stop> {
        if self.ims.jobs.is_stopping() {
            return Err(Stop::Cancelled);
        }
        self.done = self.done.saturating_add(i64::try_from(bytes).unwrap_or(i64::MAX));
        // 100 is for active images.
        let per_cent = (i128::from(self.done) * 100 / i128::from(self.total.max(1))).min(99) as i64;
        if !self.shown || self.total == 0 || per_cent < self.told + 5 {
            return Ok(());
        }
        self.told = per_cent;
        let image_id = &self.job.image_id;
        match self.ims.database.write(|transaction| images::set_progress(transaction, image_id, per_cent)) {
            Ok(true) => Ok(()),
            Ok(false) => Err(Stop::Cancelled),
            Err(error) => Err(error.into()),
        }
    }
}

/// Digests what is written through it.
pub struct Meter {
    digest: Md5,
    size: i64,
    header: Vec<u8>,
}

impl Meter {
    /// Nothing has passed yet.
    pub fn new() -> Self {
        Self { digest: Md5::new(), size: 0, header: Vec::with_capacity(HEADER_BYTES) }
    }

    /// Takes some bytes in.
    pub fn take(&mut self, bytes: &[u8]) {
        let missing = HEADER_BYTES - self.header.len();
        self.header.extend_from_slice(&bytes[..missing.min(bytes.len())]);
        self.digest.update(bytes);
        self.size = self.size.saturating_add(i64::try_from(bytes.len()).unwrap_or(i64::MAX));
    }

    /// What passed so far.
    pub fn size(&self) -> i64 {
        self.size
    }

    /// What passed in all.
    pub fn finish(self) -> Passed {
        let checksum = self.digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Passed { size: self.size, checksum, header: self.header }
    }
}

/// Reads to the end and writes everything.
pub fn pump(
    reader: &mut impl Read,
    writer: &mut impl Write,
    progress: &mut Progress<'_>,
) -> Result<Passed, Stop> {
    let mut buffer = vec![0; 1 << 20];
    let mut meter = Meter::new();
    loop {
        let length = reader.read(&mut buffer)?;
        if length == 0 {
            return Ok(meter.finish());
        }
        meter.take(&buffer[..length]);
        writer.write_all(&buffer[..length])?;
        progress.advance(length)?;
    }
}
