//! What arrived at the services: the last 10,000 requests, secrets masked.

/// The log; clones share it.
#[derive(Clone, Default)]
pub struct RequestLog;
