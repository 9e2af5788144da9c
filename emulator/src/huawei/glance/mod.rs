//! The Glance API as OpenStack defines it, with what Huawei adds to it.

pub(super) mod create;
pub(super) mod file;
pub(super) mod images;
pub(super) mod members;
pub(super) mod patch;
pub(super) mod schemas;
pub(super) mod tags;
pub(super) mod version_1;
pub(super) mod versions;
