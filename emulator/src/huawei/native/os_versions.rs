//! Operating systems: the list that IMS has of them, and what an OS version says of an image.

use serde_json::{Value, json};

use crate::huawei::Result;
use crate::huawei::call::{Answer, Call};
use crate::huawei::images::Image;
use crate::huawei::refusal::Refusal;

/// Platforms with the beginnings of their OS versions and some of these (API Reference, Values of Related
/// Parameters). A version that begins so is known, whether it is listed or not.
const PLATFORMS: [(&str, &str, &[&str]); 14] = [
    (
        "Windows",
        "Windows ",
        &["Windows Server 2019 Datacenter 64bit", "Windows Server 2016 Standard 64bit", "Windows 10 64bit"],
    ),
    (
        "SUSE",
        "SUSE ",
        &["SUSE Linux Enterprise Server 15 SP1 64bit", "SUSE Linux Enterprise Server 12 SP5 64bit"],
    ),
    ("Oracle Linux", "Oracle ", &["Oracle Linux Server release 7.6 64bit"]),
    ("RedHat", "Redhat ", &["Redhat Linux Enterprise 8.0 64bit", "Redhat Linux Enterprise 6.6 32bit"]),
    ("RedHat", "Red Hat ", &[]),
    (
        "Ubuntu",
        "Ubuntu ",
        &["Ubuntu 22.04 server 64bit", "Ubuntu 18.04 server 64bit", "Ubuntu 14.04 server 32bit"],
    ),
    ("OpenSUSE", "openSUSE ", &["openSUSE 15.1 64bit"]),
    ("CentOS", "CentOS ", &["CentOS 8.0 64bit", "CentOS 7.6 64bit", "CentOS 7.0 32bit"]),
    ("Debian", "Debian ", &["Debian GNU/Linux 10.0.0 64bit"]),
    ("Fedora", "Fedora ", &["Fedora 30 64bit"]),
    ("EulerOS", "EulerOS ", &["EulerOS 2.9 64bit", "EulerOS 2.5 64bit"]),
    ("Huawei Cloud EulerOS", "Huawei Cloud EulerOS ", &["Huawei Cloud EulerOS 2.0 Standard 64 bit"]),
    ("CoreOS", "CoreOS ", &["CoreOS 1298.6.0"]),
    ("openEuler", "openEuler ", &["openEuler 20.03 64bit"]),
];

/// What there is for a feature.
const TAGGED: [(&str, &[&str]); 3] = [
    ("bms", &["CentOS 7.6 64bit", "Ubuntu 18.04 server 64bit"]),
    ("uefi", &["CentOS 7.6 64bit", "EulerOS 2.9 64bit", "openEuler 20.03 64bit"]),
    ("arm", &["EulerOS 2.9 64bit", "openEuler 20.03 64bit", "Huawei Cloud EulerOS 2.0 Standard 64 bit"]),
];

fn platform(version: &str) -> Option<&'static str> {
    if version.starts_with("Other") {
        return Some("Other");
    }
    PLATFORMS.iter().find(|(_, start, _)| version.starts_with(start)).map(|(platform, _, _)| *platform)
}

fn bits(version: &str) -> &'static str {
    let compact: String = version.chars().filter(|character| *character != ' ').collect();
    if compact.contains("32bit") { "32" } else { "64" }
}

fn os_type(platform: &str, version: &str) -> &'static str {
    match platform {
        "Windows" => "Windows",
        "Other" if version.contains("Windows") => "Windows",
        "Other" if !version.contains("Linux") => "Other",
        _ => "Linux",
    }
}

/// Refuses an OS version that IMS does not know.
pub(in crate::huawei) fn check(version: &str) -> Result<()> {
    match platform(version) {
        Some(_) => Ok(()),
        None => Err(Refusal::img("IMG.0056", format!("os_version: is {version:?}"))),
    }
}

/// Writes down what an OS version says of an image.
pub(in crate::huawei) fn describe(image: &mut Image, version: &str) {
    let platform = platform(version).unwrap_or("Other");
    image.set("__os_version", version);
    image.set("__platform", platform);
    image.set("__os_type", os_type(platform, version));
    image.set("__os_bit", bits(version));
}

/// `GET /v1/cloudimages/os_version`.
pub(in crate::huawei) fn list(call: &Call) -> Result<Answer> {
    let tag = call.query.choice("tag", &["bms", "uefi", "arm", "x86"], |rule| call.invalid(rule))?;
    let tagged =
        tag.and_then(|tag| TAGGED.iter().find(|(name, _)| *name == tag)).map(|(_, versions)| *versions);
    let mut platforms: Vec<Value> = Vec::new();
    for (platform, _, versions) in PLATFORMS {
        let versions: Vec<Value> = versions
            .iter()
            .filter(|version| tagged.is_none_or(|tagged| tagged.contains(version)))
            .map(|version| {
                json!({
                    "platform": platform,
                    "os_version_key": version,
                    "os_version": version,
                    "os_bit": bits(version).parse::<u32>().unwrap_or(64),
                    "os_type": os_type(platform, version),
                })
            })
            .collect();
        if !versions.is_empty() {
            platforms.push(json!({ "platform": platform, "version_list": versions }));
        }
    }
    // A list, not an object: that is what the document shows.
    Answer::json(Value::Array(platforms))
}
