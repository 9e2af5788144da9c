//! The core held against the document of CECloud IMS: every operation, answer, limit and error code.

mod answers;
mod error_codes;
mod fakes;
mod fixtures;
mod limits;
mod limits_of_lists;
mod operations;
