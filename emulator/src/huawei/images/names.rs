//! The rules for names, descriptions and other attributes that several operations take.

use super::Image;
use crate::huawei::Result;
use crate::huawei::fields::Fields;
use crate::huawei::refusal::Refusal;

/// A name: 1 to 128 letters, digits, hyphens, dots, underscores and spaces, none of them at its ends.
pub(in crate::huawei) fn check_name(name: &str) -> Result<()> {
    let length = name.chars().count();
    if length > 128 {
        return Err(Refusal::img("IMG.0002", format!("name: it has {length}")));
    }
    let allowed = |character: char| character.is_alphanumeric() || "-._ ".contains(character);
    let rule = if name.is_empty() {
        return Err(Refusal::img("IMG.0013", "name: is empty"));
    } else if name.starts_with(' ') || name.ends_with(' ') {
        "must not begin or end with a space"
    } else if !name.chars().all(allowed) {
        "may have letters, digits, Chinese characters, spaces, hyphens, dots and underscores"
    } else {
        return Ok(());
    };
    Err(Refusal::img("IMG.0003", format!("name: {rule}, is {name:?}")))
}

/// Reads the name of a new image.
pub(in crate::huawei) fn name(fields: &mut Fields) -> Result<String> {
    let name = fields.text("name")?.ok_or_else(|| Refusal::img("IMG.0013", "name: is required"))?;
    check_name(&name)?;
    Ok(name)
}

/// A description: at most 1024 characters, no line breaks, no angle brackets.
pub(in crate::huawei) fn check_description(text: &str) -> Result<()> {
    let length = text.chars().count();
    if length > 1024 {
        return Err(Refusal::img("IMG.0004", format!("description: it has {length}")));
    }
    if text.contains(['\r', '\n', '<', '>']) {
        let rule = "description: must not have line breaks or angle brackets";
        return Err(Refusal::img("IMG.0054", rule));
    }
    Ok(())
}

/// Reads a description.
pub(in crate::huawei) fn description(fields: &mut Fields) -> Result<String> {
    let text = fields.text("description")?.unwrap_or_default();
    check_description(&text)?;
    Ok(text)
}

/// Reads an enterprise project: empty, 0 or a UUID.
pub(in crate::huawei) fn enterprise_project(fields: &mut Fields) -> Result<String> {
    let text = fields.text("enterprise_project_id")?.unwrap_or_default();
    if text.is_empty() {
        return Ok("0".to_owned());
    }
    if text == "0" || uuid::Uuid::parse_str(&text).is_ok() {
        return Ok(text);
    }
    Err(fields.refuse("enterprise_project_id", format!("must be 0 or a UUID, is {text:?}")))
}

/// Reads `min_ram` and `max_ram`, in MB.
pub(in crate::huawei) fn memory(fields: &mut Fields, image: &mut Image) -> Result<()> {
    image.min_ram = fields.integer("min_ram", 0..=i64::from(i32::MAX))?.unwrap_or(0);
    let Some(most) = fields.integer("max_ram", 0..=i64::from(i32::MAX))? else { return Ok(()) };
    if most != 0 && most < image.min_ram {
        let rule = format!("max_ram: must not be below min_ram {}, is {most}", image.min_ram);
        return Err(Refusal::img("IMG.0055", rule));
    }
    if most != 0 {
        image.set("max_ram", most.to_string());
    }
    Ok(())
}

/// Reads `architecture` and `hw_firmware_type`: an arm image always boots by UEFI.
pub(in crate::huawei) fn machine(fields: &mut Fields, image: &mut Image) -> Result<()> {
    let architecture = match fields.text("architecture")?.as_deref() {
        None | Some("x86") => "x86",
        Some("arm") => "arm",
        Some(other) => return Err(Refusal::img("IMG.0212", format!("architecture: is {other:?}"))),
    };
    let firmware = match fields.text("hw_firmware_type")?.as_deref() {
        None => None,
        Some("bios") => Some("bios"),
        Some("uefi") => Some("uefi"),
        Some(other) => return Err(Refusal::img("IMG.0141", format!("hw_firmware_type: is {other:?}"))),
    };
    if architecture == "arm" {
        if firmware == Some("bios") {
            return Err(Refusal::img("IMG.0141", "hw_firmware_type: an arm image boots by uefi only"));
        }
        image.set("__support_arm", "true");
    }
    let default = if architecture == "arm" { "uefi" } else { "bios" };
    image.set("hw_firmware_type", firmware.unwrap_or(default));
    Ok(())
}
