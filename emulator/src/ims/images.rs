//! The images table: what is known of an image, and how it is found, listed and changed.

use rusqlite::types::Value as Sql;
use rusqlite::{Connection, Row, Transaction, params_from_iter};
use serde::{Deserialize, Serialize};

use super::database::now;
use super::errors::{Code, ImsError, Result};

/// The states of an image (section 1.6.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Metadata created, waiting for the file.
    Queued,
    /// The file is being written to the back end.
    Saving,
    /// Usable.
    Active,
    /// The upload, import or copy failed.
    Killed,
    /// Deleted; the row stays so that its ID is never given again.
    Deleted,
}

impl Status {
    /// As it goes over the wire and into the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Queued => "queued",
            Status::Saving => "saving",
            Status::Active => "active",
            Status::Killed => "killed",
            Status::Deleted => "deleted",
        }
    }

    fn parse(text: &str) -> Status {
        match text {
            "queued" => Status::Queued,
            "saving" => Status::Saving,
            "active" => Status::Active,
            "deleted" => Status::Deleted,
            _ => Status::Killed,
        }
    }
}

/// One data disk of a whole_image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Volume {
    /// Where it came from; empty for an empty disk.
    pub image_url: String,
    /// GiB; 0 where the request said nothing.
    pub min_disk: i64,
    /// Its key in the image's bucket; empty for an empty disk.
    pub object_key: String,
    /// Bytes.
    pub size: i64,
    /// MD5.
    pub checksum: String,
}

/// One row of the images table.
#[derive(Clone, Debug)]
#[allow(missing_docs)] // The fields are the document's own, but for those explained.
pub struct Image {
    pub id: i64,
    pub image_id: String,
    /// Whose image it is: decides who sees and changes it.
    pub tenant: String,
    /// What the request named as tenantId: goes out as `owner`.
    pub owner: String,
    pub department_id: String,
    pub resource_group_id: String,
    pub visibility: String,
    pub name: String,
    pub description: String,
    pub image_type: String,
    pub disk_format: String,
    /// GiB.
    pub min_disk: i64,
    /// MiB.
    pub min_ram: i64,
    pub cpu_arch: String,
    pub os_type: String,
    pub os_version: String,
    pub platform: String,
    pub usage: String,
    pub instructions: String,
    pub boot_mode: String,
    /// A JSON array as it came.
    pub image_tags: String,
    pub status: Status,
    /// Per cent.
    pub progress: i64,
    /// Bytes of the file; announced by upload-prepare, then checked.
    pub size: i64,
    /// MD5 of the file, once the image is active.
    pub checksum: String,
    /// Bytes a virtual machine sees; 0 where not known yet.
    pub virtual_size: i64,
    /// Where the file lies; empty before upload-prepare.
    pub bucket: String,
    pub object_key: String,
    pub upload_id: String,
    /// How the file came: internal (upload), import, copy.
    pub source_type: String,
    pub volumes: Vec<Volume>,
    pub error_message: String,
    /// Milliseconds since 1970.
    pub created_at: i64,
    pub updated_at: i64,
}

const COLUMNS: [&str; 33] = [
    "image_id",
    "tenant",
    "owner",
    "department_id",
    "resource_group_id",
    "visibility",
    "name",
    "description",
    "image_type",
    "disk_format",
    "min_disk",
    "min_ram",
    "cpu_arch",
    "os_type",
    "os_version",
    "platform",
    "usage",
    "instructions",
    "boot_mode",
    "image_tags",
    "status",
    "progress",
    "size",
    "checksum",
    "virtual_size",
    "bucket",
    "object_key",
    "upload_id",
    "source_type",
    "volumes",
    "error_message",
    "created_at",
    "updated_at",
];

impl Image {
    pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<Image> {
        let volumes: String = row.get("volumes")?;
        let status: String = row.get("status")?;
        Ok(Image {
            id: row.get("id")?,
            image_id: row.get("image_id")?,
            tenant: row.get("tenant")?,
            owner: row.get("owner")?,
            department_id: row.get("department_id")?,
            resource_group_id: row.get("resource_group_id")?,
            visibility: row.get("visibility")?,
            name: row.get("name")?,
            description: row.get("description")?,
            image_type: row.get("image_type")?,
            disk_format: row.get("disk_format")?,
            min_disk: row.get("min_disk")?,
            min_ram: row.get("min_ram")?,
            cpu_arch: row.get("cpu_arch")?,
            os_type: row.get("os_type")?,
            os_version: row.get("os_version")?,
            platform: row.get("platform")?,
            usage: row.get("usage")?,
            instructions: row.get("instructions")?,
            boot_mode: row.get("boot_mode")?,
            image_tags: row.get("image_tags")?,
            status: Status::parse(&status),
            progress: row.get("progress")?,
            size: row.get("size")?,
            checksum: row.get("checksum")?,
            virtual_size: row.get("virtual_size")?,
            bucket: row.get("bucket")?,
            object_key: row.get("object_key")?,
            upload_id: row.get("upload_id")?,
            source_type: row.get("source_type")?,
            volumes: serde_json::from_str(&volumes).unwrap_or_default(),
            error_message: row.get("error_message")?,
            created_at: row.get("created_at")?,
            updated_at: row.get("updated_at")?,
        })
    }

    /// The values of [`COLUMNS`], in that order.
    fn values(&self) -> Result<Vec<Sql>> {
        let volumes = serde_json::to_string(&self.volumes)
            .map_err(|error| ImsError::new(Code::Internal, error.to_string()))?;
        let text = |value: &String| Sql::Text(value.clone());
        Ok(vec![
            text(&self.image_id),
            text(&self.tenant),
            text(&self.owner),
            text(&self.department_id),
            text(&self.resource_group_id),
            text(&self.visibility),
            text(&self.name),
            text(&self.description),
            text(&self.image_type),
            text(&self.disk_format),
            Sql::Integer(self.min_disk),
            Sql::Integer(self.min_ram),
            text(&self.cpu_arch),
            text(&self.os_type),
            text(&self.os_version),
            text(&self.platform),
            text(&self.usage),
            text(&self.instructions),
            text(&self.boot_mode),
            text(&self.image_tags),
            Sql::Text(self.status.as_str().to_owned()),
            Sql::Integer(self.progress),
            Sql::Integer(self.size),
            text(&self.checksum),
            Sql::Integer(self.virtual_size),
            text(&self.bucket),
            text(&self.object_key),
            text(&self.upload_id),
            text(&self.source_type),
            Sql::Text(volumes),
            text(&self.error_message),
            Sql::Integer(self.created_at),
            Sql::Integer(self.updated_at),
        ])
    }
}

/// Adds an image; its `id` is given by the database.
pub fn insert(transaction: &Transaction<'_>, image: &mut Image) -> Result<()> {
    let marks: Vec<String> = (1..=COLUMNS.len()).map(|number| format!("?{number}")).collect();
    let sql = format!("INSERT INTO images ({}) VALUES ({})", COLUMNS.join(", "), marks.join(", "));
    transaction.execute(&sql, params_from_iter(image.values()?))?;
    image.id = transaction.last_insert_rowid();
    Ok(())
}

/// Writes a changed image back and moves its `updated_at`.
pub fn update(transaction: &Transaction<'_>, image: &mut Image) -> Result<()> {
    image.updated_at = now();
    let assignments: Vec<String> =
        COLUMNS.iter().enumerate().map(|(index, column)| format!("{column} = ?{}", index + 1)).collect();
    let sql = format!("UPDATE images SET {} WHERE image_id = ?1", assignments.join(", "));
    transaction.execute(&sql, params_from_iter(image.values()?))?;
    Ok(())
}

/// Moves the progress of an image that is saving; says whether it still is.
pub fn set_progress(transaction: &Transaction<'_>, image_id: &str, per_cent: i64) -> Result<bool> {
    let sql = "UPDATE images SET progress = ?2 WHERE image_id = ?1 AND status = 'saving'";
    Ok(transaction.execute(sql, (image_id, per_cent))? == 1)
}

/// The image with this ID, unless it is deleted.
pub fn find(connection: &Connection, image_id: &str) -> Result<Option<Image>> {
    let mut statement =
        connection.prepare_cached("SELECT * FROM images WHERE image_id = ?1 AND status <> 'deleted'")?;
    let mut rows = statement.query_map([image_id], Image::from_row)?;
    Ok(rows.next().transpose()?)
}

/// Whether the ID was ever given, even to an image that is deleted by now.
pub fn exists(connection: &Connection, image_id: &str) -> Result<bool> {
    Ok(connection.prepare_cached("SELECT 1 FROM images WHERE image_id = ?1")?.exists([image_id])?)
}

/// How many images count against a tenant's quota: all but deleted and killed ones.
pub fn count_for_quota(connection: &Connection, tenant: &str) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM images WHERE tenant = ?1 AND status NOT IN ('deleted', 'killed')";
    Ok(connection.query_row(sql, [tenant], |row| row.get(0))?)
}
