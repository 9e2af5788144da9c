//! The caller's own images: list (1.10) and delete (1.12).

use std::sync::Arc;

use axum::extract::State;

use crate::ims::answer::Answer;
use crate::ims::body::PathId;
use crate::ims::caller::Caller;
use crate::ims::errors::{Code, ImsError, Result};
use crate::ims::images::{self, Status};
use crate::ims::query::Query;
use crate::ims::{Ims, image_lists, jobs, magic, own_image, shares, views};

/// Section 1.10: every image of the tenant that is not deleted, whatever its visibility.
pub async fn list(State(ims): State<Arc<Ims>>, caller: Caller, query: Query) -> Result<Answer> {
    let (page, filter) = (query.page()?, query.filter()?);
    let (name, image_id) = (filter.name.as_deref(), filter.image_id.as_deref());
    let (total, list) = ims
        .database
        .read(|connection| image_lists::list_of_tenant(connection, &caller.tenant, name, image_id, page))?;
    let items = list.iter().map(|image| views::private_item(image, &ims.options.region)).collect();
    Ok(Answer::Data(views::page(page, total, items)))
}

/// Section 1.12. The row goes first, with a job that removes the files; then the files, before the answer.
pub async fn delete(State(ims): State<Arc<Ims>>, caller: Caller, PathId(image_id): PathId) -> Result<Answer> {
    ims.blocking(move |ims| {
        let (job, work) = ims.database.write(|transaction| {
            let mut image = own_image(transaction, &caller.tenant, &image_id)?;
            magic::refuse(&image.name, magic::ON_DELETE)?;
            if image.status == Status::Saving {
                return Err(not_now("it is being saved"));
            }
            if shares::count(transaction, &image_id)? > 0 {
                return Err(ImsError::new(Code::ImageIsShared, "unshare it first"));
            }
            if jobs::is_read(transaction, &image_id)? {
                return Err(not_now("an export or a copy is reading it"));
            }
            image.status = Status::Deleted;
            images::update(transaction, &mut image)?;
            jobs::cancel(transaction, &image_id)?;
            let work = jobs::removal_of(&image);
            Ok((jobs::add(transaction, &image_id, None, &work)?, work))
        })?;
        remove_now(ims, job, &work);
        Ok(Answer::WithoutData)
    })
    .await
}

fn not_now(reason: &str) -> ImsError {
    ImsError::new(Code::DeleteNotAllowed, reason)
}

/// Removes the files at once; where that fails the job stays and is tried again in the background.
pub fn remove_now(ims: &Arc<Ims>, job: i64, work: &jobs::Work) {
    let jobs::Work::Remove { bucket, keys } = work else { return };
    let removed = jobs::remove_files(ims, bucket, keys)
        .and_then(|()| ims.database.write(|transaction| jobs::finish(transaction, job).map(drop)));
    if let Err(error) = removed {
        eprintln!("removing {bucket}: {error}");
        ims.jobs.wake();
    }
}
