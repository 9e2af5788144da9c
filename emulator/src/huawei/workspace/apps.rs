//! Applications that are attached to an image server.

use serde_json::{Value, json};

use super::records;
use crate::huawei::Result;
use crate::huawei::call::{Answer, Call};

/// `POST /v1/{project_id}/image-servers/{server_id}/actions/attach-app`.
pub(in crate::huawei) fn attach(call: &Call) -> Result<Answer> {
    let mut fields = call.fields()?;
    let apps = fields.texts("items", 1..=100, 128)?.ok_or_else(|| fields.refuse("items", "is required"))?;
    fields.end()?;
    let project = &call.caller.project;
    let server = call.huawei.database.with(|transaction| {
        let mut server = records::known(transaction, project, call.parameter("server_id"))?;
        server.apps = apps.into_iter().map(|app| (records::new_id(), app)).collect();
        records::save(&call.huawei, transaction, project, &mut server)?;
        Ok(server)
    })?;
    Answer::json(json!({ "uri": format!("file:///C:/temp/{}.json", server.id) }))
}

/// `GET /v1/{project_id}/image-servers/{server_id}/actions/latest-attached-app`.
pub(in crate::huawei) fn latest(call: &Call) -> Result<Answer> {
    let server = call
        .huawei
        .database
        .with(|transaction| records::known(transaction, &call.caller.project, call.parameter("server_id")))?;
    let items: Vec<Value> = server.apps.iter().map(|(id, app)| json!({ "id": id, "app_id": app })).collect();
    Answer::json(json!({ "items": items }))
}
