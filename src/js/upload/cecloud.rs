//! CECloud as uploads see it: it names store and object, and hands out the keys.

use super::options::Options;
use super::shared::{Aim, Cloud, existing};
use crate::api::cecloud::{create_image, get_image};
use crate::error::Result;
use crate::js::convert::arguments;
use crate::json::Value;
use crate::service::{CallOptions, Service};
use crate::upload::backend::Backend;
use crate::upload::cecloud::Cecloud;
use js_sys::Array;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// The service of `CecloudImsClient`.
pub struct CecloudUploads;

impl Cloud for CecloudUploads {
    fn store_option(&self) -> (&'static str, &'static [&'static str]) {
        ("oss", &[])
    }

    fn target(&self, _: &Rc<Service>, target: &JsValue, _: &JsValue) -> Result<(Option<String>, Value)> {
        let image_id = existing(target, |id| get_image::OPERATION.encode(&[id.into()]).map(drop))?;
        if let Some(id) = image_id {
            let target = Value::object([("imageId", id.as_str().into())]);
            return Ok((Some(id), target));
        }
        let values = arguments(&Array::of1(target), &[("target", false)])?;
        create_image::OPERATION.encode(&values)?;
        Ok((None, values.into_iter().next().unwrap_or_default()))
    }

    fn declared(&self, metadata: &Value) -> [(&'static str, Value); 2] {
        ["diskFormat", "minDisk"].map(|name| (name, metadata.get(name).cloned().unwrap_or_default()))
    }

    fn aim(&self, service: &Rc<Service>, target: &Value, _: &JsValue, _: &mut Options) -> Result<Aim> {
        let image = target.get("imageId").is_none().then(|| target.clone());
        let backend = Box::new(Cecloud::new(service.clone(), CallOptions::default(), image));
        Ok(Aim { backend, imports: None })
    }

    fn look(&self, service: &Rc<Service>, _: &Value) -> Box<dyn Backend> {
        Box::new(Cecloud::new(service.clone(), CallOptions::default(), None))
    }
}
