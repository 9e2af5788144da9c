//! The shares table: which user may see and copy which image of another tenant.

use rusqlite::{Connection, Row, Transaction};

use super::database::{new_id, now};
use super::errors::Result;
use super::image_lists::Page;
use super::images::{self, Image};

/// One row of the shares table.
#[derive(Clone, Debug)]
pub struct Share {
    /// Given by the database.
    pub id: i64,
    /// `img-share-…`.
    pub share_id: String,
    /// The shared image.
    pub image_id: String,
    /// Who has the share.
    pub user_id: String,
    /// Milliseconds since 1970.
    pub created_at: i64,
    /// Milliseconds since 1970.
    pub updated_at: i64,
}

impl Share {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Share> {
        Ok(Share {
            id: row.get("id")?,
            share_id: row.get("share_id")?,
            image_id: row.get("image_id")?,
            user_id: row.get("user_id")?,
            created_at: row.get("created_at")?,
            updated_at: row.get("updated_at")?,
        })
    }
}

/// What a user's list of shared images can be ordered by (`orderBy`).
#[derive(Clone, Copy, Debug)]
pub struct Order {
    /// A column of shares.
    pub column: &'static str,
    /// Newest or last first.
    pub descending: bool,
}

/// Shares an image with a user.
pub fn insert(transaction: &Transaction<'_>, image_id: &str, user_id: &str) -> Result<()> {
    let share_id = new_id("img-share-", 20)?;
    let sql = "INSERT INTO shares (share_id, image_id, user_id, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?4)";
    transaction.execute(sql, (share_id, image_id, user_id, now()))?;
    Ok(())
}

/// Whether the user has a share of the image.
pub fn has(connection: &Connection, image_id: &str, user_id: &str) -> Result<bool> {
    let mut statement =
        connection.prepare_cached("SELECT 1 FROM shares WHERE image_id = ?1 AND user_id = ?2")?;
    Ok(statement.exists([image_id, user_id])?)
}

/// Takes a share from a user; says whether there was one.
pub fn remove(transaction: &Transaction<'_>, image_id: &str, user_id: &str) -> Result<bool> {
    Ok(transaction.execute("DELETE FROM shares WHERE image_id = ?1 AND user_id = ?2", [image_id, user_id])?
        > 0)
}

/// How many users have a share of the image.
pub fn count(connection: &Connection, image_id: &str) -> Result<i64> {
    Ok(connection
        .query_row("SELECT COUNT(*) FROM shares WHERE image_id = ?1", [image_id], |row| row.get(0))?)
}

/// The share with this ID.
pub fn find(connection: &Connection, share_id: &str) -> Result<Option<Share>> {
    let mut statement = connection.prepare_cached("SELECT * FROM shares WHERE share_id = ?1")?;
    let mut rows = statement.query_map([share_id], Share::from_row)?;
    Ok(rows.next().transpose()?)
}

/// The shares of an image, newest first, and how many there are.
pub fn list_of_image(connection: &Connection, image_id: &str, page: Page) -> Result<(i64, Vec<Share>)> {
    let total = count(connection, image_id)?;
    let sql = "SELECT * FROM shares WHERE image_id = ?1 ORDER BY id DESC LIMIT ?2 OFFSET ?3";
    let mut statement = connection.prepare_cached(sql)?;
    let shares = statement.query_map((image_id, page.size, page.offset()), Share::from_row)?;
    Ok((total, shares.collect::<rusqlite::Result<_>>()?))
}

/// What was shared with a user, with the images, and how much there is.
pub fn list_of_user(
    connection: &Connection,
    user_id: &str,
    order: Order,
    page: Page,
) -> Result<(i64, Vec<(Share, Image)>)> {
    let total = connection
        .query_row("SELECT COUNT(*) FROM shares WHERE user_id = ?1", [user_id], |row| row.get(0))?;
    let direction = if order.descending { "DESC" } else { "ASC" };
    // Times can be equal: the ID decides, so that pages never overlap.
    let sql = format!(
        "SELECT * FROM shares WHERE user_id = ?1 ORDER BY {} {direction}, id {direction} LIMIT ?2 OFFSET ?3",
        order.column
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let shares = statement.query_map((user_id, page.size, page.offset()), Share::from_row)?;
    let mut list = Vec::new();
    for share in shares {
        let share = share?;
        if let Some(image) = images::find(connection, &share.image_id)? {
            list.push((share, image));
        }
    }
    Ok((total, list))
}
