//! CECloud IMS, from its API reference of 2025-05-30: 18 operations, one file each. The upload itself (1.8) is
//! the work of `crate::upload`.

pub mod answers;
pub mod error_codes;
pub mod requests;
mod shares;
pub mod values;

use crate::api::Dialect;
use crate::api::envelope::{self, Envelope};
use crate::api::operation::Answer;
use crate::operations;

operations! {
    list_images,
    get_image,
    update_image,
    create_image,
    prepare_upload,
    complete_upload,
    list_private_images,
    download_image,
    delete_image,
    share_image,
    list_image_shares,
    unshare_image,
    list_shared_images,
    delete_shared_image,
    import_image,
    list_export_buckets,
    export_image,
    copy_shared_image,
}

/// Every answer is an envelope (1.3.6 and all others).
pub static DIALECT: Dialect = Dialect {
    is_enveloped: true,
    judge: |answer, status, text| {
        envelope::judge(&ENVELOPE, matches!(answer, Answer::Data(..)), status, text)
    },
    request_id: envelope::request_id,
};

static ENVELOPE: Envelope = Envelope {
    success: error_codes::SUCCESS,
    meaning: error_codes::meaning,
    is_transient: error_codes::is_transient,
};
