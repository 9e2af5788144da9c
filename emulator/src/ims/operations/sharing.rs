//! The owner's side of sharing: share (1.13), list of shares (1.14), unshare (1.15).

use std::collections::HashSet;
use std::sync::Arc;

use axum::extract::State;
use serde_json::Value;

use crate::ims::answer::Answer;
use crate::ims::body::{JsonBody, PathId};
use crate::ims::caller::Caller;
use crate::ims::errors::{Code, ImsError, Result};
use crate::ims::fields::Fields;
use crate::ims::images::Status;
use crate::ims::query::Query;
use crate::ims::{Ims, own_image, shares, tenants, views};

/// Users of one request.
const MAXIMUM_USERS: usize = 50;

/// Section 1.13: all of the users get a share, or none.
pub async fn share(
    State(ims): State<Arc<Ims>>,
    caller: Caller,
    PathId(image_id): PathId,
    JsonBody(body): JsonBody,
) -> Result<Answer> {
    let users = user_ids(&body)?;
    for user in &users {
        if !tenants::is_id(user) {
            return Err(ImsError::new(Code::InvalidUserId, format!("{user:?}: a user ID is 1 to 32 digits")));
        }
        if *user == caller.user {
            return Err(ImsError::new(
                Code::InvalidUserId,
                format!("{user} is the caller: an image is shared with others"),
            ));
        }
    }
    ims.database.write(|transaction| {
        let image = own_image(transaction, &caller.tenant, &image_id)?;
        if image.status != Status::Active || image.visibility == "public" {
            let state = format!("the image is {} and {}", image.status.as_str(), image.visibility);
            return Err(ImsError::new(Code::ActionNotMatch, state));
        }
        for user in &users {
            if shares::has(transaction, &image_id, user)? {
                return Err(ImsError::new(Code::AlreadyShared, format!("user {user} has a share already")));
            }
            shares::insert(transaction, &image_id, user)?;
        }
        Ok(())
    })?;
    Ok(Answer::Data(Value::Null))
}

/// Section 1.15: the share is taken from all of the users, or from none.
pub async fn unshare(
    State(ims): State<Arc<Ims>>,
    caller: Caller,
    PathId(image_id): PathId,
    JsonBody(body): JsonBody,
) -> Result<Answer> {
    let users = user_ids(&body)?;
    ims.database.write(|transaction| {
        own_image(transaction, &caller.tenant, &image_id)?;
        for user in &users {
            if !shares::remove(transaction, &image_id, user)? {
                return Err(ImsError::new(Code::NotShared, format!("user {user:?} has no share")));
            }
        }
        Ok(())
    })?;
    Ok(Answer::Data(Value::Null))
}

/// Section 1.14.
pub async fn list(
    State(ims): State<Arc<Ims>>,
    caller: Caller,
    PathId(image_id): PathId,
    query: Query,
) -> Result<Answer> {
    let page = query.optional_page()?;
    let (total, list) = ims.database.read(|connection| {
        own_image(connection, &caller.tenant, &image_id)?;
        shares::list_of_image(connection, &image_id, page)
    })?;
    let items = list.iter().map(|share| views::share(share, None)).collect();
    Ok(Answer::Data(views::page(page, total, items)))
}

/// `shares.user_ids`: 1 to 50 strings, none twice.
fn user_ids(body: &Value) -> Result<Vec<String>> {
    let fields = Fields::of_body(body)?.object("shares")?;
    let items = fields.array("user_ids")?.ok_or_else(|| fields.wrong("user_ids", "is required"))?;
    if !(1..=MAXIMUM_USERS).contains(&items.len()) {
        let rule = format!("must have 1 to {MAXIMUM_USERS} user IDs, has {}", items.len());
        return Err(fields.wrong("user_ids", rule));
    }
    let mut users = Vec::new();
    let mut seen = HashSet::new();
    for (index, item) in items.iter().enumerate() {
        let Some(user) = item.as_str() else {
            return Err(fields.wrong(&format!("user_ids[{index}]"), format!("must be a string, is {item}")));
        };
        if !seen.insert(user) {
            return Err(ImsError::new(
                Code::DuplicateUserId,
                format!("user_ids[{index}]: {user:?} stands twice"),
            ));
        }
        users.push(user.to_owned());
    }
    Ok(users)
}
