//! What the operations that create images have in common: the image's attributes, and where it comes from.

use rusqlite::OptionalExtension;
use rusqlite::Transaction;
use serde_json::Value;

use super::os_versions;
use crate::huawei::call::Call;
use crate::huawei::disk::{self, Address, Plausible};
use crate::huawei::fields::Fields;
use crate::huawei::images::{Image, names, tags};
use crate::huawei::jobs::{Part, Work, part};
use crate::huawei::refusal::Refusal;
use crate::huawei::{Huawei, Result, images};

/// IDs that begin so name nothing, and those of this server one that is running: the emulator has no servers, disks
/// and backups, so that any other UUID names a usable one.
const MISSING: &str = "00000000-";
const RUNNING: &str = "11111111-";
/// GB of a system disk, and of a data disk.
pub(super) const SYSTEM_DISK: u64 = 40;
pub(super) const DATA_DISK: u64 = 100;

/// Reads name, description, tags, enterprise project and memory.
pub(super) fn attributes(call: &Call, fields: &mut Fields) -> Result<Image> {
    let mut image = Image::new(&call.huawei, &call.caller.project);
    image.name = Some(names::name(fields)?);
    image.set("__description", names::description(fields)?);
    image.tags = tags::of_body(fields)?;
    image.set("enterprise_project_id", names::enterprise_project(fields)?);
    names::memory(fields, &mut image)?;
    image.status = "saving".to_owned();
    Ok(image)
}

/// Reads `type`: what kind of server the image is for.
pub(super) fn kind(fields: &mut Fields, image: &mut Image, kinds: &[&str]) -> Result<()> {
    let kind = fields.text("type")?.unwrap_or_else(|| "ECS".to_owned());
    if !kinds.contains(&kind.as_str()) {
        return Err(Refusal::img(
            "IMG.0024",
            format!("type: must be one of {}, is {kind:?}", kinds.join(", ")),
        ));
    }
    let environment = match kind.as_str() {
        "BMS" | "Ironic" => "Ironic",
        "IsoImage" => "IsoImage",
        "DataImage" => "DataImage",
        _ => "FusionCompute",
    };
    image.set("virtual_env_type", environment);
    Ok(())
}

/// Reads `cmk_id`: the key of an encrypted image.
pub(super) fn encryption(fields: &mut Fields, image: &mut Image) -> Result<()> {
    let Some(key) = fields.sized("cmk_id", 0..=64)?.filter(|key| !key.is_empty()) else { return Ok(()) };
    if image.property("virtual_env_type") == "Ironic" {
        return Err(Refusal::img("IMG.0118", format!("cmk_id: is {key:?}")));
    }
    image.set("__system__cmkid", key);
    Ok(())
}

/// Reads `os_version`; where it is missing, nothing is known of the system.
pub(super) fn operating_system(fields: &mut Fields, image: &mut Image, is_required: bool) -> Result<()> {
    match fields.text("os_version")?.filter(|version| !version.is_empty()) {
        Some(version) => {
            os_versions::check(&version)?;
            os_versions::describe(image, &version);
        }
        None if is_required => return Err(Refusal::img("IMG.0056", "os_version: is required here")),
        None => os_versions::describe(image, "Other Linux(64 bit)"),
    }
    Ok(())
}

/// An object of the user's, looked at.
pub(super) struct Source {
    pub(super) address: Address,
    pub(super) plausible: Plausible,
}

/// Reads `image_url` and looks at the object; quick ways take larger files, but two formats only.
pub(super) fn source(call: &Call, fields: &mut Fields, is_quick: bool) -> Result<Source> {
    let text = fields.text("image_url")?.ok_or_else(|| Refusal::img("IMG.0017", "image_url: is required"))?;
    let address = Address::parse("image_url", &text)?;
    let plausible = disk::look(&call.huawei, &address)?;
    if is_quick && !["raw", "zvhd2"].contains(&plausible.format.as_str()) {
        let rule =
            format!("image_url: only RAW and ZVHD2 files are imported quickly, this is {}", plausible.format);
        return Err(Refusal::img("IMG.0072", rule));
    }
    let largest = if is_quick { disk::LARGEST_QUICK } else { disk::LARGEST };
    if plausible.size > largest {
        let rule = format!("image_url: the file has {} bytes, at most {largest} are taken", plausible.size);
        return Err(Refusal::img("IMG.0059", rule));
    }
    Ok(Source { address, plausible })
}

impl Source {
    /// The work that makes this the image's file.
    pub(super) fn import(&self, kind: &str, image: &mut Image) -> Part {
        image.set("__root_origin", "file");
        image.set("__image_size", self.plausible.size.to_string());
        image.set("__data_origin", format!("file,{}", self.address.text()));
        let Address { bucket, key } = self.address.clone();
        part(kind, image.name.as_deref(), Work::Import { image: image.id.clone(), bucket, key })
    }
}

/// Reads `min_disk`, in GB.
pub(super) fn minimum_disk(fields: &mut Fields, image: &mut Image, bounds: [i64; 2]) -> Result<()> {
    let [least, most] = bounds;
    let given = fields.take("min_disk");
    match given.as_ref().and_then(Value::as_i64) {
        Some(size) if (least..=most).contains(&size) => {
            image.min_disk = size;
            Ok(())
        }
        _ => {
            let given = given.unwrap_or(Value::Null);
            let rule = format!("min_disk: must be a whole number from {least} to {most}, is {given}");
            Err(Refusal::img("IMG.0055", rule))
        }
    }
}

/// Refuses a server that is not there or not stopped.
pub(super) fn check_server(id: &str) -> Result<()> {
    if id.is_empty() {
        return Err(Refusal::img("IMG.0012", "instance_id: is empty"));
    }
    if uuid::Uuid::parse_str(id).is_err() || id.starts_with(MISSING) {
        return Err(Refusal::img("IMG.0005", format!("instance_id: is {id:?}")));
    }
    if id.starts_with(RUNNING) {
        return Err(Refusal::img("IMG.0008", format!("instance_id: is {id:?}")));
    }
    Ok(())
}

/// Refuses a disk that is not there.
pub(super) fn check_volume(id: &str) -> Result<()> {
    if uuid::Uuid::parse_str(id).is_err() || id.starts_with(MISSING) {
        return Err(Refusal::img("IMG.0120", format!("volume_id: is {id:?}")));
    }
    Ok(())
}

/// Takes a backup for an image: it must be there, and not have been used by another.
pub(super) fn take_backup(transaction: &Transaction<'_>, id: &str, image: &str) -> Result<()> {
    if uuid::Uuid::parse_str(id).is_err() || id.starts_with(MISSING) {
        return Err(Refusal::img("IMG.0020", format!("backup_id: is {id:?}")));
    }
    let sql = "SELECT image FROM backup WHERE id = ?1";
    let used: Option<Option<String>> = transaction.query_row(sql, [id], |row| row.get(0)).optional()?;
    match used {
        Some(Some(by)) if by == "deleted" => {
            Err(Refusal::img("IMG.0020", format!("backup_id: {id} was deleted")))
        }
        Some(Some(by)) => Err(Refusal::img("IMG.0029", format!("backup_id: {id} is used by image {by}"))),
        _ => {
            transaction.execute("INSERT OR REPLACE INTO backup (id, image) VALUES (?1, ?2)", [id, image])?;
            Ok(())
        }
    }
}

/// Adds images and the job that makes them, in one transaction.
pub(super) fn begin(
    huawei: &Huawei,
    drafts: &[Image],
    job: impl FnOnce(&Transaction<'_>) -> Result<String>,
) -> Result<String> {
    huawei.database.with(|transaction| {
        for image in drafts {
            images::insert(huawei, transaction, image)?;
        }
        job(transaction)
    })
}
