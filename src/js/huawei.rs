//! The class behind `HuaweiImsClient`.

mod upload;

use super::convert::{error_to_js, promise};
use super::options;
use super::service::{self, call_with};
use super::upload::shared::Uploads;
use super::upload::{Shared, UploadCore, Work, pending};
use super::waiting::{self, Jobs};
use crate::api;
use crate::api::huawei_ims::{self, enterprise_project, fields, jobs, show_job_progress};
use crate::error::{Error, Result};
use crate::json::Quoted;
use js_sys::{Array, Promise};
use std::rc::Rc;
use upload::HuaweiUploads;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = "/** Attributes that no page of the service names; they are kept as they came. */
export interface Attributes { [name: string]: unknown }

/** Tags of a new image as texts or as pairs; the service takes one or the other. */
export type EitherTags =
  | { tags?: string[]; image_tags?: never }
  | { tags?: never; image_tags?: Tag[] };";

/// The core of a client of Huawei Cloud IMS. The shell forwards to it.
#[wasm_bindgen]
pub struct HuaweiCore {
    shared: Rc<Shared>,
    more: Rc<More>,
}

/// What only this client has.
struct More {
    /// How long a job is asked for although nothing answers, milliseconds.
    patience_ms: f64,
    enterprise_project: Option<Rc<str>>,
    region: Option<String>,
}

impl HuaweiCore {
    fn uploads(&self) -> Rc<Uploads> {
        let More { enterprise_project, region, .. } = &*self.more;
        let (enterprise_project, region) = (enterprise_project.clone(), region.clone());
        self.shared.uploads(HuaweiUploads { enterprise_project, region })
    }
}

#[wasm_bindgen]
impl HuaweiCore {
    /// Throws an `ImsError` where an option is wrong.
    #[wasm_bindgen(constructor)]
    pub fn new(options: JsValue) -> core::result::Result<HuaweiCore, JsValue> {
        build(&options)
            .map(|(shared, more)| HuaweiCore { shared: Rc::new(shared), more: Rc::new(more) })
            .map_err(|error| error_to_js(&error.during("HuaweiImsClient")))
    }

    /// Performs an operation by the name of its public method.
    pub fn call(&self, name: &str, list: Array, options: JsValue) -> Promise {
        let project = self.more.enterprise_project.clone();
        let adjust: service::Adjust = Box::new(move |operation, arguments| {
            if let Some(project) = project {
                enterprise_project::add(operation, arguments, &project);
            }
        });
        call_with(self.shared.service.clone(), huawei_ims::find(name), list, options, adjust)
    }

    /// Polls a job until it is done.
    #[wasm_bindgen(js_name = waitForJob)]
    pub fn wait_for_job(&self, job_id: JsValue, options: JsValue) -> Promise {
        let (shared, more) = (self.shared.clone(), self.more.clone());
        promise(async move {
            let job = Jobs { operation: &show_job_progress::OPERATION, standing: jobs::standing };
            let work = waiting::for_job(&shared.service, job, more.patience_ms, job_id, options);
            work.await.map_err(|error| shared.service.finish_outer(error, "waitForJob"))
        })
    }

    /// Starts an upload.
    pub fn upload(&self, source: JsValue, target: JsValue, options: JsValue) -> UploadCore {
        super::upload::start(self.uploads(), Work::Upload { source, target }, options)
    }

    /// What earlier runs have left in a store of checkpoints.
    #[wasm_bindgen(js_name = pendingUploads)]
    pub fn pending_uploads(&self, store: JsValue) -> Promise {
        pending::listed(self.uploads(), store)
    }

    /// Goes on with one of them.
    #[wasm_bindgen(js_name = resumeUpload)]
    pub fn resume_upload(
        &self,
        store: JsValue,
        key: String,
        source: JsValue,
        options: JsValue,
    ) -> UploadCore {
        super::upload::start(self.uploads(), Work::Resume { store, key, source }, options)
    }

    /// Takes one of them back.
    #[wasm_bindgen(js_name = discardUpload)]
    pub fn discard_upload(&self, store: JsValue, key: String, options: JsValue) -> Promise {
        pending::discarded(self.uploads(), store, key, options)
    }

    /// Wipes the secrets; calls under way end.
    pub fn close(&self) {
        self.shared.close();
    }
}

fn build(given: &JsValue) -> Result<(Shared, More)> {
    service::check_options(given, &["projectId", "enterpriseProjectId", "region", "iamEndpoint"])?;
    let mut made = service::make(given, &api::PLAIN, service::huawei_address(given, "ims")?)?;
    made.service.project = service::project(given)?;
    let enterprise_project = options::text(given, "", "enterpriseProjectId")?;
    if let Some(id) = enterprise_project.as_deref().filter(|id| !fields::is_enterprise_project(id)) {
        let rule = "must be '0' (the default enterprise project) or the ID of one, a UUID";
        return Err(Error::invalid("enterpriseProjectId", Quoted(id).to_string(), rule));
    }
    let enterprise_project: Option<Rc<str>> = enterprise_project.map(Rc::from);
    let region = options::text(given, "", "region")?;
    let more = More { patience_ms: made.patience_ms(), enterprise_project, region: region.clone() };
    Ok((Shared::new(made, region.unwrap_or_default()), more))
}
