//! What goes into a session and what comes out of it: events, jobs, outcomes, actions.

use crate::error::Error;
use crate::http::retry::Policy;
use crate::oss::trouble::Trouble;
use crate::oss::{PartsPage, StoredPart};
use crate::upload::plan::Plan;
use serde::Serialize;
use std::rc::Rc;

/// What an upload is to do; fixed from its start.
#[derive(Clone, Debug)]
pub struct Config {
    pub plan: Plan,
    /// The image to upload into; none where it is to be created.
    pub image_id: Option<String>,
    /// Whether MD5s are computed and compared.
    pub digest: bool,
    /// The source can be read again; where it cannot, a failed upload is of no use and is taken back.
    pub repeatable: bool,
    /// Most parts in flight.
    pub most_parallel: u32,
    /// Parts in flight at the start.
    pub first_parallel: u32,
    pub retry: Policy,
    /// How long nothing but failures is put up with, milliseconds.
    pub patience_ms: f64,
    /// How long to wait for the image to become active, milliseconds; none where it is not waited for.
    pub wait_ms: Option<f64>,
    /// Seed of the jitter.
    pub seed: u64,
    /// The platform may send a request twice by itself: browsers do where a connection that was kept alive breaks
    /// before the answer begins, and nothing stops them.
    pub resends: bool,
    /// What a checkpoint says of file, target and service, JSON; none where no checkpoint is kept.
    pub head: Option<String>,
    /// The service makes its image of an object in the caller's own bucket, by an order that takes its time; none where
    /// it takes uploads itself.
    pub imports: Option<Imports>,
}

/// How an image is made of an object that stands in the caller's bucket.
#[derive(Clone, Debug)]
pub struct Imports {
    /// As the service calls it.
    pub object: String,
    /// The object goes when the image is active.
    pub delete_object: bool,
    /// Its name was made for this upload: nothing stood in its place before.
    pub fresh: bool,
}

/// One piece of work that the driver does for the session.
#[derive(Clone, Debug, PartialEq)]
pub enum Job {
    /// Looks for images of the name and metadata of the one to be created that wait for a file.
    FindImages,
    /// Puts a checkpoint down before what follows is done.
    Save {
        checkpoint: String,
        /// What it is for is whether the upload still is this driver's: a store that does not answer is not waited for.
        confirms: bool,
    },
    /// Creates the image's metadata.
    CreateImage,
    /// Asks the service about the image.
    ShowImage,
    /// Asks what has become of an order.
    ShowOrder {
        order: String,
    },
    /// Asks for credentials.
    Prepare,
    /// Looks whether the file has changed since it was opened.
    CheckSource,
    CreateMultipartUpload,
    /// Sends a part (counted from 0).
    SendPart {
        index: u32,
        upload_id: String,
    },
    /// Sends the whole file by a single PUT.
    PutObject,
    /// Reads a part for its digest, and goes on with the file's from this state where it is given.
    HashPart {
        index: u32,
        file: Option<String>,
    },
    ListParts {
        upload_id: String,
        marker: u32,
    },
    CompleteMultipartUpload {
        upload_id: String,
        /// Shared: there may be 10,000.
        parts: Rc<[StoredPart]>,
    },
    HeadObject,
    /// Tells the service how it ended.
    Report {
        success: bool,
        upload_id: Option<String>,
    },
    AbortMultipartUpload {
        upload_id: String,
    },
    /// Looks for multipart uploads of the object that nobody knows of: the answer to their creation was lost.
    ListMultipartUploads,
    DeleteObject,
    DeleteImage,
}

impl Job {
    /// Whether the object store does it, not the service and not this machine.
    pub fn is_of_store(&self) -> bool {
        matches!(
            self,
            Job::CreateMultipartUpload
                | Job::SendPart { .. }
                | Job::PutObject
                | Job::ListParts { .. }
                | Job::CompleteMultipartUpload { .. }
                | Job::HeadObject
                | Job::AbortMultipartUpload { .. }
                | Job::ListMultipartUploads
                | Job::DeleteObject
        )
    }
}

/// How a job ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The IDs of the images that were looked for.
    Found(Vec<String>),
    ImageCreated {
        image_id: String,
    },
    /// The service has taken an order, which makes the image.
    Ordered {
        order: String,
    },
    Order(OrderFacts),
    Image(ImageFacts),
    /// Bucket, key and endpoint as one text; the keys stay with the driver.
    Prepared {
        place: String,
    },
    MultipartCreated {
        upload_id: String,
    },
    Stored {
        etag: Option<String>,
    },
    /// The MD5 of the part; the file's as far as it was read, where that was asked for.
    Hashed {
        part: [u8; 16],
        file: Option<FileDigest>,
    },
    Parts(PartsPage),
    Completed {
        etag: Option<String>,
    },
    Object {
        size: Option<u64>,
        etag: Option<String>,
    },
    /// The IDs of the multipart uploads that were looked for.
    Uploads(Vec<String>),
    /// Saved, reported, removed, deleted.
    Done,
    Failed(Trouble),
}

/// What the session needs to know of an image.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ImageFacts {
    pub status: String,
    /// Empty while there is none.
    pub checksum: String,
    pub size: Option<u64>,
    /// The image as the caller gets it, JSON.
    pub json: String,
}

/// What has become of an order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OrderFacts {
    /// The image that it makes, as soon as it is told.
    pub image_id: Option<String>,
    pub done: bool,
    /// Why it has failed.
    pub failure: Option<Error>,
}

/// The MD5 of the file as far as it was read, as a state to go on from; whole after the last part.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FileDigest {
    pub state: String,
    pub whole: Option<[u8; 16]>,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    Start,
    /// Nothing but time went by.
    Tick,
    /// A job ended.
    Ended {
        id: u64,
        outcome: Outcome,
    },
    /// A part has a connection: from now on it is expected to move.
    Began {
        id: u64,
    },
    /// So many bytes of a part have left.
    Sent {
        id: u64,
        bytes: u64,
    },
    Pause,
    Resume,
    /// End, but keep everything.
    Stop,
    /// End, and leave nothing behind.
    Abort,
    Offline,
    Online,
    /// A checkpoint could not be saved, for this reason.
    NotSaved(String),
    /// Another driver has taken this upload over: nothing of it may be touched any more.
    TakenOver,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    Start {
        id: u64,
        job: Job,
    },
    Cancel {
        id: u64,
    },
    /// The store's clock, milliseconds since 1970.
    SetClock {
        server_ms: f64,
    },
    SetRegion {
        region: String,
    },
    /// The store wants the bucket in the host.
    UseVirtualAddressing,
    /// Put this checkpoint down; only the last of several matters.
    Save {
        checkpoint: String,
    },
    /// There is nothing to go on with.
    Forget,
    /// These parts are stored: their bytes will not be asked for again.
    Release {
        index: u32,
    },
    Tell(UploadEvent),
    Finish(Box<Finish>),
}

/// How an upload ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Finish {
    Done(Summary),
    Failed(Error),
    Stopped(Error),
    /// Everything is taken back but what the text names.
    Aborted(Error, Option<String>),
}

/// What a finished upload can say of itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// The image, JSON.
    pub image: String,
    /// The order that made it.
    pub order: Option<String>,
    /// The object that it was made of, where that is the caller's.
    pub object: Option<String>,
    pub md5: Option<String>,
    pub verified: &'static str,
    pub warnings: Vec<String>,
}

/// What a user's `onEvent` sees.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum UploadEvent {
    Part {
        part: u32,
        state: &'static str,
        attempt: u32,
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    Credentials {
        reason: &'static str,
    },
    Paced {
        concurrency: u32,
        reason: &'static str,
    },
    Offline,
    Online,
    Warning {
        code: &'static str,
        message: String,
    },
}

/// Where an upload stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
pub enum Phase {
    Creating,
    Preparing,
    Uploading,
    Completing,
    Verifying,
    Done,
}

impl Phase {
    pub fn name(self) -> &'static str {
        match self {
            Phase::Creating => "creating",
            Phase::Preparing => "preparing",
            Phase::Uploading => "uploading",
            Phase::Completing => "completing",
            Phase::Verifying => "verifying",
            Phase::Done => "done",
        }
    }
}
