//! The CECloud image service: its state, its background jobs, and the router over its 18 operations.

pub mod answer;
pub mod body;
pub mod caller;
pub mod control;
pub mod database;
pub mod disk_image;
pub mod errors;
pub mod fields;
pub mod image_lists;
pub mod images;
pub mod import_sources;
pub mod jobs;
pub mod magic;
pub mod operations;
pub mod query;
pub mod range;
pub mod shares;
pub mod static_files;
pub mod tenants;
pub mod views;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderMap, Method, Uri};
use axum::response::IntoResponse;
use axum::routing::{get, post, put};
use axum::{Router, middleware};

use crate::server::Shared;
use crate::store::ObjectStore;
use database::Database;
use errors::{Code, ImsError, Result};
use images::Image;
use import_sources::ImportSources;
use jobs::Jobs;

/// How the service behaves; fixed from the moment it is opened.
#[derive(Clone, Debug)]
pub struct Options {
    /// What `x-regionid` must say.
    pub region: String,
    /// The region of the object store, told by `/_emulator/info`.
    pub oss_region: String,
    /// What `X-Auth-Token` must say, if anything.
    pub token: Option<String>,
    /// Images per tenant.
    pub quota: Option<i64>,
    /// How long the credentials of upload-prepare are good.
    pub credential_ttl: Duration,
    /// Details (1.4) answer public images only.
    pub details_public_only: bool,
    /// Start with the background jobs held.
    pub pause_jobs: bool,
    /// Where images may be imported from.
    pub import_sources: ImportSources,
    /// A folder to serve at `/`.
    pub www: Option<PathBuf>,
    /// Where the image service answers.
    pub ims_url: String,
    /// Where the object store answers.
    pub oss_url: String,
    /// Where Huawei's and OpenStack's services answer.
    pub huawei_url: String,
    /// The object store's port where it listens on all addresses: callers are then told the host they used.
    pub oss_port_on_any_host: Option<u16>,
}

/// The running service.
pub struct Ims {
    /// How it behaves.
    pub options: Options,
    /// Images, shares and jobs.
    pub database: Database,
    /// Where the files lie.
    pub store: ObjectStore,
    /// What runs in the background.
    pub jobs: Jobs,
    /// For imports.
    pub http: reqwest::Client,
}

/// Bytes of a request's body: far more than any request needs.
const MAXIMUM_BODY: usize = 1 << 20;

impl Ims {
    /// Opens the service's data under `data/ims.sqlite`.
    pub fn open(data: &Path, options: Options, store: ObjectStore) -> std::result::Result<Arc<Ims>, String> {
        let database = Database::open(&data.join("ims.sqlite"))?;
        let http = options.import_sources.client()?;
        let jobs = Jobs::new(options.pause_jobs);
        Ok(Arc::new(Ims { options, database, store, jobs, http }))
    }

    /// The object store's URL as the sender of this request can reach it.
    pub fn oss_url_for(&self, headers: &HeaderMap) -> String {
        let host = headers.get("host").and_then(|host| host.to_str().ok());
        reachable_url(&self.options.oss_url, self.options.oss_port_on_any_host, host)
    }

    /// Runs work that waits for the disk away from the threads that serve connections.
    pub async fn blocking<T, W>(self: &Arc<Self>, work: W) -> Result<T>
    where
        T: Send + 'static,
        W: FnOnce(&Arc<Ims>) -> Result<T> + Send + 'static,
    {
        let ims = Arc::clone(self);
        tokio::task::spawn_blocking(move || work(&ims))
            .await
            .unwrap_or_else(|error| Err(ImsError::new(Code::Internal, error.to_string())))
    }
}

/// `url`, or, for a server on all addresses, its port under the host name that the caller used.
fn reachable_url(url: &str, port_on_any_host: Option<u16>, host: Option<&str>) -> String {
    let host = host.and_then(|host| host.parse::<axum::http::uri::Authority>().ok());
    match (port_on_any_host, host) {
        (Some(port), Some(host)) if !host.host().is_empty() => format!("http://{}:{port}", host.host()),
        _ => url.to_owned(),
    }
}

impl From<crate::store::StoreError> for ImsError {
    fn from(error: crate::store::StoreError) -> Self {
        ImsError::new(Code::Internal, format!("object store: {error}"))
    }
}

/// The image, if it is there and the caller's own.
pub fn own_image(connection: &rusqlite::Connection, tenant: &str, image_id: &str) -> Result<Image> {
    let image = images::find(connection, image_id)?.ok_or_else(|| no_image(image_id))?;
    if image.tenant == tenant {
        return Ok(image);
    }
    Err(ImsError::new(Code::Identity, format!("image {image_id} belongs to another tenant")))
}

/// The refusal for an image that does not exist.
pub fn no_image(image_id: &str) -> ImsError {
    ImsError::new(Code::NoData, format!("there is no image {image_id:?}"))
}

/// The router of the whole image service: operations, control paths, static files.
pub fn router(ims: &Arc<Ims>, shared: &Shared) -> Router {
    let operations = Router::new()
        .route("/api/image/v1/images", get(operations::public::list))
        .route("/api/image/v1/images/{image_id}", get(operations::public::details))
        .route(
            "/api/image/v1/private-images",
            get(operations::private::list).post(operations::metadata::create),
        )
        .route("/api/image/v1/private-images/import", post(operations::import::import))
        .route(
            "/api/image/v1/private-images/{image_id}",
            put(operations::metadata::update).delete(operations::private::delete),
        )
        .route("/api/image/v1/private-images/{image_id}/upload-prepare", post(operations::upload::prepare))
        .route("/api/image/v1/private-images/{image_id}/upload-done", post(operations::upload::done))
        .route("/api/image/v1/private-images/{image_id}/file", get(operations::download::download))
        .route(
            "/api/image/v1/private-images/{image_id}/share",
            get(operations::sharing::list).post(operations::sharing::share),
        )
        .route("/api/image/v1/private-images/{image_id}/unshare", post(operations::sharing::unshare))
        .route("/api/image/v1/private-images/{image_id}/oss-bucket-list", get(operations::export::buckets))
        .route("/api/image/v1/custom-images/{image_id}/export", post(operations::export::export))
        .route("/api/image/v1/shared-images", get(operations::shared::list))
        .route("/api/image/v1/shared-images/{share_id}", axum::routing::delete(operations::shared::delete))
        .route("/api/image/v1/shared-images/{share_id}/copy", post(operations::shared::copy))
        .route_layer(middleware::from_fn_with_state(Arc::clone(ims), caller::gate))
        .layer(DefaultBodyLimit::max(MAXIMUM_BODY));
    let www = ims
        .options
        .www
        .clone()
        .map(|folder| static_files::service(&folder, [&ims.options.oss_url, &ims.options.huawei_url]));
    operations
        .merge(control::router())
        .with_state(Arc::clone(ims))
        .merge(shared.control_router())
        .method_not_allowed_fallback(|method: Method, uri: Uri| async move {
            answer::no_such_method(&method, &uri)
        })
        .fallback(move |method: Method, uri: Uri, request: axum::extract::Request| {
            let www = www.clone();
            async move {
                let reserved = uri.path().starts_with("/api/") || uri.path().starts_with("/_emulator/");
                match www {
                    Some(www) if !reserved => static_files::serve(www, request).await,
                    _ => answer::no_such_path(&method, &uri).into_response(),
                }
            }
        })
}

#[cfg(test)]
mod tests {
    use super::reachable_url;

    #[test]
    fn on_all_addresses_the_callers_own_name_for_the_host_is_used() {
        let url = |port, host| reachable_url("http://127.0.0.1:9", port, host);
        assert_eq!(url(None, Some("cloud.example:80")), "http://127.0.0.1:9");
        assert_eq!(url(Some(9), Some("cloud.example:80")), "http://cloud.example:9");
        assert_eq!(url(Some(9), Some("[::1]:80")), "http://[::1]:9");
        assert_eq!(url(Some(9), Some("192.0.2.7")), "http://192.0.2.7:9");
        assert_eq!(url(Some(9), Some("a b")), "http://127.0.0.1:9");
        assert_eq!(url(Some(9), None), "http://127.0.0.1:9");
    }
}
