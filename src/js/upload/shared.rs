//! What a client and its uploads share, and what differs between the services that files are uploaded to.

use super::options::Options;
use crate::error::Result;
use crate::http::retry::Policy;
use crate::js::files::Files;
use crate::js::service::Made;
use crate::json::Value;
use crate::oss::note::StoreNotes;
use crate::platform::Platform;
use crate::service::Service;
use crate::upload::backend::Backend;
use crate::upload::session::types::Imports;
use core::ops::Deref;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// What a client and its tasks share.
pub struct Shared {
    pub service: Rc<Service>,
    pub platform: Rc<dyn Platform>,
    /// Sends to the object store.
    pub store: Files,
    /// What uploads learned of their store, for diagnose().
    pub notes: StoreNotes,
    /// As the caller spelt it.
    pub region: String,
    /// Set by the caller; uploads have a patience of their own where it is not.
    pub retry: Option<Policy>,
}

/// The same, for uploads to a service. Made where they begin: nothing else of a client knows how images are made of files,
/// so that a page downloads that when it uploads.
pub struct Uploads {
    shared: Rc<Shared>,
    pub cloud: Rc<dyn Cloud>,
}

impl Deref for Uploads {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.shared
    }
}

impl Shared {
    pub fn new(made: Made, region: String) -> Self {
        Shared {
            service: Rc::new(made.service),
            platform: made.platform,
            store: Files::new(made.agent),
            notes: StoreNotes::default(),
            region,
            retry: made.retry,
        }
    }

    pub fn uploads(self: &Rc<Self>, cloud: impl Cloud + 'static) -> Rc<Uploads> {
        Rc::new(Uploads { shared: self.clone(), cloud: Rc::new(cloud) })
    }

    /// Wipes the secrets; calls under way end.
    pub fn close(&self) {
        self.service.close();
        self.store.close();
    }
}

/// A service as an upload needs it, and how it makes an image of a file.
pub struct Aim {
    pub backend: Box<dyn Backend>,
    /// Where it makes its image of an object in the caller's bucket.
    pub imports: Option<Imports>,
}

/// A service that files are uploaded to.
pub trait Cloud {
    /// The option that tells of the store, and what it may hold besides address, region and addressing.
    fn store_option(&self) -> (&'static str, &'static [&'static str]);

    /// Options that uploads to other services do not have.
    fn more_options(&self) -> &'static [&'static str] {
        &[]
    }

    /// The ID of an image that exists, and the target as JSON: the metadata of one to create, or `{ imageId }`. Checked as
    /// far as it can be before the file is open.
    fn target(
        &self,
        service: &Rc<Service>,
        target: &JsValue,
        given: &JsValue,
    ) -> Result<(Option<String>, Value)>;

    /// Names the object in the target, where the service leaves that to the caller and the caller to us: `unique` is this
    /// file's for this target.
    fn name_object(&self, target: Value, _unique: &str, _file_name: &str) -> Result<Value> {
        Ok(target)
    }

    /// What the metadata of an image says of its format and disk, as the inspector takes it; and the fields that say so.
    fn declared(&self, metadata: &Value) -> [(&'static str, Value); 2];

    /// The service for this target, with what the options say of it and of the store.
    fn aim(
        &self,
        service: &Rc<Service>,
        target: &Value,
        given: &JsValue,
        chosen: &mut Options,
    ) -> Result<Aim>;

    /// To look at what an earlier run for this target has left.
    fn look(&self, service: &Rc<Service>, target: &Value) -> Box<dyn Backend>;
}

/// The ID of an image that is to get the file.
pub fn existing(target: &JsValue, check: impl FnOnce(&str) -> Result<()>) -> Result<Option<String>> {
    let Some(id) = crate::js::convert::get(target, "imageId") else { return Ok(None) };
    let Some(id) = id.as_string().filter(|id| !id.is_empty()) else {
        return Err(crate::js::convert::refused("imageId", &id, "must be a text that is not empty"));
    };
    check(&id)?;
    Ok(Some(id))
}
