//! The class behind `CecloudImsClient`.

use super::convert::{error_to_js, promise};
use super::download::{DownloadCore, Downloads};
use super::options;
use super::service;
use super::upload::cecloud::CecloudUploads;
use super::upload::{Shared, Work, pending};
use super::waiting;
use crate::api::cecloud;
use crate::error::{Error, Result};
use crate::json::Quoted;
use crate::upload::cecloud::Cecloud;
use js_sys::{Array, Promise};
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// The core of a CECloud IMS client. The shell forwards to it.
#[wasm_bindgen]
pub struct CecloudCore {
    shared: Rc<Shared>,
}

#[wasm_bindgen]
impl CecloudCore {
    /// Throws an `ImsError` where an option is wrong.
    #[wasm_bindgen(constructor)]
    pub fn new(options: JsValue) -> core::result::Result<CecloudCore, JsValue> {
        build(&options)
            .map(|shared| CecloudCore { shared: Rc::new(shared) })
            .map_err(|error| error_to_js(&error.during("CecloudImsClient")))
    }

    /// Performs an operation by the name of its public method.
    pub fn call(&self, name: &str, list: Array, options: JsValue) -> Promise {
        service::call(self.shared.service.clone(), cecloud::find(name), list, options)
    }

    /// The image by whichever list knows it; `waitForImage` polls it.
    #[wasm_bindgen(js_name = waitForImage)]
    pub fn wait_for_image(&self, image_id: JsValue, options: JsValue) -> Promise {
        let shared = self.shared.clone();
        promise(async move {
            let (service, patience_ms) = (shared.service.clone(), service::patience_ms(shared.retry));
            let waiting = waiting::for_image(&shared.service, patience_ms, image_id, options, |call| {
                let backend = Rc::new(Cecloud::new(service, call, None));
                Box::new(move |id| {
                    let (backend, id) = (backend.clone(), id.to_owned());
                    Box::pin(async move { backend.image(&id).await })
                })
            });
            waiting.await.map_err(|error| shared.service.finish_outer(error, "waitForImage"))
        })
    }

    /// Starts an upload.
    pub fn upload(&self, source: JsValue, target: JsValue, options: JsValue) -> super::upload::UploadCore {
        super::upload::start(self.shared.uploads(CecloudUploads), Work::Upload { source, target }, options)
    }

    /// What earlier runs have left in a store of checkpoints.
    #[wasm_bindgen(js_name = pendingUploads)]
    pub fn pending_uploads(&self, store: JsValue) -> Promise {
        pending::listed(self.shared.uploads(CecloudUploads), store)
    }

    /// Goes on with one of them.
    #[wasm_bindgen(js_name = resumeUpload)]
    pub fn resume_upload(
        &self,
        store: JsValue,
        key: String,
        source: JsValue,
        options: JsValue,
    ) -> super::upload::UploadCore {
        super::upload::start(
            self.shared.uploads(CecloudUploads),
            Work::Resume { store, key, source },
            options,
        )
    }

    /// Takes one of them back.
    #[wasm_bindgen(js_name = discardUpload)]
    pub fn discard_upload(&self, store: JsValue, key: String, options: JsValue) -> Promise {
        pending::discarded(self.shared.uploads(CecloudUploads), store, key, options)
    }

    /// Starts a download.
    pub fn download(&self, image_id: JsValue, target: JsValue, options: JsValue) -> DownloadCore {
        let downloads = Downloads {
            service: self.shared.service.clone(),
            platform: self.shared.platform.clone(),
            own_retry: self.shared.retry.is_some(),
            origin: |service, options| Box::new(Cecloud::new(service, options, None)),
        };
        super::download::start(downloads, image_id, target, options)
    }

    /// Looks for what is wrong; `{ ok, checks }`.
    pub fn diagnose(&self, options: JsValue) -> Promise {
        super::diagnose::start(self.shared.clone(), options)
    }

    /// Wipes the secrets; calls under way end.
    pub fn close(&self) {
        self.shared.close();
    }
}

fn build(options: &JsValue) -> Result<Shared> {
    service::check_options(options, &["region"])?;
    let endpoint = service::endpoint(options)?;
    let region = options::text(options, "", "region")?.unwrap_or_default();
    if region.is_empty() || !region.bytes().all(|byte| (0x21..0x7f).contains(&byte)) {
        let rule = "is required: the ID of a region, sent as x-regionid";
        return Err(Error::invalid("region", Quoted(&region).to_string(), rule));
    }
    let mut made = service::make(options, &cecloud::DIALECT, endpoint)?;
    made.service.headers.push(("x-regionid".to_owned(), region.clone()));
    Ok(Shared::new(made, region))
}
