//! A plain HTTP client that shows every byte and every reset.

use std::io;
use std::net::SocketAddr;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

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
