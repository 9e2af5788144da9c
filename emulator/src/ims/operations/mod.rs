//! The operations of the document, one file per group of sections.

pub mod download;
pub mod export;
pub mod import;
pub mod metadata;
pub mod private;
pub mod public;
pub mod shared;
pub mod sharing;
pub mod upload;

use rusqlite::Connection;

use super::Ims;
use super::caller::Caller;
use super::errors::{Code, ImsError, Result};
use super::images;
use super::magic;

/// Values of diskFormat.
pub const DISK_FORMATS: &[&str] = &["raw", "qcow2"];
/// Values of imageType.
pub const IMAGE_TYPES: &[&str] = &["os_image", "data_image", "whole_image"];
/// Values of instruction.
pub const INSTRUCTIONS: &[&str] = &["32-bits", "64-bits"];
/// Values of cpuArch.
pub const CPU_ARCHITECTURES: &[&str] = &["x86", "arm"];
/// Values of osType.
pub const OS_TYPES: &[&str] = &["linux", "windows", "other"];
/// Values of platform.
pub const PLATFORMS: &[&str] = &["windows", "ubuntu", "CentOS", "kylin", "CCLinux", "other"];
/// Values of bootMode.
pub const BOOT_MODES: &[&str] = &["BIOS", "UEFI"];
/// The largest minDisk and minRam: the document names none; this keeps them 32-bit integers.
pub const MAXIMUM_NUMBER: i64 = i32::MAX as i64;

/// Whether the caller may have one more image with this name.
fn check_quota(connection: &Connection, ims: &Ims, caller: &Caller, name: &str) -> Result<()> {
    magic::refuse(name, magic::ON_WRITE)?;
    magic::refuse(name, magic::ON_CREATE)?;
    let Some(quota) = ims.options.quota else { return Ok(()) };
    let used = images::count_for_quota(connection, &caller.tenant)?;
    if used < quota {
        return Ok(());
    }
    Err(ImsError::new(Code::QuotaNotEnough, format!("{used} of {quota} images are used")))
}

/// Whether a body's tenantId is the caller's, where the caller is named at all.
fn check_tenant(caller: &Caller, tenant_id: &str, code: Code) -> Result<()> {
    if !caller.tenant_is_named || tenant_id == caller.tenant {
        return Ok(());
    }
    Err(ImsError::new(code, format!("tenantId is {tenant_id}, the caller's tenant is {}", caller.tenant)))
}

/// The bucket that holds a tenant's image files.
fn bucket_of_tenant(tenant: &str) -> String {
    format!("iaas-image-{tenant}")
}

/// Makes sure that a bucket is there.
fn ensure_bucket(ims: &Ims, bucket: &str) -> Result<()> {
    match ims.store.create_bucket(bucket) {
        Ok(()) | Err(crate::store::StoreError::BucketAlreadyOwnedByYou(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
