//! The local cloud: the image services over SQLite, object storage over s3s, faults on request.

pub mod cli;
pub mod faults;
pub mod huawei;
pub mod ims;
pub mod request_log;
pub mod seed;
pub mod server;
pub mod store;
