//! What can be asked of each service, without I/O: one file per operation, in a folder per service.

pub mod answer;
pub mod job;
pub mod operation;
pub mod patch;
pub mod permission;
pub mod rules;
pub mod wire;

// The types of one service do not come into the entry of another.
#[cfg(any(feature = "cecloud", not(target_arch = "wasm32")))]
pub mod cecloud;
#[cfg(any(feature = "huawei", not(target_arch = "wasm32")))]
pub mod huawei_ims;
pub mod identity;
#[cfg(any(feature = "openstack", not(target_arch = "wasm32")))]
pub mod openstack;
#[cfg(any(feature = "workspace", not(target_arch = "wasm32")))]
pub mod workspace;

/// How a service wraps its answers and spells its errors.
pub struct Dialect {
    /// The code that says success, where every answer is an envelope `{ code, message, data }`; where there is none,
    /// the status alone tells, and the body is the answer.
    pub success: Option<&'static str>,
    /// What an error code means, in words.
    pub meaning: fn(&str) -> Option<&'static str>,
    /// Whether an error code says «not now», not «no».
    pub is_transient: fn(&str) -> bool,
}

/// Services whose status tells and whose codes come with words: OpenStack's, Huawei Cloud's.
pub static PLAIN: Dialect = Dialect { success: None, meaning: |_| None, is_transient: |_| false };
