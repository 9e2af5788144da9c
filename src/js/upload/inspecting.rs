//! Looking into a file before anything is sent: what is fatal or dangerous ends the upload, unless the caller lets it
//! pass; what is doubtful is told.

use super::TaskState;
use super::shared::Uploads;
use crate::error::{Error, Kind, Result};
use crate::http::fetch::describe;
use crate::js::convert::get;
use crate::js::inspector;
use crate::json::Value;
use crate::task::{First, first};
use crate::upload::source::Source;
use js_sys::JSON;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// An upload does not wait longer for the inspector to be loaded, milliseconds.
const PATIENCE_MS: f64 = 15_000.0;

/// Looks into the file of one upload.
pub struct Inspection {
    loading: core::result::Result<JsFuture, JsValue>,
    /// Codes of problems that may pass.
    pub allowed: Vec<String>,
    /// Fields of the metadata; none where the caller names an image that exists.
    metadata: Option<Value>,
}

impl Inspection {
    /// Begins to load the inspector.
    pub fn begin(allowed: &[String], metadata: Option<&Value>) -> Self {
        Inspection { loading: inspector::prepare(), allowed: allowed.to_vec(), metadata: metadata.cloned() }
    }

    /// Whether the file was looked into. Fails where something speaks against it, or where it cannot be read.
    pub async fn look(self, shared: &Uploads, state: &TaskState, source: Rc<dyn Source>) -> Result<bool> {
        let patience = shared.platform.sleep(PATIENCE_MS);
        let loaded = match self.loading {
            Ok(loading) => match first(Box::pin(loading), patience).await {
                First::Left(loaded) => loaded.map(drop),
                First::Right(()) => Err("its WebAssembly is not here after 15 seconds".into()),
            },
            Err(error) => Err(error),
        };
        if let Err(error) = loaded {
            skipped(state, &error);
            return Ok(false);
        }
        let declared = shared.cloud.declared(self.metadata.as_ref().unwrap_or(&Value::Null));
        let found = judge(state, source, &declared).await?;
        let Some(problems) = found else { return Ok(false) };
        settle(state, &problems, &self.allowed, Some(&declared))?;
        Ok(true)
    }
}

/// The file is then looked at by the service alone.
fn skipped(state: &TaskState, why: &JsValue) {
    let message = format!("the file was not looked into before the upload: {}", describe(why));
    state.warn("inspection-skipped", message);
}

/// The problems; none where the inspector failed itself.
pub async fn judge(
    state: &TaskState,
    source: Rc<dyn Source>,
    [(_, format), (_, disk)]: &[(&'static str, Value); 2],
) -> Result<Option<Vec<Value>>> {
    let declared = Value::object([("diskFormat", format.clone()), ("minDisk", disk.clone())]);
    let declared = JSON::parse(&declared.to_string()).unwrap_or(JsValue::UNDEFINED);
    match inspector::judge(source, &declared).await {
        Ok(text) => match Value::parse(&text) {
            Ok(Value::Array(problems)) => Ok(Some(problems)),
            _ => Err(Error::new(Kind::Internal, "the inspector gave no list")),
        },
        Err(error) if get(&error, "kind").and_then(|kind| kind.as_string()).as_deref() == Some("source") => {
            Err(Error::new(Kind::Source, describe(&error)))
        }
        Err(error) => {
            skipped(state, &error);
            Ok(None)
        }
    }
}

/// Fails for the worst problem that may not pass, and tells of the others.
pub fn settle(
    state: &TaskState,
    problems: &[Value],
    allowed: &[String],
    declared: Option<&[(&'static str, Value); 2]>,
) -> Result<()> {
    let text = |problem: &Value, name: &str| {
        problem.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let passes =
        |problem: &&Value| text(problem, "severity") == "warning" || allowed.contains(&text(problem, "code"));
    let mut refused = problems.iter().filter(|problem| !passes(problem));
    if let Some(problem) = refused.next() {
        let code = text(problem, "code");
        let mut message = format!("{} ({code}", text(problem, "message"));
        for (index, other) in refused.enumerate() {
            message += if index == 0 { "; also " } else { ", " };
            message += &text(other, "code");
        }
        message += ")";
        let mut error = Error::new(Kind::Validation, message).with_code(code.as_str());
        // The field that can be mended, where it is one of the caller's metadata.
        let at = match code.as_str() {
            "format-mismatch" => Some(0),
            "min-disk" => Some(1),
            _ => None,
        };
        let field =
            declared.zip(at).map(|(declared, at)| &declared[at]).filter(|(_, value)| !value.is_null());
        let details = error.details_mut();
        details.value = field.map(|(_, value)| value.to_string());
        details.field = Some(field.map_or("source", |(name, _)| name).to_owned());
        details.rule = Some(text(problem, "advice"));
        return Err(error);
    }
    for problem in problems {
        let message = format!("{}. {}", text(problem, "message"), text(problem, "advice"));
        state.warn(&text(problem, "code"), message);
    }
    Ok(())
}
