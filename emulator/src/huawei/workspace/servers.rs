//! Listing, showing, renaming, deleting and building image servers.

use http::StatusCode;
use serde_json::{Value, json};

use super::create::name;
use super::records::{self, Server};
use crate::huawei::Result;
use crate::huawei::call::{Answer, Call};
use crate::huawei::refusal::Refusal;

/// Servers that one request may delete.
pub(super) const MOST: usize = 20;

/// Where a page begins and how long it is.
pub(super) fn page(call: &Call) -> Result<(usize, usize)> {
    let refuse = |rule: String| call.invalid(rule);
    let offset = call.query.number("offset", 0..=i64::from(i32::MAX), refuse)?.unwrap_or(0);
    let limit = call.query.number("limit", 1..=100, refuse)?.unwrap_or(10);
    Ok((usize::try_from(offset).unwrap_or(0), usize::try_from(limit).unwrap_or(10)))
}

/// `GET /v1/{project_id}/image-servers`.
pub(in crate::huawei) fn list(call: &Call) -> Result<Answer> {
    let (offset, limit) = page(call)?;
    let servers =
        call.huawei.database.with(|transaction| records::servers(transaction, &call.caller.project))?;
    let query = &call.query;
    let found: Vec<&Server> = servers
        .iter()
        .filter(|server| query.get("server_name").is_none_or(|part| server.name.contains(part)))
        .filter(|server| query.get("server_id").is_none_or(|id| server.id == id))
        .filter(|server| {
            query.get("enterprise_project_id").is_none_or(|project| server.enterprise_project_id == project)
        })
        .collect();
    let items: Vec<Value> = found.iter().skip(offset).take(limit).map(|server| server.view()).collect();
    Answer::json(json!({ "count": found.len(), "items": items }))
}

/// `GET /v1/{project_id}/image-servers/{server_id}`.
pub(in crate::huawei) fn show(call: &Call) -> Result<Answer> {
    let server = call
        .huawei
        .database
        .with(|transaction| records::known(transaction, &call.caller.project, call.parameter("server_id")))?;
    Answer::json(server.view())
}

/// `PATCH /v1/{project_id}/image-servers/{server_id}`.
pub(in crate::huawei) fn update(call: &Call) -> Result<Answer> {
    let mut fields = call.fields()?;
    let name = if fields.has("name") { Some(name(&mut fields)?) } else { None };
    let description = fields.sized("description", 0..=255)?;
    fields.end()?;
    let project = &call.caller.project;
    call.huawei.database.with(|transaction| {
        let mut server = records::known(transaction, project, call.parameter("server_id"))?;
        let others = records::servers(transaction, project)?;
        if let Some(name) = name {
            if others.iter().any(|other| other.name == name && other.id != server.id) {
                return Err(Refusal::workspace(409, format!("There is an image server {name:?} already.")));
            }
            server.name = name;
        }
        if let Some(description) = description {
            server.description = description;
        }
        records::save(&call.huawei, transaction, project, &mut server)
    })?;
    Answer::empty(StatusCode::OK)
}

/// `PATCH /v1/{project_id}/image-servers/actions/batch-delete`: those that are not there are ignored.
pub(in crate::huawei) fn batch_delete(call: &Call) -> Result<Answer> {
    let mut fields = call.fields()?;
    let ids = fields.texts("items", 1..=MOST, 128)?.ok_or_else(|| fields.refuse("items", "is required"))?;
    if fields.flag("recursive")?.is_none() {
        return Err(fields.refuse("recursive", "is required"));
    }
    fields.end()?;
    let project = &call.caller.project;
    let job = call.huawei.database.with(|transaction| {
        let mut servers = Vec::new();
        for id in &ids {
            let Some(mut server) = records::find(transaction, project, id)? else { continue };
            if ["CREATING", "BUILDING"].contains(&server.status.as_str()) {
                let message = format!("The parameter is invalid. items: {id} is {}", server.status);
                return Err(Refusal::workspace(400, message));
            }
            server.status = "DELETING".to_owned();
            records::save(&call.huawei, transaction, project, &mut server)?;
            servers.push(server);
        }
        let named: Vec<(&Server, &str)> =
            servers.iter().map(|server| (server, server.name.as_str())).collect();
        records::add_job(&call.huawei, transaction, project, "DELETE_SERVER", &named)
    })?;
    Answer::job(call, &job)
}

/// `POST /v1/{project_id}/image-servers/{server_id}/actions/recreate-image`.
pub(in crate::huawei) fn recreate(call: &Call) -> Result<Answer> {
    let mut fields = call.fields()?;
    let name = fields.required("name", 1..=128)?;
    let allowed = |character: char| character.is_alphanumeric() || " .-_".contains(character);
    if name.starts_with(' ') || name.ends_with(' ') || !name.chars().all(allowed) {
        let rule =
            "may have letters, digits, Chinese characters, dots, hyphens, underscores, and spaces within";
        return Err(fields.refuse("name", format!("{rule}, is {name:?}")));
    }
    let description = fields.sized("description", 0..=1024)?.unwrap_or_default();
    if description.contains(['\r', '\n', '<', '>']) || description.starts_with(' ') {
        let rule = "must not have line breaks or angle brackets, nor begin with a space";
        return Err(fields.refuse("description", rule));
    }
    fields.sized("enterprise_project_id", 0..=64)?;
    fields.flag("execute_sysprep")?;
    fields.end()?;
    let project = &call.caller.project;
    let job = call.huawei.database.with(|transaction| {
        let mut server = records::known(transaction, project, call.parameter("server_id"))?;
        if !["ACTIVE", "BUILT"].contains(&server.status.as_str()) {
            let message =
                format!("The image server is {}: only one that runs properly can be built.", server.status);
            return Err(Refusal::workspace(409, message));
        }
        server.status = "BUILDING".to_owned();
        records::save(&call.huawei, transaction, project, &mut server)?;
        records::add_job(&call.huawei, transaction, project, "CREATE_SERVER_IMAGE", &[(&server, &name)])
    })?;
    Answer::job(call, &job)
}
