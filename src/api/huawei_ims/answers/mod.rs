//! What is read: the answer types, each field as tolerant as the services require.

pub mod images;
pub mod jobs;
pub mod members;
pub mod tags;

use crate::answer;
use crate::api::answer::AnswerField;
use crate::api::answer::FieldKind::{Number, Object, Text};

/// Fields that no page names, which are kept as they came: `Attributes` in TypeScript, declared where the bindings are.
pub struct Attributes;

/// A list of objects with these fields.
macro_rules! list_of {
    ($of:ident) => {
        FieldKind::ListOf(&FieldKind::Object($of::FIELDS))
    };
}
pub(super) use list_of;

answer! {
    /// Where the next page starts.
    pub struct PageInfo {
        required {}
        optional {
            /// `marker` of the next page; absent on the last one.
            next_marker: String = Text,
            /// Entries on this page.
            current_count: f64 = Number,
        }
    }
}

/// `page_info` of a page.
pub const PAGE_INFO: AnswerField =
    AnswerField { name: "page_info", kind: Object(PageInfo::FIELDS), required: false };
