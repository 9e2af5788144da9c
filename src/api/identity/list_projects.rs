//! Lists the projects of a name. Source: Huawei Cloud IAM API reference, “Querying Project Information”; OpenStack
//! Identity API v3, “List projects”.

use crate::api::answer::{AnswerField, FieldKind};
use crate::api::operation::{Answer, Argument, Operation, section};
use crate::api::rules::{InputField, Presence, Rule};

pub static OPERATION: Operation = Operation {
    name: "listProjects",
    section: section("Querying Project Information"),
    path: "/v3/projects",
    arguments: &[Argument::Query("query", QUERY)],
    answer: Answer::Json(FieldKind::Object(ANSWER)),
    ..Operation::BASE
};

const QUERY: &[InputField] =
    &[InputField { name: "name", presence: Presence::Required, rule: Rule::AnyText }];

const ANSWER: &[AnswerField] =
    &[AnswerField { name: "projects", kind: FieldKind::ListOf(&FieldKind::Object(PROJECT)), required: true }];

const PROJECT: &[AnswerField] = &[AnswerField { name: "id", kind: FieldKind::Text, required: true }];
