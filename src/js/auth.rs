//! The `auth` option, checked field by field, and the authenticator that it describes.

mod functions;

use super::convert::{function, get, refused};
use super::options::{choice, endpoint, headers, is_header_value, join, only, text};
use super::service::Address;
use crate::api::PLAIN;
use crate::auth::aksk::{AccessKey, Aksk};
use crate::auth::keystone::{Identity, Login, Member, Named, Scope};
use crate::auth::secret::Secret;
use crate::auth::{Authenticator, FixedHeaders, NoAuth, Token};
use crate::error::{Error, Result};
use crate::http::url::Endpoint;
use crate::http::{Cookies, Transport};
use crate::identity;
use crate::platform::Platform;
use crate::service::{Observer, Service};
use crate::text::one_of;
use functions::{Sign, ask_token};
use js_sys::Function;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// What calls to the identity service share with those of the client.
pub struct Common {
    pub transport: Rc<dyn Transport>,
    pub platform: Rc<dyn Platform>,
    pub timeout_ms: f64,
    pub retry: crate::http::retry::Policy,
    pub cookies: Cookies,
    pub observer: Option<Observer>,
}

impl Common {
    /// The identity service; no header of the client goes there.
    fn identity(&self, endpoint: Endpoint, authenticator: Rc<dyn Authenticator>) -> Service {
        Service {
            dialect: &PLAIN,
            transport: self.transport.clone(),
            platform: self.platform.clone(),
            authenticator,
            // Written with or without the version of the API.
            endpoint: endpoint.without_version(),
            located: None,
            signing_endpoint: None,
            project: None,
            headers: Vec::new(),
            timeout_ms: self.timeout_ms,
            retry: self.retry,
            // Those of other origins are the service's alone.
            cookies: if self.cookies == Cookies::Omit { Cookies::Omit } else { Cookies::SameOrigin },
            observer: self.observer.clone(),
            closing: Default::default(),
        }
    }
}

/// An authenticator, and the identity service where it finds out where the service stands.
pub struct Chosen {
    pub authenticator: Rc<dyn Authenticator>,
    pub catalog: Option<Endpoint>,
}

/// The types of `auth` with the fields of each.
const TYPES: &[(&str, &[&str])] = &[
    ("none", &["type"]),
    ("headers", &["type", "headers"]),
    ("sign", &["type", "sign"]),
    ("token", &["type", "token"]),
    (
        "password",
        &[
            "type",
            "iamEndpoint",
            "user",
            "password",
            "domain",
            "userDomain",
            "project",
            "projectDomain",
            "domainScope",
        ],
    ),
    ("application-credential", &["type", "iamEndpoint", "id", "name", "user", "domain", "secret"]),
    ("aksk", &["type", "accessKey", "secretKey", "securityToken", "projectId", "domainId"]),
];

/// The `auth` option of a client whose service stands there.
pub fn chosen(given: &JsValue, address: &Address, common: &Common) -> Result<Chosen> {
    let plain = |authenticator| Ok(Chosen { authenticator, catalog: None });
    let Some(auth) = get(given, "auth") else { return plain(Rc::new(NoAuth)) };
    if !auth.is_object() {
        return Err(Error::invalid("auth", "***", "must be an object with a type"));
    }
    let types: Vec<&str> = TYPES.iter().map(|(name, _)| *name).collect();
    let Some(kind) = choice(&auth, "auth", "type", &types)? else {
        return Err(Error::invalid("auth.type", "undefined", one_of(&types)));
    };
    let fields = TYPES.iter().find(|(name, _)| *name == kind).map_or(&[][..], |(_, fields)| fields);
    only(&auth, "auth", fields)?;
    match kind.as_str() {
        "headers" => {
            let all = headers(&auth, "auth", "headers")?;
            if all.is_empty() {
                return Err(Error::invalid("auth.headers", "{}", "must name at least one header"));
            }
            let all = all.into_iter().map(|(name, value)| (name, Secret::new(value))).collect();
            plain(Rc::new(FixedHeaders::new(all)))
        }
        "token" => match get(&auth, "token").map(JsCast::dyn_into::<Function>) {
            Some(Ok(source)) => {
                plain(Rc::new(Token::from_source(Rc::new(move || ask_token(source.clone())))))
            }
            _ => plain(Rc::new(Token::fixed(header(&auth, "token")?))),
        },
        "sign" => match function(&auth, "auth", "sign")? {
            Some(sign) => plain(Rc::new(Sign::new(sign))),
            None => Err(Error::invalid("auth.sign", "undefined", "must be a function")),
        },
        "password" => {
            let user = member(&auth, "user", &["userDomain", "domain"])?.ok_or_else(|| missing("user"))?;
            let password = secret(&auth, "password")?;
            keystone(&auth, Identity::Password { user, password }, &scope(&auth)?, address, common)
        }
        "application-credential" => {
            let (id, name) = (named_text(&auth, "id")?, named_text(&auth, "name")?);
            let named = match (id, name) {
                (Some(id), None) => Named::Id(id),
                (None, Some(name)) => Named::Name(name),
                (None, None) => return Err(missing("id")),
                _ => return Err(Error::invalid("auth.name", "***", "must not be given together with id")),
            };
            let user = member(&auth, "user", &["domain"])?;
            if user.is_none() && matches!(named, Named::Name(_)) {
                return Err(missing("user"));
            }
            let secret = secret(&auth, "secret")?;
            let identity = Identity::ApplicationCredential { named, user, secret };
            keystone(&auth, identity, &Scope::Default, address, common)
        }
        "aksk" => plain(Rc::new(aksk(&auth, text(given, "", "projectId")?, address, common)?)),
        _ => plain(Rc::new(NoAuth)),
    }
}

fn missing(name: &str) -> Error {
    Error::invalid(join("auth", name), "undefined", "is required")
}

fn keystone(
    auth: &JsValue,
    identity: Identity,
    scope: &Scope,
    address: &Address,
    common: &Common,
) -> Result<Chosen> {
    let given = endpoint(auth, "auth", "iamEndpoint")?;
    let iam = given.or_else(|| address.iam.clone()).ok_or_else(|| missing("iamEndpoint"))?;
    let login = Rc::new(Login::new(identity, scope));
    let service = common.identity(iam.clone(), login.clone());
    // Who says where the service stands needs no catalog.
    let wanted = address.wanted.clone().filter(|_| address.endpoint.is_none());
    let authenticator = Rc::new(identity::keystone(service, login, wanted));
    Ok(Chosen { authenticator, catalog: Some(iam) })
}

/// What a token of a user is asked for.
fn scope(auth: &JsValue) -> Result<Scope> {
    let project = member(auth, "project", &["projectDomain", "domain"])?;
    Ok(match (project, named(auth, "domainScope")?) {
        (Some(_), Some(_)) => {
            return Err(Error::invalid("auth.domainScope", "***", "must not be given together with project"));
        }
        (Some(project), None) => Scope::Project(project),
        (None, Some(domain)) => Scope::Domain(domain),
        (None, None) => Scope::Default,
    })
}

/// `project` is that of the client, where it has such an option.
fn aksk(auth: &JsValue, project: Option<String>, address: &Address, common: &Common) -> Result<Aksk> {
    let optional = |name: &str| match get(auth, name) {
        Some(_) => header(auth, name).map(|text| Some(text.expose().to_owned())),
        None => Ok(None),
    };
    let key = AccessKey {
        id: header(auth, "accessKey")?.expose().to_owned(),
        secret: secret(auth, "secretKey")?,
        security_token: get(auth, "securityToken").map(|_| header(auth, "securityToken")).transpose()?,
        project: optional("projectId")?.or(project),
        domain: optional("domainId")?,
    };
    let projects = match (&address.iam, &address.region) {
        (Some(iam), Some(region)) if key.project.is_none() => {
            let signer = Aksk::new(key.clone(), common.platform.clone(), None);
            Some(identity::projects(common.identity(iam.clone(), Rc::new(signer)), region.clone()))
        }
        _ => None,
    };
    Ok(Aksk::new(key, common.platform.clone(), projects))
}

/// A secret that is sent inside a body: any text.
fn secret(auth: &JsValue, name: &str) -> Result<Secret> {
    match get(auth, name).and_then(|value| value.as_string()) {
        Some(text) if !text.is_empty() => Ok(Secret::new(text)),
        _ => Err(Error::invalid(join("auth", name), "***", "must be a text that is not empty")),
    }
}

/// A text that is sent in a header; its value is never repeated.
fn header(auth: &JsValue, name: &str) -> Result<Secret> {
    match get(auth, name).and_then(|value| value.as_string()) {
        Some(text) if !text.is_empty() && is_header_value(&text) => Ok(Secret::new(text)),
        _ => Err(Error::invalid(join("auth", name), "***", "must be a text of visible ASCII characters")),
    }
}

fn named_text(auth: &JsValue, name: &str) -> Result<Option<String>> {
    let found = text(auth, "auth", name)?;
    if found.as_ref().is_some_and(String::is_empty) {
        return Err(Error::invalid(join("auth", name), "\"\"", "must not be empty"));
    }
    Ok(found)
}

/// A name, or `{ id }`.
fn named(auth: &JsValue, name: &str) -> Result<Option<Named>> {
    let Some(value) = get(auth, name) else { return Ok(None) };
    if !value.is_object() {
        return Ok(named_text(auth, name)?.map(Named::Name));
    }
    let path = join("auth", name);
    only(&value, &path, &["id"])?;
    match get(&value, "id").and_then(|id| id.as_string()) {
        Some(id) if !id.is_empty() => Ok(Some(Named::Id(id))),
        _ => Err(refused(&path, &value, "must be a name, or an object { id } with a text")),
    }
}

/// A user or project, with the first of these fields that names its domain; a name needs one.
fn member(auth: &JsValue, name: &str, domains: &[&str]) -> Result<Option<Member>> {
    let mut domain = None;
    for field in domains {
        let found = named(auth, field)?;
        domain = domain.or(found);
    }
    let Some(named) = named(auth, name)? else { return Ok(None) };
    if domain.is_none() && matches!(named, Named::Name(_)) {
        let field = join("auth", domains.last().unwrap_or(&name));
        let rule = format!(
            "is required where {name} is given by its name (OpenStack's first domain: {{ id: 'default' }})"
        );
        return Err(Error::invalid(field, "undefined", rule));
    }
    Ok(Some(Member { named, domain }))
}
