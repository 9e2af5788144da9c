//! Asks the identity service on a client's behalf: for tokens, and for the ID of a project. Each is a call like any other
//! (time limit, repetitions, `onRequest`), whose credentials go to the identity service alone.

use crate::api::identity::{authenticate, list_projects};
use crate::api::operation::Operation;
use crate::auth::aksk::ProjectSource;
use crate::auth::keystone::{Keystone, Login, Wanted, read};
use crate::error::{Error, Kind, Result};
use crate::json::{Quoted, Value};
use crate::service::{CallOptions, Service};
use std::rc::Rc;
use zeroize::Zeroizing;

/// Signs with tokens that `service`, the identity service, gives for this login. Its authenticator is the login.
pub fn keystone(service: Service, login: Rc<Login>, wanted: Option<Wanted>) -> Keystone {
    let platform = service.platform.clone();
    let service = Rc::new(service);
    let asked_for = wanted.clone();
    let source = Rc::new(move || -> crate::platform::LocalFuture<'static, _> {
        let (service, wanted) = (service.clone(), asked_for.clone());
        Box::pin(async move {
            let query = match wanted {
                Some(_) => Value::Null,
                None => Value::object([("nocatalog", "true".into())]),
            };
            let answered = ask(&service, &authenticate::OPERATION, query).await?;
            let answer = Zeroizing::new(answered);
            let issued = read(&answer, wanted.as_ref(), service.platform.now());
            issued.map_err(|error| on_behalf(error.during(authenticate::OPERATION.name)))
        })
    });
    Keystone::new(source, login, platform, wanted)
}

/// Finds the ID of the project that Huawei Cloud gives each account in a region; it is called like the region.
pub fn projects(service: Service, region: String) -> ProjectSource {
    let service = Rc::new(service);
    Rc::new(move || {
        let (service, region) = (service.clone(), region.clone());
        Box::pin(async move {
            let query = Value::object([("name", region.as_str().into())]);
            let found = Value::parse(&ask(&service, &list_projects::OPERATION, query).await?)?;
            let ids: Vec<&str> = match found.get("projects") {
                Some(Value::Array(all)) => {
                    all.iter().filter_map(|project| project.get("id")?.as_str()).collect()
                }
                _ => Vec::new(),
            };
            match ids[..] {
                [id] => Ok(id.to_owned()),
                [] => Err(Error::invalid(
                    "projectId",
                    "undefined",
                    format!("is required: the account has no project called {}", Quoted(&region)),
                )),
                _ => Err(Error::invalid(
                    "projectId",
                    "undefined",
                    format!(
                        "is required: several projects are called {}: {}",
                        Quoted(&region),
                        crate::text::join(&ids, ", ")
                    ),
                )),
            }
        })
    })
}

async fn ask(service: &Service, operation: &'static Operation, query: Value) -> Result<String> {
    service.call(operation, &[query], &CallOptions::default()).await.map_err(on_behalf)
}

/// The error of a call that nobody made himself: it bears the name of the one that needed it, and a refusal is one of the
/// credentials.
fn on_behalf(mut error: Error) -> Error {
    let details = error.details_mut();
    details.operation = String::new();
    if details.kind == Kind::Service {
        details.kind = Kind::Auth;
    }
    error
}

#[cfg(test)]
mod tests;
