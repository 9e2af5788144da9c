//! How a job of a service stands: creations and the like answer at once and go on by themselves.

use crate::error::Error;

/// How a job stands.
pub enum Standing {
    /// Also where the status is one that no page names.
    Running,
    Done,
    Failed(Error),
}
