//! Huawei Cloud Workspace: image instances, their jobs and product images, from its API reference: one file per
//! operation.

pub mod answers;
pub mod jobs;
pub mod requests;
mod requests_of_jobs;
pub mod values;

use crate::operations;

operations! {
    attach_image_server_app,
    batch_delete_image_server,
    create_image_server,
    list_image_servers,
    list_latest_attached_server_app,
    recreate_server_image,
    show_image_server,
    update_image_server,
    batch_delete_image_sub_jobs,
    count_image_sub_jobs,
    list_image_jobs,
    list_image_sub_jobs,
    show_image_job,
    list_images,
}
