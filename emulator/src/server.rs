//! Accepts connections for all services and takes each request through the request log, the faults and CORS.

mod answer;
mod bodies;
mod connection;
mod cors;
mod pages;
mod pipeline;

use axum::Router;
use hyper_util::rt::TokioTimer;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::faults::{self, Faults};
use crate::request_log::{self, RequestLog};
use crate::store::ObjectStore;
use connection::Connection;
pub(crate) use pages::is_from_a_page;

/// Which of the services a listener belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// The image service.
    Ims,
    /// The object store.
    Oss,
    /// Huawei's and OpenStack's services: identity, images, Workspace.
    Huawei,
}

impl Service {
    /// As rules and the request log name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ims => "ims",
            Self::Oss => "oss",
            Self::Huawei => "huawei",
        }
    }
}

/// The ID of a request, which `serve` gives each as an extension. It is answered as `X-Request-Id` (image services,
/// unless the answer has one) or `x-amz-request-id` (object store).
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// What all services share; clones share the contents.
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
        Self { faults: Faults::new(store.clone()), log: RequestLog::default(), store }
    }

    /// `/_emulator/faults` and `/_emulator/requests`, to be merged into the image service's router. What is under
    /// `/_emulator/` is neither logged nor spoilt.
    pub fn control_router(&self) -> Router {
        faults::router(self.faults.clone()).merge(request_log::router(self.log.clone()))
    }
}

/// Serves `app` until the returned future is dropped, which also drops the open connections. Fails only where the
/// listener itself is broken.
pub async fn serve(
    listener: TcpListener,
    service: Service,
    app: Router,
    shared: Shared,
) -> std::io::Result<()> {
    let mut connections = JoinSet::new();
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                // Too many open files, or a client that is gone already: others can still be served.
                Err(_) => {
                    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                    continue;
                }
            },
            Some(_) = connections.join_next() => continue,
        };
        // Without it small answers wait for acknowledgements; where it fails they do.
        let _ = stream.set_nodelay(true);
        let (connection, abort) = Connection::new(stream);
        let (app, shared) = (app.clone(), shared.clone());
        let handle = hyper::service::service_fn(move |request| {
            pipeline::handle(service, app.clone(), shared.clone(), abort.clone(), request)
        });
        connections.spawn(async move {
            // An error here is a client that went away, or a fault that was asked for.
            let _ = hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(None)
                .serve_connection(connection, handle)
                .await;
        });
    }
}
