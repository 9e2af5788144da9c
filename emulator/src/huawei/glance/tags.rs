//! Adding and deleting one tag.

use http::StatusCode;

use super::create::check_tag;
use super::images::own;
use crate::huawei::Result;
use crate::huawei::call::{Answer, Call};
use crate::huawei::images;
use crate::huawei::refusal::Refusal;

/// `PUT /v2/images/{image_id}/tags/{tag}`.
pub(in crate::huawei) fn add(call: &Call) -> Result<Answer> {
    let tag = check_tag(call.parameter("tag"))?;
    call.huawei.database.with(|transaction| {
        let mut image = own(call, transaction, "modify tags of")?;
        image.add_tag(tag)?;
        images::update(&call.huawei, transaction, &mut image)
    })?;
    Answer::empty(StatusCode::NO_CONTENT)
}

/// `DELETE /v2/images/{image_id}/tags/{tag}`: a key finds its tag, whatever the value.
pub(in crate::huawei) fn delete(call: &Call) -> Result<Answer> {
    let text = call.parameter("tag");
    call.huawei.database.with(|transaction| {
        let mut image = own(call, transaction, "modify tags of")?;
        let count = image.tags.len();
        image.tags.retain(|tag| tag.text() != text && tag.key != text);
        if image.tags.len() == count {
            return Err(Refusal::glance(404, format!("The image has no tag {text}.")));
        }
        images::update(&call.huawei, transaction, &mut image)
    })?;
    Answer::empty(StatusCode::NO_CONTENT)
}
