//! What can be asked of each service, without I/O: one file per operation, in a folder per service.

pub mod answer;
pub mod document;
pub mod envelope;
pub mod job;
pub mod operation;
pub mod patch;
pub mod permission;
pub mod refusal;
pub mod rules;
pub mod wire;

// The types of one service do not come into the entry of another.
#[cfg(any(feature = "cecloud", not(target_arch = "wasm32")))]
pub mod cecloud;
#[cfg(any(feature = "huawei", not(target_arch = "wasm32")))]
pub mod huawei_ims;
pub mod identity;
#[cfg(any(feature = "openstack", not(target_arch = "wasm32")))]
pub mod openstack;
#[cfg(any(feature = "workspace", not(target_arch = "wasm32")))]
pub mod workspace;

use crate::error::Result;
use core::ops::Range;
use operation::Answer;

/// Where in an answer its data stand; none where the whole body is the answer, or there are none.
pub type Data = Option<Range<usize>>;

/// How a service wraps its answers and spells its errors.
pub struct Dialect {
    /// Every answer that is not a file is an envelope `{ code, message, data }`.
    pub is_enveloped: bool,
    /// Where the data of an answer stand (none where the body is the answer), or the error in it.
    pub judge: fn(&Answer, u16, &str) -> Result<Data>,
    /// The ID of the request in an answer, where it is not told by a header.
    pub request_id: fn(&str) -> Option<String>,
}

/// Services whose status tells, whose body is the answer, and whose codes come with words: OpenStack's, Huawei Cloud's.
pub static PLAIN: Dialect = Dialect {
    is_enveloped: false,
    judge: |answer, status, text| match status {
        200..300 if refusal::is_refusal(answer, text) => Err(refusal::plain_failure(status, text)),
        200..300 => Ok(None),
        // Some lists of versions answer «multiple choices».
        300 if matches!(answer, Answer::Json(_)) => Ok(None),
        _ => Err(refusal::plain_failure(status, text)),
    },
    request_id: |_| None,
};
