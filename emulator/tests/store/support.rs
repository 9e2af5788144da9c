//! A cloud to test against, a plain HTTP client that shows every byte and every reset, and a SigV4 signer.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use hmac::{Hmac, KeyInit, Mac};
use ims_emulator::server::{Service, Shared, serve};
use ims_emulator::store::{Credentials, ObjectStore, StoreOptions};
use md5::Md5;
use serde_json::Value;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use time::macros::format_description;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

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

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// The connection ended before the announced end of the body.
    pub is_cut: bool,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The texts of all elements of this name.
    pub fn elements(&self, name: &str) -> Vec<String> {
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        let text = self.text();
        text.split(&open).skip(1).map(|rest| rest.split(&close).next().unwrap().to_owned()).collect()
    }

    pub fn element(&self, name: &str) -> String {
        let mut found = self.elements(name);
        assert_eq!(found.len(), 1, "one <{name}> in {}", self.text());
        found.remove(0).replace("&quot;", "\"").replace("&#34;", "\"").replace("&apos;", "'")
    }

    /// The ETag without its quotes, which must be there.
    pub fn etag(&self) -> String {
        let etag = self.header("etag").unwrap_or_else(|| panic!("no ETag: {} {}", self.status, self.text()));
        etag.strip_prefix('"').and_then(|etag| etag.strip_suffix('"')).unwrap().to_owned()
    }

    /// Requires an S3 error, whole.
    pub fn is_error(&self, status: u16, code: &str) {
        assert_eq!((self.status, self.element("Code").as_str()), (status, code), "{}", self.text());
        assert!(!self.element("Message").is_empty());
        assert!(self.element("Resource").starts_with('/'), "{}", self.text());
        assert_eq!(Some(self.element("RequestId").as_str()), self.header("x-amz-request-id"));
        assert_eq!(self.header("content-type"), Some("application/xml"));
    }
}

/// Sends a request as it is and reads until the connection ends. A reset is an error.
pub async fn send(
    address: SocketAddr,
    method: &str,
    target: &str,
    headers: &[(String, String)],
    body: &[u8],
) -> io::Result<Reply> {
    let mut head = format!("{method} {target} HTTP/1.1\r\nconnection: close\r\n");
    let has = |name: &str| headers.iter().any(|(key, _)| key.eq_ignore_ascii_case(name));
    if !has("host") {
        head.push_str(&format!("host: {address}\r\n"));
    }
    if !has("content-length") && (!body.is_empty() || method != "GET") {
        head.push_str(&format!("content-length: {}\r\n", body.len()));
    }
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    let mut stream = TcpStream::connect(address).await?;
    // A server that answers early may stop reading: what it said counts, not that the rest could not be written.
    if stream.write_all(head.as_bytes()).await.is_ok() {
        let _ = stream.write_all(body).await;
    }
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await?;
    parse(&bytes, method).ok_or_else(|| io::Error::new(io::ErrorKind::UnexpectedEof, "no answer"))
}

fn parse(bytes: &[u8], method: &str) -> Option<Reply> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).ok()?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers: Vec<(String, String)> = lines
        .map(|line| line.split_once(':').unwrap())
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let rest = &bytes[end + 4..];
    let header = |name: &str| headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let (body, is_cut) = if header("transfer-encoding") == Some("chunked") {
        dechunk(rest)
    } else if method == "HEAD" {
        (Vec::new(), false)
    } else {
        let length: usize = header("content-length").map_or(0, |length| length.parse().unwrap());
        (rest.to_vec(), rest.len() < length)
    };
    Some(Reply { status, body, is_cut, headers: headers.clone() })
}

fn dechunk(mut rest: &[u8]) -> (Vec<u8>, bool) {
    let mut body = Vec::new();
    loop {
        let Some(line) = rest.windows(2).position(|window| window == b"\r\n") else { return (body, true) };
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..line]).unwrap(), 16).unwrap();
        rest = &rest[line + 2..];
        if size == 0 {
            return (body, false);
        }
        body.extend_from_slice(&rest[..size.min(rest.len())]);
        if rest.len() < size + 2 {
            return (body, true);
        }
        rest = &rest[size + 2..];
    }
}

/// A request to the object store, to be signed.
#[derive(Clone)]
pub struct Call {
    pub method: &'static str,
    /// Not encoded yet.
    pub path: String,
    pub query: Vec<(String, String)>,
    pub headers: Vec<(String, String)>,
    /// Added after signing.
    pub unsigned_headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub region: String,
    pub date: OffsetDateTime,
    /// What is signed as the body's hash, where that is not its hash.
    pub payload: Option<String>,
}

impl Call {
    pub fn new(method: &'static str, path: &str) -> Self {
        Self {
            method,
            path: path.to_owned(),
            query: Vec::new(),
            headers: Vec::new(),
            unsigned_headers: Vec::new(),
            body: Vec::new(),
            region: "us-east-1".to_owned(),
            date: OffsetDateTime::now_utc(),
            payload: None,
        }
    }

    pub fn query(mut self, name: &str, value: impl ToString) -> Self {
        self.query.push((name.to_owned(), value.to_string()));
        self
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    pub fn unsigned_payload(mut self) -> Self {
        self.payload = Some("UNSIGNED-PAYLOAD".to_owned());
        self
    }

    pub fn target(&self) -> String {
        let query = self.canonical_query();
        let path = encode(&self.path, b"/");
        if query.is_empty() { path } else { format!("{path}?{query}") }
    }

    fn canonical_query(&self) -> String {
        let mut pairs: Vec<String> = self
            .query
            .iter()
            .map(|(name, value)| format!("{}={}", encode(name, b""), encode(value, b"")))
            .collect();
        pairs.sort();
        pairs.join("&")
    }

    /// All headers of the signed request.
    pub fn sign(&self, address: SocketAddr, credentials: &Credentials) -> Vec<(String, String)> {
        let format = format_description!("[year][month][day]T[hour][minute][second]Z");
        let date = self.date.format(format).unwrap();
        let payload = self.payload.clone().unwrap_or_else(|| hex(&Sha256::digest(&self.body)));
        let mut headers: Vec<(String, String)> =
            self.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone())).collect();
        let mut add = |name: &str, value: String| {
            if !headers.iter().any(|(key, _)| key == name) {
                headers.push((name.to_owned(), value));
            }
        };
        add("host", address.to_string());
        add("x-amz-date", date.clone());
        add("x-amz-content-sha256", payload.clone());
        if !credentials.token.is_empty() {
            add("x-amz-security-token", credentials.token.clone());
        }
        headers.sort();
        let names: Vec<&str> = headers.iter().map(|(name, _)| name.as_str()).collect();
        let names = names.join(";");
        let lines: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        let path = encode(&self.path, b"/");
        let canonical =
            format!("{}\n{path}\n{}\n{lines}\n{names}\n{payload}", self.method, self.canonical_query());
        let scope = format!("{}/{}/s3/aws4_request", &date[..8], self.region);
        let to_sign = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", hex(&Sha256::digest(canonical)));
        let mut key = format!("AWS4{}", credentials.secret_key).into_bytes();
        for step in scope.split('/').chain([to_sign.as_str()]) {
            let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
            mac.update(step.as_bytes());
            key = mac.finalize().into_bytes().to_vec();
        }
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={}",
            credentials.access_key,
            hex(&key)
        );
        headers.push(("authorization".to_owned(), authorization));
        headers.extend(self.unsigned_headers.iter().cloned());
        headers
    }

    pub async fn send(&self, address: SocketAddr, credentials: &Credentials) -> io::Result<Reply> {
        let headers = self.sign(address, credentials);
        send(address, self.method, &self.target(), &headers, &self.body).await
    }
}

fn encode(text: &str, keep: &[u8]) -> String {
    text.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || keep.contains(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
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
