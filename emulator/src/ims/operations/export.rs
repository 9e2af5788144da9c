//! Exporting an image to a bucket: which buckets there are (1.19), and the export (1.20).

use std::sync::Arc;

use axum::extract::State;
use serde_json::{Value, json};

use super::ensure_bucket;
use crate::ims::answer::Answer;
use crate::ims::body::{JsonBody, PathId};
use crate::ims::caller::Caller;
use crate::ims::errors::{Code, ImsError, Result};
use crate::ims::fields::Fields;
use crate::ims::images::{Image, Status};
use crate::ims::jobs::{CopyOf, Work};
use crate::ims::{Ims, jobs, own_image};

const AVAILABILITY_ZONE: &str = "AZ0";
const CELL: &str = "cell0";

/// The buckets that every tenant has for exports.
fn buckets_of_tenant(tenant: &str) -> [String; 2] {
    [format!("exports-{tenant}"), format!("backups-{tenant}")]
}

/// Section 1.19: an array, not a page.
pub async fn buckets(
    State(ims): State<Arc<Ims>>,
    caller: Caller,
    PathId(image_id): PathId,
) -> Result<Answer> {
    ims.blocking(move |ims| {
        ims.database.read(|connection| own_image(connection, &caller.tenant, &image_id))?;
        let mut list = Vec::new();
        for bucket in buckets_of_tenant(&caller.tenant) {
            ensure_bucket(ims, &bucket)?;
            list.push(json!({ "azId": AVAILABILITY_ZONE, "cellId": CELL, "name": bucket }));
        }
        Ok(Answer::Data(Value::Array(list)))
    })
    .await
}

/// Section 1.20: copies the image's files into the bucket, in the background, as `imageId.diskFormat`.
pub async fn export(
    State(ims): State<Arc<Ims>>,
    caller: Caller,
    PathId(image_id): PathId,
    JsonBody(body): JsonBody,
) -> Result<Answer> {
    let fields = Fields::of_body(&body)?.object("bucket")?;
    let (name, zone, cell) = (fields.text("name")?, fields.text("azId")?, fields.text("cellId")?);
    ims.blocking(move |ims| {
        let image = ims.database.read(|connection| own_image(connection, &caller.tenant, &image_id))?;
        if !buckets_of_tenant(&caller.tenant).contains(&name) {
            return Err(ImsError::new(Code::NoData, format!("there is no bucket {name:?} to export to")));
        }
        if zone != AVAILABILITY_ZONE || cell != CELL {
            let place =
                format!("bucket {name} is in {AVAILABILITY_ZONE} / {CELL}, not in {zone:?} / {cell:?}");
            return Err(ImsError::new(Code::ResourceInfo, place));
        }
        ensure_bucket(ims, &name)?;
        ims.database.write(|transaction| {
            let image = own_image(transaction, &caller.tenant, &image.image_id)?;
            if image.status != Status::Active {
                let status = image.status.as_str();
                return Err(ImsError::new(Code::ActionNotMatchStatus, format!("the image is {status}")));
            }
            let work = Work::Export(copies(&image, &name));
            jobs::add(transaction, &image.image_id, Some(&image.image_id), &work).map(drop)
        })?;
        ims.jobs.wake();
        Ok(Answer::Data(Value::Null))
    })
    .await
}

fn copies(image: &Image, bucket: &str) -> Vec<CopyOf> {
    let copy = |key: &str, checksum: &str, size| CopyOf {
        from_bucket: image.bucket.clone(),
        from_key: key.to_owned(),
        to_bucket: bucket.to_owned(),
        to_key: format!("{key}.{}", image.disk_format),
        checksum: checksum.to_owned(),
        size,
    };
    let with_files = image.volumes.iter().filter(|volume| !volume.object_key.is_empty());
    let volumes = with_files.map(|volume| copy(&volume.object_key, &volume.checksum, volume.size));
    std::iter::once(copy(&image.object_key, &image.checksum, image.size)).chain(volumes).collect()
}
