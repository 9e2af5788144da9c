//! The local cloud: the image services over SQLite, object storage over s3s, faults on request.

pub mod faults;
pub mod request_log;
pub mod server;
pub mod store;
