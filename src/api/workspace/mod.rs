//! Huawei Cloud Workspace: image instances, their jobs and product images, from its API reference: one file per
//! operation.

pub mod answers;
pub mod requests;
pub mod values;

use crate::api::operation::Operation;

/// Declares the files of the operations and the list of them all: a new one is one line.
macro_rules! operations {
    ($($file:ident),* $(,)?) => {
        $(pub mod $file;)*
        /// Every operation.
        pub static OPERATIONS: &[&Operation] = &[$(&$file::OPERATION),*];
    };
}

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

/// The operation behind a method of the public class.
pub fn find(name: &str) -> Option<&'static Operation> {
    OPERATIONS.iter().find(|operation| operation.name == name).copied()
}
