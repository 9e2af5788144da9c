//! Jobs: what a creation starts, how far it is, what came of it.

use super::{Attributes, list_of};
use crate::answer;
use crate::api::answer::FieldKind::{self, Number, Open, Text};

answer! {
    /// A job that was started; `waitForJob` waits for it. Source: Image Management Service, API Reference, every
    /// asynchronous call.
    pub struct JobId {
        required {
            /// ID of the job.
            job_id: String = Text,
        }
        optional {}
    }
}

answer! {
    /// What became of one image of a job about several. Source: Image Management Service, API Reference, "Querying the
    /// Status of an Asynchronous Job".
    pub struct JobResult {
        required {}
        optional {
            /// ID of the image.
            image_id: String = Text,
            /// ID of the project.
            project_id: String = Text,
            /// `SUCCESS` or `FAIL`.
            status: String = Text,
        }
    }
}

answer! {
    /// What a part of a job is about. Source: "Querying the Status of an Asynchronous Job".
    pub struct SubJobEntities {
        required {}
        optional {
            /// ID of the image.
            image_id: String = Text,
            /// Name of the image.
            image_name: String = Text,
        }
        open { Attributes }
    }
}

answer! {
    /// A part of a job. Source: "Querying the Status of an Asynchronous Job".
    pub struct SubJob {
        required {}
        optional {
            /// `SUCCESS`, `FAIL`, `RUNNING` or `INIT`.
            status: String = Text,
            /// ID of the part.
            job_id: String = Text,
            /// Kind of the part.
            job_type: String = Text,
            /// When it began, UTC.
            begin_time: String = Text,
            /// When it ended, UTC.
            end_time: String = Text,
            /// The error's code.
            error_code: String = Text,
            /// Why it failed.
            fail_reason: String = Text,
            /// What it is about.
            entities: SubJobEntities = Open(SubJobEntities::FIELDS),
        }
    }
}

answer! {
    /// What a job is about. Source: "Querying the Status of an Asynchronous Job".
    pub struct JobEntities {
        required {}
        optional {
            /// ID of the image; not of every kind of job.
            image_id: String = Text,
            /// Name of the image.
            image_name: String = Text,
            /// What is being done, in the service's own words.
            current_task: String = Text,
            /// How far it is, in percent.
            process_percent: f64 = FieldKind::Percent,
            /// ID of the part that is under way.
            subJobId: String = Text,
            /// IDs of its parts.
            sub_jobs_list: Vec<String> = FieldKind::ListOf(&Text),
            /// Its parts.
            sub_jobs_result: Vec<SubJob> = list_of!(SubJob),
            /// Of jobs about several images: what became of each.
            results: Vec<JobResult> = list_of!(JobResult),
            /// An error's words.
            error: String = Text,
            /// An error's code.
            error_code: String = Text,
            /// A further error's code.
            addition_error_code: String = Text,
            /// A further error's words.
            addition_error_msg: String = Text,
            /// Code of an alarm.
            alarm_code: String = Text,
        }
        open { Attributes }
    }
}

answer! {
    /// A job. Source: Image Management Service, API Reference, "Querying the Status of an Asynchronous Job".
    pub struct Job {
        required {
            /// `SUCCESS`, `FAIL`, `RUNNING` or `INIT`.
            status: String = Text,
        }
        optional {
            /// ID of the job.
            job_id: String = Text,
            /// Kind of the job, for example `imsCreateImageByInstance`.
            job_type: String = Text,
            /// When it began, UTC.
            begin_time: String = Text,
            /// When it ended, UTC.
            end_time: String = Text,
            /// The error's code.
            error_code: String = Text,
            /// Why it failed.
            fail_reason: String = Text,
            /// What it is about, and how far it is.
            entities: JobEntities = Open(JobEntities::FIELDS),
        }
    }
}

answer! {
    /// One kind of quota. Source: Image Management Service, API Reference, "Querying the Image Quota".
    pub struct QuotaResource {
        required {}
        optional {
            /// `image`, `image_shared` or `image_member`.
            r#type: String = Text,
            /// How many there are.
            used: f64 = Number,
            /// How many there may be.
            quota: f64 = Number,
            /// The least that the quota can be.
            min: f64 = Number,
            /// The most that the quota can be.
            max: f64 = Number,
        }
    }
}

answer! {
    /// Quotas of the project in this region. Source: "Querying the Image Quota".
    pub struct Quotas {
        required {
            /// One entry for each kind.
            resources: Vec<QuotaResource> = list_of!(QuotaResource),
        }
        optional {}
    }
}

answer! {
    /// Answer of the quota. Source: "Querying the Image Quota".
    pub struct QuotaAnswer {
        required {
            /// The quotas.
            quotas: Quotas = FieldKind::Object(Quotas::FIELDS),
        }
        optional {}
    }
}
