//! Tables that are made of the operations: docs/operations.md and the permission table of the package. They are kept in
//! the repository and must be what the code says; `IMS_CLIENT_WRITE_TABLES=1 cargo test --test contract tables` writes
//! them anew.

use crate::fixtures::project_file;
use ims_client::api::operation::Operation;
use ims_client::api::{cecloud, huawei_ims, openstack, workspace};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// A class of the package with its operations.
struct Service {
    title: &'static str,
    class: &'static str,
    /// What stands before a method's name in the permission table.
    prefix: &'static str,
    operations: &'static [&'static Operation],
}

static SERVICES: &[Service] = &[
    Service {
        title: "CECloud IMS",
        class: "CecloudImsClient",
        prefix: "cecloud.",
        operations: cecloud::OPERATIONS,
    },
    Service {
        title: "Huawei Cloud IMS",
        class: "HuaweiImsClient",
        prefix: "huawei.",
        operations: huawei_ims::OPERATIONS,
    },
    Service {
        title: "OpenStack Image service",
        class: "OpenStackImageClient",
        prefix: "openstack.",
        operations: openstack::OPERATIONS,
    },
    Service {
        title: "Huawei Cloud Workspace",
        class: "HuaweiWorkspaceClient",
        prefix: "workspace.",
        operations: workspace::OPERATIONS,
    },
];

/// The method of the class that performs an operation, where it is not one of the same name.
fn method(service: &Service, operation: &Operation) -> &'static str {
    match (service.prefix, operation.name) {
        ("cecloud.", "downloadImage") => "download",
        (_, name) => name,
    }
}

fn actions(operation: &Operation) -> String {
    let Some(permission) = operation.permission else { return "not documented".to_owned() };
    let always = permission.actions.iter().map(|action| format!("`{action}`"));
    let sometimes =
        permission.conditional.iter().map(|other| format!("`{}` where {}", other.action, other.when));
    let all: Vec<String> = always.chain(sometimes).collect();
    if all.is_empty() { "none".to_owned() } else { all.join(", ") }
}

/// The texts of some lists, each once, in the order of their first appearance.
fn once<'a>(lists: impl IntoIterator<Item = &'a [&'static str]>) -> Vec<&'static str> {
    let mut all: Vec<&'static str> = Vec::new();
    for text in lists.into_iter().flatten() {
        if !all.contains(text) {
            all.push(text);
        }
    }
    all
}

fn document() -> String {
    let mut text = String::from(
        "# Operations\n\nEvery call of every client: made of the code by the test `tables` of `tests/contract`.\n",
    );
    for service in SERVICES {
        let (title, class) = (service.title, service.class);
        let _ = write!(text, "\n## {title}: `{class}`\n\n");
        text.push_str("| document | request | method | IAM actions |\n|---|---|---|---|\n");
        for operation in service.operations {
            let _ = writeln!(
                text,
                "| {} | `{} {}` | `{}` | {} |",
                operation.section,
                operation.method.name(),
                operation.path,
                method(service, operation),
                actions(operation)
            );
        }
    }
    text
}

fn permissions() -> Value {
    let mut table = Map::new();
    for service in SERVICES {
        for operation in service.operations {
            let Some(permission) = operation.permission else { continue };
            let roles: Vec<Value> =
                permission.roles.iter().map(|role| json!({ "name": role.name, "when": role.when })).collect();
            // A policy grants what only some calls need too; when it is needed stands beside it.
            let sometimes: Vec<&str> = permission.conditional.iter().map(|other| other.action).collect();
            let dependencies = permission.conditional.iter().map(|other| other.dependencies);
            let conditional: Vec<Value> = permission
                .conditional
                .iter()
                .map(|other| json!({ "action": other.action, "when": other.when }))
                .collect();
            let entry = json!({
                "actions": once([permission.actions, &sometimes]),
                "conditional": conditional,
                "dependencies": once(std::iter::once(permission.dependencies).chain(dependencies)),
                "roles": roles,
                "iamProject": permission.iam_project,
                "enterpriseProject": permission.enterprise_project,
                "request": format!("{} {}", operation.method.name(), operation.path),
            });
            let earlier = table.insert(format!("{}{}", service.prefix, operation.name), entry);
            assert!(earlier.is_none(), "{} stands twice", operation.name);
        }
    }
    sorted(Value::Object(table))
}

/// The members of every object by the alphabet: serde_json keeps them so or as they came, by what else is built.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members: BTreeMap<String, Value> =
                members.into_iter().map(|(name, value)| (name, sorted(value))).collect();
            Value::Object(members.into_iter().collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        other => other,
    }
}

/// Compares with the file, or writes it.
fn kept(name: &str, text: &str) {
    if std::env::var_os("IMS_CLIENT_WRITE_TABLES").is_some() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
        std::fs::write(&path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
    assert!(project_file(name) == text, "{name} is not what the code says: see the head of this file");
}

#[test]
fn the_table_of_operations_is_that_of_the_code() {
    kept("docs/operations.md", &document());
}

#[test]
fn the_permission_table_is_that_of_the_code() {
    let lines: Vec<String> = permissions()
        .as_object()
        .expect("a table")
        .iter()
        .map(|(name, entry)| format!("  {}: {entry}", Value::from(name.as_str())))
        .collect();
    kept("pkg-templates/shell/permissions.json", &format!("{{\n{}\n}}\n", lines.join(",\n")));
}

#[test]
fn the_names_of_the_permission_table_are_declared() {
    let file = "pkg-templates/permissions.d.ts";
    let text = project_file(file);
    let (head, rest) = text.split_once("  // names\n").expect("the mark of the names");
    let (_, tail) = rest.split_once(";\n").expect("the end of the union");
    let table = permissions();
    let names = table.as_object().expect("a table").keys().map(|name| format!("  | '{name}'"));
    let names: Vec<String> = names.collect();
    kept(file, &format!("{head}  // names\n{};\n{tail}", names.join("\n")));
}

#[test]
fn actions_are_spelled_as_iam_does() {
    let mut seen = BTreeSet::new();
    for operation in SERVICES.iter().flat_map(|service| service.operations) {
        let Some(permission) = operation.permission else { continue };
        for action in permission.actions.iter().chain(permission.dependencies) {
            let parts: Vec<&str> = action.split(':').collect();
            let word = |part: &&str| {
                *part == "*" || (!part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
            };
            assert!(parts.len() == 3 && parts.iter().all(word), "{action} of {}", operation.name);
            seen.insert(*action);
        }
        let own: BTreeSet<_> = permission.actions.iter().collect();
        assert_eq!(own.len(), permission.actions.len(), "an action twice in {}", operation.name);
    }
    assert!(seen.contains("workspace:imageServer:create"));
}
