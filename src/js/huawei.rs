//! The class behind `HuaweiImsClient`.

use super::convert::{error_to_js, function, promise, refused};
use super::options;
use super::service::{self, call_with, parse};
use crate::api;
use crate::api::huawei_ims::{self, enterprise_project, fields, jobs, show_job_progress};
use crate::error::{Error, Result};
use crate::json::Quoted;
use crate::service::Service;
use crate::service::waiting::Waiting;
use js_sys::{Array, Promise};
use std::rc::Rc;
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
}

/// What a client and its calls share.
struct Shared {
    service: Rc<Service>,
    /// How long a job is asked for although nothing answers, milliseconds.
    patience_ms: f64,
    enterprise_project: Option<Rc<str>>,
}

#[wasm_bindgen]
impl HuaweiCore {
    /// Throws an `ImsError` where an option is wrong.
    #[wasm_bindgen(constructor)]
    pub fn new(options: JsValue) -> core::result::Result<HuaweiCore, JsValue> {
        build(&options)
            .map(|shared| HuaweiCore { shared: Rc::new(shared) })
            .map_err(|error| error_to_js(&error.during("HuaweiImsClient")))
    }

    /// Performs an operation by the name of its public method.
    pub fn call(&self, name: &str, list: Array, options: JsValue) -> Promise {
        let project = self.shared.enterprise_project.clone();
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
        let shared = self.shared.clone();
        promise(async move {
            let work = wait_for_job(&shared, job_id, options);
            work.await.map_err(|error| shared.service.finish_outer(error, "waitForJob"))
        })
    }

    /// Wipes the secrets; calls under way end.
    pub fn close(&self) {
        self.shared.service.close();
    }
}

async fn wait_for_job(shared: &Shared, job_id: JsValue, options: JsValue) -> Result<JsValue> {
    let id = job_id.as_string().map(|id| id.trim().to_owned()).filter(|id| !id.is_empty());
    let Some(id) = id else {
        return Err(refused("jobId", &job_id, "must be a text that is not empty"));
    };
    // Here timeoutMs is the time of the whole, not of one attempt: those have the client's.
    let (mut call, _watch) = options::call_options(&options, &["intervalMs", "onProgress"])?;
    let longest = call.timeout_ms.take();
    let interval = options::number(&options, "", "intervalMs", 1.0, 3_600_000.0)?;
    let progress = function(&options, "", "onProgress")?;
    let on_progress = |text: &str| {
        if let Some(progress) = &progress
            && let Ok(job) = js_sys::JSON::parse(text)
        {
            // What it throws is its own affair.
            let _ = progress.call1(&JsValue::UNDEFINED, &job);
        }
    };
    let waiting = Waiting {
        operation: &show_job_progress::OPERATION,
        standing: jobs::standing,
        interval_ms: interval.unwrap_or(5_000.0),
        longest_ms: longest.unwrap_or(86_400_000.0),
        patience_ms: shared.patience_ms,
        on_progress: &on_progress,
    };
    parse(shared.service.wait_for_job(&id, &waiting, &call).await?)
}

fn build(given: &JsValue) -> Result<Shared> {
    service::check_options(given, &["projectId", "enterpriseProjectId"])?;
    let mut made = service::make(given, &api::PLAIN, service::endpoint(given)?)?;
    made.service.project = service::project(given)?;
    let enterprise_project = options::text(given, "", "enterpriseProjectId")?;
    if let Some(id) = enterprise_project.as_deref().filter(|id| !fields::is_enterprise_project(id)) {
        let rule = "must be '0' (the default enterprise project) or the ID of one, a UUID";
        return Err(Error::invalid("enterpriseProjectId", Quoted(id).to_string(), rule));
    }
    // As uploads do it: five minutes, or what the caller's own policy comes to.
    let own = |policy: crate::http::retry::Policy| f64::from(policy.max_attempts) * policy.max_delay_ms;
    Ok(Shared {
        patience_ms: made.retry.map_or(300_000.0, own),
        service: Rc::new(made.service),
        enterprise_project: enterprise_project.map(Rc::from),
    })
}
