//! Every row of the documents is served and was called with success.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::*;
use crate::{glance, identity, ims_create, ims_images, ims_sharing, tags, workspace};

#[tokio::test]
async fn every_operation_was_called_with_success() {
    let cloud = Cloud::start();
    identity::scenario(&cloud).await;
    ims_create::scenario(&cloud).await;
    ims_images::scenario(&cloud).await;
    ims_sharing::scenario(&cloud).await;
    tags::scenario(&cloud).await;
    glance::scenario(&cloud).await;
    workspace::scenario(&cloud).await;
    let url = format!("{}/_emulator/requests?service=huawei", cloud.ims);
    let log: Value = cloud.http.get(url).send().await.unwrap().json().await.unwrap();
    let done: BTreeSet<&str> = log["requests"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|request| request["status"].as_u64().is_some_and(|status| (200..400).contains(&status)))
        .filter_map(|request| request["operation"].as_str())
        .collect();
    let known: BTreeSet<&str> = ims_emulator::huawei::rows().map(|(_, _, operation)| operation).collect();
    let missing: Vec<&&str> = known.difference(&done).collect();
    assert!(missing.is_empty(), "never called with success: {missing:?}");
}

/// Method and path of the operations in the documents' data (IMS with the four rows of the permission table that the
/// data lacks and Glance's download; Workspace).
const DOCUMENTED: &str = include_str!("documented.txt");

#[test]
fn every_documented_row_is_served() {
    let served: BTreeSet<(&str, &str)> =
        ims_emulator::huawei::rows().map(|(method, path, _)| (method, path)).collect();
    let documented: Vec<(&str, &str)> = DOCUMENTED.lines().filter_map(|line| line.split_once(' ')).collect();
    assert_eq!(documented.len(), 51 + 5 + 14);
    for row in documented {
        assert!(served.contains(&row), "{row:?} is not served");
    }
}
