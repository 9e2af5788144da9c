//! Gets a token. Source: OpenStack Identity API v3, “Password authentication” and “Authenticating with an Application
//! Credential”; Huawei Cloud IAM API reference, “Obtaining a User Token Through Password Authentication”.
//!
//! Its body is all secret, so it is no argument: the authenticator of the call puts it in.

use crate::api::operation::{Answer, Argument, Operation, section};
use crate::api::rules::{InputField, Presence, Rule};
use crate::http::Method;

/// The token comes in the header X-Subject-Token, what it is for in the body.
pub static OPERATION: Operation = Operation {
    name: "authenticate",
    section: section("Password authentication"),
    method: Method::Post,
    path: "/v3/auth/tokens",
    arguments: &[Argument::Query("query", QUERY)],
    answer: Answer::Headed("x-subject-"),
    is_secret: true,
    ..Operation::BASE
};

/// Without the catalog an answer is a hundredth of the size.
const QUERY: &[InputField] =
    &[InputField { name: "nocatalog", presence: Presence::Optional, rule: Rule::AnyText }];
