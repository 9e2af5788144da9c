//! Public images: list (1.3) and details (1.4).

use std::sync::Arc;

use axum::extract::State;

use crate::ims::answer::Answer;
use crate::ims::body::PathId;
use crate::ims::caller::Caller;
use crate::ims::errors::Result;
use crate::ims::images::{self, Status};
use crate::ims::query::Query;
use crate::ims::{Ims, image_lists, no_image, views};

/// Section 1.3: all public images that are active.
pub async fn list(State(ims): State<Arc<Ims>>, query: Query) -> Result<Answer> {
    let page = query.page()?;
    let (total, list) = ims.database.read(|connection| image_lists::list_public(connection, page))?;
    let items = list.iter().map(|image| views::public_item(image, &ims.options.region)).collect();
    Ok(Answer::Data(views::page(page, total, items)))
}

/// Section 1.4: public images, and the caller's own unless `--details-public-only`. Another tenant's private image
/// is answered as if it did not exist.
pub async fn details(
    State(ims): State<Arc<Ims>>,
    caller: Caller,
    PathId(image_id): PathId,
) -> Result<Answer> {
    let image = ims.database.read(|connection| images::find(connection, &image_id))?;
    let visible = image.filter(|image| {
        let public = image.visibility == "public" && image.status == Status::Active;
        public || (image.tenant == caller.tenant && !ims.options.details_public_only)
    });
    let image = visible.ok_or_else(|| no_image(&image_id))?;
    Ok(Answer::Data(views::details(&image, &ims.options.region)))
}
