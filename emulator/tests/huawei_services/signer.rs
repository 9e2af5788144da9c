//! Signs requests with AK and SK, written from the signing guide and not from the emulator's code.

use hmac::{Hmac, KeyInit, Mac};
use reqwest::Method;
use sha2::{Digest, Sha256};

use crate::answer::Answer;
use crate::support::Cloud;

/// A signer of the tests' own, by the signing guide: what is sent is what is signed, header by header.
pub struct Signer<'a> {
    pub access_key: &'a str,
    pub secret_key: &'a str,
    /// `YYYYMMDDTHHMMSSZ`.
    pub date: String,
    pub headers: Vec<(&'a str, String)>,
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Signer<'_> {
    pub fn demo() -> Signer<'static> {
        let format = time::macros::format_description!("[year][month][day]T[hour][minute][second]Z");
        Signer {
            access_key: "EMULATORDEMOAK000001",
            secret_key: "EmulatorDemoSecretKey0000000000000000001",
            date: time::OffsetDateTime::now_utc().format(&format).unwrap(),
            headers: Vec::new(),
        }
    }

    /// Sends a request without query or with a sorted and encoded one.
    pub async fn send(
        &self,
        cloud: &Cloud,
        method: Method,
        target: &str,
        body: Option<(&str, &[u8])>,
    ) -> Answer {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let host = cloud.huawei.strip_prefix("http://").unwrap().to_owned();
        let mut headers = vec![("host", host), ("x-sdk-date", self.date.clone())];
        headers.extend(self.headers.iter().cloned());
        let bytes = body.map_or(&[][..], |(_, bytes)| bytes);
        let mut payload = hex(&Sha256::digest(bytes));
        if let Some((media_type, _)) = body {
            headers.push(("content-type", media_type.to_owned()));
            if !media_type.starts_with("application/json") {
                "UNSIGNED-PAYLOAD".clone_into(&mut payload);
                headers.push(("x-sdk-content-sha256", payload.clone()));
            }
        }
        headers.sort();
        let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
        let lines: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        let slash = if path.ends_with('/') { "" } else { "/" };
        let canonical = format!("{method}\n{path}{slash}\n{query}\n{lines}\n{}\n{payload}", names.join(";"));
        let digest = hex(&Sha256::digest(canonical.as_bytes()));
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secret_key.as_bytes()).unwrap();
        mac.update(format!("SDK-HMAC-SHA256\n{}\n{digest}", self.date).as_bytes());
        let signature = hex(&mac.finalize().into_bytes());
        let authorization = format!(
            "SDK-HMAC-SHA256 Access={}, SignedHeaders={}, Signature={signature}",
            self.access_key,
            names.join(";")
        );
        let mut client = cloud.nobody().with("authorization", &authorization);
        for (name, value) in headers.iter().filter(|(name, _)| !["host", "content-type"].contains(name)) {
            client = client.with(name, value);
        }
        client.raw(method, target, body.map(|(media_type, _)| media_type), bytes.to_vec()).await
    }
}
