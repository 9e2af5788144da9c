//! The receiver's side of sharing: list (1.16), delete (1.17) and copy (1.21).

use std::sync::Arc;

use axum::extract::State;
use rusqlite::Connection;
use serde_json::Value;

use super::{bucket_of_tenant, check_quota, check_tenant, ensure_bucket};
use crate::ims::answer::Answer;
use crate::ims::body::{JsonBody, PathId};
use crate::ims::caller::Caller;
use crate::ims::database::{new_id, now};
use crate::ims::errors::{Code, ImsError, Result};
use crate::ims::fields::Fields;
use crate::ims::images::{self, Image, Status, Volume};
use crate::ims::jobs::{CopyOf, Work};
use crate::ims::query::Query;
use crate::ims::shares::Share;
use crate::ims::{Ims, jobs, no_image, shares, views};

/// Section 1.16: what was shared with the calling user.
pub async fn list(State(ims): State<Arc<Ims>>, caller: Caller, query: Query) -> Result<Answer> {
    let (page, order) = (query.page()?, query.order()?);
    let (total, list) =
        ims.database.read(|connection| shares::list_of_user(connection, &caller.user, order, page))?;
    let items = list.iter().map(|(share, image)| views::share(share, Some(image))).collect();
    Ok(Answer::Data(views::page(page, total, items)))
}

/// Section 1.17: the user gives the share back; the owner unshares instead.
pub async fn delete(State(ims): State<Arc<Ims>>, caller: Caller, PathId(share_id): PathId) -> Result<Answer> {
    ims.database.write(|transaction| {
        let share = own_share(transaction, &caller, &share_id)?;
        shares::remove(transaction, &share.image_id, &share.user_id).map(drop)
    })?;
    Ok(Answer::Data(Value::Null))
}

fn own_share(connection: &Connection, caller: &Caller, share_id: &str) -> Result<Share> {
    let share = shares::find(connection, share_id)?
        .ok_or_else(|| ImsError::new(Code::NoData, format!("there is no share {share_id:?}")))?;
    if share.user_id == caller.user {
        return Ok(share);
    }
    Err(ImsError::new(Code::Identity, format!("share {share_id} belongs to another user")))
}

/// Section 1.21: a new private image of the caller's tenant, whose files are copied in the background.
pub async fn copy(
    State(ims): State<Arc<Ims>>,
    caller: Caller,
    PathId(share_id): PathId,
    JsonBody(body): JsonBody,
) -> Result<Answer> {
    let fields = Fields::of_body(&body)?;
    let wish = Wish {
        tenant_id: fields.text("tenantId")?,
        department_id: fields.text("departmentId")?,
        resource_group_id: fields.text("resourceGroupId")?,
        name: fields.image_name("name")?,
        description: fields.description("description")?,
    };
    check_tenant(&caller, &wish.tenant_id, Code::Transfer)?;
    ims.blocking(move |ims| {
        ensure_bucket(ims, &bucket_of_tenant(&caller.tenant))?;
        let image = ims.database.write(|transaction| {
            let share = own_share(transaction, &caller, &share_id)?;
            let source =
                images::find(transaction, &share.image_id)?.ok_or_else(|| no_image(&share.image_id))?;
            if source.status != Status::Active {
                let status = source.status.as_str();
                return Err(ImsError::new(
                    Code::ActionNotMatchStatus,
                    format!("the shared image is {status}"),
                ));
            }
            check_quota(transaction, ims, &caller, &wish.name)?;
            let (mut image, copies) = wish.copy_of(&source, &caller)?;
            images::insert(transaction, &mut image)?;
            jobs::add(transaction, &image.image_id, Some(&source.image_id), &Work::Copy(copies))?;
            Ok(image)
        })?;
        ims.jobs.wake();
        Ok(Answer::Data(views::copied(&image)))
    })
    .await
}

struct Wish {
    tenant_id: String,
    department_id: String,
    resource_group_id: String,
    name: String,
    description: String,
}

impl Wish {
    /// The new image and which objects become its files.
    fn copy_of(self, source: &Image, caller: &Caller) -> Result<(Image, Vec<CopyOf>)> {
        let image_id = new_id("img-", 14)?;
        let bucket = bucket_of_tenant(&caller.tenant);
        let moment = now();
        let to = |key: &str| key.replacen(&source.object_key, &image_id, 1);
        let copy = |key: &str, checksum: &str, size| CopyOf {
            from_bucket: source.bucket.clone(),
            from_key: key.to_owned(),
            to_bucket: bucket.clone(),
            to_key: to(key),
            checksum: checksum.to_owned(),
            size,
        };
        let mut copies = vec![copy(&source.object_key, &source.checksum, source.size)];
        let with_files = source.volumes.iter().filter(|volume| !volume.object_key.is_empty());
        copies.extend(with_files.map(|volume| copy(&volume.object_key, &volume.checksum, volume.size)));
        let volumes = source
            .volumes
            .iter()
            .map(|volume| Volume { object_key: to(&volume.object_key), ..volume.clone() });
        let image = Image {
            volumes: volumes.collect(),
            object_key: image_id.clone(),
            image_id,
            bucket,
            tenant: caller.tenant.clone(),
            owner: self.tenant_id,
            department_id: self.department_id,
            resource_group_id: self.resource_group_id,
            name: self.name,
            description: self.description,
            visibility: "private".to_owned(),
            status: Status::Saving,
            progress: 0,
            checksum: String::new(),
            upload_id: String::new(),
            source_type: "copy".to_owned(),
            error_message: String::new(),
            created_at: moment,
            updated_at: moment,
            ..source.clone()
        };
        Ok((image, copies))
    }
}
