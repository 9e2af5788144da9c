//! Importing an image from a URL (1.18).

use std::sync::Arc;

use axum::extract::State;

use super::{
    BOOT_MODES, CPU_ARCHITECTURES, DISK_FORMATS, IMAGE_TYPES, INSTRUCTIONS, MAXIMUM_NUMBER, OS_TYPES,
    PLATFORMS, bucket_of_tenant, check_quota, check_tenant, ensure_bucket,
};
use crate::ims::answer::Answer;
use crate::ims::body::JsonBody;
use crate::ims::caller::Caller;
use crate::ims::database::{new_id, now};
use crate::ims::errors::{Code, Result};
use crate::ims::fields::Fields;
use crate::ims::images::{self, Image, Status, Volume};
use crate::ims::jobs::{Fetch, Work};
use crate::ims::{Ims, jobs, views};

/// Data disks of one request; the document names no limit.
const MAXIMUM_VOLUMES: usize = 16;

/// Section 1.18: the metadata at once, the files in the background.
pub async fn import(State(ims): State<Arc<Ims>>, caller: Caller, JsonBody(body): JsonBody) -> Result<Answer> {
    let fields = Fields::of_body(&body)?;
    let (mut image, files) = read(&ims, &caller, &fields)?;
    check_tenant(&caller, &image.owner, Code::AuthFail)?;
    ims.blocking(move |ims| {
        ensure_bucket(ims, &image.bucket)?;
        ims.database.write(|transaction| {
            check_quota(transaction, ims, &caller, &image.name)?;
            images::insert(transaction, &mut image)?;
            jobs::add(transaction, &image.image_id, None, &Work::Import(files)).map(drop)
        })?;
        ims.jobs.wake();
        Ok(Answer::Data(views::imported(&image)))
    })
    .await
}

/// The image and the files to download for it, the system disk first.
fn read(ims: &Ims, caller: &Caller, fields: &Fields<'_>) -> Result<(Image, Vec<Fetch>)> {
    let image_id = new_id("img-", 14)?;
    let min_disk = fields.integer("minDisk", 1, MAXIMUM_NUMBER)?;
    let url = url(ims, fields, "imageUrl", &fields.text("imageUrl")?)?;
    let mut files = vec![Fetch { url, key: image_id.clone(), min_disk }];
    let volumes = read_volumes(ims, fields, &image_id, min_disk, &mut files)?;
    let image_type = fields.optional_one_of("imageType", IMAGE_TYPES)?;
    let default_type = if volumes.is_empty() { "os_image" } else { "whole_image" };
    if image_type.as_deref().is_some_and(|given| given != "whole_image") && !volumes.is_empty() {
        return Err(fields.wrong("imageType", "must be whole_image where volumeImages names data disks"));
    }
    let moment = now();
    let image = Image {
        id: 0,
        tenant: caller.tenant.clone(),
        owner: fields.text("tenantId")?,
        department_id: fields.text("departmentId")?,
        resource_group_id: fields.optional_text("resourceGroupId")?.unwrap_or_default(),
        visibility: fields.one_of("visibility", &["private"])?,
        name: fields.image_name("name")?,
        description: fields.description("description")?,
        image_type: image_type.unwrap_or_else(|| default_type.to_owned()),
        disk_format: fields.one_of("diskFormat", DISK_FORMATS)?,
        min_disk,
        min_ram: fields.integer("minRam", 0, MAXIMUM_NUMBER)?,
        cpu_arch: fields.one_of("cpuArch", CPU_ARCHITECTURES)?,
        os_type: fields.one_of("osType", OS_TYPES)?,
        os_version: fields.text("osVersion")?,
        platform: fields.one_of_any_case("platform", PLATFORMS)?,
        usage: fields.one_of("usage", &["ecs", "cks"])?,
        instructions: fields.one_of("instruction", INSTRUCTIONS)?,
        boot_mode: fields.optional_one_of("bootMode", BOOT_MODES)?.unwrap_or_else(|| "BIOS".to_owned()),
        image_tags: fields.tags("imageTags")?,
        status: Status::Saving,
        progress: 0,
        size: 0,
        checksum: String::new(),
        virtual_size: 0,
        bucket: bucket_of_tenant(&caller.tenant),
        object_key: image_id.clone(),
        image_id,
        upload_id: String::new(),
        source_type: "import".to_owned(),
        volumes,
        error_message: String::new(),
        created_at: moment,
        updated_at: moment,
    };
    Ok((image, files))
}

/// The data disks; one without a URL is an empty disk.
fn read_volumes(
    ims: &Ims,
    fields: &Fields<'_>,
    image_id: &str,
    system_disk: i64,
    files: &mut Vec<Fetch>,
) -> Result<Vec<Volume>> {
    let disks = fields.objects("volumeImages")?;
    if disks.len() > MAXIMUM_VOLUMES {
        let rule = format!("must have at most {MAXIMUM_VOLUMES} data disks, has {}", disks.len());
        return Err(fields.wrong("volumeImages", rule));
    }
    let mut volumes = Vec::new();
    for (index, disk) in disks.iter().enumerate() {
        let image_url = disk.optional_text("imageUrl")?.unwrap_or_default();
        let min_disk = disk.optional_integer_or_text("minDisk", 1, MAXIMUM_NUMBER)?;
        let mut object_key = String::new();
        if !image_url.is_empty() {
            object_key = format!("{image_id}-volume-{}", index + 1);
            let url = url(ims, disk, "imageUrl", &image_url)?;
            // Where the disk's own size is not given it is held to the system disk's.
            files.push(Fetch { url, key: object_key.clone(), min_disk: min_disk.unwrap_or(system_disk) });
        }
        let min_disk = min_disk.unwrap_or(0);
        volumes.push(Volume { image_url, min_disk, object_key, size: 0, checksum: String::new() });
    }
    Ok(volumes)
}

fn url(ims: &Ims, fields: &Fields<'_>, name: &str, text: &str) -> Result<String> {
    match ims.options.import_sources.parse(text) {
        Ok(url) => Ok(url.into()),
        Err(reason) => Err(fields.wrong(name, reason)),
    }
}
