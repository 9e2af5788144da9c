//! Reading a request for a token: who it is, and what the token is to be good for.

use serde_json::Value;

use super::tokens::{self, Scope, Token};
use crate::huawei::accounts::{Account, Project};
use crate::huawei::refusal::Refusal;
use crate::huawei::{Huawei, Result};

fn wrong() -> Refusal {
    Refusal::keystone(401, "The username or password is wrong.")
}

fn malformed(what: &str) -> Refusal {
    Refusal::keystone(400, format!("The request body is invalid: {what}"))
}

/// A text within an object, by a path of names.
fn text<'a>(value: &'a Value, path: &[&str]) -> Option<&'a str> {
    path.iter().try_fold(value, |value, name| value.get(name))?.as_str()
}

/// The token that the body asks for.
pub(super) fn authenticate(huawei: &Huawei, body: &Value) -> Result<Token> {
    let auth = body.get("auth").ok_or_else(|| malformed("auth is missing"))?;
    let identity = auth.get("identity").ok_or_else(|| malformed("auth.identity is missing"))?;
    let methods: Vec<&str> = identity
        .get("methods")
        .and_then(Value::as_array)
        .map(|methods| methods.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let [method] = methods.as_slice() else {
        return Err(malformed("auth.identity.methods must name one method"));
    };
    let proof = identity
        .get(*method)
        .ok_or_else(|| malformed(&format!("auth.identity.{method} is missing, which methods names")))?;
    let asked = auth.get("scope").filter(|scope| !scope.is_null());
    let (account, scope, methods) = match *method {
        "password" => {
            let account = by_password(huawei, proof)?;
            (account, scope(huawei, account, asked)?, vec!["password".to_owned()])
        }
        "token" => {
            let id = text(proof, &["id"]).ok_or_else(|| malformed("auth.identity.token.id is missing"))?;
            let known = tokens::find(huawei, id)?.ok_or_else(not_authenticated)?;
            let account = huawei.accounts.by_user_id(&known.user).ok_or_else(not_authenticated)?;
            let mut methods = known.methods;
            if !methods.iter().any(|method| method == "token") {
                methods.insert(0, "token".to_owned());
            }
            (account, scope(huawei, account, asked)?, methods)
        }
        "application_credential" => {
            if asked.is_some() {
                return Err(Refusal::keystone(401, "Application credentials cannot request a scope."));
            }
            let account = by_credential(huawei, proof)?;
            let project = account.projects.first().ok_or_else(not_authenticated)?;
            (account, Scope::Project(project.id.to_owned()), vec!["application_credential".to_owned()])
        }
        _ => return Err(Refusal::keystone(401, "Attempted to authenticate with an unsupported method.")),
    };
    let issued = huawei.now();
    let lifetime = i64::try_from(huawei.options.token_ttl.as_millis()).unwrap_or(i64::MAX / 2);
    Ok(Token {
        user: account.user_id.to_owned(),
        scope,
        methods,
        issued,
        expires: issued.saturating_add(lifetime),
    })
}

fn not_authenticated() -> Refusal {
    Refusal::keystone(401, "The request you have made requires authentication.")
}

fn by_password<'a>(huawei: &'a Huawei, proof: &Value) -> Result<&'a Account> {
    let user = proof.get("user").ok_or_else(|| malformed("auth.identity.password.user is missing"))?;
    let password = text(user, &["password"])
        .ok_or_else(|| malformed("auth.identity.password.user.password is missing"))?;
    let account = match (text(user, &["id"]), text(user, &["name"])) {
        (Some(id), _) => huawei.accounts.by_user_id(id),
        (None, Some(name)) => {
            let domain = text(user, &["domain", "id"])
                .or_else(|| text(user, &["domain", "name"]))
                .ok_or_else(|| malformed("auth.identity.password.user.domain needs an id or a name"))?;
            huawei.accounts.by_domain(domain).filter(|account| account.user_name == name)
        }
        (None, None) => return Err(malformed("auth.identity.password.user needs an id or a name")),
    };
    account.filter(|account| account.password == password).ok_or_else(wrong)
}

fn by_credential<'a>(huawei: &'a Huawei, proof: &Value) -> Result<&'a Account> {
    let secret = text(proof, &["secret"])
        .ok_or_else(|| malformed("auth.identity.application_credential.secret is missing"))?;
    let account = match (text(proof, &["id"]), text(proof, &["name"])) {
        (Some(id), _) => huawei.accounts.by_credential(id),
        (None, Some(name)) => {
            // A name is the user's own, so the user must be named beside it.
            let user = proof.get("user").ok_or_else(|| malformed("a credential's name needs the user"))?;
            let account = match text(user, &["id"]) {
                Some(id) => huawei.accounts.by_user_id(id),
                None => text(user, &["domain", "id"])
                    .or_else(|| text(user, &["domain", "name"]))
                    .and_then(|domain| huawei.accounts.by_domain(domain))
                    .filter(|account| text(user, &["name"]) == Some(account.user_name.as_str())),
            };
            account.filter(|account| account.credential.name == name)
        }
        (None, None) => return Err(malformed("auth.identity.application_credential needs an id or a name")),
    };
    account.filter(|account| account.credential.secret == secret).ok_or_else(not_authenticated)
}

/// What the token is to be good for: nothing but a further token where the request says nothing.
fn scope(huawei: &Huawei, account: &Account, asked: Option<&Value>) -> Result<Scope> {
    let Some(asked) = asked else { return Ok(Scope::None) };
    if asked.as_str() == Some("unscoped") || asked.get("unscoped").is_some() {
        return Ok(Scope::None);
    }
    if let Some(project) = asked.get("project") {
        return Ok(Scope::Project(find_project(huawei, account, project)?.id.to_owned()));
    }
    if let Some(domain) = asked.get("domain") {
        let named = text(domain, &["id"]).or_else(|| text(domain, &["name"]));
        let named = named.ok_or_else(|| malformed("auth.scope.domain needs an id or a name"))?;
        let own = huawei.accounts.by_domain(named).is_some_and(|other| other.domain_id == account.domain_id);
        return if own { Ok(Scope::Domain) } else { Err(not_authenticated()) };
    }
    Err(malformed("auth.scope must be a project or a domain"))
}

fn find_project<'a>(huawei: &Huawei, account: &'a Account, asked: &Value) -> Result<&'a Project> {
    if let Some(id) = text(asked, &["id"]) {
        return account.project(id).ok_or_else(not_authenticated);
    }
    let name = text(asked, &["name"]).ok_or_else(|| malformed("auth.scope.project needs an id or a name"))?;
    // Huawei takes a name without its domain: it is then the user's own.
    if let Some(domain) = text(asked, &["domain", "id"]).or_else(|| text(asked, &["domain", "name"])) {
        let own = huawei.accounts.by_domain(domain).is_some_and(|other| other.domain_id == account.domain_id);
        if !own {
            return Err(not_authenticated());
        }
    }
    account.projects.iter().find(|project| project.name == name).ok_or_else(not_authenticated)
}
