//! What stands before every operation: request ID, token, region, and who is calling.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::HeaderMap;
use axum::http::header::HeaderName;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Ims;
use super::answer::{new_request_id, seal, unauthorized};
use super::errors::{Code, ImsError, Result};
use super::query::Query;
use super::tenants;

/// Who is calling.
#[derive(Clone, Debug)]
pub struct Caller {
    /// `X-Emulator-Tenant`, or the default tenant.
    pub tenant: String,
    /// `X-Emulator-User`, or the default user (the named user of a named tenant).
    pub user: String,
    /// Whether a header named the tenant: only then a tenantId in a body can contradict it.
    pub tenant_is_named: bool,
}

impl Caller {
    fn of(headers: &HeaderMap) -> Result<Caller> {
        let named_tenant = identity(headers, "x-emulator-tenant")?;
        let named_user = identity(headers, "x-emulator-user")?;
        let tenant = named_tenant.clone().unwrap_or_else(|| tenants::DEFAULT.tenant_id.to_owned());
        let user = named_user.unwrap_or_else(|| {
            let known = tenants::ALL.iter().find(|known| known.tenant_id == tenant);
            // A tenant that nobody named a user for has one with its own ID.
            known.map_or_else(|| tenant.clone(), |known| known.user_id.to_owned())
        });
        Ok(Caller { tenant, user, tenant_is_named: named_tenant.is_some() })
    }
}

fn identity(headers: &HeaderMap, name: &'static str) -> Result<Option<String>> {
    let Some(value) = headers.get(HeaderName::from_static(name)) else { return Ok(None) };
    match value.to_str() {
        Ok(text) if tenants::is_id(text) => Ok(Some(text.to_owned())),
        _ => Err(ImsError::new(Code::UserInfo, format!("{name}: must be 1 to 32 digits, is {value:?}"))),
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = ImsError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Caller> {
        // The gate below put it there.
        parts.extensions.get().cloned().ok_or_else(|| ImsError::new(Code::UserInfo, "nobody is calling"))
    }
}

/// The middleware around every operation.
pub async fn gate(State(ims): State<Arc<Ims>>, mut request: Request, next: Next) -> Response {
    let request_id = new_request_id();
    if let Err(message) = check_token(&ims, request.headers()) {
        return seal(unauthorized(&message), &request_id);
    }
    let response = match admit(&ims, &request) {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(error) => error.into_response(),
    };
    seal(response, &request_id)
}

/// Whether the request carries the token the emulator was started with.
pub fn check_token(ims: &Ims, headers: &HeaderMap) -> std::result::Result<(), String> {
    let Some(token) = &ims.options.token else { return Ok(()) };
    match headers.get("x-auth-token") {
        None => Err("the header X-Auth-Token is missing".to_owned()),
        Some(given) if given.as_bytes() == token.as_bytes() => Ok(()),
        Some(_) => Err("the token in X-Auth-Token is not valid".to_owned()),
    }
}

fn admit(ims: &Ims, request: &Request) -> Result<Caller> {
    let region = &ims.options.region;
    let Some(header) = request.headers().get("x-regionid") else {
        return Err(ImsError::field(
            "x-regionid",
            format!("the header is required; this region is {region}"),
        ));
    };
    if header.as_bytes() != region.as_bytes() {
        return Err(ImsError::field("x-regionid", format!("this region is {region}, not {header:?}")));
    }
    let query = Query::parse(request.uri().query().unwrap_or_default())?;
    if let Some(named) = query.optional("requestInfo")
        && named != region
    {
        return Err(ImsError::field("requestInfo", format!("this region is {region}, not {named:?}")));
    }
    if let Some(wish) = request.headers().get("x-emulator-fail") {
        let code = wish.to_str().ok().and_then(Code::parse).ok_or_else(|| {
            ImsError::field("x-emulator-fail", format!("must be an error code of the document, is {wish:?}"))
        })?;
        return Err(ImsError::new(code, "asked for by X-Emulator-Fail"));
    }
    Caller::of(request.headers())
}
