//! Members, one by one.

use http::StatusCode;
use serde_json::Value;

use super::images::{own, seen};
use crate::huawei::Result;
use crate::huawei::call::{Answer, Call};
use crate::huawei::images::members;
use crate::huawei::native;
use crate::huawei::refusal::Refusal;

/// `POST /v2/images/{image_id}/members`.
pub(in crate::huawei) fn add(call: &Call) -> Result<Answer> {
    let body = call.json()?;
    let wrong = || Refusal::glance(400, "Expected a member in the form: {\"member\": \"image_id\"}");
    let member = match body.as_object().ok_or_else(wrong)?.get("member") {
        None => return Err(Refusal::glance(400, "Member to be added not specified")),
        Some(Value::String(member)) if !member.is_empty() => member.clone(),
        Some(Value::String(_)) => return Err(Refusal::glance(400, "Member can't be empty")),
        Some(_) => return Err(wrong()),
    };
    let view = call.huawei.database.with(|transaction| {
        let seen = seen(call, transaction)?;
        let id = &seen.image.id;
        if !seen.is_own || seen.image.is_public() {
            return Err(Refusal::glance(403, format!("Not allowed to create members for image {id}.")));
        }
        if member == call.caller.project {
            return Err(Refusal::glance(400, "You cannot share an image with yourself."));
        }
        if seen.member(&member).is_some() {
            return Err(Refusal::glance(409, format!("Member {member} is duplicated for image {id}")));
        }
        members::check_shareable(&seen, 1).map_err(|refusal| match refusal.code.as_str() {
            "IMG.0088" => Refusal::glance(413, format!("Image member limit exceeded for image {id}")),
            // An image without a file can be shared in Glance.
            _ => Refusal::glance(403, refusal.message),
        })?;
        members::add(&call.huawei, transaction, id, &member, "project")?;
        view_of(transaction, id, &member)
    })?;
    Answer::json(view)
}

fn view_of(transaction: &rusqlite::Transaction<'_>, image: &str, id: &str) -> Result<Value> {
    let members = members::of(transaction, image)?;
    let found = members.iter().find(|member| member.id == id);
    found.map(members::Member::view).ok_or_else(|| not_found(image, id))
}

fn not_found(image: &str, id: &str) -> Refusal {
    Refusal::glance(404, format!("{id} not found in the member list of the image {image}."))
}

/// `GET /v2/images/{image_id}/members`.
pub(in crate::huawei) fn list(call: &Call) -> Result<Answer> {
    native::members::page(call)
}

/// `GET /v2/images/{image_id}/members/{member_id}`.
pub(in crate::huawei) fn show(call: &Call) -> Result<Answer> {
    let (image, id) = (call.parameter("image_id"), call.parameter("member_id"));
    let members = native::members::visible(call, image)?;
    let member = members.iter().find(|member| member.id == id).ok_or_else(|| not_found(image, id))?;
    Answer::json(member.view())
}

/// `PUT /v2/images/{image_id}/members/{member_id}`: only the member itself answers.
pub(in crate::huawei) fn update(call: &Call) -> Result<Answer> {
    let body = call.json()?;
    let status = match body.get("status") {
        None => return Err(Refusal::glance(400, "Status not specified")),
        Some(status) => status.as_str().filter(|status| ["pending", "accepted", "rejected"].contains(status)),
    };
    let status = status.ok_or_else(|| {
        let message = "Incorrect request: status must be pending, accepted or rejected";
        Refusal::glance(400, message)
    })?;
    let id = call.parameter("member_id");
    let view = call.huawei.database.with(|transaction| {
        let seen = seen(call, transaction)?;
        let image = &seen.image.id;
        if seen.member(id).is_none() {
            return Err(not_found(image, id));
        }
        if id != call.caller.project {
            return Err(Refusal::glance(403, format!("Not allowed to update members for image {image}.")));
        }
        if seen.image.is_whole()
            && status == "accepted"
            && body.get("vault_id").and_then(Value::as_str).is_none()
        {
            let message = "vault_id is required to accept a full-ECS image created from a CBR backup.";
            return Err(Refusal::glance(400, message));
        }
        members::answer(&call.huawei, transaction, image, id, status)?;
        view_of(transaction, image, id)
    })?;
    Answer::json(view)
}

/// `DELETE /v2/images/{image_id}/members/{member_id}`.
pub(in crate::huawei) fn delete(call: &Call) -> Result<Answer> {
    let id = call.parameter("member_id");
    call.huawei.database.with(|transaction| {
        let image = own(call, transaction, "delete members of")?;
        if members::remove(transaction, &image.id, id)? { Ok(()) } else { Err(not_found(&image.id, id)) }
    })?;
    Answer::empty(StatusCode::NO_CONTENT)
}
