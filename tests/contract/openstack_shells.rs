//! The published class for OpenStack and its declarations have every operation of the core, and each other's members.

use crate::fixtures::project_file;
use crate::source_text::classes;
use ims_client::api::openstack::OPERATIONS;
use std::collections::BTreeSet;

const CLIENT: &str = "OpenStackImageClient";
/// Operations that are tasks: they move bytes.
const TASKS: [&str; 2] = ["uploadFile", "downloadFile"];

#[test]
fn every_operation_is_a_method_with_the_same_arguments() {
    let source = project_file("pkg-templates/shell/openstack.js");
    let text = project_file("pkg-templates/openstack.d.ts");
    let (shell, declared) = (&classes(&source)[CLIENT].members, &classes(&text)[CLIENT].members);
    assert_eq!(shell, declared);
    let mut forwarded = BTreeSet::new();
    for operation in OPERATIONS.iter().filter(|operation| !TASKS.contains(&operation.name)) {
        let name = operation.name;
        let arguments: Vec<&str> = operation.arguments.iter().map(|argument| argument.name()).collect();
        let wanted: Vec<String> = arguments.iter().copied().chain(["call"]).map(str::to_owned).collect();
        let found = shell.get(name).unwrap_or_else(|| panic!("the shell has no {name}"));
        assert_eq!(found.as_ref(), Some(&wanted), "{name}");
        let forwards = format!("call('{name}', [{}], call);", arguments.join(", "));
        assert_eq!(source.matches(&forwards).count(), 1, "the shell forwards {name} as it came: {forwards}");
        forwarded.insert(name);
    }
    let known: BTreeSet<&str> =
        source.split("call('").skip(1).map(|rest| rest.split('\'').next().unwrap_or_default()).collect();
    assert_eq!(known, forwarded, "the shell forwards nothing else");
}

#[test]
fn the_task_and_its_declaration_have_the_same_members() {
    let tasks = classes(&project_file("pkg-templates/shell/tasks.js"));
    let mut ours = BTreeSet::new();
    let mut next = Some("FileUploadTask".to_owned());
    while let Some(class) = next.and_then(|name| tasks.get(&name)) {
        ours.extend(class.members.keys().cloned());
        next = class.parent.clone();
    }
    let declared = classes(&project_file("pkg-templates/openstack.d.ts"));
    let theirs: BTreeSet<String> = declared["FileUploadTask"].members.keys().cloned().collect();
    assert_eq!(ours, theirs);
}

#[test]
fn what_is_deprecated_says_so() {
    let text = project_file("pkg-templates/openstack.d.ts");
    for name in ["listImagesV1", "getImageV1", "deleteImageV1"] {
        let before = text.split(&format!("  {name}(")).next().unwrap_or_default();
        let comment = before.rsplit("/**").next().unwrap_or_default();
        assert!(comment.contains("@deprecated"), "{name}");
    }
}
