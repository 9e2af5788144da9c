//! What is written: the request types with the limits of the pages.
//!
//! Where a body has several shapes, each is a type of its own; the unions are `CreateImage` and the like in the
//! published declarations, and lists of [`crate::api::rules::Shape`] here.

pub mod create;
pub mod files;
pub mod images;
pub mod members;
pub mod queries;
pub mod tags;
pub mod whole;
