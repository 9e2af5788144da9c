//! Huawei Cloud IMS, its own calls: 33 operations, one file each, from its API reference. OpenStack's calls, which the
//! service has too, are those of any OpenStack.

pub mod answers;
pub mod delete_image;
pub mod enterprise_project;
pub mod fields;
pub mod jobs;
pub mod permissions;
pub mod requests;
pub mod values;

use crate::operations;

/// What bodies are sent as; the service's definitions name the character set.
pub const JSON: &str = "application/json;charset=UTF-8";

operations! {
    create_image,
    create_image_in_safe_mode,
    create_data_image,
    create_data_image_in_safe_mode,
    create_whole_image,
    import_image_quick,
    import_image_quick_in_safe_mode,
    register_image,
    export_image,
    export_image_in_safe_mode,
    update_image,
    copy_image_in_region,
    copy_image_in_region_in_safe_mode,
    copy_image_cross_region,
    list_images,
    list_os_versions,
    show_image_quota,
    show_job,
    show_job_progress,
    add_image_tag,
    batch_add_or_delete_tags,
    batch_delete_tags,
    create_or_update_tags,
    delete_image_tag,
    list_image_by_tags,
    list_image_tags,
    list_images_tags,
    list_tags,
    batch_add_members,
    batch_update_members,
    batch_delete_members,
    list_image_members,
    show_image_member,
}
