//! Bodies of requests, taken from the document's examples, and files to upload.

use md5::{Digest, Md5};
use serde_json::{Value, json};

use crate::support::{DEMO_TENANT, PARTNER_TENANT};

/// The create request of the document, as raw so that any bytes will do.
pub fn image() -> Value {
    json!({
        "diskFormat": "raw", "minDisk": 10, "minRam": 512, "name": "centos8.2", "imageType": "os_image",
        "instruction": "64-bits", "cpuArch": "x86", "osType": "linux", "platform": "CentOS",
        "visibility": "private", "usage": "ecs", "departmentId": "7074631167051202560",
        "resourceGroupId": "", "tenantId": DEMO_TENANT,
    })
}

pub fn update() -> Value {
    json!({
        "bootMode": "UEFI", "cpuArch": "arm", "diskFormat": "raw", "instruction": "32-bits", "minDisk": 20,
        "minRam": 1024, "name": "test", "osType": "linux", "osVersion": "kylin-v10-sp3", "platform": "kylin",
    })
}

pub fn import(url: &str) -> Value {
    json!({
        "departmentId": "1813606081461485577", "resourceGroupId": "", "name": "导入镜像", "minDisk": 10,
        "minRam": 1024, "cpuArch": "x86", "diskFormat": "raw", "osType": "linux", "usage": "ecs",
        "platform": "CCLinux", "instruction": "32-bits", "imageSource": 1, "imageUrl": url,
        "tenantId": DEMO_TENANT, "region": "region0", "visibility": "private", "osVersion": "v2",
    })
}

pub fn copy(name: &str) -> Value {
    json!({
        "tenantId": PARTNER_TENANT, "departmentId": "1845802001481407752",
        "resourceGroupId": "1855053812545355776", "name": name, "description": "描述",
    })
}

pub fn users(ids: &[&str]) -> Value {
    json!({ "shares": { "user_ids": ids } })
}

/// An object with some fields replaced; null removes one.
pub fn merged(mut base: Value, changes: Value) -> Value {
    let fields = base.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            fields.remove(name)
        } else {
            fields.insert(name.clone(), value.clone())
        };
    }
    base
}

pub fn md5_of(bytes: &[u8]) -> String {
    Md5::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Bytes without a pattern that a wrong offset could hide in.
pub fn bytes(length: usize) -> Vec<u8> {
    ims_emulator::seed::qcow2::pattern("test", length)
}

/// A small qcow2 file with a disk of so many GiB.
pub fn qcow2(gib: u64) -> Vec<u8> {
    ims_emulator::seed::qcow2::file(gib << 30, &bytes(100_000))
}
