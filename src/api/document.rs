//! What operations tell of the services' documents. The tests hold it against the documents; nothing in a .wasm reads
//! most of it, and constants that nobody reads are data all the same: these functions leave them out there (half a
//! kilobyte of a download for a dozen operations).

use super::permission::Permission;

/// The section of the document, or the title of its page.
pub const fn section(title: &'static str) -> &'static str {
    if cfg!(target_arch = "wasm32") { "" } else { title }
}

/// What a user must be allowed to do. All that the client asks is whether rights may be granted for an enterprise
/// project.
pub const fn needs(permission: &'static Permission) -> Option<&'static Permission> {
    const ENTERPRISE: &Permission = &Permission { enterprise_project: true, ..Permission::NONE };
    Some(match (cfg!(target_arch = "wasm32"), permission.enterprise_project) {
        (false, _) => permission,
        (true, true) => ENTERPRISE,
        (true, false) => &Permission::NONE,
    })
}
