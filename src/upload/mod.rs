//! A file to the object store: `inspect → create → prepare → parts → complete → upload-done → verify`.
//!
//! [`session`] thinks and does nothing; [`driver`] does and thinks nothing.

pub mod backend;
#[cfg(any(feature = "cecloud", not(target_arch = "wasm32")))]
pub mod cecloud;
pub mod checkpoint;
pub mod claims;
pub mod digest;
pub mod driver;
#[cfg(any(feature = "huawei", not(target_arch = "wasm32")))]
pub mod huawei;
pub mod leftover;
pub mod lock_file;
pub mod plan;
pub mod progress;
pub mod session;
pub mod source;
#[cfg(any(feature = "openstack", not(target_arch = "wasm32")))]
pub mod whole;
