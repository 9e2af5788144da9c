//! The OpenStack Image service (Glance), version 2 of its API with Huawei Cloud's additions, and the rows of versions 1
//! and 1.1 that Huawei Cloud still lists: one file per operation. Extra properties of images are kept, readable and
//! writable, whoever's cloud it is.

pub mod answers;
pub mod filters;
pub mod properties;
pub mod requests;

use crate::operations;

operations! {
    list_versions,
    get_version,
    list_images,
    create_image,
    get_image,
    update_image,
    delete_image,
    upload_file,
    download_file,
    deactivate_image,
    reactivate_image,
    import_image,
    get_import_info,
    list_stores,
    list_image_tasks,
    list_members,
    get_member,
    add_member,
    update_member,
    remove_member,
    add_tag,
    remove_tag,
    get_image_schema,
    get_images_schema,
    get_member_schema,
    get_members_schema,
    list_images_v1,
    get_image_v1,
    delete_image_v1,
}
