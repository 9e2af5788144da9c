//! Which images a list shows: who sees them, and what its query narrows them by.

use rusqlite::Transaction;
use serde_json::{Map, Value};

use super::{Seen, all, members, view};
use crate::huawei::call::Call;
use crate::huawei::query::Query;
use crate::huawei::refusal::Refusal;
use crate::huawei::{Huawei, Result, moments};

/// Parameters that order and cut the list, or that are looked at apart.
const APART: [&str; 17] = [
    "limit",
    "marker",
    "page",
    "sort",
    "sort_key",
    "sort_dir",
    "member_status",
    "visibility",
    "__imagetype",
    "created_at",
    "updated_at",
    "tag",
    "architecture",
    "enterprise_project_id",
    "flavor_id",
    "size_min",
    "size_max",
];

/// What a parameter may say, in both families.
const CHOICES: [(&str, &[&str]); 11] = [
    ("__imagetype", &["gold", "private", "shared", "market"]),
    ("__isregistered", &["true", "false"]),
    ("__os_bit", &["32", "64"]),
    ("__os_type", &["Linux", "Windows", "Other"]),
    ("member_status", &["accepted", "rejected", "pending", "all"]),
    ("visibility", &["public", "private", "shared", "community", "all"]),
    ("virtual_env_type", &["FusionCompute", "Ironic", "DataImage", "IsoImage"]),
    ("architecture", &["x86", "arm"]),
    ("protected", &["true", "false", "True", "False"]),
    ("os_hidden", &["true", "false", "True", "False"]),
    ("__whole_image", &["true", "false"]),
];

/// Parameters that may name several values, as `in:a,b`.
const LISTS: [&str; 5] = ["id", "name", "status", "container_format", "disk_format"];

/// An image in a list, with what is shown of it.
pub(in crate::huawei) struct Listed {
    pub(in crate::huawei) seen: Seen,
    pub(in crate::huawei) view: Map<String, Value>,
}

/// All images that the caller sees and that the query does not exclude, the oldest first.
pub(in crate::huawei) fn list(call: &Call, transaction: &Transaction<'_>) -> Result<Vec<Listed>> {
    let (huawei, query) = (&*call.huawei, &call.query);
    let refuse = |rule: String| call.invalid(rule);
    for (name, choices) in CHOICES {
        query.choice(name, choices, refuse)?;
    }
    for name in ["min_disk", "min_ram", "size_min", "size_max"] {
        query.number(name, 0..=i64::MAX, refuse)?;
    }
    let created = moment(query, "created_at", refuse)?;
    let updated = moment(query, "updated_at", refuse)?;
    let mut listed = Vec::new();
    for image in all(huawei, transaction)? {
        let is_own = image.owner == call.caller.project;
        let seen = Seen { members: members::of(transaction, &image.id)?, is_own, image };
        if !is_listed(huawei, &seen, &call.caller.project, query) {
            continue;
        }
        let view = view::current(&seen);
        let fits = created.as_ref().is_none_or(|moment| moment.fits(seen.image.created))
            && updated.as_ref().is_none_or(|moment| moment.fits(seen.image.updated))
            && fits_apart(&seen, query)
            && fits_plain(&view, query);
        if fits {
            listed.push(Listed { seen, view });
        }
    }
    Ok(listed)
}

/// Whether the caller sees the image in lists, as far as sharing and visibility go.
fn is_listed(huawei: &Huawei, seen: &Seen, project: &str, query: &Query) -> bool {
    let asked = query.get("member_status");
    let wanted = asked.unwrap_or("accepted");
    let is_member = seen.members.iter().any(|member| {
        members::includes(huawei, member, project) && (wanted == "all" || wanted == member.status)
    });
    let visible = match (seen.is_own, seen.image.is_public()) {
        // Whoever asks for a member's status asks for the images of others.
        (true, _) => asked.is_none() || wanted == "all",
        (false, true) => seen.image.status == "active" && asked.is_none(),
        (false, false) => {
            is_member || (seen.image.visibility == "community" && is(query, "visibility", "community"))
        }
    };
    visible
        && match query.get("visibility") {
            Some("public") => seen.image.is_public(),
            Some("shared") => seen.is_shared(),
            Some("private") => seen.is_own && !seen.is_shared() && seen.image.visibility == "private",
            Some("community") => seen.image.visibility == "community",
            _ => true,
        }
        && (!seen.image.hidden
            || query.get("os_hidden").is_some_and(|value| value.eq_ignore_ascii_case("true")))
        && match query.get("__imagetype") {
            Some("gold") => seen.image.is_public(),
            Some("shared") => seen.is_shared(),
            Some("private") => !seen.image.is_public() && !seen.is_shared(),
            Some(_) => false,
            None => true,
        }
}

fn is(query: &Query, name: &str, value: &str) -> bool {
    query.get(name) == Some(value)
}

fn fits_apart(seen: &Seen, query: &Query) -> bool {
    let image = &seen.image;
    let tags = query.all("tag").filter(|tag| !tag.is_empty()).all(|wanted| {
        // A key alone finds the tag whatever its value.
        image.tags.iter().any(|tag| tag.text() == wanted || tag.key == wanted)
    });
    let architecture = query.get("architecture").is_none_or(|wanted| {
        let is_arm = image.property("__support_arm") == "true";
        (wanted == "arm") == is_arm
    });
    let enterprise = query.get("enterprise_project_id").is_none_or(|wanted| {
        let own = image.properties.get("enterprise_project_id").map_or("0", String::as_str);
        wanted == "all_granted_eps" || wanted == own
    });
    let size = image.file.as_ref().map_or(0, |file| file.size);
    let bound = |name: &str| query.get(name).and_then(|text| text.parse::<u64>().ok());
    tags && architecture
        && enterprise
        // A flavour is for servers, and any here takes every public image.
        && (query.get("flavor_id").is_none() || image.is_public())
        && bound("size_min").is_none_or(|least| size >= least)
        && bound("size_max").is_none_or(|most| size <= most)
}

/// Everything else in the query is an attribute that must have the value, a user's own among them.
fn fits_plain(view: &Map<String, Value>, query: &Query) -> bool {
    query.0.iter().filter(|(name, value)| !APART.contains(&name.as_str()) && !value.is_empty()).all(
        |(name, value)| {
            let own = match view.get(name) {
                None | Some(Value::Null) => return false,
                Some(Value::String(text)) => text.clone(),
                Some(other) => other.to_string(),
            };
            match value.strip_prefix("in:").filter(|_| LISTS.contains(&name.as_str())) {
                Some(list) => list.split(',').any(|item| item.trim_matches('"') == own),
                None if matches!(own.as_str(), "true" | "false") => own.eq_ignore_ascii_case(value),
                None => own == *value,
            }
        },
    )
}

/// `gt:2018-10-28T10:00:00Z`.
struct Moment {
    operator: String,
    milliseconds: i64,
}

impl Moment {
    fn fits(&self, milliseconds: i64) -> bool {
        // Images show whole seconds, so whole seconds are compared.
        let (own, other) = (milliseconds / 1000, self.milliseconds / 1000);
        match self.operator.as_str() {
            "gt" => own > other,
            "gte" => own >= other,
            "lt" => own < other,
            "lte" => own <= other,
            "neq" => own != other,
            _ => own == other,
        }
    }
}

fn moment(query: &Query, name: &str, refuse: impl Fn(String) -> Refusal) -> Result<Option<Moment>> {
    let Some(text) = query.get(name) else { return Ok(None) };
    let wrong = || {
        refuse(format!(
            "{name}: must be gt, gte, lt, lte, eq or neq, a colon and yyyy-MM-ddThh:mm:ssZ, is {text:?}"
        ))
    };
    let (operator, time) = match text.split_once(':') {
        Some((operator, time)) if ["gt", "gte", "lt", "lte", "eq", "neq"].contains(&operator) => {
            (operator, time)
        }
        _ => return Err(wrong()),
    };
    let milliseconds = moments::parse(time).ok_or_else(wrong)?;
    Ok(Some(Moment { operator: operator.to_owned(), milliseconds }))
}
