//! Accepts connections for both services and wraps each request in the request log, the faults and CORS.

use crate::{faults::Faults, request_log::RequestLog, store::ObjectStore};

/// Which of the two services a listener belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// The image service.
    Ims,
    /// The object store.
    Oss,
}

/// What both services share; clones share the contents.
#[derive(Clone)]
pub struct Shared {
    /// The rules in force.
    pub faults: Faults,
    /// What arrived.
    pub log: RequestLog,
    /// The object store, whose clock and credentials faults change.
    pub store: ObjectStore,
}

impl Shared {
    /// No rules, an empty log.
    pub fn new(store: ObjectStore) -> Self {
        Self { faults: Faults, log: RequestLog, store }
    }

    /// `/_emulator/faults` and `/_emulator/requests`, to be merged into the image service's router.
    pub fn control_router(&self) -> axum::Router {
        axum::Router::new()
    }
}

/// Serves `app` until the returned future is dropped, which also drops the open connections.
pub async fn serve(
    _listener: tokio::net::TcpListener,
    _service: Service,
    _app: axum::Router,
    _shared: Shared,
) -> std::io::Result<()> {
    Ok(())
}
