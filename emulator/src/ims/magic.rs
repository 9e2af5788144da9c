//! Names that provoke the error codes which no natural state of a local cloud gives.

use super::errors::{Code, ImsError, Result};

/// Names of images that fail whenever metadata is written.
pub const ON_WRITE: &[(&str, Code)] =
    &[("fail-DBUpdate", Code::DbUpdateFail), ("fail-Internal", Code::Internal)];

/// Names of images that fail when they are created or imported.
pub const ON_CREATE: &[(&str, Code)] = &[
    ("fail-QuotaCheck", Code::Quota),
    ("fail-QuotaDeduct", Code::QuotaDeduct),
    ("fail-ResourceStatus", Code::ResourceStatus),
];

/// Names of images for which no credentials are issued.
pub const ON_PREPARE: &[(&str, Code)] = &[("fail-UploadNotPermission", Code::UploadNotPermission)];

/// Names of images that cannot be deleted.
pub const ON_DELETE: &[(&str, Code)] = &[("fail-ResourceCenter", Code::ResourceCenter)];

/// Refuses a name that contains one of the words.
pub fn refuse(name: &str, words: &[(&str, Code)]) -> Result<()> {
    match words.iter().find(|(word, _)| name.contains(word)) {
        Some((word, code)) => {
            Err(ImsError::new(*code, format!("asked for by the name, which contains {word}")))
        }
        None => Ok(()),
    }
}
