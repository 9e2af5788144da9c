//! The properties of an image that can be set, by creating it and later; any other name is a property of the user's.

use super::requests::{CONTAINER, DISK, NAME, TAGS, VISIBILITIES};
use crate::api::patch::{self, Paths};
use crate::api::rules::{INT_MAX, InputField, Presence, Rule};
use crate::error::{Error, Result};
use crate::json::Value;

const SET_BY_SERVICE: &str = "must not be set: the service does";

/// Names of properties that are the service's own begin so.
const OWN_NAMES: &str = "os_glance";

const fn property(name: &'static str, rule: Rule) -> InputField {
    InputField { name, presence: Presence::Optional, rule }
}

const fn fixed(name: &'static str) -> InputField {
    property(name, Rule::Never(SET_BY_SERVICE))
}

const SIZE: Rule = Rule::Integer { min: 0, max: INT_MAX };

/// Properties that are changed, never added or removed.
const EVERY_IMAGE_HAS: &[&str] = &[
    "name",
    "visibility",
    "tags",
    "container_format",
    "disk_format",
    "min_disk",
    "min_ram",
    "protected",
    "os_hidden",
    "owner",
];

/// What may be changed later.
static PATHS: Paths = Paths {
    fields: &[
        property("name", NAME),
        property("visibility", Rule::OneOf(VISIBILITIES)),
        property("tags", TAGS),
        property("container_format", CONTAINER),
        property("disk_format", DISK),
        property("min_disk", SIZE),
        property("min_ram", SIZE),
        property("protected", Rule::Flag),
        property("os_hidden", Rule::Flag),
        property("owner", Rule::Text { min: 1, max: 255 }),
        fixed("id"),
        fixed("created_at"),
        fixed("updated_at"),
        fixed("status"),
        fixed("checksum"),
        fixed("size"),
        fixed("virtual_size"),
        fixed("direct_url"),
        fixed("self"),
        fixed("file"),
        fixed("schema"),
        fixed("os_hash_algo"),
        fixed("os_hash_value"),
        fixed("stores"),
        fixed("location"),
        fixed("locations"),
        fixed("deleted"),
        fixed("deleted_at"),
    ],
    replaced: EVERY_IMAGE_HAS,
    kept: EVERY_IMAGE_HAS,
    nullable: &["name", "container_format", "disk_format", "owner"],
    open: Some(refused),
};

/// The body that changes an image.
pub fn changes(value: &Value, argument: &str) -> Result<String> {
    patch::text(value, argument, &PATHS, None)
}

/// `min_disk` for `minDisk`.
fn snake_case(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 2);
    for character in name.chars() {
        if character.is_ascii_uppercase() {
            text.push('_');
        }
        text.push(character.to_ascii_lowercase());
    }
    text
}

/// Why a property of the user's own cannot have this name.
fn refused(name: &str) -> Option<String> {
    let meant = snake_case(name);
    if meant != *name && PATHS.fields.iter().any(|field| field.name == meant) {
        return Some(["would be a property of your own: the service's field is ", &meant].concat());
    }
    if name.starts_with(OWN_NAMES) {
        return Some("must not begin with os_glance: such names are the service's".to_owned());
    }
    (name.chars().count() > 255).then(|| "must have a name of at most 255 characters".to_owned())
}

/// Properties of the user's own are texts under names that are not the service's.
pub fn check(arguments: &[Value]) -> Result<()> {
    let Some(Value::Object(members)) = arguments.first() else { return Ok(()) };
    let fields = super::requests::CreateOpenStackImage::FIELDS;
    for (name, value) in members {
        if value.is_null() || fields.iter().any(|field| field.name == name) {
            continue;
        }
        let refuse = |rule: &str| Err(Error::invalid(name.clone(), value.to_string(), rule));
        let known = PATHS.fields.iter().find(|field| field.name == name);
        if let Some(InputField { rule: Rule::Never(why), .. }) = known {
            return refuse(why);
        }
        if let Some(rule) = refused(name) {
            return refuse(&rule);
        }
        if value.as_str().is_none() {
            return refuse("must be a text, as all properties are that the service does not know");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_the_services_own_is_none_of_a_property_of_ones_own() {
        for (given, field, rule) in [
            (r#"{"set":{"minDisk":5}}"#, "changes.set.minDisk", "the service's field is min_disk"),
            (r#"{"set":{"os_glance_x":"1"}}"#, "changes.set.os_glance_x", "begin with os_glance"),
            (r#"[{"op":"add","path":"/diskFormat","value":"raw"}]"#, "changes[0].value", "is disk_format"),
        ] {
            let error = changes(&Value::parse(given).unwrap(), "changes").unwrap_err();
            assert_eq!(error.details().field.as_deref(), Some(field));
            assert!(error.message().contains(rule), "{error}");
        }
        // What stands under such a name all the same can be taken away.
        assert!(changes(&Value::parse(r#"{"remove":["minDisk"]}"#).unwrap(), "changes").is_ok());
    }
}
