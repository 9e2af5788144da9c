//! Starts the emulator as a program and calls it with tokens and with signatures of its own making.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use reqwest::Method;
use rusty_s3::{Bucket, Credentials, S3Action, UrlStyle};
use serde_json::{Value, json};
use tempfile::TempDir;

pub use crate::answer::*;
pub use crate::signer::*;

pub const PROJECT: &str = "aa2d97d7e62c4b7da3ffdfc115510001";
pub const SUB_PROJECT: &str = "aa2d97d7e62c4b7da3ffdfc115510002";
pub const PARTNER_PROJECT: &str = "aa2d97d7e62c4b7da3ffdfc115520001";
pub const DOMAIN: &str = "d78cbac186b744899480f25bd0220001";
pub const PARTNER_DOMAIN: &str = "d78cbac186b744899480f25bd0220002";
pub const PUBLIC_IMAGE: &str = "bc6bed6e-ba3a-4447-afcc-449174a3eb52";
pub const SERVER: &str = "877a2cda-ba63-4e1e-b95f-e67e48b6129a";
pub const VOLUME: &str = "c5dfbd0c-bf0a-4798-a453-61dc6b54aa30";
/// Nothing here takes that long; it only ends a test that would hang.
const PATIENCE: Duration = Duration::from_secs(120);

pub struct Cloud {
    child: Mutex<Child>,
    pub ims: String,
    pub oss: String,
    pub huawei: String,
    pub data: TempDir,
    pub http: reqwest::Client,
}

impl Cloud {
    /// Jobs stand still until they are moved on, so that every state can be looked at.
    pub fn start() -> Cloud {
        Self::with(&["--pause-jobs"])
    }

    pub fn with(arguments: &[&str]) -> Cloud {
        Self::start_in(TempDir::new().unwrap(), arguments)
    }

    pub fn start_in(data: TempDir, arguments: &[&str]) -> Cloud {
        let mut child = Command::new(env!("CARGO_BIN_EXE_ims-emulator"))
            .arg("--data")
            .arg(data.path())
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let urls: Value = serde_json::from_str(&line).expect("one line of JSON on stdout");
        let url = |name: &str| urls[name].as_str().unwrap().to_owned();
        let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().unwrap();
        Cloud {
            child: Mutex::new(child),
            ims: url("ims"),
            oss: url("oss"),
            huawei: url("huawei"),
            data,
            http,
        }
    }

    pub fn kill_and_restart(mut self, arguments: &[&str]) -> Cloud {
        self.kill();
        let data = std::mem::replace(&mut self.data, TempDir::new().unwrap());
        Self::start_in(data, arguments)
    }

    fn kill(&self) {
        let mut child = self.child.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let _ = child.kill();
        let _ = child.wait();
    }

    pub async fn control(&self, method: Method, path: &str, body: Value) -> Value {
        let request = self.http.request(method, format!("{}{path}", self.ims)).body(body.to_string());
        let response = request.send().await.unwrap();
        assert!(response.status().is_success(), "{path}: {}", response.status());
        response.json().await.unwrap()
    }

    /// Moves every job on by so many stages; gives the IDs of those that are still unfinished.
    pub async fn advance(&self, stages: u64) -> Vec<Value> {
        let told = self.control(Method::POST, "/_emulator/huawei/jobs", json!({ "advance": stages })).await;
        told["unfinished"].as_array().unwrap().clone()
    }

    fn s3(&self, root: &Value, bucket: &str) -> (Bucket, Credentials) {
        let text = |name: &str| root[name].as_str().unwrap().to_owned();
        let bucket =
            Bucket::new(self.oss.parse().unwrap(), UrlStyle::Path, bucket.to_owned(), "us-east-1").unwrap();
        (bucket, Credentials::new(text("accessKey"), text("secretKey")))
    }

    async fn root(&self) -> Value {
        let url = format!("{}/_emulator/store-credentials", self.ims);
        self.http.get(url).send().await.unwrap().json().await.unwrap()
    }

    /// Stores an object, in a bucket that is made if need be.
    pub async fn put_object(&self, bucket: &str, key: &str, bytes: &[u8]) {
        let (bucket, credentials) = self.s3(&self.root().await, bucket);
        let url = bucket.create_bucket(&credentials).sign(PATIENCE);
        let status = self.http.put(url).send().await.unwrap().status().as_u16();
        assert!([200, 409].contains(&status), "{status}");
        let url = bucket.put_object(Some(&credentials), key).sign(PATIENCE);
        assert_eq!(self.http.put(url).body(bytes.to_vec()).send().await.unwrap().status(), 200);
    }

    pub async fn object(&self, bucket: &str, key: &str) -> Option<Vec<u8>> {
        let (bucket, credentials) = self.s3(&self.root().await, bucket);
        let url = bucket.get_object(Some(&credentials), key).sign(PATIENCE);
        let response = self.http.get(url).send().await.unwrap();
        match response.status().as_u16() {
            200 => Some(response.bytes().await.unwrap().to_vec()),
            404 => None,
            status => panic!("{status}"),
        }
    }

    /// A caller without credentials.
    pub fn nobody(&self) -> Client<'_> {
        Client { cloud: self, headers: Vec::new() }
    }

    /// The demo user with a token for its first project.
    pub async fn demo(&self) -> Client<'_> {
        self.as_user("demo-user", "demo-domain", "Demo-Password-1", json!({ "project": { "id": PROJECT } }))
            .await
    }

    pub async fn partner(&self) -> Client<'_> {
        let scope = json!({ "project": { "name": "region0", "domain": { "name": "partner-domain" } } });
        self.as_user("partner-user", "partner-domain", "Partner-Password-1", scope).await
    }

    pub async fn as_user(&self, user: &str, domain: &str, password: &str, scope: Value) -> Client<'_> {
        let answer =
            self.nobody().post("/v3/auth/tokens", password_auth(user, domain, password, scope)).await;
        answer.is(201);
        let token = answer.header("x-subject-token");
        self.nobody().with("x-auth-token", &token)
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        self.kill();
    }
}

pub fn password_auth(user: &str, domain: &str, password: &str, scope: Value) -> Value {
    let user = json!({ "name": user, "domain": { "name": domain }, "password": password });
    let identity = json!({ "methods": ["password"], "password": { "user": user } });
    json!({ "auth": { "identity": identity, "scope": scope } })
}

#[derive(Clone)]
pub struct Client<'a> {
    pub cloud: &'a Cloud,
    pub headers: Vec<(String, String)>,
}

impl Client<'_> {
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub async fn raw(&self, method: Method, path: &str, media_type: Option<&str>, body: Vec<u8>) -> Answer {
        let mut request = self.cloud.http.request(method, format!("{}{path}", self.cloud.huawei));
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if let Some(media_type) = media_type {
            request = request.header("content-type", media_type).body(body);
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await.unwrap().to_vec();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer { status, headers, bytes, body }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.raw(Method::GET, path, None, Vec::new()).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.raw(Method::DELETE, path, None, Vec::new()).await
    }

    pub async fn send(&self, method: Method, path: &str, body: Value) -> Answer {
        self.raw(method, path, Some("application/json"), body.to_string().into_bytes()).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, body).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PUT, path, body).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PATCH, path, body).await
    }

    /// Begins a job, moves it on to its end, and gives it as the job row shows it.
    pub async fn job(&self, method: Method, path: &str, body: Value) -> Value {
        let id = self.send(method, path, body).await.ok()["job_id"].as_str().unwrap().to_owned();
        assert!(self.cloud.advance(3).await.is_empty());
        let newer = self.get(&format!("/v1/cloudimages/job/{id}")).await.ok();
        let job = self.get(&format!("/v1/{PROJECT}/jobs/{id}")).await.ok();
        assert_eq!(newer["status"], job["status"]);
        job
    }

    /// A private image with a small qcow2 file, made through Glance; its ID.
    pub async fn image(&self, name: &str) -> String {
        let body = json!({ "name": name, "disk_format": "qcow2", "min_disk": 40 });
        let id = text(&self.post("/v2/images", body).await.is(201).body, "id");
        self.upload(&id, &qcow2(3)).await.is(204);
        id
    }

    pub async fn upload(&self, id: &str, bytes: &[u8]) -> Answer {
        let path = format!("/v2/images/{id}/file");
        self.raw(Method::PUT, &path, Some("application/octet-stream"), bytes.to_vec()).await
    }
}

/// A small qcow2 file with a disk of so many GiB.
pub fn qcow2(gib: u64) -> Vec<u8> {
    ims_emulator::seed::qcow2::file(gib << 30, &ims_emulator::seed::qcow2::pattern("test", 100_000))
}

/// An object with some fields replaced; null removes one.
pub fn merged(mut base: Value, changes: Value) -> Value {
    let fields = base.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            fields.remove(name)
        } else {
            fields.insert(name.clone(), value.clone())
        };
    }
    base
}
