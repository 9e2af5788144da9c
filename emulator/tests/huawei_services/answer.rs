//! Answers, and the shapes in which the services refuse.

use reqwest::header::HeaderMap;
use serde_json::Value;

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
    pub body: Value,
}

impl Answer {
    #[track_caller]
    pub fn is(&self, status: u16) -> &Self {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.bytes));
        assert!(self.headers.contains_key("x-request-id"));
        self
    }

    #[track_caller]
    pub fn ok(&self) -> Value {
        self.is(200).body.clone()
    }

    #[track_caller]
    pub fn header(&self, name: &str) -> String {
        self.headers.get(name).unwrap_or_else(|| panic!("no header {name}")).to_str().unwrap().to_owned()
    }

    /// The message of an error of IMS: `{"error": {"code", "message"}}`.
    #[track_caller]
    pub fn img(&self, status: u16, code: &str) -> String {
        self.is(status);
        assert_eq!(self.body["error"]["code"], code, "{}", self.body);
        text(&self.body["error"], "message")
    }

    /// The message of an error of Workspace: `{"error_code", "error_msg"}`.
    #[track_caller]
    pub fn wks(&self, status: u16, code: &str) -> String {
        self.is(status);
        assert_eq!(self.body["error_code"], code, "{}", self.body);
        text(&self.body, "error_msg")
    }

    /// The message of an error of the gateway: `{"error_code", "error_msg", "request_id"}`.
    #[track_caller]
    pub fn gateway(&self, status: u16, code: &str) -> String {
        self.is(status);
        assert_eq!(self.body["error_code"], code, "{}", self.body);
        assert_eq!(self.body["request_id"], self.header("x-request-id"));
        text(&self.body, "error_msg")
    }

    /// The message of an error of Keystone: `{"error": {"code": 401, "message", "title"}}`.
    #[track_caller]
    pub fn keystone(&self, status: u16) -> String {
        self.is(status);
        assert_eq!(self.body["error"]["code"], status, "{}", self.body);
        assert!(self.body["error"]["title"].is_string());
        assert!(self.header("x-openstack-request-id").starts_with("req-"));
        text(&self.body["error"], "message")
    }

    /// The page of an error of Glance, asked for with `*/*`.
    #[track_caller]
    pub fn page(&self, status: u16) -> String {
        self.is(status);
        assert!(self.header("content-type").starts_with("text/html"));
        assert!(self.header("x-openstack-request-id").starts_with("req-"));
        String::from_utf8(self.bytes.clone()).unwrap()
    }
}

#[track_caller]
pub fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("{name} is no text in {value}")).to_owned()
}
