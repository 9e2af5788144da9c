//! Blobs: files that are written once, then only read and deleted; and the hashing that goes with writing them.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use md5::{Digest, Md5};

use super::random;

/// The folder of all blobs.
#[derive(Debug)]
pub(super) struct Blobs {
    directory: PathBuf,
    sink: bool,
}

impl Blobs {
    pub(super) fn open(directory: PathBuf, sink: bool) -> io::Result<Self> {
        fs::create_dir_all(&directory)?;
        Ok(Self { directory, sink })
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// Starts a blob; `damage` is what the fault `flipBit` asks for.
    pub(super) fn create(&self, damage: Option<Damage>) -> io::Result<BlobWriter> {
        let place = if self.sink {
            None
        } else {
            let name = random::hex(16)?;
            let path = self.path(&name);
            Some((File::create_new(&path)?, Unkept { name, path: Some(path) }))
        };
        // Only damage makes what was received and what is stored differ.
        let stored = damage.map(|_| Md5::new());
        Ok(BlobWriter { place, received: Md5::new(), stored, damage, size: 0 })
    }

    /// Deletes a blob that nothing refers to any more. A file that is gone already is what was wanted; any other
    /// failure leaves an orphan for the sweep at the next start.
    pub(super) fn remove(&self, name: &str) {
        let _ = fs::remove_file(self.path(name));
    }

    /// Deletes all blobs but those named: what a crash left behind.
    pub(super) fn sweep(&self, keep: &HashSet<String>) -> io::Result<()> {
        for entry in fs::read_dir(&self.directory)? {
            let entry = entry?;
            let is_kept = entry.file_name().to_str().is_some_and(|name| keep.contains(name));
            if !is_kept && entry.file_type()?.is_file() {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    /// Makes the names of new blobs survive a power cut, as `fsync` of a file alone does not.
    pub(super) fn sync_directory(&self) -> io::Result<()> {
        sync_directory(&self.directory)
    }
}

#[cfg(unix)]
fn sync_directory(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

/// Other systems cannot open a folder to sync it, and do without.
#[cfg(not(unix))]
fn sync_directory(_directory: &Path) -> io::Result<()> {
    Ok(())
}

/// One bit that is stored the wrong way round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The byte, from 0, whose lowest bit is flipped; where the body is shorter nothing happens.
    pub offset: u64,
    /// True: the ETag is that of the bytes as they were sent (a disk that rots). False: of those stored (a memory
    /// or a network that errs before the store hashes).
    pub hide: bool,
}

/// A file that is deleted unless it is kept.
struct Unkept {
    name: String,
    path: Option<PathBuf>,
}

impl Drop for Unkept {
    fn drop(&mut self) {
        if let Some(path) = &self.path {
            let _ = fs::remove_file(path);
        }
    }
}

/// A blob being written.
pub(super) struct BlobWriter {
    place: Option<(File, Unkept)>,
    received: Md5,
    stored: Option<Md5>,
    damage: Option<Damage>,
    size: u64,
}

impl BlobWriter {
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.received.update(bytes);
        let start = self.size;
        self.size += bytes.len() as u64;
        match (self.damage, &mut self.stored) {
            (Some(damage), Some(stored)) => {
                let mut bytes = bytes.to_vec();
                let index = damage.offset.checked_sub(start).and_then(|index| usize::try_from(index).ok());
                if let Some(byte) = index.and_then(|index| bytes.get_mut(index)) {
                    *byte ^= 1;
                }
                stored.update(&bytes);
                write_to(&mut self.place, &bytes)
            }
            _ => write_to(&mut self.place, bytes),
        }
    }

    /// Ends the blob, safe on disk. It is deleted again unless the result is kept.
    pub(super) fn finish(self) -> io::Result<Blob> {
        let received: [u8; 16] = self.received.finalize().into();
        let digest = match (self.stored, self.damage) {
            (Some(stored), Some(damage)) if !damage.hide => stored.finalize().into(),
            _ => received,
        };
        let file = match self.place {
            Some((file, unkept)) => {
                file.sync_all()?;
                Some(unkept)
            }
            None => None,
        };
        Ok(Blob { size: self.size, digest, received, file })
    }
}

fn write_to(place: &mut Option<(File, Unkept)>, bytes: &[u8]) -> io::Result<()> {
    place.as_mut().map_or(Ok(()), |(file, _)| file.write_all(bytes))
}

/// A finished blob that the database does not know yet.
pub(super) struct Blob {
    pub(super) size: u64,
    /// The MD5 that becomes the ETag.
    pub(super) digest: [u8; 16],
    /// The MD5 of what was received, to be compared with `Content-MD5`.
    pub(super) received: [u8; 16],
    file: Option<Unkept>,
}

impl Blob {
    /// Its name for the database; `None` for a sunk one.
    pub(super) fn name(&self) -> Option<&str> {
        self.file.as_ref().map(|file| file.name.as_str())
    }

    /// To be called once the database refers to it.
    pub(super) fn keep(mut self) {
        if let Some(file) = &mut self.file {
            file.path = None;
        }
    }
}
