//! Bodies of the calls about an image that is there: register, export, copy, change.

use super::super::fields::*;
use super::super::values::*;
use crate::api::patch::{self, Paths};
use crate::api::rules::{INT_MAX, Rule, Shape};
use crate::error::{Error, Result};
use crate::json::Value;
use crate::request;

request! {
    /// The file of an image whose metadata is there. Source: Image Management Service, API Reference, "Registering an
    /// Image".
    pub struct RegisterImage {
        required {
            /// The file as `bucket:object`: ZVHD, QCOW2, VHD, RAW, VHDX, QED, VDI, QCOW, ZVHD2 or VMDK; storage class
            /// Standard.
            image_url: String = FILE,
        }
        optional {}
    }
}

request! {
    /// An export of at most 128 GiB. Source: Image Management Service, API Reference, "Exporting an Image".
    pub struct OrdinaryExport {
        required {
            /// Where the file goes, as `bucket:object`; storage class Standard, the image's own region.
            bucket_url: String = FILE,
            /// Format of the file.
            file_format: ExportFormat = Rule::OneOf(ExportFormat::VALUES),
        }
        optional {
            /// `true` takes the shape of a fast export.
            #[tsify(type = "false")]
            is_quick_export: bool = Rule::Flag,
        }
    }
}

request! {
    /// A fast export of at most 1 TiB; the file is ZVHD2. Source: "Exporting an Image".
    pub struct FastExport {
        required {
            /// Where the file goes, as `bucket:object`; storage class Standard, the image's own region.
            bucket_url: String = FILE,
            /// What makes it fast.
            #[tsify(type = "true")]
            is_quick_export: bool = Rule::Flag,
        }
        optional {}
    }
}

/// What `exportImage` takes.
pub const EXPORT: &[Shape] = &[
    Shape { name: "a fast export", key: "is_quick_export=true", fields: FastExport::FIELDS },
    Shape { name: "an ordinary export", key: "", fields: OrdinaryExport::FIELDS },
];

request! {
    /// A copy of an image in its region. Source: Image Management Service, API Reference, "Replicating an Image Within a
    /// Region".
    pub struct CopyInRegion {
        required {
            /// 1 to 128 letters, digits, `-`, `.`, `_`, spaces and Chinese characters; no space first or last.
            name: String = Rule::IMAGE_NAME,
        }
        optional {
            /// At most 1024 characters, without line breaks, `<` and `>`.
            description: String = DESCRIPTION,
            /// ID of the key that encrypts the copy.
            cmk_id: String = ID,
            /// Enterprise project of the copy: `0` for the default one, or a UUID.
            enterprise_project_id: String = ENTERPRISE_PROJECT,
        }
    }
}

request! {
    /// A copy of an image in another region: at most 128 GiB, not encrypted, at most five at a time. Source: API
    /// reference, operation copy_image_cross_region.
    pub struct CopyCrossRegion {
        required {
            /// 1 to 128 letters, digits, `-`, `.`, `_`, spaces and Chinese characters; no space first or last.
            name: String = Rule::IMAGE_NAME,
            /// ID of the other region.
            region: String = ID,
            /// Name of the project there.
            project_name: String = ID,
            /// Name of the agency that lets the service act there.
            agency_name: String = ID,
        }
        optional {
            /// At most 1024 characters, without line breaks, `<` and `>`.
            description: String = DESCRIPTION,
            /// ID of the vault there; required where a full-server image is copied.
            vault_id: String = ID,
        }
    }
}

const MIB: Rule = Rule::NumberText { min: 0, max: INT_MAX };
const FLAG: Rule = Rule::OneOf(FlagText::VALUES);

request! {
    /// Attributes of an active private image that can be changed, with any others in lower case. Source: Image
    /// Management Service, API Reference, "Updating an Image".
    pub struct ImageChanges {
        required {}
        optional {
            /// 1 to 128 letters, digits, `-`, `.`, `_`, spaces and Chinese characters; no space first or last.
            name: String = Rule::IMAGE_NAME,
            /// At most 1024 characters, without line breaks, `<` and `>`.
            __description: String = DESCRIPTION,
            /// Enterprise project that the image moves to.
            enterprise_project_id: String = ENTERPRISE_PROJECT,
            /// Least memory that the image runs with, in MiB. Goes over the wire as a text.
            #[tsify(type = "number | string")]
            min_ram: f64 = MIB,
            /// Most memory that the image runs with, in MiB. Goes over the wire as a text.
            #[tsify(type = "number | string")]
            max_ram: f64 = MIB,
            /// Boot mode.
            hw_firmware_type: FirmwareType = Rule::OneOf(FirmwareType::VALUES),
            /// Whether network cards may have several queues.
            hw_vif_multiqueue_enabled: FlagText = FLAG,
            /// Whether it is initialized.
            __is_config_init: FlagText = FLAG,
            /// Runs on Xen.
            __support_xen: FlagText = FLAG,
            /// Runs with very much memory.
            __support_largememory: FlagText = FLAG,
            /// Runs on disk-intensive servers.
            __support_diskintensive: FlagText = FLAG,
            /// Runs on high-performance servers.
            __support_highperformance: FlagText = FLAG,
            /// GPUs on Xen; not together with `__support_xen` and `__support_kvm`.
            __support_xen_gpu_type: String = ID,
            /// GPUs on KVM; not together with `__support_xen` and `__support_kvm`.
            __support_kvm_gpu_type: String = ID,
            /// HANA on Xen; not together with `__support_xen` and `__support_kvm`.
            __support_xen_hana: FlagText = FLAG,
            /// InfiniBand on KVM; not together with `__support_xen`.
            __support_kvm_infiniband: FlagText = FLAG,
            /// `true` says that passwords and keys cannot be injected by cloud-init.
            __support_fc_inject: FlagText = FLAG,
            /// Made for AMD's processors.
            __support_amd: FlagText = FLAG,
            /// SR-IOV.
            __support_kvm_hi1822_hisriov: FlagText = FLAG,
            /// Virtio-Net.
            __support_kvm_hi1822_hivirtionet: FlagText = FLAG,
        }
    }
}

/// What `updateImage` may change. Extension attributes may be added and removed.
static CHANGES: Paths = Paths {
    fields: ImageChanges::FIELDS,
    replaced: &["name", "min_ram", "enterprise_project_id"],
    kept: &["name", "min_ram", "enterprise_project_id"],
    nullable: &[],
    open: Some(|_| None),
};

/// The body that changes an image.
pub fn changes(value: &Value, argument: &str) -> Result<String> {
    patch::text(value, argument, &CHANGES, Some(&Value::from("")))
}

/// Attributes that exclude each other: the first of each with all others.
const APART: &[(&str, &[&str])] = &[
    ("__support_xen_gpu_type", &["__support_xen", "__support_kvm"]),
    ("__support_kvm_gpu_type", &["__support_xen", "__support_kvm"]),
    ("__support_xen_hana", &["__support_xen", "__support_kvm"]),
    ("__support_kvm_infiniband", &["__support_xen"]),
];

/// Names of attributes are in lower case, and what cannot be together is not set together.
pub fn changes_fit(arguments: &[Value]) -> Result<()> {
    let Some(changes) = arguments.get(1) else { return Ok(()) };
    let mut set: Vec<(&str, &Value, String)> = Vec::new();
    let mut names: Vec<(&str, String)> = Vec::new();
    match changes {
        Value::Array(list) => {
            for (index, change) in list.iter().enumerate() {
                let text = |name: &str| change.get(name).and_then(Value::as_str).unwrap_or_default();
                let name = text("path").trim_start_matches('/');
                names.push((name, format!("changes[{index}].path")));
                if let (Some(value), true) = (change.get("value"), text("op") != "remove") {
                    set.push((name, value, format!("changes[{index}].value")));
                }
            }
        }
        changes => {
            if let Some(Value::Object(members)) = changes.get("set") {
                for (name, value) in members {
                    names.push((name, format!("changes.set.{name}")));
                    set.push((name, value, format!("changes.set.{name}")));
                }
            }
            if let Some(Value::Array(removed)) = changes.get("remove") {
                for (index, name) in removed.iter().enumerate() {
                    names.push((name.as_str().unwrap_or_default(), format!("changes.remove[{index}]")));
                }
            }
        }
    }
    for (name, path) in names {
        if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
            let shown = Value::from(name).to_string();
            return Err(Error::invalid(path, shown, "must be the name of an attribute, in lower case"));
        }
    }
    let on =
        |name: &str| set.iter().any(|(known, value, _)| *known == name && value.as_str() != Some("false"));
    for (name, value, path) in &set {
        let others = APART.iter().find(|(first, _)| first == name).map_or(&[][..], |(_, others)| others);
        if let Some(other) = others.iter().find(|other| on(name) && on(other)) {
            let rule = format!("must not be set together with {other}");
            return Err(Error::invalid(path.clone(), value.to_string(), rule));
        }
    }
    Ok(())
}
