//! The operations, each in a line or few.

use super::{Access, Row, Work};
use crate::huawei::Result;
use crate::huawei::call::{Answer, Call};
use crate::huawei::{glance, identity, native, workspace};

const fn row(
    method: &'static str,
    path: &'static str,
    operation: &'static str,
    work: fn(&Call) -> Result<Answer>,
) -> Row {
    Row { operation, method, path, access: Access::Signed, work: Work::Blocking(work) }
}

const fn open(
    method: &'static str,
    path: &'static str,
    operation: &'static str,
    work: fn(&Call) -> Result<Answer>,
) -> Row {
    Row { operation, method, path, access: Access::Open, work: Work::Blocking(work) }
}

const fn token(
    method: &'static str,
    path: &'static str,
    operation: &'static str,
    work: fn(&Call) -> Result<Answer>,
) -> Row {
    Row { operation, method, path, access: Access::Token, work: Work::Blocking(work) }
}

/// All operations. The names are those of the data files; `list_product_images` is Workspace's `list_images`.
pub(super) static ROWS: &[Row] = &[
    // Keystone and IAM; all of it also under /identity, where a development cloud often has it.
    open("GET", "/identity", "list_identity_versions", identity::discovery::versions),
    open("GET", "/v3", "show_identity_version", identity::discovery::version),
    open("POST", "/v3/auth/tokens", "create_token", identity::routes::create),
    token("GET", "/v3/auth/tokens", "validate_token", identity::routes::validate),
    token("DELETE", "/v3/auth/tokens", "revoke_token", identity::routes::revoke),
    row("GET", "/v3/auth/projects", "list_auth_projects", identity::routes::auth_projects),
    row("GET", "/v3/auth/domains", "list_auth_domains", identity::routes::auth_domains),
    row("GET", "/v3/auth/catalog", "show_catalog", identity::routes::catalog),
    row("GET", "/v3/projects", "list_projects", identity::routes::projects),
    // Huawei IMS.
    row("GET", "/v2/cloudimages", "list_images", native::images::list),
    row("PATCH", "/v2/cloudimages/{image_id}", "update_image", native::images::update),
    row("POST", "/v2/cloudimages/action", "create_image", native::create::image),
    row("POST", "/v2.1/cloudimages/action", "create_image_in_safe_mode", native::create::image),
    row("POST", "/v2/cloudimages/quickimport/action", "import_image_quick", native::import::quick),
    row(
        "POST",
        "/v2.1/cloudimages/quickimport/action",
        "import_image_quick_in_safe_mode",
        native::import::quick,
    ),
    row("POST", "/v1/cloudimages/dataimages/action", "create_data_image", native::import::data),
    row(
        "POST",
        "/v2.1/cloudimages/dataimages/action",
        "create_data_image_in_safe_mode",
        native::import::data,
    ),
    row("POST", "/v1/cloudimages/wholeimages/action", "create_whole_image", native::whole::create),
    row("PUT", "/v1/cloudimages/{image_id}/upload", "register_image", native::transfer::register),
    row("POST", "/v1/cloudimages/{image_id}/file", "export_image", native::transfer::export),
    row("POST", "/v2.1/cloudimages/{image_id}/file", "export_image_in_safe_mode", native::transfer::export),
    row("POST", "/v1/cloudimages/{image_id}/copy", "copy_image_in_region", native::transfer::copy),
    row(
        "POST",
        "/v2.1/cloudimages/{image_id}/copy",
        "copy_image_in_region_in_safe_mode",
        native::transfer::copy,
    ),
    row(
        "POST",
        "/v1/cloudimages/{image_id}/cross_region_copy",
        "copy_image_cross_region",
        native::transfer::copy_cross_region,
    ),
    row("POST", "/v1/cloudimages/members", "batch_add_members", native::members::add),
    row("PUT", "/v1/cloudimages/members", "batch_update_members", native::members::update),
    row("DELETE", "/v1/cloudimages/members", "batch_delete_members", native::members::delete),
    row(
        "GET",
        "/v1/{project_id}/cloudimages/{image_id}/members",
        "list_image_members",
        native::members::list,
    ),
    row(
        "GET",
        "/v1/{project_id}/cloudimages/{image_id}/members/{member_id}",
        "show_image_member",
        native::members::show,
    ),
    row("GET", "/v1/cloudimages/tags", "list_tags", native::tags::names),
    row("PUT", "/v1/cloudimages/tags", "create_or_update_tags", native::tags::set),
    row("POST", "/v2/{project_id}/images/{image_id}/tags", "add_image_tag", native::tags::add),
    row("GET", "/v2/{project_id}/images/{image_id}/tags", "list_image_tags", native::tags::list),
    row(
        "POST",
        "/v2/{project_id}/images/{image_id}/tags/action",
        "batch_add_or_delete_tags",
        native::tags::batch,
    ),
    row(
        "DELETE",
        "/v1/{project_id}/cloudimages/{image_id}/tags/delete",
        "batch_delete_tags",
        native::tags::batch_delete,
    ),
    row("DELETE", "/v2/{project_id}/images/{image_id}/tags/{key}", "delete_image_tag", native::tags::delete),
    row("GET", "/v2/{project_id}/images/tags", "list_images_tags", native::tags::all),
    row(
        "POST",
        "/v2/{project_id}/images/resource_instances/action",
        "list_image_by_tags",
        native::tag_search::search,
    ),
    row("GET", "/v1/cloudimages/quota", "show_image_quota", native::images::quota),
    row("GET", "/v1/cloudimages/os_version", "list_os_versions", native::os_versions::list),
    row("GET", "/v1/{project_id}/jobs/{job_id}", "show_job", native::jobs::show),
    row("GET", "/v1/cloudimages/job/{job_id}", "show_job_progress", native::jobs::progress),
    // Glance.
    open("GET", "/", "list_versions", glance::versions::list),
    open("GET", "/{version}", "show_version", glance::versions::show),
    row("GET", "/v2/images", "glance_list_images", glance::images::list),
    row("POST", "/v2/images", "glance_create_image_metadata", glance::create::create),
    row("GET", "/v2/images/{image_id}", "glance_show_image", glance::images::show),
    row("PATCH", "/v2/images/{image_id}", "glance_update_image", glance::patch::update),
    row("DELETE", "/v2/images/{image_id}", "glance_delete_image", glance::images::delete),
    Row {
        operation: "glance_upload_image_file",
        method: "PUT",
        path: "/v2/images/{image_id}/file",
        access: Access::Signed,
        work: Work::Upload,
    },
    row("GET", "/v2/images/{image_id}/file", "glance_download_image_file", glance::file::download),
    row("POST", "/v2/images/{image_id}/members", "glance_add_image_member", glance::members::add),
    row("GET", "/v2/images/{image_id}/members", "glance_list_image_members", glance::members::list),
    row(
        "GET",
        "/v2/images/{image_id}/members/{member_id}",
        "glance_show_image_member",
        glance::members::show,
    ),
    row(
        "PUT",
        "/v2/images/{image_id}/members/{member_id}",
        "glance_update_image_member",
        glance::members::update,
    ),
    row(
        "DELETE",
        "/v2/images/{image_id}/members/{member_id}",
        "glance_delete_image_member",
        glance::members::delete,
    ),
    row("PUT", "/v2/images/{image_id}/tags/{tag}", "glance_create_tag", glance::tags::add),
    row("DELETE", "/v2/images/{image_id}/tags/{tag}", "glance_delete_tag", glance::tags::delete),
    row("GET", "/v2/schemas/image", "glance_show_image_schemas", glance::schemas::image),
    row("GET", "/v2/schemas/images", "glance_list_image_schemas", glance::schemas::images),
    row("GET", "/v2/schemas/member", "glance_show_image_member_schemas", glance::schemas::member),
    row("GET", "/v2/schemas/members", "glance_list_image_member_schemas", glance::schemas::members),
    row("GET", "/v1.1/images/detail", "glance_list_image_details_v1", glance::version_1::detail),
    row("HEAD", "/v1/images/{image_id}", "glance_show_image_metadata_v1", glance::version_1::head),
    row("DELETE", "/v1.1/images/{image_id}", "glance_delete_image_v1", glance::version_1::delete),
    // Workspace.
    row("GET", "/v2/{project_id}/images", "list_product_images", workspace::product_images::list),
    row("POST", "/v1/{project_id}/image-servers", "create_image_server", workspace::create::create),
    row("GET", "/v1/{project_id}/image-servers", "list_image_servers", workspace::servers::list),
    row("GET", "/v1/{project_id}/image-servers/{server_id}", "show_image_server", workspace::servers::show),
    row(
        "PATCH",
        "/v1/{project_id}/image-servers/{server_id}",
        "update_image_server",
        workspace::servers::update,
    ),
    row(
        "PATCH",
        "/v1/{project_id}/image-servers/actions/batch-delete",
        "batch_delete_image_server",
        workspace::servers::batch_delete,
    ),
    row(
        "POST",
        "/v1/{project_id}/image-servers/{server_id}/actions/recreate-image",
        "recreate_server_image",
        workspace::servers::recreate,
    ),
    row(
        "POST",
        "/v1/{project_id}/image-servers/{server_id}/actions/attach-app",
        "attach_image_server_app",
        workspace::apps::attach,
    ),
    row(
        "GET",
        "/v1/{project_id}/image-servers/{server_id}/actions/latest-attached-app",
        "list_latest_attached_server_app",
        workspace::apps::latest,
    ),
    row("GET", "/v1/{project_id}/image-server-jobs", "list_image_jobs", workspace::jobs::list),
    row("GET", "/v1/{project_id}/image-server-jobs/{job_id}", "show_image_job", workspace::jobs::show),
    row("GET", "/v1/{project_id}/image-server-sub-jobs", "list_image_sub_jobs", workspace::sub_jobs::list),
    row(
        "GET",
        "/v1/{project_id}/image-server-sub-jobs/actions/count",
        "count_image_sub_jobs",
        workspace::sub_jobs::count,
    ),
    row(
        "PATCH",
        "/v1/{project_id}/image-server-sub-jobs/actions/batch-delete",
        "batch_delete_image_sub_jobs",
        workspace::sub_jobs::batch_delete,
    ),
];
