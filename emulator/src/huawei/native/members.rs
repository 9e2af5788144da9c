//! Sharing images with many at once, answering to that, and who the members are.

use http::StatusCode;
use serde_json::{Value, json};

use crate::huawei::Result;
use crate::huawei::call::{Answer, Call};
use crate::huawei::fields::Fields;
use crate::huawei::images::{self, members, members::Member};
use crate::huawei::jobs::{self, Work, part};
use crate::huawei::refusal::{Family, Refusal};

/// Images and members that one request may name.
const MOST: usize = 256;

fn ids(fields: &mut Fields, name: &str) -> Result<Vec<String>> {
    Ok(fields.texts(name, 0..=MOST, 256)?.unwrap_or_default())
}

/// Reads whom the images are to be shared with: an ID and what it is of, each.
fn members_of(call: &Call, fields: &mut Fields) -> Result<Vec<(String, String)>> {
    let mut members = Vec::new();
    for (name, kind) in [("projects", "project"), ("domains", "domain"), ("organizations", "organization")] {
        members.extend(ids(fields, name)?.into_iter().map(|id| (id, kind.to_owned())));
    }
    if members.is_empty() {
        return Err(call.invalid("one of projects, domains and organizations must name somebody"));
    }
    Ok(members)
}

fn images_of(call: &Call, fields: &mut Fields) -> Result<Vec<String>> {
    let images = ids(fields, "images")?;
    if images.is_empty() { Err(call.invalid("images: must name an image")) } else { Ok(images) }
}

/// `POST /v1/cloudimages/members`.
pub(in crate::huawei) fn add(call: &Call) -> Result<Answer> {
    let mut fields = call.fields()?;
    let images = images_of(call, &mut fields)?;
    let members = members_of(call, &mut fields)?;
    fields.end()?;
    if members.iter().any(|(id, _)| *id == call.caller.project || *id == call.caller.domain) {
        return Err(Refusal::img("IMG.0076", ""));
    }
    let job = call.huawei.database.with(|transaction| {
        for id in &images {
            let seen = images::seen(&call.huawei, transaction, id, &call.caller.project)?;
            if let Some(seen) = seen.filter(|seen| seen.is_own || seen.image.is_public()) {
                let more = members.iter().filter(|(id, _)| seen.member(id).is_none()).count();
                members::check_shareable(&seen, more)?;
            }
            images::own(&call.huawei, transaction, id, &call.caller.project)?;
        }
        let work = Work::Share { images, members };
        jobs::add(&call.huawei, transaction, &call.caller.project, part("imsAddImageMembersJob", None, work))
    })?;
    Answer::job(call, &job)
}

/// `DELETE /v1/cloudimages/members`, whose body is like that of adding.
pub(in crate::huawei) fn delete(call: &Call) -> Result<Answer> {
    let mut fields = call.fields()?;
    let images = images_of(call, &mut fields)?;
    let members = members_of(call, &mut fields)?;
    fields.end()?;
    let job = call.huawei.database.with(|transaction| {
        for id in &images {
            images::own(&call.huawei, transaction, id, &call.caller.project)?;
        }
        let members = members.into_iter().map(|(id, _)| id).collect();
        let work = Work::Unshare { images, members };
        jobs::add(&call.huawei, transaction, &call.caller.project, part("imsDelImageMembersJob", None, work))
    })?;
    Answer::job(call, &job)
}

/// `PUT /v1/cloudimages/members`: the one whom images are shared with accepts or rejects them.
pub(in crate::huawei) fn update(call: &Call) -> Result<Answer> {
    let mut fields = call.fields()?;
    let images = images_of(call, &mut fields)?;
    let project = fields.required("project_id", 1..=64)?;
    let status = fields.required_choice("status", &["accepted", "rejected"])?.to_owned();
    let vault = fields.sized("vault_id", 1..=64)?;
    fields.end()?;
    if project != call.caller.project {
        return Err(Refusal::img("IMG.0030", format!("project_id: {project:?} is not the caller's project")));
    }
    let job = call.huawei.database.with(|transaction| {
        for id in &images {
            let seen = images::seen(&call.huawei, transaction, id, &project)?;
            let Some(seen) = seen.filter(|seen| seen.member(&project).is_some()) else {
                let refusal =
                    Refusal::img("IMG.0144", format!("images: {id:?} is not shared with {project}"));
                return Err(Refusal { status: StatusCode::NOT_FOUND, ..refusal });
            };
            if seen.image.is_whole() && status == "accepted" && vault.is_none() {
                return Err(call.invalid("vault_id: is required to accept a full-ECS image of a CBR backup"));
            }
        }
        let work = Work::Answer { images, project, status };
        jobs::add(
            &call.huawei,
            transaction,
            &call.caller.project,
            part("imsUpdateImageMembersJob", None, work),
        )
    })?;
    Answer::job(call, &job)
}

/// The members that the caller may see: all of its own image, itself of another's.
pub(in crate::huawei) fn visible(call: &Call, image_id: &str) -> Result<Vec<Member>> {
    let project = &call.caller.project;
    call.huawei.database.with(|transaction| {
        let seen =
            images::seen(&call.huawei, transaction, image_id, project)?.ok_or_else(|| match call.family {
                Family::Glance => Refusal::glance(404, format!("Image {image_id} not found.")),
                _ => Refusal {
                    status: StatusCode::NOT_FOUND,
                    ..Refusal::img("IMG.0144", format!("image_id: there is no image {image_id:?}"))
                },
            })?;
        let is_own = seen.is_own;
        Ok(seen.members.into_iter().filter(|member| is_own || member.id == *project).collect())
    })
}

/// A page of members.
pub(in crate::huawei) fn page(call: &Call) -> Result<Answer> {
    let members = visible(call, call.parameter("image_id"))?;
    let limit = call.query.number("limit", 1..=i64::from(i32::MAX), |rule| call.invalid(rule))?;
    let limit = usize::try_from(limit.unwrap_or(500)).unwrap_or(500);
    let first = match call.query.get("marker") {
        None => 0,
        Some(marker) => match members.iter().position(|member| member.id == marker) {
            Some(place) => place + 1,
            None => return Err(call.invalid(format!("marker: there is no member {marker:?}"))),
        },
    };
    let shown: Vec<&Member> = members.iter().skip(first).take(limit).collect();
    let next = shown.last().filter(|_| first + shown.len() < members.len()).map(|member| member.id.clone());
    let views: Vec<Value> = shown.iter().map(|member| member.view()).collect();
    Answer::json(json!({
        "members": views,
        "schema": "/v2/schemas/members",
        "page_info": { "next_marker": next, "current_count": shown.len() },
    }))
}

/// `GET /v1/{project_id}/cloudimages/{image_id}/members`.
pub(in crate::huawei) fn list(call: &Call) -> Result<Answer> {
    page(call)
}

/// `GET /v1/{project_id}/cloudimages/{image_id}/members/{member_id}`.
pub(in crate::huawei) fn show(call: &Call) -> Result<Answer> {
    let id = call.parameter("member_id");
    let members = visible(call, call.parameter("image_id"))?;
    let member = members.into_iter().find(|member| member.id == id || member.id.ends_with(&format!("/{id}")));
    let member = member.ok_or_else(|| Refusal {
        status: StatusCode::NOT_FOUND,
        ..Refusal::img("IMG.0144", format!("member_id: {id:?} is no member of the image"))
    })?;
    Answer::json(member.view())
}
