//! Looks into a disk image before it is uploaded: format, sizes, what it depends on, what is wrong with it.
//!
//! There is no I/O here. The caller makes an [`Inspector`] with the file's size, reads what it asks for, and gets a
//! [`DiskImageInfo`] after a few pieces: [`MAX_BYTES`] at most, in [`MAX_ROUNDS`] at most, whatever the file holds.
//!
//! ```
//! use ims_client::inspect::{Inspector, Step};
//!
//! let file = vec![0; 1 << 20];
//! let mut inspector = Inspector::new(file.len() as u64);
//! let info = loop {
//!     match inspector.step() {
//!         Step::Read(need) => {
//!             let start = need.offset as usize;
//!             inspector.give(file[start..start + need.length as usize].to_vec()).unwrap();
//!         }
//!         Step::Done(info) => break info,
//!     }
//! };
//! assert_eq!(info.format.as_str(), "raw");
//! ```
//!
//! | module | what it is for |
//! |---|---|
//! | [`regions`] | what was read, and how a format asks for more |
//! | [`formats`] | one file per format, and which of them a file is |
//! | [`guest`] | the disk inside an image, as far as a format can find its bytes |
//! | [`partitions`] | how that disk is divided and what boots it |
//! | [`info`] | the result |
//! | [`problems`] | every code of a problem |
//! | [`suggestion`] | what of it createImage wants to know, and whether a declared format is right |
//! | [`declared`] | what speaks against uploading a file under some metadata |

mod checksum;
pub mod declared;
mod encode;
pub mod formats;
pub mod guest;
pub mod info;
pub mod partitions;
pub mod problems;
pub mod regions;
pub mod suggestion;
pub mod text;

#[cfg(test)]
mod tests;

pub use info::{DiskImageInfo, Format, Problem, Severity};
pub use regions::{MAX_BYTES, MAX_ROUNDS, Need};
pub use suggestion::declared_format_problem;

use regions::Regions;

/// Looks into one file.
pub struct Inspector {
    regions: Regions,
    asked: Option<Need>,
}

/// What an [`Inspector`] wants next.
#[derive(Debug)]
pub enum Step {
    /// This piece of the file, by [`Inspector::give`].
    Read(Need),
    /// Nothing: this is known.
    Done(Box<DiskImageInfo>),
}

/// A piece was given that was not asked for: the file is not what it was when its size was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongPiece {
    /// What was asked for, if anything.
    pub asked: Option<Need>,
    /// Bytes that were given.
    pub given: usize,
}

impl Inspector {
    /// Looks into a file of so many bytes.
    pub fn new(file_size: u64) -> Self {
        Inspector { regions: Regions::new(file_size), asked: None }
    }

    /// What is to be done next.
    pub fn step(&mut self) -> Step {
        match formats::inspect(&self.regions) {
            Some(info) => Step::Done(Box::new(info)),
            None => {
                let need = self.regions.needed();
                self.asked = Some(need);
                Step::Read(need)
            }
        }
    }

    /// Takes the piece that was asked for, whole.
    pub fn give(&mut self, bytes: Vec<u8>) -> Result<(), WrongPiece> {
        match self.asked.take() {
            Some(need) if bytes.len() as u64 == u64::from(need.length) => {
                self.regions.keep(need.offset, bytes);
                Ok(())
            }
            asked => Err(WrongPiece { asked, given: bytes.len() }),
        }
    }

    /// Bytes read so far.
    pub fn bytes_read(&self) -> u64 {
        self.regions.bytes_read()
    }

    /// Pieces read so far.
    pub fn rounds(&self) -> usize {
        self.regions.rounds()
    }
}
