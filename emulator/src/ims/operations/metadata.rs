//! An image's metadata: update (1.5) and create (1.6).

use std::sync::Arc;

use axum::extract::State;

use super::{
    BOOT_MODES, CPU_ARCHITECTURES, DISK_FORMATS, IMAGE_TYPES, INSTRUCTIONS, MAXIMUM_NUMBER, OS_TYPES,
    PLATFORMS, check_quota, check_tenant,
};
use crate::ims::answer::Answer;
use crate::ims::body::{JsonBody, PathId};
use crate::ims::caller::Caller;
use crate::ims::database::{new_id, now};
use crate::ims::disk_image::fits;
use crate::ims::errors::{Code, ImsError, Result};
use crate::ims::fields::Fields;
use crate::ims::images::{self, Image, Status};
use crate::ims::{Ims, magic, own_image, views};

/// Section 1.6. The table wraps the fields in `image`, the example does not: both are taken.
pub async fn create(State(ims): State<Arc<Ims>>, caller: Caller, JsonBody(body): JsonBody) -> Result<Answer> {
    let top = Fields::of_body(&body)?;
    let fields = top.optional_object("image")?.unwrap_or(top);
    let tenant_id = fields.text("tenantId")?;
    let moment = now();
    let mut image = Image {
        id: 0,
        image_id: new_id("img-", 14)?,
        tenant: caller.tenant.clone(),
        owner: tenant_id.clone(),
        department_id: fields.text("departmentId")?,
        resource_group_id: fields.optional_text("resourceGroupId")?.unwrap_or_default(),
        visibility: fields.one_of("visibility", &["public", "private", "market"])?,
        name: fields.image_name("name")?,
        description: fields.description("description")?,
        image_type: fields.one_of("imageType", IMAGE_TYPES)?,
        disk_format: fields.one_of("diskFormat", DISK_FORMATS)?,
        min_disk: fields.integer("minDisk", 1, MAXIMUM_NUMBER)?,
        min_ram: fields.integer("minRam", 0, MAXIMUM_NUMBER)?,
        cpu_arch: fields.one_of("cpuArch", CPU_ARCHITECTURES)?,
        os_type: fields.one_of("osType", OS_TYPES)?,
        os_version: fields.optional_text("osVersion")?.unwrap_or_default(),
        platform: fields.one_of_any_case("platform", PLATFORMS)?,
        usage: fields.one_of("usage", &["sec", "cke", "bms", "ecs"])?,
        instructions: fields.one_of("instruction", INSTRUCTIONS)?,
        boot_mode: fields.optional_one_of("bootMode", BOOT_MODES)?.unwrap_or_else(|| "BIOS".to_owned()),
        image_tags: fields.tags("imageTags")?,
        status: Status::Queued,
        progress: 0,
        size: 0,
        checksum: String::new(),
        virtual_size: 0,
        bucket: String::new(),
        object_key: String::new(),
        upload_id: String::new(),
        source_type: "internal".to_owned(),
        volumes: Vec::new(),
        error_message: String::new(),
        created_at: moment,
        updated_at: moment,
    };
    check_tenant(&caller, &tenant_id, Code::AuthFail)?;
    ims.database.write(|transaction| {
        check_quota(transaction, &ims, &caller, &image.name)?;
        images::insert(transaction, &mut image)
    })?;
    Ok(Answer::Data(views::created(&image)))
}

/// Section 1.5: every field is required; the format must stay, the disk must not shrink.
pub async fn update(
    State(ims): State<Arc<Ims>>,
    caller: Caller,
    PathId(image_id): PathId,
    JsonBody(body): JsonBody,
) -> Result<Answer> {
    let fields = Fields::of_body(&body)?;
    let boot_mode = fields.one_of("bootMode", BOOT_MODES)?;
    let cpu_arch = fields.one_of("cpuArch", CPU_ARCHITECTURES)?;
    let disk_format = fields.one_of("diskFormat", DISK_FORMATS)?;
    let instructions = fields.one_of("instruction", INSTRUCTIONS)?;
    let min_disk = fields.integer("minDisk", 1, MAXIMUM_NUMBER)?;
    let min_ram = fields.integer("minRam", 0, MAXIMUM_NUMBER)?;
    let name = fields.image_name("name")?;
    let os_type = fields.one_of("osType", OS_TYPES)?;
    let os_version = fields.text("osVersion")?;
    let platform = fields.one_of_any_case("platform", PLATFORMS)?;
    magic::refuse(&name, magic::ON_WRITE)?;
    ims.database.write(|transaction| {
        let mut image = own_image(transaction, &caller.tenant, &image_id)?;
        if !matches!(image.status, Status::Queued | Status::Active) {
            let status = image.status.as_str();
            return Err(ImsError::new(Code::ActionNotMatchStatus, format!("the image is {status}")));
        }
        if disk_format != image.disk_format {
            return Err(
                fields.wrong("diskFormat", format!("must stay {}, is {disk_format}", image.disk_format))
            );
        }
        if min_disk < image.min_disk {
            let sizes = format!("minDisk is {} GiB, {min_disk} is smaller", image.min_disk);
            return Err(ImsError::new(Code::ModifyMinDiskSize, sizes));
        }
        if !fits(min_disk, image.virtual_size.unsigned_abs()) {
            let sizes = format!("the image's disk has {} bytes", image.virtual_size);
            return Err(ImsError::new(Code::MinDiskSize, sizes));
        }
        image = Image {
            boot_mode,
            cpu_arch,
            instructions,
            min_disk,
            min_ram,
            name,
            os_type,
            os_version,
            platform,
            ..image
        };
        images::update(transaction, &mut image)
    })?;
    Ok(Answer::Data(serde_json::Value::Null))
}
