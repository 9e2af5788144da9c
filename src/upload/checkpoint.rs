//! Where the progress of uploads survives, and how one upload is kept to one driver.

use super::plan::Plan;
use super::session::resuming::VERSION;
use super::source::{Source, changed};
use crate::auth::sigv4::hex;
use crate::error::{Error, Result};
use crate::json::{Quoted, Value};
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

/// A lock that is held until it is released or dropped.
pub trait Lock {
    /// Whether it still is ours: a lease may have been taken over while the machine slept.
    fn is_held(&self) -> LocalFuture<'static, bool>;
    /// Lets go, and ends when others can take it. Where nobody waits, dropping it does the same.
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
    /// MD5 of its first, middle and last bytes, of all of them where it has no time; hexadecimal.
    pub fingerprint: String,
}

/// What has no time is read in such blocks.
const BLOCK: u64 = 1024 * 1024;
/// So many bytes at the beginning, in the middle and at the end go into a fingerprint.
const SAMPLE: u64 = 64 * 1024;

impl FileIdentity {
    /// Reads the samples; all of it where nothing else would tell of a change in between.
    pub async fn of(source: &dyn Source) -> Result<Self> {
        Self::at(source, source.modified()).await
    }

    /// The same by a few samples; none of what has no time, or can be read only once.
    pub async fn sampled(source: &dyn Source) -> Result<Option<Self>> {
        match source.modified() {
            0 => Ok(None),
            modified => Self::at(source, modified).await.map(Some),
        }
    }

    /// The same of a file that was modified then; 0 where its time is not to tell.
    async fn at(source: &dyn Source, modified: u64) -> Result<Self> {
        let size = source.size();
        let whole = modified == 0;
        let length = if whole { BLOCK } else { SAMPLE }.min(size);
        let samples = [0, (size - length) / 2, size - length];
        let count = if whole { size.div_ceil(BLOCK) } else { samples.len() as u64 };
        let mut digest = Md5::default();
        for at in 0..count {
            let offset = if whole { at * BLOCK } else { samples[at as usize] };
            digest.update(&source.read(offset, length.min(size - offset)).await?);
        }
        Ok(FileIdentity { name: source.name(), size, modified, fingerprint: hex(&digest.finish()) })
    }

    /// Refuses a file that is not the one that was begun with. Where that had no time, all bytes tell.
    pub async fn expect(&self, source: &dyn Source) -> Result<()> {
        let differs = |what: String| {
            let message = format!(
                "this is not the file that the upload was begun with, or it was changed since: {what}; \
                 discard the upload to begin anew"
            );
            Err(changed(message))
        };
        if source.size() != self.size {
            return differs(format!("it has {} bytes, not {}", source.size(), self.size));
        }
        if source.modified() == 0 && self.modified != 0 {
            return differs("it had a time of modification, and has none".to_owned());
        }
        let modified = if self.modified == 0 { 0 } else { source.modified() };
        let found = Self::at(source, modified).await?;
        if found.fingerprint != self.fingerprint {
            return differs("its bytes are others".to_owned());
        }
        if found.modified != self.modified {
            return differs("it was modified at another time".to_owned());
        }
        Ok(())
    }
}

/// What a checkpoint says of an upload besides its state: enough to find it again, and to go on with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Head {
    /// The base URL of the service, and its region.
    pub endpoint: String,
    pub region: String,
    pub file: FileIdentity,
    /// Where the file lies, in Node.
    pub path: Option<String>,
    /// The metadata of the image to create, or `{ imageId }`.
    pub target: Value,
    /// What makes the object's name this upload's alone, where the caller leaves naming it to us.
    pub object: Option<String>,
    pub part_size: u64,
    pub digest: bool,
    /// The file was looked into, and nothing speaks against it.
    pub inspected: bool,
}

impl Head {
    /// The same file for the same target at the same service has the same key.
    pub fn key(&self) -> String {
        let mut md5 = Md5::default();
        let file = &self.file;
        let identity =
            [&self.endpoint, &self.region, &file.name, &file.fingerprint, &self.target.to_string()];
        for text in identity {
            md5.update(&(text.len() as u64).to_le_bytes());
            md5.update(text.as_bytes());
        }
        md5.update(&file.size.to_le_bytes());
        md5.update(&file.modified.to_le_bytes());
        hex(&md5.finish())
    }

    pub fn to_json(&self) -> String {
        let file = &self.file;
        let inspected = if self.inspected { ",\"inspected\":true" } else { "" };
        let object =
            self.object.as_ref().map_or(String::new(), |object| format!(",\"object\":{}", Quoted(object)));
        let path = self.path.as_ref().map_or(String::new(), |path| format!(",\"path\":{}", Quoted(path)));
        format!(
            "{{\"endpoint\":{},\"region\":{},\"file\":{{\"name\":{},\"size\":{},\"modified\":{},\
             \"fingerprint\":{}{path}}},\"target\":{},\"partSize\":{},\"md5\":{}{object}{inspected}}}",
            Quoted(&self.endpoint),
            Quoted(&self.region),
            Quoted(&file.name),
            file.size,
            file.modified,
            Quoted(&file.fingerprint),
            self.target,
            self.part_size,
            self.digest,
        )
    }

    fn read(saved: &Value) -> Option<Self> {
        let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        let number = |value: &Value, name: &str| value.get(name).and_then(Value::as_u64);
        let file = saved.get("file")?;
        // No part size that could be: nobody has given it, and nothing can be gone on with.
        let (size, part_size) = (number(file, "size")?, number(saved, "partSize")?);
        Plan::new(size, Some(part_size)).ok()?;
        Some(Head {
            endpoint: text(saved, "endpoint")?,
            region: text(saved, "region")?,
            path: text(file, "path"),
            file: FileIdentity {
                name: text(file, "name")?,
                size,
                modified: number(file, "modified")?,
                fingerprint: text(file, "fingerprint")?,
            },
            target: saved.get("target").filter(|target| target.is_object())?.clone(),
            object: text(saved, "object"),
            part_size,
            digest: *saved.get("md5")? == Value::Bool(true),
            inspected: saved.get("inspected") == Some(&Value::Bool(true)),
        })
    }
}

/// A checkpoint as it was read.
pub struct Checkpoint {
    pub head: Head,
    /// For [`super::session::Session::restore`].
    pub session: Value,
}

impl Checkpoint {
    /// None where the text is none of this version.
    pub fn read(text: &str) -> Option<Self> {
        let saved = Value::parse(text).ok()?;
        if saved.get("version").and_then(Value::as_u64) != Some(VERSION) {
            return None;
        }
        let session = saved.get("session").filter(|session| session.is_object())?.clone();
        Some(Checkpoint { head: Head::read(saved.get("upload")?)?, session })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;
    use crate::service::tests::run;

    fn head() -> Head {
        Head {
            endpoint: "https://ims.example.com/".into(),
            region: "r\"1".into(),
            file: FileIdentity {
                name: "磁盘.qcow2".into(),
                size: 100 << 30,
                modified: 1,
                fingerprint: "0".repeat(32),
            },
            path: Some("/data/磁盘.qcow2".into()),
            target: Value::parse("{\"name\":\"disk\"}").unwrap(),
            object: Some("0011".into()),
            part_size: 16 << 20,
            digest: true,
            inspected: true,
        }
    }

    #[test]
    fn a_head_is_read_back_as_it_was_written() {
        let text = format!("{{\"version\":1,\"upload\":{},\"session\":{{}}}}", head().to_json());
        assert_eq!(Checkpoint::read(&text).unwrap().head, head());
        // Written before files were looked into.
        let older = text.replace(",\"inspected\":true", "");
        assert_ne!(older, text);
        assert_eq!(Checkpoint::read(&older).unwrap().head, Head { inspected: false, ..head() });
        for wrong in [
            "",
            "null",
            "{\"version\":1}",
            &text.replace("\"version\":1", "\"version\":2"),
            &text.replace("\"partSize\"", "\"size\""),
            &text.replace("\"partSize\":16777216", "\"partSize\":1000"),
            &text.replace("\"partSize\":16777216", "\"partSize\":5242880"),
            &text[..text.len() - 1],
        ] {
            assert!(Checkpoint::read(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_key_depends_on_file_target_and_service_but_not_on_where_the_file_lies() {
        let moved =
            Head { path: None, object: None, part_size: 5 << 20, digest: false, inspected: false, ..head() };
        assert_eq!(moved.key(), head().key());
        let mut others = [head(), head(), head(), head()];
        others[0].region = "r2".into();
        others[1].file.modified = 2;
        others[2].file.fingerprint = "1".repeat(32);
        others[3].target = Value::parse("{\"name\":\"other\"}").unwrap();
        for other in others {
            assert_ne!(other.key(), head().key());
        }
    }

    #[test]
    fn another_file_is_refused_with_what_is_different() {
        let bytes = vec![7; 3_000_000];
        let file = run(FileIdentity::of(&Bytes(bytes.clone(), 1))).unwrap();
        assert!(run(file.expect(&Bytes(bytes.clone(), 1))).is_ok());
        let refused = |file: &FileIdentity, other: Bytes, word: &str| {
            let error = run(file.expect(&other)).unwrap_err();
            assert!(error.kind() == Kind::Source && error.message().contains(word), "{}", error.message());
        };
        refused(&file, Bytes(vec![7], 1), "1 bytes");
        refused(&file, Bytes(vec![8; 3_000_000], 1), "bytes are others");
        refused(&file, Bytes(bytes.clone(), 2), "modified");
        refused(&file, Bytes(bytes.clone(), 0), "has none");

        // Begun without a time: then none is asked for, and all bytes are compared.
        let blob = run(FileIdentity::of(&Bytes(bytes.clone(), 0))).unwrap();
        assert!(run(blob.expect(&Bytes(bytes.clone(), 5))).is_ok());
        let mut other = bytes;
        other[1_000_000] = 8;
        refused(&blob, Bytes(other, 5), "bytes are others");
    }

    /// Bytes in memory, with a time or without.
    struct Bytes(Vec<u8>, u64);

    impl Source for Bytes {
        fn size(&self) -> u64 {
            self.0.len() as u64
        }
        fn modified(&self) -> u64 {
            self.1
        }
        fn read(&self, offset: u64, length: u64) -> LocalFuture<'static, Result<Vec<u8>>> {
            let block = self.0[offset as usize..(offset + length) as usize].to_vec();
            Box::pin(async { Ok(block) })
        }
        fn body(&self, _: u64, _: u64) -> LocalFuture<'static, Result<crate::http::Body>> {
            unreachable!("nothing is sent")
        }
        fn check(&self) -> LocalFuture<'static, Result<()>> {
            Box::pin(async { Ok(()) })
        }
        fn release(&self, _: u64, _: u64) {}
        fn is_repeatable(&self) -> bool {
            true
        }
        fn most_parallel(&self) -> u32 {
            1
        }
        fn close(&self) {}
    }

    #[test]
    fn what_has_no_time_is_told_apart_by_all_of_its_bytes() {
        for size in [1, 100, SAMPLE as usize, 3_000_000] {
            let of = |bytes: Vec<u8>, modified| run(FileIdentity::of(&Bytes(bytes, modified))).unwrap();
            let (bytes, mut other) = (vec![7; size], vec![7; size]);
            other[size * 2 / 5] = 8;
            assert_eq!(of(bytes.clone(), 0), of(bytes.clone(), 0), "{size}");
            assert_ne!(of(bytes.clone(), 0), of(other.clone(), 0), "{size}");
            // The time would be another one.
            let sampled = size < 200_000;
            assert_eq!(of(bytes, 1) != of(other, 1), sampled, "{size}");
        }
    }
}
