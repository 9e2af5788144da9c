//! Where the progress of uploads survives, and how one upload is kept to one driver.

use super::source::Source;
use crate::error::{Error, Kind, Result};
use crate::md5::Md5;
use crate::platform::LocalFuture;
use std::rc::Rc;

/// Small texts under keys: IndexedDB, a directory, or the caller's own. Keys are up to 64 characters of
/// `A-Z a-z 0-9 - _`.
pub trait CheckpointStore {
    /// None where there is no such key.
    fn load(&self, key: &str) -> LocalFuture<'static, Result<Option<String>>>;
    /// Replaces the value whole or not at all, also when the process dies meanwhile.
    fn save(&self, key: &str, value: &str) -> LocalFuture<'static, Result<()>>;
    /// A key that does not exist is no error.
    fn remove(&self, key: &str) -> LocalFuture<'static, Result<()>>;
    fn list(&self) -> LocalFuture<'static, Result<Vec<String>>>;
    /// Takes the lock of a key; none where a living driver (of this page, another tab, another process) holds it.
    fn lock(&self, key: &str) -> LocalFuture<'static, Result<Option<Rc<dyn Lock>>>>;
}

/// A lock that is held until it is dropped.
pub trait Lock {
    /// Whether it still is ours: a lease may have been taken over while the machine slept.
    fn is_held(&self) -> LocalFuture<'static, bool>;
    /// Gives it back; resolves when others can take it. Dropping it does the same, later.
    fn release(&self) -> LocalFuture<'static, ()>;
}

/// The checkpoint of one upload, and the right to write it.
pub struct Keeper {
    pub store: Rc<dyn CheckpointStore>,
    pub key: String,
    pub lock: Rc<dyn Lock>,
}

/// Why a checkpoint was not written.
pub enum NotKept {
    /// Another driver has taken the upload over.
    TakenOver,
    Failed(Error),
}

impl Keeper {
    /// Writes a checkpoint, or removes it where there is none any more.
    pub async fn write(&self, checkpoint: Option<String>) -> core::result::Result<(), NotKept> {
        if !self.lock.is_held().await {
            return Err(NotKept::TakenOver);
        }
        let done = match checkpoint {
            Some(text) => self.store.save(&self.key, &text).await,
            None => self.store.remove(&self.key).await,
        };
        done.map_err(NotKept::Failed)
    }
}

/// What tells a file from another one, and from itself as it was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileIdentity {
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// Milliseconds since 1970; 0 where it is not known.
    pub modified: u64,
    /// MD5 of its first, middle and last bytes, hexadecimal.
    pub fingerprint: String,
}

/// So many bytes at the beginning, in the middle and at the end go into a fingerprint.
const SAMPLE: u64 = 64 * 1024;

impl FileIdentity {
    /// Reads the samples.
    pub async fn of(source: &dyn Source) -> Result<Self> {
        let size = source.size();
        let length = SAMPLE.min(size);
        let mut digest = Md5::default();
        for offset in [0, (size - length) / 2, size - length] {
            digest.update(&source.read(offset, length).await?);
        }
        Ok(FileIdentity {
            name: source.name(),
            size,
            modified: source.modified(),
            fingerprint: crate::auth::sigv4::hex(&digest.finish()),
        })
    }

    /// Refuses a file that is not the one that was begun with.
    pub fn expect(&self, found: &FileIdentity) -> Result<()> {
        let differs = |what: String| {
            let message = format!(
                "this is not the file that the upload was begun with, or it was changed since: {what}; \
                 discard the upload to begin anew"
            );
            Err(Error::new(Kind::Source, message))
        };
        if found.size != self.size {
            return differs(format!("it has {} bytes, not {}", found.size, self.size));
        }
        if found.fingerprint != self.fingerprint {
            return differs("its first, middle or last bytes are others".to_owned());
        }
        if found.modified != self.modified && found.modified != 0 && self.modified != 0 {
            return differs("it was modified at another time".to_owned());
        }
        Ok(())
    }
}
