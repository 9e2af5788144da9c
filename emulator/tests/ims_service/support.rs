//! Starts the emulator as a program, calls it, and stores objects in it with signed requests.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use reqwest::{Method, Response, StatusCode, header::HeaderMap};
use rusty_s3::{Bucket, Credentials, S3Action, UrlStyle};
use serde_json::{Value, json};
use tempfile::TempDir;

pub use crate::requests::*;

/// The tenants that the emulator knows by name.
pub const DEMO_TENANT: &str = "7074631167042813952";
pub const DEMO_USER: &str = "7074631167046998016";
pub const PARTNER_TENANT: &str = "7085523589641699328";
pub const PARTNER_USER: &str = "7085524801413873664";

/// Nothing here takes that long; it only ends a test that would hang.
pub const PATIENCE: Duration = Duration::from_secs(60);

pub struct Emulator {
    child: Mutex<Child>,
    pub ims: String,
    pub oss: String,
    data: TempDir,
    http: reqwest::Client,
    headers: Vec<(String, String)>,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Emulator {
    pub fn start(arguments: &[&str]) -> Emulator {
        Self::start_in(TempDir::new().unwrap(), arguments)
    }

    pub fn start_in(data: TempDir, arguments: &[&str]) -> Emulator {
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
        Emulator {
            child: Mutex::new(child),
            ims: urls["ims"].as_str().unwrap().to_owned(),
            oss: urls["oss"].as_str().unwrap().to_owned(),
            data,
            http: reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().unwrap(),
            headers: vec![("x-regionid".to_owned(), "region0".to_owned())],
        }
    }

    /// SIGKILL, then a start on the same data.
    pub fn kill_and_restart(mut self, arguments: &[&str]) -> Emulator {
        self.kill();
        let data = std::mem::replace(&mut self.data, TempDir::new().unwrap());
        Self::start_in(data, arguments)
    }

    pub fn kill(&self) {
        let mut child = self.child.lock().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// SIGTERM; the exit code.
    pub fn terminate(&self) -> Option<i32> {
        let mut child = self.child.lock().unwrap();
        assert!(Command::new("kill").arg(child.id().to_string()).status().unwrap().success());
        let begun = Instant::now();
        loop {
            if let Some(status) = child.try_wait().unwrap() {
                return status.code();
            }
            assert!(begun.elapsed() < PATIENCE, "does not end on SIGTERM");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn data(&self) -> &Path {
        self.data.path()
    }

    pub fn client(&self) -> Client<'_> {
        Client { emulator: self, headers: self.headers.clone() }
    }

    pub fn partner(&self) -> Client<'_> {
        self.client().with("x-emulator-tenant", PARTNER_TENANT).with("x-emulator-user", PARTNER_USER)
    }

    pub async fn pause_jobs(&self, paused: bool) {
        let url = format!("{}/_emulator/jobs", self.ims);
        let response = self.http.post(url).json(&json!({ "paused": paused })).send().await.unwrap();
        assert_eq!(response.status(), 200);
    }

    /// Reads an object with the store's root credentials; `None` where there is none.
    pub async fn object(&self, bucket: &str, key: &str) -> Option<Vec<u8>> {
        let url = format!("{}/_emulator/store-credentials", self.ims);
        let root: Value = self.http.get(url).send().await.unwrap().json().await.unwrap();
        let (bucket, credentials) = s3(&self.oss, bucket, &root);
        let url = bucket.get_object(Some(&credentials), key).sign(PATIENCE);
        let response = self.http.get(url).send().await.unwrap();
        match response.status().as_u16() {
            200 => Some(response.bytes().await.unwrap().to_vec()),
            404 => None,
            status => panic!("{status}: {}", response.text().await.unwrap()),
        }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        let mut child = self.child.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let _ = child.kill();
        let _ = child.wait();
    }
}

fn s3(domain: &str, bucket: &str, credentials: &Value) -> (Bucket, Credentials) {
    let text = |name: &str| credentials[name].as_str().unwrap().to_owned();
    let keys = match text("token") {
        token if token.is_empty() => Credentials::new(text("accessKey"), text("secretKey")),
        token => Credentials::new_with_token(text("accessKey"), text("secretKey"), token),
    };
    let bucket =
        Bucket::new(domain.parse().unwrap(), UrlStyle::Path, bucket.to_owned(), "us-east-1").unwrap();
    (bucket, keys)
}

#[derive(Clone)]
pub struct Client<'a> {
    pub emulator: &'a Emulator,
    headers: Vec<(String, String)>,
}

impl Client<'_> {
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn without_headers(mut self) -> Self {
        self.headers.clear();
        self
    }

    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/api/image/v1/{path}") };
        let mut request = self.emulator.http.request(method, format!("{}{path}", self.emulator.ims));
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        request
    }

    pub async fn raw(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.unwrap()
    }

    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{status} {error}: {text}"));
        Answer { status, headers, body }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, path).json(&body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::PUT, path).json(&body)).await
    }

    /// Creates an image and gives its ID.
    pub async fn create(&self, changes: Value) -> String {
        let answer = self.post("private-images", merged(image(), changes)).await.success();
        answer["imageId"].as_str().unwrap().to_owned()
    }

    pub async fn prepare(&self, image_id: &str, size: usize) -> Value {
        self.post(&format!("private-images/{image_id}/upload-prepare"), json!({ "size": size }))
            .await
            .success()
    }

    /// Stores an object with the credentials of upload-prepare.
    pub async fn store(&self, prepared: &Value, bytes: &[u8]) -> StatusCode {
        let (bucket, credentials) = s3(text(prepared, "domain"), text(prepared, "bucket"), prepared);
        let url = bucket.put_object(Some(&credentials), text(prepared, "file")).sign(PATIENCE);
        self.emulator.http.put(url).body(bytes.to_vec()).send().await.unwrap().status()
    }

    /// Starts a multipart upload, stores one part, and leaves it at that.
    pub async fn store_one_part(&self, prepared: &Value, bytes: &[u8]) -> String {
        let (bucket, credentials) = s3(text(prepared, "domain"), text(prepared, "bucket"), prepared);
        let file = text(prepared, "file");
        let url = bucket.create_multipart_upload(Some(&credentials), file).sign(PATIENCE);
        let xml = self.emulator.http.post(url).send().await.unwrap().text().await.unwrap();
        let upload_id = xml.split("<UploadId>").nth(1).unwrap().split('<').next().unwrap().to_owned();
        let url = bucket.upload_part(Some(&credentials), file, 1, &upload_id).sign(PATIENCE);
        assert_eq!(self.emulator.http.put(url).body(bytes.to_vec()).send().await.unwrap().status(), 200);
        upload_id
    }

    pub async fn done(&self, image_id: &str, result: &str) -> Answer {
        self.post(&format!("private-images/{image_id}/upload-done"), json!({ "result": result })).await
    }

    /// The whole upload, up to an active image.
    pub async fn upload(&self, changes: Value, bytes: &[u8]) -> String {
        let image_id = self.create(changes).await;
        let prepared = self.prepare(&image_id, bytes.len()).await;
        assert_eq!(self.store(&prepared, bytes).await, 200);
        self.done(&image_id, "success").await.success();
        self.wait_for(&image_id, "active").await;
        image_id
    }

    /// The image as the private list shows it.
    pub async fn find(&self, image_id: &str) -> Option<Value> {
        let path = format!("private-images?current=1&size=100&filter=imageId:eq:{image_id}");
        let list = self.get(&path).await.success()["list"].take();
        list.as_array().unwrap().iter().find(|image| image["imageId"] == image_id).cloned()
    }

    /// Waits until the image has the status; fails when it ends in another.
    pub async fn wait_for(&self, image_id: &str, status: &str) -> Value {
        let begun = Instant::now();
        loop {
            let image = self.find(image_id).await.expect("the image is in the list");
            if image["status"] == status {
                return image;
            }
            assert!(image["status"] == "saving" || image["status"] == "queued", "{image}");
            assert!(begun.elapsed() < PATIENCE, "never {status}: {image}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The file as download gives it.
    pub async fn download(&self, image_id: &str) -> Vec<u8> {
        let response = self.raw(&format!("private-images/{image_id}/file")).await;
        assert_eq!(response.status(), 200);
        response.bytes().await.unwrap().to_vec()
    }
}

impl Answer {
    /// The data of a success, whose envelope is checked.
    #[track_caller]
    pub fn success(mut self) -> Value {
        assert_eq!((self.status.as_u16(), &self.body["code"]), (200, &json!("Success")), "{}", self.body);
        assert_eq!(self.body["message"], "调用成功");
        self.check_request_id();
        self.body["data"].take()
    }

    /// The message of an error, whose code and envelope are checked.
    #[track_caller]
    pub fn error(self, code: &str) -> String {
        assert_eq!((self.status.as_u16(), &self.body["code"]), (400, &json!(code)), "{}", self.body);
        assert_eq!(self.body["data"], Value::Null);
        self.check_request_id();
        self.body["message"].as_str().unwrap().to_owned()
    }

    #[track_caller]
    fn check_request_id(&self) {
        let in_body = self.body["requestId"].as_str().unwrap();
        assert_eq!(self.headers["x-request-id"], in_body);
        assert_eq!(in_body.len(), 36);
    }
}

pub fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("{name} is no string in {value}"))
}
