//! The operations of the identity service.

use http::{HeaderName, StatusCode};
use serde_json::{Value, json};

use super::authenticate::authenticate;
use super::tokens::{self, Scope, Token};
use crate::huawei::accounts::{Account, Project};
use crate::huawei::call::{Answer, Call};
use crate::huawei::refusal::Refusal;
use crate::huawei::{Result, moments};

const SUBJECT: HeaderName = HeaderName::from_static("x-subject-token");

/// `POST /v3/auth/tokens`; with `?nocatalog` without the catalogue.
pub(in crate::huawei) fn create(call: &Call) -> Result<Answer> {
    let body = serde_json::from_slice(&call.body)
        .map_err(|error| Refusal::keystone(400, format!("The request body is invalid: {error}")))?;
    let token = authenticate(&call.huawei, &body)?;
    let text = tokens::issue(&call.huawei, &token)?;
    let document = json!({ "token": view(call, &token)? });
    Ok(Answer::json_with(StatusCode::CREATED, document)?.with(SUBJECT, text))
}

/// `GET /v3/auth/tokens`.
pub(in crate::huawei) fn validate(call: &Call) -> Result<Answer> {
    let text = subject(call)?;
    let token = tokens::find(&call.huawei, text)?.ok_or_else(no_subject)?;
    Ok(Answer::json(json!({ "token": view(call, &token)? }))?.with(SUBJECT, text))
}

/// `DELETE /v3/auth/tokens`.
pub(in crate::huawei) fn revoke(call: &Call) -> Result<Answer> {
    if !tokens::revoke(&call.huawei, subject(call)?)? {
        return Err(no_subject());
    }
    Answer::empty(StatusCode::NO_CONTENT)
}

fn subject(call: &Call) -> Result<&str> {
    call.header("x-subject-token")
        .ok_or_else(|| Refusal::keystone(400, "The header X-Subject-Token is missing"))
}

fn no_subject() -> Refusal {
    Refusal::keystone(404, "X-Subject-Token is invalid in the request")
}

fn account<'a>(call: &'a Call, user: &str) -> Result<&'a Account> {
    call.huawei.accounts.by_user_id(user).ok_or_else(|| Refusal::keystone(401, "The user does not exist."))
}

fn view(call: &Call, token: &Token) -> Result<Value> {
    let account = account(call, &token.user)?;
    let domain = json!({ "id": account.domain_id, "name": account.domain_name });
    let mut view = json!({
        "methods": token.methods,
        "issued_at": moments::microseconds(token.issued),
        "expires_at": moments::microseconds(token.expires),
        "audit_ids": [],
        "user": {
            "domain": domain,
            "id": account.user_id,
            "name": account.user_name,
            "password_expires_at": "",
        },
    });
    if token.scope == Scope::None {
        return Ok(view);
    }
    view["roles"] = json!([{ "id": "0", "name": "te_admin" }, { "id": "0", "name": "member" }]);
    match &token.scope {
        Scope::Project(id) => {
            let name = account.project(id).map_or("", |project| project.name.as_str());
            view["project"] = json!({ "domain": domain, "id": id, "name": name });
        }
        _ => view["domain"] = domain,
    }
    if !call.query.0.iter().any(|(name, _)| name == "nocatalog") {
        view["catalog"] = services(call);
    }
    Ok(view)
}

/// The catalogue: each service with its three endpoints.
fn services(call: &Call) -> Value {
    let base = call.base();
    let region = &call.huawei.options.region;
    let service = |number: u32, kind: &str, name: &str, url: String| {
        let endpoint = |letter: &str, interface: &str| {
            json!({
                "id": format!("33e1cbdd86d34e89a63cf8ad16a5{letter}{number:03}"),
                "interface": interface,
                "region": region,
                "region_id": region,
                "url": url,
            })
        };
        json!({
            "id": format!("100a6a3477f1495286579b819d399{number:03}"),
            "name": name,
            "type": kind,
            "endpoints": [endpoint("a", "public"), endpoint("b", "internal"), endpoint("c", "admin")],
        })
    };
    json!([
        service(1, "identity", "keystone", format!("{base}/v3")),
        service(2, "image", "glance", base.clone()),
        service(3, "workspace", "workspace", base.clone()),
    ])
}

/// `GET /v3/auth/catalog`.
pub(in crate::huawei) fn catalog(call: &Call) -> Result<Answer> {
    let link = format!("{}/v3/auth/catalog", call.base());
    Answer::json(json!({ "catalog": services(call), "links": { "self": link } }))
}

fn project_view(call: &Call, account: &Account, project: &Project) -> Value {
    json!({
        "id": project.id,
        "name": project.name,
        "domain_id": account.domain_id,
        "parent_id": account.domain_id,
        "is_domain": false,
        "enabled": true,
        "description": "",
        "links": { "next": null, "previous": null, "self": format!("{}/v3/projects/{}", call.base(), project.id) },
    })
}

fn links(call: &Call) -> Value {
    json!({ "next": null, "previous": null, "self": format!("{}{}", call.base(), call.path) })
}

/// `GET /v3/auth/projects`.
pub(in crate::huawei) fn auth_projects(call: &Call) -> Result<Answer> {
    let account = account(call, &call.caller.user)?;
    let projects: Vec<Value> =
        account.projects.iter().map(|project| project_view(call, account, project)).collect();
    Answer::json(json!({ "projects": projects, "links": links(call) }))
}

/// `GET /v3/projects`, with IAM's filters and pages.
pub(in crate::huawei) fn projects(call: &Call) -> Result<Answer> {
    let account = account(call, &call.caller.user)?;
    let refuse = |rule: String| Refusal::keystone(400, rule);
    for name in ["domain_id", "parent_id"] {
        if call.query.get(name).is_some_and(|id| id != account.domain_id) {
            return Err(Refusal::keystone(403, format!("{name}: the account is another one's")));
        }
    }
    let enabled = call.query.choice("enabled", &["true", "false"], refuse)? != Some("false");
    let is_domain = call.query.choice("is_domain", &["true", "false"], refuse)? == Some("true");
    let page = call.query.number("page", 1..=1_000_000, refuse)?;
    let per_page = call.query.number("per_page", 1..=5000, refuse)?;
    let (first, count) = match (page, per_page) {
        (None, None) => (0, usize::MAX),
        (Some(page), Some(size)) => (((page - 1) * size) as usize, size as usize),
        _ => return Err(Refusal::keystone(400, "page and per_page belong together")),
    };
    let name = call.query.get("name");
    let projects: Vec<Value> = account
        .projects
        .iter()
        .filter(|project| enabled && !is_domain && name.is_none_or(|name| name == project.name))
        .skip(first)
        .take(count)
        .map(|project| project_view(call, account, project))
        .collect();
    Answer::json(json!({ "projects": projects, "links": links(call) }))
}

/// `GET /v3/auth/domains`.
pub(in crate::huawei) fn auth_domains(call: &Call) -> Result<Answer> {
    let account = account(call, &call.caller.user)?;
    let domain = json!({
        "id": account.domain_id,
        "name": account.domain_name,
        "enabled": true,
        "description": "",
        "links": { "self": format!("{}/v3/domains/{}", call.base(), account.domain_id) },
    });
    Answer::json(json!({ "domains": [domain], "links": { "self": format!("{}{}", call.base(), call.path) } }))
}
