//! Registering an uploaded file, exporting an image into a bucket, and copying images.

use super::draft;
use crate::huawei::accounts::OTHER_REGION;
use crate::huawei::call::{Answer, Call};
use crate::huawei::disk::{self, Address};
use crate::huawei::images::{self, Image, names};
use crate::huawei::jobs::{self, Work, part};
use crate::huawei::refusal::Refusal;
use crate::huawei::{BUCKET, Result};

/// `PUT /v1/cloudimages/{image_id}/upload`.
pub(in crate::huawei) fn register(call: &Call) -> Result<Answer> {
    let mut fields = call.fields()?;
    let source = draft::source(call, &mut fields, false)?;
    fields.end()?;
    let job = call.huawei.database.with(|transaction| {
        let mut image =
            images::own(&call.huawei, transaction, call.parameter("image_id"), &call.caller.project)?;
        if image.status != "queued" {
            let rule = format!("image_id: {} is {}, not queued", image.id, image.status);
            return Err(Refusal::img("IMG.0046", rule));
        }
        image.status = "saving".to_owned();
        // This job is shown without the image's name.
        let import = part("imsNativeImportImageJob", None, source.import("", &mut image).work);
        images::update(&call.huawei, transaction, &mut image)?;
        jobs::add(&call.huawei, transaction, &call.caller.project, import)
    })?;
    Answer::job(call, &job)
}

/// `POST /v1/cloudimages/{image_id}/file`, and the same of v2.1.
pub(in crate::huawei) fn export(call: &Call) -> Result<Answer> {
    let mut fields = call.fields()?;
    let text =
        fields.text("bucket_url")?.ok_or_else(|| Refusal::img("IMG.0017", "bucket_url: is required"))?;
    let target = Address::parse("bucket_url", &text)?;
    let is_quick = fields.flag("is_quick_export")?.unwrap_or(false);
    match (fields.text("file_format")?.as_deref(), is_quick) {
        (Some("qcow2" | "vhd" | "zvhd" | "vmdk"), false) | (None, true) => {}
        (Some(_), true) => return Err(call.invalid("file_format: must not stand beside is_quick_export")),
        (None, false) => return Err(Refusal::img("IMG.0072", "file_format: is required")),
        (Some(other), false) => {
            let rule = format!("file_format: must be qcow2, vhd, zvhd or vmdk, is {other:?}");
            return Err(Refusal::img("IMG.0072", rule));
        }
    }
    fields.end()?;
    check_target(call, &target)?;
    let job = call.huawei.database.with(|transaction| {
        let seen = images::seen(&call.huawei, transaction, call.parameter("image_id"), &call.caller.project)?;
        if seen.is_some_and(|seen| seen.image.is_public()) {
            return Err(Refusal::img("IMG.0077", ""));
        }
        let image = images::own(&call.huawei, transaction, call.parameter("image_id"), &call.caller.project)?;
        check_exportable(&image, is_quick)?;
        let Address { bucket, key } = target;
        let work = Work::Export { image: image.id.clone(), bucket, key };
        jobs::add(
            &call.huawei,
            transaction,
            &call.caller.project,
            part("imsNativeExportImageJob", None, work),
        )
    })?;
    Answer::job(call, &job)
}

fn check_target(call: &Call, target: &Address) -> Result<()> {
    let name = target.key.rsplit('/').next().unwrap_or_default();
    let refuse = |code: &str, rule: &str| {
        Err(Refusal::img(code, format!("bucket_url: {rule}, is {:?}", target.text())))
    };
    if name.is_empty() {
        return refuse("IMG.0073", "the file needs a name");
    }
    if name.chars().count() > 128 {
        return refuse("IMG.0074", "the file's name may have 128 characters");
    }
    let allowed = |character: char| character.is_alphanumeric() || "-._ ".contains(character);
    if name.starts_with(' ') || name.ends_with(' ') || !name.chars().all(allowed) {
        return refuse(
            "IMG.0075",
            "the file's name may have letters, digits, hyphens, dots, underscores and spaces",
        );
    }
    if target.bucket == BUCKET {
        return refuse("IMG.0069", "the bucket is the service's own");
    }
    match call.huawei.store.head(&target.bucket, &target.key) {
        Ok(None) => Ok(()),
        Ok(Some(_)) => refuse("IMG.0070", "the object is there already"),
        Err(_) => refuse("IMG.0069", "there is no such bucket"),
    }
}

fn check_exportable(image: &Image, is_quick: bool) -> Result<()> {
    check_copyable(image)?;
    let size = image.file.as_ref().map_or(0, |file| file.size);
    let largest = if is_quick { disk::LARGEST_QUICK } else { disk::LARGEST };
    if size > largest {
        return Err(Refusal::img(
            "IMG.0059",
            format!("The image has {size} bytes, at most {largest} are exported."),
        ));
    }
    Ok(())
}

fn check_copyable(image: &Image) -> Result<()> {
    if image.is_whole() {
        return Err(Refusal::img("IMG.0130", ""));
    }
    if image.is_iso() {
        return Err(Refusal::img("IMG.0167", ""));
    }
    if image.status != "active" || image.file.is_none() {
        return Err(Refusal::img("IMG.0046", format!("image_id: {} is {}", image.id, image.status)));
    }
    Ok(())
}

/// `POST /v1/cloudimages/{image_id}/copy`, and the same of v2.1.
pub(in crate::huawei) fn copy(call: &Call) -> Result<Answer> {
    let mut fields = call.fields()?;
    let mut image = Image::new(&call.huawei, &call.caller.project);
    image.name = Some(names::name(&mut fields)?);
    let description = names::description(&mut fields)?;
    let enterprise_project = names::enterprise_project(&mut fields)?;
    draft::encryption(&mut fields, &mut image)?;
    fields.end()?;
    begin(call, image, &description, |copy| copy.set("enterprise_project_id", enterprise_project))
}

/// `POST /v1/cloudimages/{image_id}/cross_region_copy`.
pub(in crate::huawei) fn copy_cross_region(call: &Call) -> Result<Answer> {
    let mut fields = call.fields()?;
    let mut image = Image::new(&call.huawei, &call.caller.project);
    image.name = Some(names::name(&mut fields)?);
    let description = names::description(&mut fields)?;
    let region = fields.required("region", 1..=64)?;
    let project = fields.required("project_name", 1..=64)?;
    fields.required("agency_name", 1..=64)?;
    fields.sized("vault_id", 1..=64)?;
    fields.end()?;
    if region == call.huawei.options.region {
        return Err(Refusal::img("IMG.0105", "region: is the image's own"));
    }
    if region != OTHER_REGION {
        return Err(call.invalid(format!("region: must be {OTHER_REGION}, is {region:?}")));
    }
    let target = call.huawei.accounts.by_domain(&call.caller.domain).and_then(|account| {
        account.projects.iter().find(|known| known.name == project && project.starts_with(&region))
    });
    let Some(target) = target else {
        return Err(call.invalid(format!("project_name: there is no project {project:?} in {region}")));
    };
    image.owner = target.id.to_owned();
    begin(call, image, &description, |copy| copy.region = region)
}

fn begin(call: &Call, draft: Image, description: &str, change: impl FnOnce(&mut Image)) -> Result<Answer> {
    let (huawei, project) = (&call.huawei, &call.caller.project);
    let job = huawei.database.with(|transaction| {
        let id = call.parameter("image_id");
        // A shared image may be copied, too, once it was accepted.
        let source = match images::seen(huawei, transaction, id, project)? {
            Some(seen) if seen.member(project).is_some_and(|member| member.status == "accepted") => {
                seen.image
            }
            _ => images::own(huawei, transaction, id, project)?,
        };
        check_copyable(&source)?;
        let mut copy = Image { id: draft.id, name: draft.name, owner: draft.owner, ..source.clone() };
        (copy.status, copy.file, copy.active_at) = ("saving".to_owned(), None, None);
        (copy.created, copy.updated) = (draft.created, draft.updated);
        (copy.visibility, copy.protected) = ("private".to_owned(), false);
        copy.properties.remove("__system__cmkid");
        if let Some(key) = draft.properties.get("__system__cmkid") {
            copy.set("__system__cmkid", key.clone());
        }
        copy.set("__description", description);
        copy.set("__originalimagename", source.id.clone());
        copy.set("__data_origin", format!("image,{},{}", source.region, source.id));
        change(&mut copy);
        let work = Work::Copy { image: copy.id.clone(), from: source.id };
        let part = part("imsCopyImageInRegionJob", copy.name.as_deref(), work);
        images::insert(huawei, transaction, &copy)?;
        jobs::add(huawei, transaction, project, part)
    })?;
    Answer::job(call, &job)
}
