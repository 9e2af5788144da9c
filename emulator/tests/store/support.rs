//! A cloud to test against, and the calls that most tests make.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use ims_emulator::server::{Service, Shared, serve};
use ims_emulator::store::{Credentials, ObjectStore, StoreOptions};
use md5::{Digest, Md5};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub use crate::http::{Reply, send};
pub use crate::sign::Call;

/// The smallest size of a part that is not the last.
pub const PART: usize = 5 * 1024 * 1024;

/// Both services on ports of their own, over a folder that is deleted at the end.
pub struct Cloud {
    pub directory: tempfile::TempDir,
    pub store: ObjectStore,
    pub ims: SocketAddr,
    pub oss: SocketAddr,
    pub root: Credentials,
    servers: Vec<JoinHandle<io::Result<()>>>,
    options: StoreOptions,
}

impl Cloud {
    pub async fn start() -> Self {
        Self::with(StoreOptions::default()).await
    }

    /// With one bucket, `images`.
    pub async fn with(options: StoreOptions) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = ObjectStore::open(directory.path(), options.clone()).unwrap();
        store.create_bucket("images").unwrap();
        Self::serve(directory, store, options).await
    }

    async fn serve(directory: tempfile::TempDir, store: ObjectStore, options: StoreOptions) -> Self {
        let shared = Shared::new(store.clone());
        let ims_listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let oss_listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (ims, oss) = (ims_listener.local_addr().unwrap(), oss_listener.local_addr().unwrap());
        // Stands for the image service: says what it got.
        let app = axum::Router::new()
            .fallback(|request: axum::extract::Request| async move {
                let path = request.uri().path().to_owned();
                let body = axum::body::to_bytes(request.into_body(), 1 << 20).await.unwrap();
                axum::Json(serde_json::json!({ "path": path, "size": body.len(), "padding": "0123456789" }))
            })
            .merge(shared.control_router());
        let servers = vec![
            tokio::spawn(serve(ims_listener, Service::Ims, app, shared.clone())),
            tokio::spawn(serve(oss_listener, Service::Oss, store.router(), shared)),
        ];
        let root = store.root_credentials();
        Self { directory, store, ims, oss, root, servers, options }
    }

    /// Stops both services at once and starts them again over the same folder, as after a crash.
    pub async fn restart(self) -> Self {
        let Self { directory, store, servers, options, .. } = self;
        for server in servers {
            server.abort();
            let _ = server.await;
        }
        drop(store);
        let store = ObjectStore::open(directory.path(), options.clone()).unwrap();
        Self::serve(directory, store, options).await
    }

    /// The names of all files that hold objects' bytes.
    pub fn blobs(&self) -> Vec<PathBuf> {
        std::fs::read_dir(self.directory.path().join("oss/blobs"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect()
    }

    /// Sends a request signed with the root credentials.
    pub async fn root(&self, call: Call) -> Reply {
        call.send(self.oss, &self.root).await.unwrap()
    }

    /// Posts a fault rule and requires that it is taken.
    pub async fn fault(&self, rule: Value) {
        let reply = self.control("POST", "/_emulator/faults", &rule.to_string()).await;
        assert_eq!(reply.status, 201, "{}", reply.text());
    }

    /// How often each rule fired.
    pub async fn fired(&self) -> Vec<u64> {
        let reply = self.control("GET", "/_emulator/faults", "").await;
        let report: Value = serde_json::from_slice(&reply.body).unwrap();
        report["rules"].as_array().unwrap().iter().map(|rule| rule["fired"].as_u64().unwrap()).collect()
    }

    pub async fn control(&self, method: &str, target: &str, body: &str) -> Reply {
        send(self.ims, method, target, &[], body.as_bytes()).await.unwrap()
    }
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn md5(bytes: &[u8]) -> String {
    hex(&Md5::digest(bytes))
}

/// Bytes that look random and are the same each time.
pub fn bytes(seed: u32, count: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(1);
    (0..count)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .collect()
}

/// Begins a multipart upload as root; gives its ID.
pub async fn begin(cloud: &Cloud, path: &str) -> String {
    let reply = cloud.root(Call::new("POST", path).query("uploads", "")).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.element("UploadId")
}

/// A part of an upload.
pub fn part(path: &str, upload: &str, number: i32, body: &[u8]) -> Call {
    Call::new("PUT", path).query("partNumber", number).query("uploadId", upload).body(body)
}

/// The call that completes an upload with these parts (number, ETag without quotes).
pub fn complete(path: &str, upload: &str, parts: &[(i32, &str)]) -> Call {
    let parts: String = parts
        .iter()
        .map(|(number, etag)| {
            format!("<Part><PartNumber>{number}</PartNumber><ETag>\"{etag}\"</ETag></Part>")
        })
        .collect();
    let xml = format!("<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>");
    Call::new("POST", path).query("uploadId", upload).body(xml)
}

/// Waits for what must come by itself, and fails where it does not.
pub async fn eventually(is_so: impl Fn() -> bool) {
    for _ in 0..6000 {
        if is_so() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("waited in vain");
}
