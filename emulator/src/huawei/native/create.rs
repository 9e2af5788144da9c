//! Creating an image from a server, a volume, several volumes, or a file in object storage.

use super::draft;
use crate::huawei::Result;
use crate::huawei::call::{Answer, Call};
use crate::huawei::fields::Fields;
use crate::huawei::images::{Image, names, tags};
use crate::huawei::jobs::{self, Part, Work, part};
use crate::huawei::refusal::Refusal;

/// Data disks that one file image may bring along.
const MOST_DATA_DISKS: usize = 3;

/// `POST /v2/cloudimages/action`, and the same of v2.1: which of four bodies it is, its fields tell.
pub(in crate::huawei) fn image(call: &Call) -> Result<Answer> {
    let mut fields = call.fields()?;
    let sources: Vec<&str> =
        ["instance_id", "volume_id", "image_url"].into_iter().filter(|name| fields.has(name)).collect();
    let job = match (sources.as_slice(), fields.has("data_images")) {
        (["image_url"], _) => of_file(call, &mut fields)?,
        (["instance_id"], false) => of_server(call, &mut fields)?,
        (["volume_id"], false) => of_volume(call, &mut fields)?,
        ([], true) => of_volumes(call, &mut fields)?,
        ([], false) => {
            return Err(call.invalid("one of instance_id, volume_id, image_url and data_images is required"));
        }
        (named, _) => {
            let rule = format!("{} must not stand beside each other or data_images", named.join(", "));
            return Err(call.invalid(rule));
        }
    };
    Answer::job(call, &job)
}

fn of_server(call: &Call, fields: &mut Fields) -> Result<String> {
    let server = fields.text("instance_id")?.unwrap_or_default();
    draft::check_server(&server)?;
    let mut image = draft::attributes(call, fields)?;
    draft::operating_system(fields, &mut image, false)?;
    fields.end()?;
    image.min_disk = i64::try_from(draft::SYSTEM_DISK).unwrap_or(0);
    image.set("__data_origin", format!("instance,{server}"));
    let work = capture(&image, &server, draft::SYSTEM_DISK);
    begin(call, &[image.clone()], part("imsCreateImageByInstance", image.name.as_deref(), work))
}

fn of_volume(call: &Call, fields: &mut Fields) -> Result<String> {
    let volume = fields.text("volume_id")?.unwrap_or_default();
    draft::check_volume(&volume)?;
    let mut image = draft::attributes(call, fields)?;
    draft::operating_system(fields, &mut image, true)?;
    draft::kind(fields, &mut image, &["ECS", "BMS", "FusionCompute", "Ironic"])?;
    names::machine(fields, &mut image)?;
    draft::encryption(fields, &mut image)?;
    fields.end()?;
    image.min_disk = i64::try_from(draft::SYSTEM_DISK).unwrap_or(0);
    image.set("__data_origin", format!("volume,{volume}"));
    let work = capture(&image, &volume, draft::SYSTEM_DISK);
    begin(call, &[image.clone()], part("imsVolumeCreateImageJob", image.name.as_deref(), work))
}

fn capture(image: &Image, source: &str, gigabytes: u64) -> Work {
    Work::Capture { image: image.id.clone(), source: source.to_owned(), gigabytes }
}

fn begin(call: &Call, images: &[Image], part: Part) -> Result<String> {
    draft::begin(&call.huawei, images, |transaction| {
        jobs::add(&call.huawei, transaction, &call.caller.project, part)
    })
}

/// Data disk images of the volumes of a server, each with a sub-job of its own.
fn of_volumes(call: &Call, fields: &mut Fields) -> Result<String> {
    let images = fields.objects("data_images", 1..=MOST_DATA_DISKS, |fields| {
        let mut image = Image::new(&call.huawei, &call.caller.project);
        image.name = Some(names::name(fields)?);
        image.set("__description", names::description(fields)?);
        image.tags = tags::of_body(fields)?;
        let volume = fields.required("volume_id", 0..=64)?;
        draft::check_volume(&volume)?;
        image.status = "saving".to_owned();
        image.min_disk = i64::try_from(draft::DATA_DISK).unwrap_or(0);
        image.set("virtual_env_type", "DataImage");
        image.set("__os_type", "Linux");
        image.set("__data_origin", format!("volume,{volume}"));
        Ok((image, volume))
    })?;
    let images = images.unwrap_or_default();
    // What else the body says of an image is ignored here, as the document has it; it must be well-formed all the same.
    let enterprise_project = names::enterprise_project(fields)?;
    names::description(fields)?;
    tags::of_body(fields)?;
    fields.text("name")?;
    fields.end()?;
    let mut drafts = Vec::new();
    let mut parts = Vec::new();
    for (mut image, volume) in images {
        if drafts
            .iter()
            .any(|known: &Image| known.property("__data_origin") == image.property("__data_origin"))
        {
            return Err(call.invalid(format!("data_images: volume_id {volume:?} stands twice")));
        }
        image.set("enterprise_project_id", enterprise_project.clone());
        let work = capture(&image, &volume, draft::DATA_DISK);
        parts.push(part("imsCopyVolumeToImageJob", image.name.as_deref(), work));
        drafts.push(image);
    }
    draft::begin(&call.huawei, &drafts, |transaction| {
        let kind = "imsVolumesToSysDataImagesJob";
        jobs::add_with_sub_jobs(&call.huawei, transaction, &call.caller.project, kind, parts)
    })
}

fn of_file(call: &Call, fields: &mut Fields) -> Result<String> {
    let mut image = draft::attributes(call, fields)?;
    fields.choice("os_type", &["Linux", "Windows", "Other"])?;
    let is_quick = fields.flag("is_quick_import")?.unwrap_or(false);
    draft::kind(fields, &mut image, &["ECS", "BMS", "FusionCompute", "IsoImage", "Ironic"])?;
    draft::minimum_disk(fields, &mut image, [1, 1024])?;
    let is_iso = image.is_iso();
    if is_iso && !fields.has("os_version") {
        return Err(Refusal::img("IMG.0166", "os_version: is required for an ISO file"));
    }
    draft::operating_system(fields, &mut image, is_quick)?;
    draft::encryption(fields, &mut image)?;
    names::machine(fields, &mut image)?;
    let is_config = fields.flag("is_config")?.unwrap_or(false);
    image.set("__is_config_init", if is_config { "true" } else { "false" });
    let source = draft::source(call, fields, is_quick)?;
    if is_iso != (source.plausible.format == "iso") {
        let rule = format!("image_url: the file is {}, which type does not say", source.plausible.format);
        return Err(Refusal::img("IMG.0057", rule));
    }
    let mut addresses = vec![source.address.text()];
    let disks = fields.objects("data_images", 0..=MOST_DATA_DISKS, |fields| {
        let mut disk = data_disk(call, fields, &image)?;
        let is_quick = fields.flag("is_quick_import")?.unwrap_or(false);
        let source = draft::source(call, fields, is_quick)?;
        if addresses.contains(&source.address.text()) {
            return Err(Refusal::img("IMG.0123", format!("image_url: {}", source.address.text())));
        }
        addresses.push(source.address.text());
        let part = source.import("imsImportDataImageJob", &mut disk);
        Ok((disk, part))
    })?;
    fields.end()?;
    let system = source.import("imsImportImageJob", &mut image);
    let disks = disks.unwrap_or_default();
    if disks.is_empty() {
        return begin(call, &[image], system);
    }
    let (data, mut parts): (Vec<Image>, Vec<Part>) = disks.into_iter().unzip();
    let mut drafts = vec![image];
    drafts.extend(data);
    parts.insert(0, system);
    draft::begin(&call.huawei, &drafts, |transaction| {
        jobs::add_with_sub_jobs(&call.huawei, transaction, &call.caller.project, "imsImportImageJob", parts)
    })
}

/// A data disk beside a system disk: it is named after that where it has no name.
fn data_disk(call: &Call, fields: &mut Fields, system: &Image) -> Result<Image> {
    let mut disk = Image::new(&call.huawei, &call.caller.project);
    disk.name = match fields.text("name")? {
        Some(name) => {
            names::check_name(&name)?;
            Some(name)
        }
        None => system.name.as_ref().map(|name| format!("{name}-data")),
    };
    disk.set("__description", names::description(fields)?);
    disk.tags = tags::of_body(fields)?;
    draft::minimum_disk(fields, &mut disk, [1, 2048])?;
    disk.status = "saving".to_owned();
    disk.set("virtual_env_type", "DataImage");
    disk.set("__os_type", system.property("__os_type"));
    disk.set("enterprise_project_id", system.property("enterprise_project_id"));
    Ok(disk)
}
