//! Files as images: `bucket:key` addresses, what format a file is of, and moving one into the services' own bucket.

use std::io::{Read, Seek, SeekFrom};

use md5::{Digest, Md5};
use sha2::Sha512;

use super::images::File;
use super::refusal::Refusal;
use super::{BUCKET, Huawei, Result};
use crate::store::{ObjectReader, StoreError};

/// GiB in bytes.
pub(super) const GIB: u64 = 1 << 30;
/// The largest file that is imported or exported the ordinary way.
pub(super) const LARGEST: u64 = 128 * GIB;
/// The largest that is imported or exported quickly.
pub(super) const LARGEST_QUICK: u64 = 1024 * GIB;
/// An ISO 9660 volume says so in its 17th sector.
const ISO_MAGIC_AT: u64 = 16 * 2048 + 1;

/// An object of the object store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) bucket: String,
    pub(super) key: String,
}

impl Address {
    /// Reads `bucket:key`.
    pub(super) fn parse(name: &str, text: &str) -> Result<Self> {
        match text.split_once(':') {
            Some(("", _)) => Err(Refusal::img("IMG.0068", format!("{name}: is {text:?}"))),
            Some((bucket, key)) if !key.is_empty() => {
                Ok(Self { bucket: bucket.to_owned(), key: key.to_owned() })
            }
            _ => Err(Refusal::img("IMG.0017", format!("{name}: must be bucket:file, is {text:?}"))),
        }
    }

    /// As it is written.
    pub(super) fn text(&self) -> String {
        format!("{}:{}", self.bucket, self.key)
    }
}

/// What a file turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Plausible {
    /// qcow2, vhd, raw, iso, …
    pub(super) format: String,
    pub(super) size: u64,
    pub(super) virtual_size: u64,
}

/// Looks at an object that is to become an image: it must be there and be what its name says.
pub(super) fn look(huawei: &Huawei, address: &Address) -> Result<Plausible> {
    let refuse = |reason: &str| Refusal::img("IMG.0057", format!("image_url: {}: {reason}", address.text()));
    if address.bucket == BUCKET {
        return Err(refuse("the bucket is the service's own"));
    }
    let mut reader = match huawei.store.reader(&address.bucket, &address.key) {
        Ok(reader) => reader,
        Err(StoreError::NoSuchBucket(_)) => return Err(refuse("there is no such bucket")),
        Err(StoreError::NoSuchKey(_)) => return Err(refuse("there is no such object")),
        Err(error) => return Err(refuse(&error.to_string())),
    };
    let size = reader.info().size;
    if size == 0 {
        return Err(refuse("the file is empty"));
    }
    let found = magic(&mut reader).map_err(|error| refuse(&error.to_string()))?;
    let extension = address.key.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    let format = match (extension.as_deref(), found) {
        (Some("raw" | "img" | "bin"), None) => "raw",
        // Formats of Huawei's own, which are not published.
        (Some(own @ ("zvhd" | "zvhd2")), None) => own,
        (Some("qcow2" | "qcow"), Some(format @ ("qcow2" | "qcow"))) => format,
        (Some(named), Some(found)) if named == found => found,
        (Some("raw" | "img" | "bin" | "zvhd" | "zvhd2"), Some(found)) => {
            return Err(refuse(&format!("the file is a {found}, not what its name says")));
        }
        (Some("qcow2" | "qcow" | "vhd" | "vhdx" | "vmdk" | "vdi" | "qed" | "iso"), _) => {
            return Err(refuse("the file is not of the format that its name says"));
        }
        (_, Some(found)) => found,
        (_, None) => return Err(refuse("the file's format is not known")),
    };
    let virtual_size = if format == "qcow2" { qcow2_size(&mut reader) } else { size };
    Ok(Plausible { format: format.to_owned(), size, virtual_size })
}

/// The format that the bytes tell of; raw disks tell nothing.
fn magic(reader: &mut ObjectReader) -> std::io::Result<Option<&'static str>> {
    let size = reader.info().size;
    let start = at(reader, 0, 128)?;
    let begins = |text: &[u8]| start.starts_with(text);
    Ok(if begins(b"QFI\xfb") {
        Some(if start.get(7) == Some(&1) { "qcow" } else { "qcow2" })
    } else if begins(b"conectix") || (size >= 512 && at(reader, size - 512, 8)? == b"conectix") {
        Some("vhd")
    } else if begins(b"vhdxfile") {
        Some("vhdx")
    } else if begins(b"KDMV") || begins(b"# Disk DescriptorFile") {
        Some("vmdk")
    } else if begins(b"QED\0") {
        Some("qed")
    } else if start.get(64..68) == Some(&[0x7f, 0x10, 0xda, 0xbe]) {
        Some("vdi")
    } else if size > ISO_MAGIC_AT + 5 && at(reader, ISO_MAGIC_AT, 5)? == b"CD001" {
        Some("iso")
    } else {
        None
    })
}

/// So many bytes from an offset, fewer at the end.
fn at(reader: &mut ObjectReader, offset: u64, length: u64) -> std::io::Result<Vec<u8>> {
    reader.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::new();
    reader.by_ref().take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn qcow2_size(reader: &mut ObjectReader) -> u64 {
    let header = at(reader, 24, 8).unwrap_or_default();
    header.first_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

/// Whether a disk of so many GB holds the file's.
pub(super) fn fits(min_disk: i64, virtual_size: u64) -> bool {
    virtual_size <= u64::try_from(min_disk).unwrap_or(0).saturating_mul(GIB)
}

/// Copies an object to another place, both sharing the bytes.
pub(super) fn copy(huawei: &Huawei, from: &Address, to: &Address) -> Result<()> {
    huawei.store.copy((&from.bucket, &from.key), (&to.bucket, &to.key))?;
    Ok(())
}

/// Where the file of an image lies.
pub(super) fn place(key: &str) -> Address {
    Address { bucket: BUCKET.to_owned(), key: key.to_owned() }
}

/// Digests an object of the services' own bucket.
pub(super) fn digest(huawei: &Huawei, key: &str) -> Result<File> {
    let mut reader = huawei.store.reader(BUCKET, key)?;
    let broken = |error: std::io::Error| Refusal::internal(format!("{key}: {error}"));
    let is_qcow2 = magic(&mut reader).map_err(broken)? == Some("qcow2");
    let virtual_size = if is_qcow2 { qcow2_size(&mut reader) } else { reader.info().size };
    reader.seek(SeekFrom::Start(0)).map_err(broken)?;
    let (mut md5, mut sha512, mut size) = (Md5::new(), Sha512::new(), 0_u64);
    let mut buffer = vec![0; 1 << 20];
    loop {
        let length = reader.read(&mut buffer).map_err(broken)?;
        if length == 0 {
            break;
        }
        md5.update(&buffer[..length]);
        sha512.update(&buffer[..length]);
        size += length as u64;
    }
    Ok(File {
        key: key.to_owned(),
        size,
        checksum: hex(&md5.finalize()),
        sha512: hex(&sha512.finalize()),
        virtual_size,
    })
}

/// The format that a file of the services' own bucket tells of itself.
pub(super) fn format(huawei: &Huawei, key: &str) -> Result<Option<&'static str>> {
    let mut reader = huawei.store.reader(BUCKET, key)?;
    magic(&mut reader).map_err(|error| Refusal::internal(format!("{key}: {error}")))
}

/// Removes the file of an image that is gone.
pub(super) fn remove(huawei: &Huawei, key: &str) -> Result<()> {
    huawei.store.delete(BUCKET, key)?;
    Ok(())
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::store::{ObjectStore, StoreOptions};

    fn huawei(folder: &std::path::Path) -> std::sync::Arc<Huawei> {
        let store = ObjectStore::open(folder, StoreOptions::default()).unwrap();
        store.create_bucket("images").unwrap();
        let options = crate::huawei::Options {
            url: "http://127.0.0.1:1".to_owned(),
            region: "region0".to_owned(),
            account: crate::huawei::DemoAccount::default(),
            token_ttl: std::time::Duration::from_secs(60),
            quota: None,
            native_errors: false,
            job_duration: std::time::Duration::ZERO,
            pause_jobs: true,
        };
        Huawei::open(folder, options, store).unwrap()
    }

    #[test]
    fn files_must_be_what_their_names_say() {
        let folder = tempfile::tempdir().unwrap();
        let huawei = huawei(folder.path());
        let qcow2 = crate::seed::qcow2::file(3 * GIB, b"x");
        let mut vhd = vec![0; 1024];
        vhd[512..520].copy_from_slice(b"conectix");
        let mut iso = vec![0; 40_000];
        iso[32_769..32_774].copy_from_slice(b"CD001");
        let look = |key: &str, bytes: &[u8]| {
            let mut writer = huawei.store.writer("images", key).unwrap();
            writer.write_all(bytes).unwrap();
            writer.commit().unwrap();
            look(&huawei, &Address::parse("image_url", &format!("images:{key}")).unwrap())
        };
        let format = |found: Result<Plausible>| {
            found.map(|plausible| plausible.format).map_err(|refusal| refusal.code)
        };
        assert_eq!(look("a.qcow2", &qcow2).unwrap().virtual_size, 3 * GIB);
        for (key, bytes, expected) in [
            ("a.vhd", &vhd[..], Ok("vhd")),
            ("a.iso", &iso, Ok("iso")),
            ("a.raw", b"any bytes", Ok("raw")),
            ("a.zvhd2", b"any bytes", Ok("zvhd2")),
            ("no-extension", &qcow2, Ok("qcow2")),
            ("a.raw", &qcow2, Err("IMG.0057")),
            ("a.qcow2", b"any bytes", Err("IMG.0057")),
            ("a.vmdk", b"any bytes", Err("IMG.0057")),
            ("a.txt", b"any bytes", Err("IMG.0057")),
            ("empty.raw", b"", Err("IMG.0057")),
        ] {
            let found = format(look(key, bytes));
            assert_eq!(found, expected.map(str::to_owned).map_err(str::to_owned), "{key}");
        }
        let code = |text: &str| Address::parse("image_url", text).map_err(|refusal| refusal.code);
        assert_eq!(code("no-colon"), Err("IMG.0017".to_owned()));
        assert_eq!(code(":key"), Err("IMG.0068".to_owned()));
        assert_eq!(code("bucket:"), Err("IMG.0017".to_owned()));
        assert_eq!(code("b:k:l").unwrap().key, "k:l");
    }
}
