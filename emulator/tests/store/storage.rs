//! The store's own interface, and what lies on disk: nothing half-written, nothing lost at a restart.

use std::io::{Read, Seek, SeekFrom, Write};

use ims_emulator::store::{ObjectStore, StoreError, StoreOptions};
use tokio::io::AsyncWriteExt;

use crate::support::{Call, Cloud, PART, begin, bytes, complete, eventually, md5, part};

fn open(directory: &tempfile::TempDir) -> ObjectStore {
    ObjectStore::open(directory.path(), StoreOptions::default()).unwrap()
}

fn blob_count(directory: &tempfile::TempDir) -> usize {
    std::fs::read_dir(directory.path().join("oss/blobs")).unwrap().count()
}

#[test]
fn a_writer_leaves_all_or_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(&directory);
    store.create_bucket("images").unwrap();
    let mut dropped = store.writer("images", "k").unwrap();
    dropped.write_all(&[1; 5000]).unwrap();
    assert_eq!(blob_count(&directory), 1);
    drop(dropped);
    assert_eq!((store.head("images", "k").unwrap(), blob_count(&directory)), (None, 0));

    let content = bytes(5, 2_500_000);
    let mut writer = store.writer("images", "k").unwrap().content_type("text/plain");
    writer.write_all(&content[..1]).unwrap();
    writer.write_all(&content[1..]).unwrap();
    let info = writer.commit().unwrap();
    assert_eq!((info.size, info.etag.clone()), (2_500_000, md5(&content)));
    assert_eq!(store.head("images", "k").unwrap(), Some(info));

    let mut reader = store.reader("images", "k").unwrap();
    let mut read = Vec::new();
    reader.read_to_end(&mut read).unwrap();
    assert!(read == content);
    reader.seek(SeekFrom::End(-10)).unwrap();
    let mut tail = Vec::new();
    reader.read_to_end(&mut tail).unwrap();
    assert_eq!(tail, content[content.len() - 10..]);
    assert!(reader.seek(SeekFrom::Current(-3_000_000)).is_err());

    assert!(matches!(store.writer("nowhere", "k"), Err(StoreError::NoSuchBucket(_))));
    assert!(matches!(store.writer("images", ""), Err(StoreError::InvalidKey(_))));
    assert!(matches!(store.reader("images", "none"), Err(StoreError::NoSuchKey(_))));
    assert!(matches!(store.create_bucket("x"), Err(StoreError::InvalidBucketName(_))));
    assert!(store.delete("images", "k").unwrap() && !store.delete("images", "k").unwrap());
    assert_eq!(blob_count(&directory), 0);
}

#[test]
fn a_start_sweeps_what_a_crash_left() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(&directory);
    store.create_bucket("images").unwrap();
    let mut kept = store.writer("images", "kept").unwrap();
    kept.write_all(b"kept").unwrap();
    kept.commit().unwrap();
    let mut broken = store.writer("images", "broken").unwrap();
    broken.write_all(b"half of it").unwrap();
    // A killed process runs no destructors.
    std::mem::forget(broken);
    drop(store);
    assert_eq!(blob_count(&directory), 2);
    let store = open(&directory);
    assert_eq!(blob_count(&directory), 1);
    let mut text = String::new();
    store.reader("images", "kept").unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(text, "kept");
    assert_eq!(store.list_buckets().unwrap(), ["images"]);
}

#[test]
fn a_reader_crosses_the_parts_and_an_emptied_disk_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(&directory);
    store.create_bucket("images").unwrap();
    let mut writer = store.writer("images", "k").unwrap();
    writer.write_all(b"content").unwrap();
    writer.commit().unwrap();
    let mut reader = store.reader("images", "k").unwrap();
    for entry in std::fs::read_dir(directory.path().join("oss/blobs")).unwrap() {
        std::fs::write(entry.unwrap().path(), b"con").unwrap();
    }
    let error = reader.read_to_end(&mut Vec::new()).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::UnexpectedEof);
}

#[tokio::test]
async fn a_broken_off_put_leaves_nothing() {
    let cloud = Cloud::start().await;
    for call in [
        Call::new("PUT", "/images/k").header("content-length", "4000000").unsigned_payload(),
        Call::new("PUT", "/images/k").header("content-length", "4000000"),
    ] {
        let call = call.body(bytes(6, 3_000_000));
        let mut stream = tokio::net::TcpStream::connect(cloud.oss).await.unwrap();
        let mut head = format!("PUT {} HTTP/1.1\r\n", call.target());
        for (name, value) in call.sign(cloud.oss, &cloud.root) {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        stream.write_all(format!("{head}\r\n").as_bytes()).await.unwrap();
        stream.write_all(&call.body).await.unwrap();
        eventually(|| !cloud.blobs().is_empty()).await;
        drop(stream);
        eventually(|| cloud.blobs().is_empty()).await;
        assert!(cloud.store.head("images", "k").unwrap().is_none());
    }
}

#[tokio::test]
async fn a_sink_keeps_the_protocol_and_no_byte() {
    let cloud = Cloud::with(StoreOptions { sink: true, ..StoreOptions::default() }).await;
    let content = bytes(7, PART);
    let reply = cloud.root(Call::new("PUT", "/images/k").body(content.clone())).await;
    assert_eq!(reply.etag(), md5(&content));
    let upload = begin(&cloud, "/images/m").await;
    let etag = cloud.root(part("/images/m", &upload, 1, &content)).await.etag();
    let last = cloud.root(part("/images/m", &upload, 2, b"end")).await.etag();
    let reply = cloud.root(complete("/images/m", &upload, &[(1, &etag), (2, &last)])).await;
    assert!(reply.element("ETag").ends_with("-2\""), "{}", reply.text());
    let info = cloud.store.head("images", "m").unwrap().unwrap();
    assert_eq!((info.size, info.sunk), (PART as u64 + 3, true));
    cloud.root(Call::new("GET", "/images/m")).await.is_error(501, "NotImplemented");
    assert!(matches!(cloud.store.reader("images", "k"), Err(StoreError::Sunk(_))));
    assert_eq!(cloud.blobs().len(), 0);
    // A signature is checked all the same.
    let wrong = ims_emulator::store::Credentials { secret_key: "wrong".to_owned(), ..cloud.root.clone() };
    let reply = Call::new("PUT", "/images/k").body("x").send(cloud.oss, &wrong).await.unwrap();
    reply.is_error(403, "SignatureDoesNotMatch");
}
