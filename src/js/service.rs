//! What the classes of all services share: their options, and calls by the name of a public method.

use super::auth::{self, Chosen, Common};
use super::convert::{arguments, get, promise, refused};
use super::options;
use super::platform::JsPlatform;
use crate::api::Dialect;
use crate::api::operation::{Answer, Operation};
use crate::auth::keystone::Wanted;
use crate::error::{Error, Kind, Result};
use crate::http::Transport;
use crate::http::fetch::Fetch;
use crate::http::node::http_module;
use crate::http::node_http::{NodeHttp, Usual};
use crate::http::retry::Policy;
use crate::http::url::Endpoint;
#[cfg(any(feature = "huawei", feature = "workspace"))]
use crate::json::Quoted;
use crate::json::Value;
use crate::platform::Platform;
use crate::service::Service;
use core::cell::OnceCell;
use js_sys::{Array, JSON, Promise};
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// Where a service stands, and who knows about its users.
#[derive(Default)]
pub struct Address {
    pub endpoint: Option<Endpoint>,
    /// What is looked for in the catalog of a token where no endpoint is given.
    pub wanted: Option<Wanted>,
    /// The identity service, where the options tell.
    pub iam: Option<Endpoint>,
    /// Whose project an access key is for.
    pub region: Option<String>,
}

impl From<Endpoint> for Address {
    fn from(endpoint: Endpoint) -> Self {
        Address { endpoint: Some(endpoint), ..Address::default() }
    }
}

/// What is made of a client's options.
pub struct Made {
    pub service: Service,
    pub platform: Rc<dyn Platform>,
    /// The caller's http.Agent, for what goes to the object store.
    pub agent: Option<JsValue>,
    /// Set by the caller; uploads have a patience of their own where it is not.
    pub retry: Option<Policy>,
}

#[cfg(any(feature = "huawei", feature = "workspace"))]
impl Made {
    pub fn patience_ms(&self) -> f64 {
        patience_ms(self.retry)
    }
}

/// How long nothing but failures is put up with where something is waited for, milliseconds: five minutes, or what the
/// caller's own policy comes to.
pub fn patience_ms(own: Option<Policy>) -> f64 {
    own.map_or(300_000.0, |policy| f64::from(policy.max_attempts) * policy.max_delay_ms)
}

/// Options that every client takes.
const OPTIONS: &[&str] = &[
    "endpoint",
    "signingEndpoint",
    "auth",
    "headers",
    "timeoutMs",
    "retry",
    "fetch",
    "agent",
    "credentials",
    "onRequest",
];

/// Refuses what is no object, and options that neither all clients nor this one has.
pub fn check_options(given: &JsValue, more: &[&str]) -> Result<()> {
    if !given.is_object() {
        return Err(refused("options", given, "must be an object"));
    }
    options::only(given, "", &[OPTIONS, more].concat())
}

/// The endpoint, which must be given.
pub fn endpoint(given: &JsValue) -> Result<Endpoint> {
    let missing = || Error::invalid("endpoint", "undefined", "is required: the base URL of the service");
    options::endpoint(given, "", "endpoint")?.ok_or_else(missing)
}

/// The `projectId` option.
#[cfg(any(feature = "huawei", feature = "workspace"))]
pub fn project(given: &JsValue) -> Result<Option<String>> {
    let Some(project) = options::text(given, "", "projectId")? else { return Ok(None) };
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if project.is_empty() || project.len() > 128 || !project.bytes().all(allowed) {
        let rule = "must be the ID of a project: 1 to 128 letters, digits, - and _";
        return Err(Error::invalid("projectId", Quoted(&project).to_string(), rule));
    }
    Ok(Some(project))
}

/// Where a service of Huawei Cloud (`ims`, `workspace`) stands: by the options `endpoint` and `iamEndpoint`, or else by
/// `region`, which names the project of an access key too. Who names an endpoint that is not the cloud's own, names the
/// identity service as well: a password of somebody's own cloud is no business of the public one.
#[cfg(any(feature = "huawei", feature = "workspace"))]
pub fn huawei_address(given: &JsValue, service: &str) -> Result<Address> {
    use crate::auth::regions;
    let region = options::text(given, "", "region")?;
    let place = |option: &str, service: &str| match (options::endpoint(given, "", option)?, &region) {
        (None, Some(region)) => regions::endpoint(service, region).map(Some),
        (given, _) => Ok(given),
    };
    let Some(endpoint) = place("endpoint", service)? else {
        let rule = "is required, or endpoint: the ID of a region, such as cn-north-4";
        return Err(Error::invalid("region", "undefined", rule));
    };
    let is_of_cloud = region.as_ref().is_none_or(|region| regions::is_of_cloud(&endpoint, region));
    let iam = place("iamEndpoint", "iam")?.filter(|_| is_of_cloud || get(given, "iamEndpoint").is_some());
    let endpoint = Some(endpoint);
    Ok(Address { endpoint, wanted: None, iam, region })
}

/// Where an OpenStack service of this type stands: by the option `endpoint`, or else by the catalog of the token, with
/// the options `region` and `interface`.
#[cfg(feature = "openstack")]
pub fn openstack_address(given: &JsValue, service: &'static str) -> Result<Address> {
    let interface = options::choice(given, "", "interface", &["public", "internal", "admin"])?;
    let wanted = Wanted {
        service,
        interface: interface.unwrap_or_else(|| "public".to_owned()),
        region: options::text(given, "", "region")?,
    };
    let endpoint = options::endpoint(given, "", "endpoint")?;
    Ok(Address { endpoint, wanted: Some(wanted), ..Address::default() })
}

/// A service of this dialect at an address (or just an endpoint), with everything else that the options say.
pub fn make(given: &JsValue, dialect: &'static Dialect, address: impl Into<Address>) -> Result<Made> {
    make_at(given, dialect, &address.into())
}

fn make_at(given: &JsValue, dialect: &'static Dialect, address: &Address) -> Result<Made> {
    let custom = super::convert::function(given, "", "fetch")?;
    let agent = get(given, "agent");
    if let Some(agent) = &agent
        && (http_module(false).is_none()
            || !get(agent, "addRequest").is_some_and(|method| method.is_function()))
    {
        return Err(Error::invalid("agent", "object", "must be an http.Agent or https.Agent, in Node only"));
    }
    let transport: Rc<dyn Transport> = match (&custom, &agent) {
        (None, Some(agent)) => Rc::new(NodeHttp::for_calls(Some(agent.clone()))),
        (None, None) if http_module(false).is_some() => Rc::new(Usual(NodeHttp::for_calls(None))),
        _ => Rc::new(Fetch { custom }),
    };
    let platform: Rc<dyn Platform> = Rc::new(JsPlatform);
    let (retry, retry_given) = options::retry(given)?;
    let timeout_ms = options::number(given, "", "timeoutMs", 1.0, 86_400_000.0)?.unwrap_or(30_000.0);
    let common = Common {
        transport: transport.clone(),
        platform: platform.clone(),
        timeout_ms,
        retry,
        cookies: options::cookies(given)?,
        observer: options::observer(given)?,
    };
    let Chosen { authenticator, catalog } = auth::chosen(given, address, &common)?;
    let located = address.endpoint.is_none().then(OnceCell::new);
    let Some(endpoint) = address.endpoint.clone().or(catalog) else {
        let rule =
            "is required, unless auth is 'password' or 'application-credential': they come with a catalog";
        return Err(Error::invalid("endpoint", "undefined", rule));
    };
    let service = Service {
        dialect,
        project: None,
        transport,
        platform: platform.clone(),
        authenticator,
        endpoint,
        located,
        signing_endpoint: options::endpoint(given, "", "signingEndpoint")?,
        headers: options::headers(given, "", "headers")?,
        timeout_ms,
        retry,
        cookies: common.cookies,
        observer: common.observer,
        closing: Default::default(),
    };
    Ok(Made { service, platform, agent, retry: retry_given.then_some(retry) })
}

/// Performs an operation with the arguments and the call options of its public method.
pub fn call(
    service: Rc<Service>,
    operation: Option<&'static Operation>,
    list: Array,
    options: JsValue,
) -> Promise {
    call_with(service, operation, list, options, Box::new(|_, _| ()))
}

/// What a client adds to the arguments of a call.
pub type Adjust = Box<dyn FnOnce(&'static Operation, &mut Vec<Value>)>;

/// The same, with what the client adds to the arguments.
pub fn call_with(
    service: Rc<Service>,
    operation: Option<&'static Operation>,
    list: Array,
    options: JsValue,
    adjust: Adjust,
) -> Promise {
    promise(async move {
        let operation = operation.ok_or_else(|| Error::new(Kind::Internal, "there is no such operation"))?;
        let work = async {
            let names: Vec<(&str, bool)> = operation
                .arguments
                .iter()
                .map(|argument| (argument.name(), argument.is_named_in_errors()))
                .collect();
            let mut values = arguments(&list, &names)?;
            adjust(operation, &mut values);
            let (call, _watch) = options::call_options(&options, &[])?;
            let text = service.call(operation, &values, &call).await?;
            if matches!(operation.answer, Answer::Nothing) { Ok(JsValue::UNDEFINED) } else { parse(text) }
        };
        work.await.map_err(|error| service.finish(error, operation.name))
    })
}

/// JSON of the core as a JavaScript value, the text wiped: it may hold keys.
pub fn parse(text: String) -> Result<JsValue> {
    let value = JSON::parse(&text).map_err(|_| Error::new(Kind::Internal, "the core wrote no JSON"));
    crate::platform::wipe(text);
    value
}
