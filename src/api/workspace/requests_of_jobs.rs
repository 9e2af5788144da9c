//! What is written of jobs and product images of Huawei Cloud Workspace, with the documents' limits.

use super::requests::{FROM_1_TO_255, LIMIT, OFFSET, UP_TO_20_IDS, UP_TO_255};
use super::values::*;
use crate::api::rules::Rule;
use crate::request;

request! {
    /// Which parts of jobs go. Source: Workspace API Reference, "Deleting Image Subtasks in Batches".
    pub struct BatchDeleteSubJobs {
        required {
            /// 1 to 20 IDs, none twice; only those that succeeded or failed.
            items: Vec<String> = UP_TO_20_IDS,
        }
        optional {}
    }
}

request! {
    /// Which parts of jobs are counted. Source: Workspace API Reference, "Querying the Number of Image Subtasks".
    pub struct CountImageSubJobs {
        required {}
        optional {
            status: ImageSubJobStatus = Rule::OneOf(ImageSubJobStatus::VALUES),
            /// Types of jobs, separated by commas; the three of image instances where it is left out.
            job_type: String = Rule::Text { min: 0, max: 128 },
            /// ID of the job.
            job_id: String = Rule::Text { min: 0, max: 128 },
        }
    }
}

request! {
    /// Which jobs. Source: Workspace API Reference, "Querying the Image Tasks of a Tenant".
    pub struct ListImageJobs {
        required {
            job_type: ImageJobType = Rule::OneOf(ImageJobType::VALUES),
        }
        optional {
            status: ImageJobStatus = Rule::OneOf(ImageJobStatus::VALUES),
            /// How many to pass over, from 0.
            offset: f64 = OFFSET,
            /// Entries of a page, 1 to 100; the service's default is 10.
            limit: f64 = LIMIT,
        }
    }
}

request! {
    /// Which parts of jobs. Source: Workspace API Reference, "Querying Image Subtasks".
    pub struct ListImageSubJobs {
        required {
            job_type: ImageJobType = Rule::OneOf(ImageJobType::VALUES),
        }
        optional {
            status: ImageSubJobStatus = Rule::OneOf(ImageSubJobStatus::VALUES),
            /// How many to pass over, from 0.
            offset: f64 = OFFSET,
            /// Entries of a page, 1 to 100; the service's default is 10.
            limit: f64 = LIMIT,
            /// ID of the job.
            job_id: String = Rule::Text { min: 0, max: 128 },
        }
    }
}

request! {
    /// Which product images. Source: Workspace API Reference, "Querying Product Images".
    pub struct ListProductImages {
        required {}
        optional {
            /// Operating system, for example `Windows` or `Linux`.
            os_type: String = UP_TO_255,
            image_type: ProductImageType = Rule::OneOf(ProductImageType::VALUES),
            /// Operating system of the image, for example `Windows`.
            platform: String = FROM_1_TO_255,
            architecture: ProductArchitecture = Rule::OneOf(ProductArchitecture::VALUES),
            /// Series of the package.
            package_type: String = UP_TO_255,
            /// ID of the image.
            image_id: String = UP_TO_255,
            /// Entries of a page, 0 to 100; the service's default is 100.
            limit: f64 = Rule::Integer { min: 0, max: 100 },
            /// How many to pass over, 0 to 5000.
            offset: f64 = Rule::Integer { min: 0, max: 5_000 },
            /// Field to sort by; the service's default is `name`.
            sort_field: ProductImageOrder = Rule::OneOf(ProductImageOrder::VALUES),
            /// Direction to sort in; the service's default is `asc`.
            sort_type: SortDirection = Rule::OneOf(SortDirection::VALUES),
        }
    }
}
