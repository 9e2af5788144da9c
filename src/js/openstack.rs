//! The class behind `OpenStackImageClient`.

mod content;
mod upload;

use super::convert::{error_to_js, promise};
use super::download::{DownloadCore, Downloads};
use super::files::Files;
use super::service::{self, Made};
use super::waiting;
use crate::api::{PLAIN, openstack};
use crate::download::openstack::OpenStack;
use crate::error::{Error, Kind, Result};
use crate::http::retry::Policy;
use crate::http::url::Endpoint;
use crate::platform::Platform;
use crate::service::Service;
use js_sys::{Array, Promise};
use std::rc::Rc;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("openstack/types.d.ts");

/// The core of a client of OpenStack's Image service. The shell forwards to it.
#[wasm_bindgen]
pub struct OpenStackCore {
    shared: Rc<Shared>,
}

/// What a client and its tasks share.
pub(super) struct Shared {
    pub service: Rc<Service>,
    pub platform: Rc<dyn Platform>,
    /// Sends files.
    pub(super) files: Files,
    /// The caller's own policy of repetitions, where it was given.
    retry: Option<Policy>,
}

#[wasm_bindgen]
impl OpenStackCore {
    /// Throws an `ImsError` where an option is wrong.
    #[wasm_bindgen(constructor)]
    pub fn new(options: JsValue) -> core::result::Result<OpenStackCore, JsValue> {
        build(&options)
            .map(|shared| OpenStackCore { shared: Rc::new(shared) })
            .map_err(|error| error_to_js(&error.during("OpenStackImageClient")))
    }

    /// Performs an operation by the name of its public method.
    pub fn call(&self, name: &str, list: Array, options: JsValue) -> Promise {
        service::call(self.shared.service.clone(), openstack::find(name), list, options)
    }

    /// Polls until an image is active.
    #[wasm_bindgen(js_name = waitForImage)]
    pub fn wait_for_image(&self, image_id: JsValue, options: JsValue) -> Promise {
        let shared = self.shared.clone();
        promise(async move {
            let (service, patience_ms) = (shared.service.clone(), service::patience_ms(shared.retry));
            let waiting = waiting::for_image(&shared.service, patience_ms, image_id, options, |call| {
                Box::new(move |id| {
                    let (service, call, id) = (service.clone(), call.clone(), [id.into()]);
                    Box::pin(async move { service.call(&openstack::get_image::OPERATION, &id, &call).await })
                })
            });
            waiting.await.map_err(|error| shared.service.finish_outer(error, "waitForImage"))
        })
    }

    /// Starts an upload.
    pub fn upload(&self, image_id: JsValue, source: JsValue, options: JsValue) -> upload::FileUploadCore {
        upload::start(self.shared.clone(), image_id, source, options)
    }

    /// Starts a download.
    pub fn download(&self, image_id: JsValue, target: JsValue, options: JsValue) -> DownloadCore {
        let downloads = Downloads {
            service: self.shared.service.clone(),
            platform: self.shared.platform.clone(),
            own_retry: self.shared.retry.is_some(),
            origin: |service, options| Box::new(OpenStack { service, options }),
        };
        super::download::start(downloads, image_id, target, options)
    }

    /// Wipes the secrets; calls under way end.
    pub fn close(&self) {
        self.shared.service.close();
        self.shared.files.close();
    }
}

fn build(options: &JsValue) -> Result<Shared> {
    service::check_options(options, &["region", "interface"])?;
    let mut address = service::openstack_address(options, "image")?;
    address.endpoint = address.endpoint.map(Endpoint::without_version);
    let Made { mut service, platform, agent, retry } = service::make(options, &PLAIN, address)?;
    service.signing_endpoint = service.signing_endpoint.map(Endpoint::without_version);
    Ok(Shared { service: Rc::new(service), platform, files: Files::new(agent), retry })
}
