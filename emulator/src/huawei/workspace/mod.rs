//! Workspace: image servers (instances that application images are built on), their jobs, and the product images.

pub(super) mod apps;
pub(super) mod create;
pub(super) mod jobs;
pub(super) mod product_images;
pub(super) mod records;
pub(super) mod servers;
pub(super) mod sub_jobs;
pub(super) mod work;
