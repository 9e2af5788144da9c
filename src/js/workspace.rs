//! The class behind `HuaweiWorkspaceClient`.

use super::convert::{error_to_js, promise};
use super::service;
use super::waiting::{self, Jobs};
use crate::api::PLAIN;
use crate::api::workspace::{self, jobs, show_image_job};
use crate::error::Result;
use crate::service::Service;
use js_sys::{Array, Promise};
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// The core of a Workspace client. The shell forwards to it.
#[wasm_bindgen]
pub struct WorkspaceCore {
    service: Rc<Service>,
    /// How long nothing but failures is put up with where a job is waited for, milliseconds.
    patience_ms: f64,
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

    /// Polls a job until it is done.
    #[wasm_bindgen(js_name = waitForJob)]
    pub fn wait_for_job(&self, job_id: JsValue, options: JsValue) -> Promise {
        let (service, patience_ms) = (self.service.clone(), self.patience_ms);
        promise(async move {
            let job = Jobs { operation: &show_image_job::OPERATION, standing: jobs::standing };
            let work = waiting::for_job(&service, job, patience_ms, job_id, options);
            work.await.map_err(|error| service.finish_outer(error, "waitForJob"))
        })
    }

    /// Wipes the secrets; calls under way end.
    pub fn close(&self) {
        self.service.close();
    }
}

fn build(given: &JsValue) -> Result<WorkspaceCore> {
    service::check_options(given, &["projectId", "region", "iamEndpoint"])?;
    let mut made = service::make(given, &PLAIN, service::huawei_address(given, "workspace")?)?;
    made.service.project = service::project(given)?;
    Ok(WorkspaceCore { patience_ms: made.patience_ms(), service: Rc::new(made.service) })
}
