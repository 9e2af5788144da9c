//! Pages of images: the public ones, and those of a tenant.

use rusqlite::{Connection, params_from_iter};

use super::errors::Result;
use super::images::Image;

/// Which page of a list.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// From 1.
    pub current: i64,
    /// Items on a page.
    pub size: i64,
}

impl Page {
    /// Items before this page.
    pub fn offset(self) -> i64 {
        self.current.saturating_sub(1).saturating_mul(self.size)
    }
}

/// Active public images, newest first, and how many there are.
pub fn list_public(connection: &Connection, page: Page) -> Result<(i64, Vec<Image>)> {
    list(connection, "visibility = 'public' AND status = 'active'", Vec::new(), page)
}

/// A tenant's own images whose name contains `name` and whose ID contains `image_id`, newest first, and how many.
pub fn list_of_tenant(
    connection: &Connection,
    tenant: &str,
    name: Option<&str>,
    image_id: Option<&str>,
    page: Page,
) -> Result<(i64, Vec<Image>)> {
    let mut condition = "tenant = ?1 AND status <> 'deleted'".to_owned();
    let mut values = vec![tenant.to_owned()];
    if let Some(name) = name {
        values.push(name.to_lowercase());
        condition.push_str(&format!(" AND instr(lower(name), ?{}) > 0", values.len()));
    }
    if let Some(image_id) = image_id {
        values.push(image_id.to_owned());
        condition.push_str(&format!(" AND instr(image_id, ?{}) > 0", values.len()));
    }
    list(connection, &condition, values, page)
}

fn list(
    connection: &Connection,
    condition: &str,
    values: Vec<String>,
    page: Page,
) -> Result<(i64, Vec<Image>)> {
    let total = connection.query_row(
        &format!("SELECT COUNT(*) FROM images WHERE {condition}"),
        params_from_iter(values.iter()),
        |row| row.get(0),
    )?;
    let sql = format!(
        "SELECT * FROM images WHERE {condition} ORDER BY id DESC LIMIT {} OFFSET {}",
        page.size,
        page.offset()
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let images = statement.query_map(params_from_iter(values.iter()), Image::from_row)?;
    Ok((total, images.collect::<rusqlite::Result<_>>()?))
}
