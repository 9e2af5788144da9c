//! What is read: the answers of Huawei Cloud Workspace.

use crate::answer;
use crate::api::answer::FieldKind::{self, Number, Object, Text};

/// Values that the document lists; the service may know more.
const VALUE: FieldKind = Text;

answer! {
    /// A job that was begun.
    pub struct StartedImageJob {
        required {}
        optional {
            /// Its ID, for `showImageJob` and `waitForJob`.
            job_id: String = Text,
        }
    }
}

answer! {
    /// Where the list of software lies. Source: Workspace API Reference, "Distributing Software Information to an Image
    /// Instance".
    pub struct AttachedServerApp {
        required {}
        optional {
            /// URI of the list.
            uri: String = Text,
        }
    }
}

answer! {
    /// The image an instance is made of.
    pub struct ImageServerSource {
        required {}
        optional {
            id: String = Text,
            /// `gold`, `public`, `private`, `shared` or `other`.
            image_type: String = VALUE,
            spce_code: String = Text,
            product_id: String = Text,
        }
    }
}

answer! {
    /// Who may use the applications of an image instance.
    pub struct ImageServerAccount {
        required {}
        optional {
            account: String = Text,
            /// `USER` or `USER_GROUP`.
            account_type: String = VALUE,
            domain: String = Text,
        }
    }
}

answer! {
    /// An image instance. Source: Workspace API Reference, "Querying Image Instances".
    pub struct ImageServer {
        required {
            id: String = Text,
        }
        optional {
            name: String = Text,
            description: String = Text,
            /// The image it is made of.
            image_ref: ImageServerSource = Object(ImageServerSource::FIELDS),
            /// ID of the server group.
            server_group_id: String = Text,
            /// ID of the application group.
            app_group_id: String = Text,
            /// ID of the APS server.
            server_id: String = Text,
            /// ID of the ECS.
            instance_id: String = Text,
            /// ID of the image that was made of it.
            image_id: String = Text,
            /// `CREATING`, `ACTIVE`, `BUILDING`, `BUILT`, `ERROR` or `DELETING`.
            status: String = VALUE,
            authorize_accounts: Vec<ImageServerAccount> =
                FieldKind::ListOf(&Object(ImageServerAccount::FIELDS)),
            /// When it was created, RFC 3339.
            create_time: String = Text,
            /// When it was last changed, RFC 3339.
            update_time: String = Text,
            enterprise_project_id: String = Text,
        }
    }
}

answer! {
    /// A page of image instances.
    pub struct ImageServerPage {
        required {}
        optional {
            /// How many there are in all.
            count: f64 = Number,
            items: Vec<ImageServer> = FieldKind::ListOf(&Object(ImageServer::FIELDS)),
        }
    }
}

answer! {
    /// A version of software.
    pub struct ServerApp {
        required {}
        optional {
            /// ID of the version.
            id: String = Text,
            /// ID of the software.
            app_id: String = Text,
        }
    }
}

answer! {
    /// Software that was distributed last. Source: Workspace API Reference, "Querying the Latest Distributed Software".
    pub struct ServerApps {
        required {}
        optional {
            items: Vec<ServerApp> = FieldKind::ListOf(&Object(ServerApp::FIELDS)),
        }
    }
}

answer! {
    /// What a part of a job works on.
    pub struct JobResource {
        required {}
        optional {
            resource_id: String = Text,
            resource_name: String = Text,
        }
    }
}

answer! {
    /// Why a part of a job failed.
    pub struct JobExecution {
        required {}
        optional {
            error_code: String = Text,
            error_message: String = Text,
        }
    }
}

answer! {
    /// A part of a job. Source: Workspace API Reference, "Querying Image Subtasks".
    pub struct ImageSubJob {
        required {}
        optional {
            id: String = Text,
            job_id: String = Text,
            project_id: String = Text,
            /// What it does: as `ImageJobType` has it, `BUILD_IMAGE`, `GENERATE_IMAGE`, `DELETE_IMAGE_BUILD_SERVER` or
            /// `DELETE_IMAGE`.
            job_type: String = VALUE,
            /// `WAITING`, `RUNNING`, `SUCCESS`, `FAILED`, `ABNORMAL`, `ROLLBACK` or `ABORTING`.
            status: String = VALUE,
            /// When it began, RFC 3339.
            begin_time: String = Text,
            /// When it ended, RFC 3339.
            end_time: String = Text,
            job_resource_info: JobResource = Object(JobResource::FIELDS),
            job_execute_info: JobExecution = Object(JobExecution::FIELDS),
        }
    }
}

answer! {
    /// A job. Source: Workspace API Reference, "Querying Image Task Details".
    pub struct ImageJob {
        required {
            id: String = Text,
        }
        optional {
            /// What it does: as `ImageJobType` has it, `BUILD_IMAGE`, `GENERATE_IMAGE`, `DELETE_IMAGE_BUILD_SERVER` or
            /// `DELETE_IMAGE`.
            job_type: String = VALUE,
            /// `WAITING`, `RUNNING`, `SUCCESS` or `FAILED`.
            status: String = VALUE,
            /// When it began, RFC 3339.
            begin_time: String = Text,
            /// When it ended, RFC 3339.
            end_time: String = Text,
            /// How many parts it has.
            sub_jobs_total: f64 = Number,
            /// Its parts; lists of jobs leave them out.
            sub_jobs: Vec<ImageSubJob> = FieldKind::ListOf(&Object(ImageSubJob::FIELDS)),
        }
    }
}

answer! {
    /// A page of jobs.
    pub struct ImageJobPage {
        required {}
        optional {
            /// How many there are in all.
            count: f64 = Number,
            items: Vec<ImageJob> = FieldKind::ListOf(&Object(ImageJob::FIELDS)),
        }
    }
}

answer! {
    /// A page of parts of jobs.
    pub struct ImageSubJobPage {
        required {}
        optional {
            /// How many there are in all.
            count: f64 = Number,
            items: Vec<ImageSubJob> = FieldKind::ListOf(&Object(ImageSubJob::FIELDS)),
        }
    }
}

answer! {
    /// How many parts of jobs there are.
    pub struct ImageSubJobCount {
        required {}
        optional {
            count: f64 = Number,
        }
    }
}

answer! {
    /// A product image. Source: Workspace API Reference, "Querying Product Images".
    pub struct ProductImage {
        required {
            id: String = Text,
        }
        optional {
            name: String = Text,
            /// `gold` (public) or `private`.
            image_type: String = VALUE,
            /// `Linux`, `Windows` or `Other`.
            os_type: String = Text,
            os_version: String = Text,
            /// `vhd`, `raw`, `qcow2` or `zvhd2`.
            disk_format: String = Text,
            /// `x86` or `arm`.
            architecture: String = Text,
            /// Smallest memory, MB; usually 0.
            min_ram: f64 = Number,
            /// Smallest disk, GB, 40 to 1024.
            min_disk: f64 = Number,
            product_code: String = Text,
            created_at: String = Text,
            /// The key that it is encrypted with.
            kms_id: String = Text,
        }
    }
}

answer! {
    /// A page of product images.
    pub struct ProductImagePage {
        required {}
        optional {
            images: Vec<ProductImage> = FieldKind::ListOf(&Object(ProductImage::FIELDS)),
            /// How many there are in all.
            total_count: f64 = Number,
        }
    }
}
