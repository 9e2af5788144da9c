//! What can be asked of each service, without I/O: one file per operation, in a folder per service.

pub mod answer;
pub mod operation;
pub mod rules;
pub mod wire;

pub mod cecloud;

pub use cecloud::error_codes::{SUCCESS, is_transient, meaning};
