//! What a user must be allowed to do for each call. Source: Image Management Service, API Reference, "Permissions and
//! Supported Actions". Rows that it does not have are those of the call that does the same by an older address.

use crate::api::permission::{Conditional, Permission, Role};

/// The object store and the keys of what is encrypted.
const OBJECT_STORE: &[&str] = &["obs:bucket:*", "obs:object:*", "kms:*:*"];
/// What a data disk image is made with.
const DATA_IMAGE: &[&str] = &[
    "obs:bucket:*",
    "obs:object:*",
    "kms:*:*",
    "ecs:cloudServers:get",
    "ecs:servers:get",
    "ecs:serverVolumes:use",
    "ecs:cloudServers:list",
    "ecs:serverVolumeAttachments:list",
    "ecs:servers:list",
    "evs:volumes:*",
];
/// What a system disk image is made with.
const SERVER_IMAGE: &[&str] = &[
    "obs:bucket:*",
    "obs:object:*",
    "kms:*:*",
    "ecs:cloudServers:get",
    "ecs:servers:get",
    "ecs:serverVolumes:use",
    "ecs:cloudServers:list",
    "ecs:serverVolumeAttachments:list",
    "ecs:servers:list",
    "evs:volumes:*",
    "bms:servers:list",
    "bms:servers:get",
    "bms:serverFlavors:get",
];
const OBS_ADMINISTRATOR: &[Role] =
    &[Role { name: "OBS Tenant Administrator", when: "always: the service works on the bucket" }];

/// Creating an Image.
pub static CREATE_IMAGE: Permission = Permission {
    actions: &["ims:serverImages:create"],
    dependencies: SERVER_IMAGE,
    roles: &[Role { name: "OBS Tenant Administrator", when: "the image is made of a file" }],
    enterprise_project: true,
    ..Permission::NONE
};

/// Creating a Data Disk Image from an External Image File.
pub static CREATE_DATA_IMAGE: Permission = Permission {
    actions: &["ims:dataImages:create"],
    dependencies: DATA_IMAGE,
    roles: OBS_ADMINISTRATOR,
    enterprise_project: true,
    ..Permission::NONE
};

/// Creating a Full-ECS Image.
pub static CREATE_WHOLE_IMAGE: Permission = Permission {
    actions: &["ims:wholeImages:create"],
    dependencies: &[
        "obs:bucket:*",
        "obs:object:*",
        "kms:*:*",
        "cbr:*:*",
        "CSBS:backup:*",
        "ecs:cloudServers:get",
        "ecs:servers:get",
        "ecs:serverVolumes:use",
        "ecs:cloudServers:list",
        "ecs:serverVolumeAttachments:list",
        "ecs:servers:list",
        "evs:volumes:*",
    ],
    roles: &[
        Role { name: "CSBS Administrator", when: "the backup is one of the Cloud Server Backup Service" },
        Role { name: "CBR Admin", when: "the backup is one of Cloud Backup and Recovery" },
    ],
    enterprise_project: true,
    ..Permission::NONE
};

/// Importing an Image File Quickly.
pub static IMPORT_QUICK: Permission = Permission {
    conditional: &[
        Conditional {
            action: "ims:serverImages:create",
            when: "the image is a system disk",
            dependencies: SERVER_IMAGE,
        },
        Conditional {
            action: "ims:dataImages:create",
            when: "the image is a data disk (type DataImage)",
            dependencies: DATA_IMAGE,
        },
    ],
    roles: OBS_ADMINISTRATOR,
    enterprise_project: true,
    ..Permission::NONE
};

/// Registering an Image; of enterprise projects only the default one.
pub static REGISTER: Permission = Permission {
    actions: &["ims:images:upload"],
    dependencies: &["ims:images:get", "ims:images:update", "obs:bucket:*", "obs:object:*", "kms:*:*"],
    roles: OBS_ADMINISTRATOR,
    enterprise_project: true,
    ..Permission::NONE
};

/// Exporting an Image.
pub static EXPORT_IMAGE: Permission = Permission {
    actions: &["ims:images:export"],
    dependencies: OBJECT_STORE,
    roles: OBS_ADMINISTRATOR,
    enterprise_project: true,
    ..Permission::NONE
};

/// Updating Image Information.
pub static UPDATE: Permission = Permission {
    actions: &["ims:images:update"],
    conditional: &[Conditional {
        action: "ims:serverImages:create",
        when: "the image moves to another enterprise project (enterprise_project_id is changed)",
        dependencies: SERVER_IMAGE,
    }],
    enterprise_project: true,
    ..Permission::NONE
};

/// Replicating an Image Within a Region; shared images know no enterprise projects.
pub static COPY: Permission = Permission {
    actions: &["ims:images:copy"],
    dependencies: &["ims:serverImages:create", "obs:bucket:*", "obs:object:*", "kms:*:*"],
    conditional: &[Conditional {
        action: "ims:serverImages:create",
        when: "the account has enterprise projects",
        dependencies: SERVER_IMAGE,
    }],
    enterprise_project: true,
    ..Permission::NONE
};

/// Replicating an Image Across Regions.
pub static COPY_CROSS_REGION: Permission = Permission {
    actions: &["ims:images:copy"],
    dependencies: &["ims:serverImages:create", "obs:bucket:*", "obs:object:*", "kms:*:*"],
    ..Permission::NONE
};

/// Querying Images; shared images know no enterprise projects.
pub static LIST: Permission =
    Permission { actions: &["ims:images:list"], enterprise_project: true, ..Permission::NONE };

/// Lists of tags and of operating systems, images by their tags.
pub static LIST_TAGS: Permission = Permission { actions: &["ims:images:list"], ..Permission::NONE };

/// Adding and removing tags.
pub static CHANGE_TAGS: Permission = Permission { actions: &["ims:images:update"], ..Permission::NONE };

/// Adding or Modifying a Tag.
pub static SET_TAG: Permission =
    Permission { actions: &["ims:images:get", "ims:images:update"], ..Permission::NONE };

/// Sharing, taking and no longer sharing images.
pub static SHARE: Permission = Permission { actions: &["ims:images:share"], ..Permission::NONE };

/// Whom an image is shared with.
pub static MEMBERS: Permission = Permission { actions: &["ims:images:get"], ..Permission::NONE };

/// Querying the Image Quota.
pub static QUOTA: Permission =
    Permission { actions: &["ims:quotas:get"], enterprise_project: true, ..Permission::NONE };

/// Jobs stand in no table: no action is documented.
pub static NONE: Permission = Permission::NONE;
