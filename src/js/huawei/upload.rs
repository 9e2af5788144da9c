//! Huawei Cloud as uploads see it: the caller names a bucket and gives its keys; the service makes an image of the object.

use crate::api::huawei_ims::fields::{given as has, is_file};
use crate::api::huawei_ims::{
    create_data_image, create_data_image_in_safe_mode, create_image, create_image_in_safe_mode,
    import_image_quick, import_image_quick_in_safe_mode, register_image,
};
use crate::api::operation::Operation;
use crate::auth::regions;
use crate::auth::secret::Secret;
use crate::auth::sigv4::Keys;
use crate::error::{Error, Kind, Result};
use crate::http::fetch::describe;
use crate::http::url::Endpoint;
use crate::js::convert::{arguments, get, refused};
use crate::js::options::{is_header_value, join, only, text};
use crate::js::upload::options::Options;
use crate::js::upload::shared::{Aim, Cloud, existing};
use crate::json::{Quoted, Value};
use crate::oss::{Addressing, is_carried_by_urls};
use crate::service::{CallOptions, Service};
use crate::upload::backend::Backend;
use crate::upload::huawei::{Huawei, KeySource};
use crate::upload::session::types::Imports;
use js_sys::{Array, Function, Promise};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// What may make the image of the object: `using` of the target, the first one where it is left out.
static CREATIONS: &[&Operation] = &[
    &create_image::OPERATION,
    &create_image_in_safe_mode::OPERATION,
    &create_data_image::OPERATION,
    &create_data_image_in_safe_mode::OPERATION,
    &import_image_quick::OPERATION,
    &import_image_quick_in_safe_mode::OPERATION,
];

/// The service of `HuaweiImsClient`.
pub struct HuaweiUploads {
    pub enterprise_project: Option<Rc<str>>,
    pub region: Option<String>,
}

/// The bucket, and the key where the caller names it.
fn place(given: &JsValue) -> Result<(String, String)> {
    let obs = get(given, "obs").unwrap_or(JsValue::UNDEFINED);
    let bucket = text(&obs, "obs", "bucket")?;
    let key = text(&obs, "obs", "key")?;
    let Some(bucket) = bucket else {
        let rule = "is required: the bucket that the file goes into";
        return Err(Error::invalid("obs.bucket", "undefined", rule));
    };
    if crate::text::has_any(&bucket, ":") || !is_file(&format!("{bucket}:k")) {
        let rule = "must have 3 to 63 lower-case letters, digits, - and .";
        return Err(Error::invalid("obs.bucket", Quoted(&bucket).to_string(), rule));
    }
    if let Some(key) = &key {
        check_key(&bucket, key)?;
    }
    Ok((bucket, key.unwrap_or_default()))
}

fn check_key(bucket: &str, key: &str) -> Result<()> {
    let legal = key.len() <= 1024 && is_carried_by_urls(key) && is_file(&format!("{bucket}:{key}"));
    let rule =
        "must have 1 to 1024 bytes without control characters, no . or .. between slashes and no // in front";
    if legal { Ok(()) } else { Err(Error::invalid("obs.key", Quoted(key).to_string(), rule)) }
}

/// The operation that a target names, and the request without that name.
fn creation(target: &Value) -> Result<(&'static Operation, Value)> {
    let request = with_member(target.clone(), "using", None);
    let Some(using) = has(target, "using") else { return Ok((CREATIONS[0], request)) };
    let found = CREATIONS.iter().find(|operation| using.as_str() == Some(operation.name));
    found.map(|operation| (*operation, request)).ok_or_else(|| {
        let names: Vec<&str> = CREATIONS.iter().map(|operation| operation.name).collect();
        Error::invalid("using", using.to_string(), crate::text::one_of(&names))
    })
}

/// The target with the object in it.
fn with_object(target: Value, image_url: &str) -> Value {
    with_member(target, "image_url", Some(image_url.into()))
}

/// An object whose member of this name is this one, or that has none.
fn with_member(mut object: Value, name: &str, member: Option<Value>) -> Value {
    if let Value::Object(members) = &mut object {
        members.retain(|(known, _)| known != name);
        members.extend(member.map(|member| (name.to_owned(), member)));
    }
    object
}

/// Keys out of an object of the caller's; their values are never repeated.
fn keys(object: &JsValue, path: &str) -> Result<Keys> {
    if !object.is_object() {
        let rule = "must be { accessKey, secretKey, securityToken? }, or a function that gives such";
        return Err(Error::invalid(path, "***", rule));
    }
    only(object, path, &["accessKey", "secretKey", "securityToken"])?;
    let member = |name: &str, needed: bool| match get(object, name).map(|value| value.as_string()) {
        None if !needed => Ok(String::new()),
        Some(Some(text)) if !text.is_empty() && is_header_value(&text) => Ok(text),
        _ => Err(Error::invalid(join(path, name), "***", "must be a text of visible ASCII characters")),
    };
    Ok(Keys {
        access_key: member("accessKey", true)?,
        secret_key: Secret::new(member("secretKey", true)?),
        session_token: Secret::new(member("securityToken", false)?),
    })
}

async fn ask(source: Function) -> Result<Keys> {
    let failed = |error: JsValue| {
        Error::new(Kind::Auth, format!("the function obs.credentials failed: {}", describe(&error)))
    };
    let called = source.call0(&JsValue::UNDEFINED).map_err(failed)?;
    let given = JsFuture::from(Promise::resolve(&called)).await.map_err(failed)?;
    keys(&given, "obs.credentials()").map_err(|error| Error::new(Kind::Auth, error.message()))
}

/// Who gives the keys of the bucket: the option, or the client's own access key.
fn key_source(service: &Rc<Service>, given: &JsValue) -> Result<KeySource> {
    let obs = get(given, "obs").unwrap_or(JsValue::UNDEFINED);
    if let Some(credentials) = get(&obs, "credentials") {
        return Ok(match credentials.dyn_into::<Function>() {
            Ok(source) => Rc::new(move || Box::pin(ask(source.clone()))),
            Err(fixed) => {
                let keys = keys(&fixed, "obs.credentials")?;
                Rc::new(move || {
                    let keys = keys.clone();
                    Box::pin(async { Ok(keys) })
                })
            }
        });
    }
    if service.authenticator.access_key().is_none() {
        let rule = "is required: { accessKey, secretKey, securityToken? }, or a function that gives such; a client \
                    with auth 'aksk' has its own";
        return Err(Error::invalid("obs.credentials", "undefined", rule));
    }
    let authenticator = service.authenticator.clone();
    Ok(Rc::new(move || {
        let keys = authenticator.access_key().ok_or_else(crate::auth::closed);
        Box::pin(async { keys })
    }))
}

impl HuaweiUploads {
    /// Where the store stands; without an endpoint of the caller's, that of the region, with the bucket in the host.
    fn locate(&self, bucket: &str, chosen: &mut Options) -> Result<String> {
        let store = &mut chosen.store;
        let region = self.region.clone().or_else(|| store.region.clone());
        store.region = store.region.take().or_else(|| self.region.clone());
        let known: Option<Endpoint> = match (&store.endpoint, &region) {
            (_, Some(region)) => Some(regions::endpoint("obs", region)?),
            (given, None) => given.clone(),
        };
        let Some(known) = known else {
            let rule = "is required, or the region of the client or of obs: where the object store stands";
            return Err(Error::invalid("obs.endpoint", "undefined", rule));
        };
        // No certificate is for names with more dots.
        if store.endpoint.is_none() && store.addressing.is_none() && !crate::text::has_any(bucket, ".") {
            store.addressing = Some(Addressing::Virtual);
        }
        Ok(known.url("", ""))
    }

    /// The service, for what needs neither store nor keys.
    fn looking(&self, service: &Rc<Service>) -> Huawei {
        Huawei {
            service: service.clone(),
            options: CallOptions::default(),
            creation: None,
            image_url: String::new(),
            domain: String::new(),
            keys: Rc::new(|| Box::pin(async { Err(crate::auth::closed()) })),
            enterprise_project: self.enterprise_project.clone(),
        }
    }
}

impl Cloud for HuaweiUploads {
    fn store_option(&self) -> (&'static str, &'static [&'static str]) {
        ("obs", &["bucket", "key", "credentials"])
    }

    fn more_options(&self) -> &'static [&'static str] {
        &["deleteObject"]
    }

    fn target(
        &self,
        service: &Rc<Service>,
        target: &JsValue,
        given: &JsValue,
    ) -> Result<(Option<String>, Value)> {
        let (bucket, key) = place(given)?;
        key_source(service, given)?;
        delete_object(given)?;
        let image_url = format!("{bucket}:{key}");
        let example = if key.is_empty() { format!("{bucket}:k") } else { image_url.clone() };
        let file = Value::object([("image_url", example.as_str().into())]);
        let check = |id: &str| register_image::OPERATION.encode(&[id.into(), file.clone()]).map(drop);
        if let Some(id) = existing(target, check)? {
            let target =
                Value::object([("imageId", id.as_str().into()), ("image_url", image_url.as_str().into())]);
            return Ok((Some(id), target));
        }
        let values = arguments(&Array::of1(target), &[("target", false)])?;
        let target = values.into_iter().next().unwrap_or_default();
        if let Some(url) = has(&target, "image_url") {
            let rule = "must not be given: the options obs.bucket and obs.key say where the file goes";
            return Err(Error::invalid("image_url", url.to_string(), rule));
        }
        let (operation, request) = creation(&target)?;
        operation.encode(&[with_object(request, &example)])?;
        Ok((None, with_object(target, &image_url)))
    }

    fn name_object(&self, target: Value, unique: &str, file_name: &str) -> Result<Value> {
        let known = target.get("image_url").and_then(Value::as_str).unwrap_or_default();
        let Some(bucket) = known.strip_suffix(":") else { return Ok(target) };
        if file_name.is_empty() {
            let rule = "is required: the file has no name, and the service tells its format by that";
            return Err(Error::invalid("obs.key", "undefined", rule));
        }
        let key = format!("{unique}/{file_name}");
        check_key(bucket, &key)?;
        let image_url = format!("{bucket}:{key}");
        Ok(with_object(target, &image_url))
    }

    fn declared(&self, metadata: &Value) -> [(&'static str, Value); 2] {
        // What an image that exists says of its format is what the service converts the file to.
        let iso = metadata.get("type").and_then(Value::as_str) == Some("IsoImage");
        let format = if iso { "iso".into() } else { Value::Null };
        let disk = metadata.get("min_disk").filter(|disk| disk.as_u64() != Some(0)).cloned();
        [("type", format), ("min_disk", disk.unwrap_or_default())]
    }

    fn aim(
        &self,
        service: &Rc<Service>,
        target: &Value,
        given: &JsValue,
        chosen: &mut Options,
    ) -> Result<Aim> {
        let image_url = target.get("image_url").and_then(Value::as_str).unwrap_or_default().to_owned();
        let bucket = crate::text::before(&image_url, ":");
        let domain = self.locate(bucket, chosen)?;
        let delete_object = delete_object(given)?;
        if delete_object && chosen.wait_ms.is_none() {
            let rule = "must not be true where wait is false: the service reads the object until the image is active";
            return Err(Error::invalid("deleteObject", "true", rule));
        }
        // What an earlier run has found there it has put down.
        let fresh = get(given, "obs").is_none_or(|obs| get(&obs, "key").is_none());
        let imports = Some(Imports { object: image_url.clone(), delete_object, fresh });
        let creation = if target.get("imageId").is_some() { None } else { Some(creation(target)?) };
        let keys = key_source(service, given)?;
        let backend = Box::new(Huawei { creation, image_url, domain, keys, ..self.looking(service) });
        Ok(Aim { backend, imports })
    }

    fn look(&self, service: &Rc<Service>, target: &Value) -> Box<dyn Backend> {
        // What is listed is in the enterprise project of the target.
        Box::new(Huawei { creation: creation(target).ok(), ..self.looking(service) })
    }
}

/// The option `deleteObject`.
fn delete_object(given: &JsValue) -> Result<bool> {
    let Some(flag) = get(given, "deleteObject") else { return Ok(false) };
    flag.as_bool().ok_or_else(|| refused("deleteObject", &flag, "must be true or false"))
}
