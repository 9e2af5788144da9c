//! Quick imports, and data disk images from files.

use super::draft;
use crate::huawei::Result;
use crate::huawei::call::{Answer, Call};
use crate::huawei::images::names;
use crate::huawei::jobs;
use crate::huawei::refusal::Refusal;

/// `POST /v2/cloudimages/quickimport/action`, and the same of v2.1.
pub(in crate::huawei) fn quick(call: &Call) -> Result<Answer> {
    let mut fields = call.fields()?;
    let mut image = draft::attributes(call, &mut fields)?;
    draft::kind(&mut fields, &mut image, &["ECS", "BMS", "DataImage"])?;
    draft::minimum_disk(&mut fields, &mut image, [1, 1024])?;
    let is_data = image.property("virtual_env_type") == "DataImage";
    let os_type = fields.text("os_type")?;
    if let Some(other) = os_type.as_deref().filter(|os_type| !["Linux", "Windows"].contains(os_type)) {
        return Err(Refusal::img("IMG.0122", format!("os_type: must be Linux or Windows, is {other:?}")));
    }
    draft::operating_system(&mut fields, &mut image, !is_data)?;
    if is_data {
        image.set("__os_type", os_type.as_deref().unwrap_or("Linux"));
    }
    names::machine(&mut fields, &mut image)?;
    fields.sized("license_type", 0..=64)?;
    let source = draft::source(call, &mut fields, true)?;
    fields.end()?;
    let kind = if is_data { "imsImportDataImageJob" } else { "imsImportImageJob" };
    let part = source.import(kind, &mut image);
    let job = draft::begin(&call.huawei, &[image], |transaction| {
        jobs::add(&call.huawei, transaction, &call.caller.project, part)
    })?;
    Answer::job(call, &job)
}

/// `POST /v1/cloudimages/dataimages/action`, and the same of v2.1.
pub(in crate::huawei) fn data(call: &Call) -> Result<Answer> {
    let mut fields = call.fields()?;
    let mut image = draft::attributes(call, &mut fields)?;
    let os_type = fields.text("os_type")?.unwrap_or_else(|| "Linux".to_owned());
    if !["Linux", "Windows"].contains(&os_type.as_str()) {
        return Err(Refusal::img("IMG.0122", format!("os_type: must be Linux or Windows, is {os_type:?}")));
    }
    draft::minimum_disk(&mut fields, &mut image, [40, 2048])?;
    draft::encryption(&mut fields, &mut image)?;
    image.set("virtual_env_type", "DataImage");
    image.set("__os_type", os_type);
    let source = draft::source(call, &mut fields, false)?;
    fields.end()?;
    let part = source.import("imsImportDataImageJob", &mut image);
    let job = draft::begin(&call.huawei, &[image], |transaction| {
        jobs::add(&call.huawei, transaction, &call.caller.project, part)
    })?;
    Answer::job(call, &job)
}
