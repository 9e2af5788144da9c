//! The class behind `HuaweiWorkspaceClient`.

use super::convert::{error_to_js, function, get, promise, refused};
use super::options;
use super::polling::poll;
use super::service::{self, parse};
use crate::api::{PLAIN, workspace};
use crate::error::{Error, Kind, Result};
use crate::json::Value;
use crate::platform::Platform;
use crate::service::Service;
use js_sys::{Array, Promise};
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// The core of a Workspace client. The shell forwards to it.
#[wasm_bindgen]
pub struct WorkspaceCore {
    service: Rc<Service>,
    platform: Rc<dyn Platform>,
}

#[wasm_bindgen]
impl WorkspaceCore {
    /// Throws an `ImsError` where an option is wrong.
    #[wasm_bindgen(constructor)]
    pub fn new(options: JsValue) -> core::result::Result<WorkspaceCore, JsValue> {
        build(&options).map_err(|error| error_to_js(&error.during("HuaweiWorkspaceClient")))
    }

    /// Performs an operation by the name of its public method.
    pub fn call(&self, name: &str, list: Array, options: JsValue) -> Promise {
        service::call(self.service.clone(), workspace::find(name), list, options)
    }

    /// Polls a job until it is over.
    #[wasm_bindgen(js_name = waitForJob)]
    pub fn wait_for_job(&self, job_id: JsValue, options: JsValue) -> Promise {
        let (service, platform) = (self.service.clone(), self.platform.clone());
        promise(async move {
            let work = wait_for_job(&service, &*platform, job_id, options);
            work.await.map_err(|error| service.finish_outer(error, "waitForJob"))
        })
    }

    /// Wipes the secrets; calls under way end.
    pub fn close(&self) {
        self.service.close();
    }
}

fn build(options: &JsValue) -> Result<WorkspaceCore> {
    service::check_options(options, &["projectId"])?;
    let endpoint = service::endpoint(options)?;
    let mut made = service::make(options, &PLAIN, endpoint)?;
    made.service.project = service::project(options)?;
    Ok(WorkspaceCore { service: Rc::new(made.service), platform: made.platform })
}

/// A text field of an object of JavaScript; empty where there is none.
fn text(object: &JsValue, name: &str) -> String {
    get(object, name).and_then(|value| value.as_string()).unwrap_or_default()
}

async fn wait_for_job(
    service: &Service,
    platform: &dyn Platform,
    job_id: JsValue,
    given: JsValue,
) -> Result<JsValue> {
    let Some(id) = job_id.as_string().filter(|id| !id.is_empty()) else {
        return Err(refused("jobId", &job_id, "must be a text that is not empty"));
    };
    let interval = options::number(&given, "", "intervalMs", 1.0, 3_600_000.0)?.unwrap_or(2_000.0);
    let on_progress = function(&given, "", "onProgress")?;
    let (call, _watch) = options::call_options(&given, &["intervalMs", "onProgress"])?;
    let operation = &workspace::show_image_job::OPERATION;
    poll(platform, &call.cancel, interval, async || {
        let job = parse(service.call(operation, &[Value::from(id.as_str())], &call).await?)?;
        if let Some(on_progress) = &on_progress {
            // What it throws is its own affair.
            let _ = on_progress.call1(&JsValue::UNDEFINED, &job);
        }
        match text(&job, "status").as_str() {
            "SUCCESS" => Ok(Some(job)),
            "FAILED" => Err(failed(&id, &job)),
            _ => Ok(None),
        }
    })
    .await
}

/// The error of a job, in the words of the part that failed.
fn failed(id: &str, job: &JsValue) -> Error {
    let parts = get(job, "sub_jobs").map(|parts| Array::from(&parts)).unwrap_or_default();
    let reasons = parts.iter().filter_map(|part| get(&part, "job_execute_info"));
    let reason = reasons.into_iter().find(|reason| !text(reason, "error_code").is_empty());
    let Some(reason) = reason else {
        return Error::new(Kind::Service, format!("the job {id} failed; it does not say why"));
    };
    let (code, message) = (text(&reason, "error_code"), text(&reason, "error_message"));
    Error::new(Kind::Service, format!("the job {id} failed: {message} ({code})")).with_code(code)
}
