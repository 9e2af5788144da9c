//! The schemas of images and members.

use serde_json::{Value, json};

use crate::huawei::Result;
use crate::huawei::call::{Answer, Call};

const UUID: &str = "^([0-9a-fA-F]){8}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){12}$";

fn text(description: &str) -> Value {
    json!({ "type": "string", "description": description })
}

fn read_only(description: &str) -> Value {
    json!({ "type": ["null", "string"], "readOnly": true, "description": description })
}

fn number(description: &str) -> Value {
    json!({ "type": "integer", "minimum": 0, "maximum": 2_147_483_647, "description": description })
}

fn image_document() -> Value {
    json!({
        "name": "image",
        "additionalProperties": { "type": "string" },
        "links": [
            { "rel": "self", "href": "{self}" },
            { "rel": "enclosure", "href": "{file}" },
            { "rel": "describedby", "href": "{schema}" },
        ],
        "properties": {
            "id": { "type": "string", "pattern": UUID, "description": "An identifier for the image" },
            "name": { "type": ["null", "string"], "maxLength": 255, "description": "Descriptive name for the image" },
            "status": {
                "type": "string",
                "readOnly": true,
                "enum": ["queued", "saving", "active", "killed", "deleted", "pending_delete", "deactivated"],
                "description": "Status of the image",
            },
            "visibility": {
                "type": "string",
                "enum": ["community", "public", "private", "shared"],
                "description": "Scope of image accessibility",
            },
            "protected": { "type": "boolean", "description": "If true, image will not be deletable." },
            "os_hidden": { "type": "boolean", "description": "If true, image will not appear in default image list." },
            "checksum": read_only("md5 hash of image contents."),
            "os_hash_algo": read_only("Algorithm to calculate the os_hash_value"),
            "os_hash_value": read_only("Hexdigest of the image contents"),
            "owner": { "type": ["null", "string"], "maxLength": 255, "description": "Owner of the image" },
            "size": { "type": ["null", "integer"], "readOnly": true, "description": "Size of image file in bytes" },
            "virtual_size": {
                "type": ["null", "integer"],
                "readOnly": true,
                "description": "Virtual size of image in bytes",
            },
            "container_format": {
                "type": ["null", "string"],
                "enum": [null, "ami", "ari", "aki", "bare", "ovf", "ova", "docker", "compressed"],
                "description": "Format of the container",
            },
            "disk_format": {
                "type": ["null", "string"],
                "enum": [
                    null, "ami", "ari", "aki", "vhd", "vhdx", "vmdk", "raw", "qcow2", "vdi", "ploop", "iso", "zvhd",
                    "zvhd2", "gpt",
                ],
                "description": "Format of the disk",
            },
            "created_at": read_only("Date and time of image registration"),
            "updated_at": read_only("Date and time of the last image modification"),
            "tags": {
                "type": "array",
                "items": { "type": "string", "maxLength": 255 },
                "description": "List of strings related to the image",
            },
            "min_ram": number("Amount of ram (in MB) required to boot image."),
            "min_disk": number("Amount of disk space (in GB) required to boot image."),
            "self": read_only("An image self url"),
            "file": read_only("An image file url"),
            "schema": read_only("An image schema url"),
            "__os_version": text("OS version"),
            "__os_type": text("OS type: Linux, Windows or Other"),
            "__platform": text("Platform of the OS"),
            "__imagetype": text("gold, private or shared"),
            "virtual_env_type": text("FusionCompute, Ironic, DataImage or IsoImage"),
        },
    })
}

fn member_document() -> Value {
    json!({
        "name": "member",
        "properties": {
            "member_id": text("An identifier for the image member (tenantId)"),
            "image_id": { "type": "string", "pattern": UUID, "description": "An identifier for the image" },
            "created_at": text("Date and time of image member creation"),
            "updated_at": text("Date and time of last modification of image member"),
            "status": {
                "type": "string",
                "enum": ["pending", "accepted", "rejected"],
                "description": "The status of this image member",
            },
            "schema": { "type": "string", "readOnly": true },
        },
    })
}

/// `GET /v2/schemas/image`.
pub(in crate::huawei) fn image(_: &Call) -> Result<Answer> {
    Answer::json(image_document())
}

/// `GET /v2/schemas/images`.
pub(in crate::huawei) fn images(_: &Call) -> Result<Answer> {
    Answer::json(json!({
        "name": "images",
        "links": [
            { "rel": "first", "href": "{first}" },
            { "rel": "next", "href": "{next}" },
            { "rel": "describedby", "href": "{schema}" },
        ],
        "properties": {
            "images": { "type": "array", "items": image_document() },
            "first": { "type": "string" },
            "next": { "type": "string" },
            "schema": { "type": "string" },
        },
    }))
}

/// `GET /v2/schemas/member`.
pub(in crate::huawei) fn member(_: &Call) -> Result<Answer> {
    Answer::json(member_document())
}

/// `GET /v2/schemas/members`.
pub(in crate::huawei) fn members(_: &Call) -> Result<Answer> {
    Answer::json(json!({
        "name": "members",
        "links": [{ "rel": "describedby", "href": "{schema}" }],
        "properties": {
            "members": { "type": "array", "items": member_document() },
            "schema": { "type": "string" },
        },
    }))
}
