//! Faults on request: rules that match requests and spoil them.

/// The rules in force; clones share them.
#[derive(Clone, Default)]
pub struct Faults;
