//! Bodies of the calls that share images.

use super::super::fields::*;
use super::super::values::*;
use crate::api::rules::{Rule, Shape};
use crate::error::{Error, Result};
use crate::json::Value;
use crate::request;

request! {
    /// Images and whom they are shared with; at least one tenant of one kind. Source: Image Management Service, API
    /// Reference, "Adding Image Sharing Members".
    pub struct ImageMembers {
        required {
            /// IDs of the images.
            images: Vec<String> = IDS,
            /// IDs of projects, at most 256 (10 for a full-server image); may be empty where there are others.
            projects: Vec<String> = TENANTS,
        }
        optional {
            /// IDs of accounts.
            domains: Vec<String> = TENANTS,
            /// URNs of organizations and their units.
            organizations: Vec<String> = TENANTS,
        }
    }
}

/// Somebody is named.
pub fn has_a_tenant(arguments: &[Value]) -> Result<()> {
    let Some(request) = arguments.first() else { return Ok(()) };
    let named = |name: &str| matches!(given(request, name), Some(Value::Array(list)) if !list.is_empty());
    if ["projects", "domains", "organizations"].into_iter().any(named) {
        return Ok(());
    }
    let rule = "must name somebody, where neither domains nor organizations does";
    Err(Error::invalid("projects", "[]", rule))
}

request! {
    /// Shared images that are taken. Source: Image Management Service, API Reference, "Updating the Sharing Status for
    /// Images".
    pub struct AcceptImages {
        required {
            /// IDs of the images.
            images: Vec<String> = IDS,
            /// ID of the project that takes them.
            project_id: String = ID,
            /// What is decided.
            status: Accepted = Rule::OneOf(Accepted::VALUES),
        }
        optional {
            /// ID of the vault that a full-server image made of a CBR backup goes into, and then required.
            vault_id: String = ID,
        }
    }
}

request! {
    /// Shared images that are not taken: they leave the lists, servers can still be made of them. Source: "Updating the
    /// Sharing Status for Images".
    pub struct RejectImages {
        required {
            /// IDs of the images.
            images: Vec<String> = IDS,
            /// ID of the project that does not take them.
            project_id: String = ID,
            /// What is decided.
            status: Rejected = Rule::OneOf(Rejected::VALUES),
        }
        optional {}
    }
}

/// What `batchUpdateMembers` takes.
pub const DECISION: &[Shape] = &[
    Shape { name: "a refusal of shared images", key: "status=rejected", fields: RejectImages::FIELDS },
    Shape { name: "an acceptance of shared images", key: "status=accepted", fields: AcceptImages::FIELDS },
];
