//! Reading a stored object: its segments, one after the other, as one seekable run of bytes.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::PathBuf;

use super::ObjectInfo;

/// A piece of an object: a blob's file.
#[derive(Debug)]
pub(super) struct Segment {
    pub(super) path: PathBuf,
    /// Where in the object it begins.
    pub(super) start: u64,
    pub(super) size: u64,
}

/// A stored object's bytes, in order; `std::io::Read` and `Seek`. An object that is deleted while it is read ends
/// in an error, never in fewer bytes.
#[derive(Debug)]
pub struct ObjectReader {
    pub(super) info: ObjectInfo,
    pub(super) segments: Vec<Segment>,
    pub(super) position: u64,
    /// The segment that `file` belongs to.
    pub(super) open: Option<(usize, File)>,
}

impl ObjectReader {
    /// What is being read.
    pub fn info(&self) -> &ObjectInfo {
        &self.info
    }

    fn segment_at(&self, position: u64) -> Option<usize> {
        let index = self.segments.partition_point(|segment| segment.start + segment.size <= position);
        (index < self.segments.len()).then_some(index)
    }
}

impl Read for ObjectReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(index) = self.segment_at(self.position) else { return Ok(0) };
        if buffer.is_empty() {
            return Ok(0);
        }
        let segment = &self.segments[index];
        let within = self.position - segment.start;
        let file = match &mut self.open {
            Some((open, file)) if *open == index => file,
            other => {
                let mut file = File::open(&segment.path)?;
                file.seek(SeekFrom::Start(within))?;
                &mut other.insert((index, file)).1
            }
        };
        let left = usize::try_from(segment.size - within).unwrap_or(usize::MAX);
        let wanted = buffer.len().min(left);
        let count = file.read(&mut buffer[..wanted])?;
        if count == 0 {
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "a stored blob is shorter than recorded",
            ));
        }
        self.position += count as u64;
        Ok(count)
    }
}

impl Seek for ObjectReader {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        let target = match position {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::End(offset) => self.info.size.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        let target = target
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "seek before the first byte"))?;
        self.position = target;
        // The file's own position no longer fits; the next read opens it where it is needed.
        self.open = None;
        Ok(target)
    }
}
