//! The options of an upload, checked field by field.

use crate::error::{Error, Result};
use crate::js::convert::{get, refused};
use crate::js::{options, waiting};
use crate::json::Quoted;
use crate::oss::Addressing;
use crate::upload::driver::StoreOptions;
use js_sys::Array;
use wasm_bindgen::prelude::*;

/// What an upload may be told.
const OPTIONS: &[&str] = &[
    "signal",
    "onProgress",
    "onEvent",
    "partSize",
    "concurrency",
    "checkpoint",
    "checksum",
    "allowUnsafe",
    "wait",
];

/// The options that are values; callbacks and the signal are taken by the task.
pub struct Options {
    pub part_size: Option<u64>,
    pub concurrency: Option<u32>,
    pub digest: bool,
    /// Codes of problems that may pass.
    pub allow_unsafe: Vec<String>,
    pub store: StoreOptions,
    /// None: not to be waited for; some none: as long as is usual.
    pub wait_ms: Option<Option<f64>>,
}

/// Refuses what is no option.
pub fn check(given: &JsValue, more: &[&str], store: &str) -> Result<()> {
    if !given.is_undefined() && !given.is_null() && !given.is_object() {
        return Err(refused("options", given, "must be an object"));
    }
    options::only(given, "", &[OPTIONS, more, &[store]].concat())
}

/// `store` is the option that tells of the store, and what it may hold besides.
pub fn read(given: &JsValue, store: (&str, &[&str])) -> Result<Options> {
    let digest = options::choice(given, "", "checksum", &["md5", "none"])?.as_deref() != Some("none");
    Ok(Options {
        part_size: options::integer(given, "", "partSize", 0.0, 9_007_199_254_740_991.0)?,
        concurrency: options::integer(given, "", "concurrency", 1.0, 64.0)?.map(|number| number as u32),
        digest,
        allow_unsafe: allow_unsafe(given)?,
        store: store_options(given, store)?,
        wait_ms: waiting::option(given)?,
    })
}

fn allow_unsafe(given: &JsValue) -> Result<Vec<String>> {
    let Some(list) = get(given, "allowUnsafe") else { return Ok(Vec::new()) };
    let Some(codes) = list.dyn_ref::<Array>() else {
        return Err(refused("allowUnsafe", &list, "must be a list of codes, such as ['backing-file']"));
    };
    let code = |(index, code): (usize, JsValue)| {
        let text = code.as_string().filter(|text| !text.is_empty());
        let rule = "must be the code of a problem, such as 'backing-file'";
        text.ok_or_else(|| refused(&format!("allowUnsafe[{index}]"), &code, rule))
    };
    codes.iter().enumerate().map(code).collect()
}

fn store_options(given: &JsValue, (name, more): (&str, &[&str])) -> Result<StoreOptions> {
    let Some(store) = get(given, name) else { return Ok(StoreOptions::default()) };
    if !store.is_object() {
        return Err(refused(name, &store, "must be an object"));
    }
    options::only(&store, name, &[&["endpoint", "signingEndpoint", "region", "addressing"], more].concat())?;
    let addressing = options::choice(&store, name, "addressing", &["path", "virtual"])?;
    let region = options::text(&store, name, "region")?;
    if let Some(region) = region.as_ref().filter(|region| {
        region.is_empty()
            || !region.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    }) {
        let field = options::join(name, "region");
        return Err(Error::invalid(field, Quoted(region).to_string(), "must be a region's name"));
    }
    Ok(StoreOptions {
        endpoint: options::endpoint(&store, name, "endpoint")?,
        signing_endpoint: options::endpoint(&store, name, "signingEndpoint")?,
        region,
        addressing: addressing
            .map(|chosen| if chosen == "virtual" { Addressing::Virtual } else { Addressing::Path }),
    })
}
