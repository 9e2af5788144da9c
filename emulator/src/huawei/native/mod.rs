//! Huawei's own rows of the image service (Image Management Service, API Reference, IMS APIs).

pub(super) mod create;
pub(super) mod draft;
pub(super) mod images;
pub(super) mod import;
pub(super) mod jobs;
pub(super) mod members;
pub(super) mod os_versions;
pub(super) mod tag_search;
pub(super) mod tags;
pub(super) mod transfer;
pub(super) mod whole;
