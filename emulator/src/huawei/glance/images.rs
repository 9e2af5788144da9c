//! Listing, showing and deleting images.

use http::StatusCode;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rusqlite::Transaction;
use serde_json::{Value, json};

use crate::huawei::call::{Answer, Call};
use crate::huawei::images::{self, Image, Seen, filter, page, view};
use crate::huawei::refusal::Refusal;
use crate::huawei::{Result, disk};

/// `GET /v2/images`.
pub(in crate::huawei) fn list(call: &Call) -> Result<Answer> {
    let statuses = [
        "queued",
        "saving",
        "uploading",
        "importing",
        "active",
        "killed",
        "deleted",
        "pending_delete",
        "deactivated",
    ];
    call.query.choice("status", &statuses, |rule| call.invalid(rule)).or_else(|refusal| {
        // A list of states is checked by nobody.
        if call.query.get("status").is_some_and(|status| status.starts_with("in:")) {
            Ok(None)
        } else {
            Err(refusal)
        }
    })?;
    let listed = call.huawei.database.with(|transaction| filter::list(call, transaction))?;
    let page = page::cut(call, listed, 25)?;
    let images: Vec<Value> = page.images.into_iter().map(|listed| Value::Object(listed.view)).collect();
    let mut answer = json!({ "images": images, "first": link(call, None), "schema": "/v2/schemas/images" });
    if let Some(marker) = page.next_marker {
        answer["next"] = link(call, Some(&marker)).into();
    }
    Answer::json(answer)
}

/// The list again, from another image on.
fn link(call: &Call, marker: Option<&str>) -> String {
    let encode = |text: &str| {
        utf8_percent_encode(text, NON_ALPHANUMERIC).to_string().replace("%5F", "_").replace("%2D", "-")
    };
    let pairs = call.query.0.iter().filter(|(name, _)| name != "marker");
    let mut pairs: Vec<String> =
        pairs.map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    pairs.extend(marker.map(|marker| format!("marker={marker}")));
    if pairs.is_empty() { "/v2/images".to_owned() } else { format!("/v2/images?{}", pairs.join("&")) }
}

/// The image in the path, or 404.
pub(super) fn seen(call: &Call, transaction: &Transaction<'_>) -> Result<Seen> {
    let id = call.parameter("image_id");
    let seen = images::seen(&call.huawei, transaction, id, &call.caller.project)?;
    seen.ok_or_else(|| Refusal::glance(404, format!("No image found with ID {id}")))
}

/// The caller's own image in the path; 403 for one that it only sees.
pub(super) fn own(call: &Call, transaction: &Transaction<'_>, action: &str) -> Result<Image> {
    let seen = seen(call, transaction)?;
    if seen.is_own {
        return Ok(seen.image);
    }
    let message = format!("You are not permitted to {action} this image.");
    Err(Refusal::glance(403, message))
}

/// `GET /v2/images/{image_id}`.
pub(in crate::huawei) fn show(call: &Call) -> Result<Answer> {
    let seen = call.huawei.database.with(|transaction| seen(call, transaction))?;
    Answer::json(Value::Object(view::current(&seen)))
}

/// `DELETE /v2/images/{image_id}`; Huawei's body says what becomes of the backup of a full-ECS image.
pub(in crate::huawei) fn delete(call: &Call) -> Result<Answer> {
    let mut delete_backup = false;
    if !call.body.is_empty() {
        let mut fields = call.fields()?;
        delete_backup = fields.flag("delete_backup")?.unwrap_or(false);
        fields.end()?;
    }
    remove(call, delete_backup)?;
    Answer::empty(StatusCode::NO_CONTENT)
}

/// Deletes the image in the path.
pub(super) fn remove(call: &Call, delete_backup: bool) -> Result<()> {
    let image = call.huawei.database.with(|transaction| {
        let image = own(call, transaction, "delete")?;
        if image.protected {
            let message = format!("Image {} is protected and cannot be deleted.", image.id);
            return Err(Refusal::glance(403, message));
        }
        if image.status == "saving" {
            return Err(Refusal::glance(
                409,
                format!("Image {} is being created and cannot be deleted.", image.id),
            ));
        }
        let members = images::members::of(transaction, &image.id)?;
        if members.iter().any(|member| member.kind != "project") {
            let message = format!("Image {} is shared with a domain or an organization.", image.id);
            return Err(Refusal::glance(403, message));
        }
        images::remove(transaction, &image)?;
        let backup = image.property("__backup_id");
        if delete_backup && !backup.is_empty() {
            let sql = "INSERT OR REPLACE INTO backup (id, image) VALUES (?1, 'deleted')";
            transaction.execute(sql, [backup])?;
        }
        Ok(image)
    })?;
    match image.file {
        Some(file) if !file.key.is_empty() => disk::remove(&call.huawei, &file.key),
        _ => Ok(()),
    }
}
