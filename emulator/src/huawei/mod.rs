//! Huawei's and OpenStack's services on one port: Keystone and IAM, Huawei IMS with the Glance API, Workspace's images.

mod accounts;
mod call;
mod control;
mod database;
mod disk;
mod fields;
mod gate;
mod glance;
mod identity;
mod images;
mod jobs;
mod moments;
mod native;
mod query;
mod refusal;
mod rows;
mod signature;
mod workspace;

pub use accounts::DemoAccount;
pub use control::router as control_router;
pub use gate::router;
pub use jobs::run as run_jobs;
pub use rows::{described as rows, operation_name};

use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::response::Response;
use tokio::sync::Notify;

use crate::faults::{Effect, Keeper};
use crate::store::{Credentials, ObjectStore, StoreError};
use accounts::Accounts;
use database::Database;
use refusal::{Family, Refusal};

/// The outcome of an operation.
type Result<T> = std::result::Result<T, Refusal>;

/// Where the files of images lie; no user's bucket, which users of the object store do not see into.
const BUCKET: &str = "huawei-image-files";

/// How the services behave; fixed from the moment they are opened.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where they answer; goes into the service catalogue.
    pub url: String,
    /// The region, whose name the accounts' projects have, too.
    pub region: String,
    /// Names and keys of the first account.
    pub account: DemoAccount,
    /// How long Keystone tokens are good.
    pub token_ttl: Duration,
    /// Private images per project.
    pub quota: Option<i64>,
    /// Errors of the Glance rows are Huawei's `{"error": {…}}` instead of Glance's.
    pub native_errors: bool,
    /// How long a job runs at least.
    pub job_duration: Duration,
    /// Start with the jobs held.
    pub pause_jobs: bool,
}

/// The running services.
pub struct Huawei {
    options: Options,
    accounts: Accounts,
    database: Database,
    store: ObjectStore,
    /// Rung when a job was added, or when jobs are let go.
    bell: Notify,
    paused: AtomicBool,
    /// Held while jobs are moved on, so that none is done twice.
    moving: Mutex<()>,
}

impl Huawei {
    /// Opens the services' data under `data/huawei.sqlite`.
    pub fn open(
        data: &Path,
        options: Options,
        store: ObjectStore,
    ) -> std::result::Result<Arc<Huawei>, String> {
        let database = Database::open(&data.join("huawei.sqlite"))?;
        match store.create_bucket(BUCKET) {
            Ok(()) | Err(StoreError::BucketAlreadyOwnedByYou(_)) => {}
            Err(error) => return Err(format!("bucket {BUCKET}: {error}")),
        }
        let accounts = Accounts::new(&options.account, &options.region);
        // OBS and the other services share their keys.
        for key in accounts.0.iter().flat_map(|account| &account.keys) {
            store.trust(Credentials {
                access_key: key.access_key.clone(),
                secret_key: key.secret_key.clone(),
                token: key.security_token.clone(),
                expires_at: None,
            });
        }
        let paused = AtomicBool::new(options.pause_jobs);
        let huawei = Huawei {
            options,
            accounts,
            database,
            store,
            bell: Notify::new(),
            paused,
            moving: Mutex::new(()),
        };
        images::public::seed(&huawei).map_err(|refusal| refusal.message)?;
        jobs::forget_uploads(&huawei).map_err(|refusal| refusal.message)?;
        Ok(Arc::new(huawei))
    }

    /// What fault rules on credentials do to Keystone tokens.
    pub fn keeper(self: &Arc<Self>) -> Keeper {
        let huawei = Arc::clone(self);
        Arc::new(move |effect| {
            let done = match effect {
                Effect::ExpireCredentials => identity::tokens::expire_all(&huawei),
                Effect::RevokeCredentials => identity::tokens::revoke_all(&huawei),
                Effect::ClockSkew(_) => Ok(()),
            };
            done.map_err(|refusal| refusal.message)
        })
    }

    /// Now by the emulator's clock, in milliseconds since 1970.
    fn now(&self) -> i64 {
        moments::to_milliseconds(self.store.clock().now())
    }
}

/// The error document that a fault rule asks for, in the form of the service that the path belongs to.
pub(crate) fn dictated(answer: &crate::faults::Answer, path: &str, request_id: &str) -> Response {
    let family = Family::of(path);
    let message = answer.message.clone().unwrap_or_else(|| "Asked for by a fault rule.".to_owned());
    let code = answer.code.clone().unwrap_or_else(|| family.code_of(answer.status).to_owned());
    Refusal::new(answer.status, &code, message).into_response(family, None, request_id)
}
