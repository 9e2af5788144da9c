//! Creating an image server, with everything that its body may say and must not.

use serde_json::{Value, json};

use super::records::{self, Server};
use crate::huawei::Result;
use crate::huawei::call::{Answer, Call};
use crate::huawei::fields::Fields;
use crate::huawei::refusal::Refusal;

const DISK_TYPES: [&str; 5] = ["ESSD", "SSD", "GPSSD", "SAS", "SATA"];
const IMAGE_TYPES: [&str; 5] = ["gold", "public", "private", "shared", "other"];
const MOST_TAGS: usize = 20;

/// `POST /v1/{project_id}/image-servers`.
pub(in crate::huawei) fn create(call: &Call) -> Result<Answer> {
    for name in ["service-transaction-id", "x-linked-id"] {
        if call.header(name).is_some_and(|value| value.chars().count() > 64) {
            return Err(call.invalid(format!("{name}: must have at most 64 characters")));
        }
    }
    let mut fields = call.fields()?;
    let name = name(&mut fields)?;
    let description = fields.sized("description", 0..=255)?.unwrap_or_default();
    volume(fields.required_object("root_volume")?)?;
    let image_ref = image_ref(fields.required_object("image_ref")?)?;
    for name in ["vpc_id", "subnet_id", "product_id"] {
        fields.required(name, 1..=128)?;
    }
    fields.sized("flavor_id", 1..=255)?;
    fields.sized("availability_zone", 0..=255)?;
    let apps = fields.texts("attach_apps", 0..=100, 128)?.unwrap_or_default();
    let accounts = fields.objects("authorize_accounts", 1..=1, account)?;
    let accounts = accounts.ok_or_else(|| fields.refuse("authorize_accounts", "is required"))?;
    fields.sized("ou_name", 0..=255)?;
    fields.flag("is_vdi")?;
    if let Some(mut hints) = fields.object("scheduler_hints")? {
        hints.sized("dedicated_host_id", 0..=255)?;
        hints.sized("tenancy", 1..=255)?;
        hints.end()?;
    }
    fields.choice("extra_session_type", &["GPU", "CPU"])?;
    fields.integer("extra_session_size", 1..=10_000)?;
    if let Some(mut route) = fields.object("route_policy")? {
        route.integer("max_session", 1..=1024)?;
        route.integer("cpu_threshold", 1..=100)?;
        route.integer("mem_threshold", 1..=100)?;
        route.end()?;
    }
    tags(&mut fields)?;
    let enterprise_project = fields.sized("enterprise_project_id", 0..=64)?.unwrap_or_default();
    fields.end()?;
    let project = &call.caller.project;
    let job = call.huawei.database.with(|transaction| {
        if records::servers(transaction, project)?.iter().any(|server| server.name == name) {
            let message =
                format!("The request could not be completed: there is an image server {name:?} already.");
            return Err(Refusal::workspace(409, message));
        }
        let mut server = Server {
            id: records::new_id(),
            name,
            description,
            image_ref,
            server_group_id: uuid::Uuid::new_v4().to_string(),
            status: "CREATING".to_owned(),
            authorize_accounts: Value::Array(accounts),
            create_time: call.huawei.now(),
            enterprise_project_id: if enterprise_project.is_empty() {
                "0".to_owned()
            } else {
                enterprise_project
            },
            apps: apps.into_iter().map(|app| (records::new_id(), app)).collect(),
            ..Server::default()
        };
        records::save(&call.huawei, transaction, project, &mut server)?;
        records::add_job(&call.huawei, transaction, project, "CREATE_SERVER", &[(&server, &server.name)])
    })?;
    Answer::job(call, &job)
}

/// Reads a name: 1 to 64 letters, digits, Chinese characters, underscores and hyphens.
pub(super) fn name(fields: &mut Fields) -> Result<String> {
    let name = fields.required("name", 1..=64)?;
    let allowed = |character: char| character.is_alphanumeric() || "_-".contains(character);
    if name.chars().all(allowed) {
        return Ok(name);
    }
    let rule = format!("may have letters, digits, Chinese characters, underscores and hyphens, is {name:?}");
    Err(fields.refuse("name", rule))
}

fn volume(mut fields: Fields) -> Result<()> {
    fields.required_choice("type", &DISK_TYPES)?;
    let size = fields.required_integer("size", 10..=1024)?;
    if size % 10 != 0 {
        return Err(fields.refuse("size", format!("must be a multiple of 10, is {size}")));
    }
    fields.sized("cluster_id", 0..=255)?;
    fields.end()
}

fn image_ref(mut fields: Fields) -> Result<Value> {
    let id = fields.required("id", 1..=128)?;
    let kind = fields.required_choice("image_type", &IMAGE_TYPES)?;
    let mut code = |name: &str| -> Result<String> {
        let text = fields.sized(name, 0..=100)?.unwrap_or_default();
        if text.contains(char::is_whitespace) {
            return Err(fields.refuse(name, format!("must not have spaces, is {text:?}")));
        }
        if text.is_empty() && kind == "gold" {
            return Err(fields.refuse(name, "is required for an image of the type gold"));
        }
        Ok(text)
    };
    let (specification, product) = (code("spce_code")?, code("product_id")?);
    fields.end()?;
    Ok(json!({ "id": id, "image_type": kind, "spce_code": specification, "product_id": product }))
}

fn account(fields: &mut Fields) -> Result<Value> {
    let account = fields.required("account", 1..=128)?;
    let kind = fields.required_choice("account_type", &["USER", "USER_GROUP"])?;
    let mut view = json!({ "account": account, "account_type": kind });
    if let Some(domain) = fields.sized("domain", 0..=64)? {
        view["domain"] = domain.into();
    }
    Ok(view)
}

fn tags(fields: &mut Fields) -> Result<()> {
    let mut keys: Vec<String> = Vec::new();
    fields.objects("tags", 0..=MOST_TAGS, |fields| {
        let allowed = |character: char| character.is_alphanumeric() || " _.:=+-@".contains(character);
        let key = fields.required("key", 1..=128)?;
        if !key.chars().all(allowed) || key.starts_with("_sys_") || key.ends_with(' ') {
            let rule = "may have letters, digits, spaces and _ . : = + - @, must not begin with _sys_ or end with a space";
            return Err(fields.refuse("key", format!("{rule}, is {key:?}")));
        }
        if keys.contains(&key) {
            return Err(fields.refuse("key", format!("{key:?} stands twice")));
        }
        keys.push(key);
        let value = fields.sized("value", 0..=255)?.unwrap_or_default();
        if !value.chars().all(|character| allowed(character) || character == '/') {
            return Err(fields.refuse("value", format!("may have letters, digits, spaces and _ . : / = + - @, is {value:?}")));
        }
        Ok(())
    })?;
    Ok(())
}
