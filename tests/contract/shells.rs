//! The published JavaScript classes and their declarations have every operation of the core, and each other's members.

use crate::fixtures::project_file;
use crate::source_text::{Class, Members, classes};
use ims_client::api::operation::Operation;
use ims_client::api::{cecloud, huawei_ims, openstack, workspace};
use std::collections::{BTreeMap, BTreeSet};

const CLIENT: &str = "CecloudImsClient";

/// A class of the package.
struct Face {
    class: &'static str,
    /// Its file in pkg-templates/shell/.
    shell: &'static str,
    /// Its file in pkg-templates/.
    declarations: &'static str,
    operations: &'static [&'static Operation],
    /// Operations that are tasks: they move bytes.
    tasks: &'static [&'static str],
}

static FACES: &[Face] = &[
    Face {
        class: CLIENT,
        shell: "client.js",
        declarations: "index.d.ts",
        operations: cecloud::OPERATIONS,
        tasks: &["downloadImage"],
    },
    Face {
        class: "HuaweiImsClient",
        shell: "huawei.js",
        declarations: "huawei.d.ts",
        operations: huawei_ims::OPERATIONS,
        tasks: &[],
    },
    Face {
        class: "OpenStackImageClient",
        shell: "openstack.js",
        declarations: "openstack.d.ts",
        operations: openstack::OPERATIONS,
        tasks: &["uploadFile", "downloadFile"],
    },
    Face {
        class: "HuaweiWorkspaceClient",
        shell: "workspace.js",
        declarations: "workspace.d.ts",
        operations: workspace::OPERATIONS,
        tasks: &[],
    },
];

impl Face {
    fn source(&self) -> String {
        project_file(&format!("pkg-templates/shell/{}", self.shell))
    }

    fn calls(&self) -> impl Iterator<Item = &'static Operation> {
        self.operations.iter().copied().filter(|operation| !self.tasks.contains(&operation.name))
    }

    fn members(&self) -> [(&'static str, Members); 2] {
        let declared = project_file(&format!("pkg-templates/{}", self.declarations));
        [("the shell", self.source()), ("the declarations", declared)]
            .map(|(what, source)| (what, classes(&source)[self.class].members.clone()))
    }
}

fn shells() -> BTreeMap<String, Class> {
    let files = ["client", "tasks", "errors"];
    files.iter().flat_map(|file| classes(&project_file(&format!("pkg-templates/shell/{file}.js")))).collect()
}

fn declarations() -> BTreeMap<String, Class> {
    classes(&project_file("pkg-templates/index.d.ts"))
}

/// The members of a class with those of its parents in the same source.
fn all_members(classes: &BTreeMap<String, Class>, name: &str) -> Members {
    let class = &classes[name];
    let parent = class.parent.as_ref().filter(|parent| classes.contains_key(*parent));
    let mut members = parent.map(|parent| all_members(classes, parent)).unwrap_or_default();
    members.extend(class.members.clone());
    members
}

#[test]
fn every_operation_is_a_method_with_the_same_arguments() {
    for face in FACES {
        let (source, members) = (face.source(), face.members());
        for operation in face.calls() {
            let name = operation.name;
            let arguments: Vec<&str> = operation.arguments.iter().map(|argument| argument.name()).collect();
            let mut wanted: Vec<String> = arguments.iter().map(|name| (*name).to_owned()).collect();
            wanted.push("call".to_owned());
            for (what, members) in &members {
                let found = members.get(name).unwrap_or_else(|| panic!("{what} has no {name}"));
                assert_eq!(found.as_ref(), Some(&wanted), "{name} of {what}");
            }
            let forwards = format!("return this.#core.call('{name}', [{}], call);", arguments.join(", "));
            assert_eq!(source.matches(&forwards).count(), 1, "the shell forwards it as it came: {forwards}");
        }
        // The bytes of an image are moved by tasks.
        for (what, members) in &members {
            for task in face.tasks {
                assert!(!members.contains_key(*task), "{what} has {task}");
            }
            if !face.tasks.is_empty() {
                assert_eq!(
                    members["download"].as_deref(),
                    Some(&["imageId", "target", "options"].map(String::from)[..])
                );
            }
        }
    }
}

#[test]
fn the_shells_forward_no_operation_that_the_core_does_not_have() {
    for face in FACES {
        let source = face.source();
        let forwarded: BTreeSet<&str> = source
            .split("this.#core.call('")
            .skip(1)
            .map(|rest| rest.split('\'').next().unwrap_or_default())
            .collect();
        let known: BTreeSet<&str> = face.calls().map(|operation| operation.name).collect();
        assert_eq!(forwarded, known, "{}", face.class);
    }
}

/// The class of every service with its declaration; the tasks of the main entry are compared below.
#[test]
fn the_clients_and_their_declarations_have_the_same_members() {
    for face in FACES {
        let [(_, ours), (_, theirs)] = face.members();
        assert_eq!(ours, theirs, "{}", face.class);
        assert_eq!(ours["close"].as_deref(), Some(&[][..]));
        assert!(
            face.source().contains("[Symbol.dispose ?? Symbol.for('Symbol.dispose')]()"),
            "{}",
            face.class
        );
    }
}

#[test]
fn classes_and_declarations_have_the_same_members() {
    let (shells, declarations) = (shells(), declarations());
    let declared: BTreeSet<&String> = declarations.keys().collect();
    let exported = project_file("pkg-templates/shell/index.js");
    for name in &declared {
        assert!(exported.contains(name.as_str()), "the entry exports {name}");
    }
    for name in [CLIENT, "UploadTask", "DownloadTask", "PendingUpload"] {
        let (ours, theirs) = (all_members(&shells, name), all_members(&declarations, name));
        assert!(ours.len() > 3, "{name}: {ours:?}");
        assert_eq!(ours, theirs, "{name}");
    }
    assert_eq!(declared.len(), 5, "the four classes above and ImsError: {declared:?}");
}

/// The fields of an error are set by a list of names, not declared in the class.
#[test]
fn the_error_sets_every_field_that_is_declared() {
    let declared: BTreeSet<String> = declarations()["ImsError"].members.keys().cloned().collect();
    let source = project_file("pkg-templates/shell/errors.js");
    let list =
        source.split_once("const FIELDS = [").and_then(|(_, rest)| rest.split_once(']')).expect("the list").0;
    let mut set: BTreeSet<String> = list
        .split(',')
        .map(|name| name.trim().trim_matches('\'').to_owned())
        .filter(|name| !name.is_empty())
        .collect();
    assert!(source.contains("this.attempts = "));
    set.insert("attempts".into());
    assert_eq!(set, declared);
}
