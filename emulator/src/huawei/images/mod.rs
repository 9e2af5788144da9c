//! Images: what is kept of them, how they are found, and who may see them.

pub(super) mod filter;
pub(super) mod members;
pub(super) mod names;
pub(super) mod page;
pub(super) mod public;
pub(super) mod tags;
pub(super) mod view;

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, Transaction, params};
use serde::{Deserialize, Serialize};

use super::accounts::PUBLIC_OWNER;
use super::refusal::Refusal;
use super::{Huawei, Result};
use members::Member;
use tags::Tag;

/// A file of an image, in the services' own bucket.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct File {
    pub(super) key: String,
    /// Bytes.
    pub(super) size: u64,
    /// MD5 in hex.
    pub(super) checksum: String,
    /// SHA-512 in hex, as Glance tells it.
    pub(super) sha512: String,
    /// Bytes that a server sees.
    pub(super) virtual_size: u64,
}

/// An image.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Image {
    pub(super) id: String,
    /// The project.
    pub(super) owner: String,
    pub(super) region: String,
    pub(super) name: Option<String>,
    /// queued, saving, active, killed or deactivated.
    pub(super) status: String,
    /// private, shared, community or public, as it was set.
    pub(super) visibility: String,
    pub(super) protected: bool,
    pub(super) hidden: bool,
    pub(super) container_format: Option<String>,
    pub(super) disk_format: Option<String>,
    /// GB.
    pub(super) min_disk: i64,
    /// MB.
    pub(super) min_ram: i64,
    /// Milliseconds since 1970.
    pub(super) created: i64,
    pub(super) updated: i64,
    pub(super) active_at: Option<i64>,
    /// The system disk; none before it is there.
    pub(super) file: Option<File>,
    pub(super) tags: Vec<Tag>,
    /// Everything else: Huawei's attributes and the users' own.
    pub(super) properties: BTreeMap<String, String>,
}

impl Image {
    /// A new private image of a project.
    pub(super) fn new(huawei: &Huawei, owner: &str) -> Image {
        let now = huawei.now();
        let mut image = Image {
            id: uuid::Uuid::new_v4().to_string(),
            owner: owner.to_owned(),
            region: huawei.options.region.clone(),
            status: "queued".to_owned(),
            visibility: "private".to_owned(),
            container_format: Some("bare".to_owned()),
            disk_format: Some("zvhd2".to_owned()),
            created: now,
            updated: now,
            ..Image::default()
        };
        image.set("__image_source_type", "uds");
        image.set("__isregistered", "true");
        image.set("virtual_env_type", "FusionCompute");
        image
    }

    pub(super) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.properties.insert(name.to_owned(), value.into());
    }

    pub(super) fn property(&self, name: &str) -> &str {
        self.properties.get(name).map_or("", String::as_str)
    }

    /// Whether this is a full-ECS image.
    pub(super) fn is_whole(&self) -> bool {
        self.property("__whole_image") == "true"
    }

    pub(super) fn is_iso(&self) -> bool {
        self.property("virtual_env_type") == "IsoImage"
    }

    pub(super) fn is_public(&self) -> bool {
        self.visibility == "public"
    }

    /// The image becomes usable with this file.
    pub(super) fn activate(&mut self, file: File, now: i64) {
        self.status = "active".to_owned();
        self.active_at = Some(now);
        self.set("__image_size", file.size.to_string());
        self.file = Some(file);
    }
}

fn read(document: &str) -> Result<Image> {
    Ok(serde_json::from_str(document)?)
}

/// Adds an image; the project's quota must allow it.
pub(super) fn insert(huawei: &Huawei, transaction: &Transaction<'_>, image: &Image) -> Result<()> {
    if image.owner != PUBLIC_OWNER {
        let used = count(huawei, transaction, &image.owner)?;
        let quota = quota(huawei);
        if used >= quota {
            return Err(Refusal::img("IMG.0015", format!("The quota is {quota} images, {used} are used.")));
        }
    }
    transaction.execute(
        "INSERT INTO image (id, owner, region, document) VALUES (?1, ?2, ?3, ?4)",
        params![image.id, image.owner, image.region, serde_json::to_string(image)?],
    )?;
    Ok(())
}

/// Images that a project may have.
pub(super) fn quota(huawei: &Huawei) -> i64 {
    huawei.options.quota.unwrap_or(100)
}

/// Images that a project has in this region; killed ones do not count.
pub(super) fn count(huawei: &Huawei, transaction: &Transaction<'_>, owner: &str) -> Result<i64> {
    let images = all(huawei, transaction)?;
    let counted = images.iter().filter(|image| image.owner == owner && image.status != "killed").count();
    Ok(i64::try_from(counted).unwrap_or(i64::MAX))
}

/// Writes a changed image back.
pub(super) fn update(huawei: &Huawei, transaction: &Transaction<'_>, image: &mut Image) -> Result<()> {
    image.updated = huawei.now();
    let document = serde_json::to_string(image)?;
    transaction.execute("UPDATE image SET document = ?2 WHERE id = ?1", params![image.id, document])?;
    Ok(())
}

/// Removes an image and what belongs to it; the caller removes its file afterwards.
pub(super) fn remove(transaction: &Transaction<'_>, image: &Image) -> Result<()> {
    transaction.execute("DELETE FROM image WHERE id = ?1", [&image.id])?;
    transaction.execute("DELETE FROM member WHERE image = ?1", [&image.id])?;
    transaction.execute("UPDATE backup SET image = NULL WHERE image = ?1", [&image.id])?;
    Ok(())
}

/// The image with this ID, in this region, whoever's it is.
pub(super) fn find(huawei: &Huawei, transaction: &Transaction<'_>, id: &str) -> Result<Option<Image>> {
    let sql = "SELECT document FROM image WHERE id = ?1 AND region = ?2";
    let document: Option<String> =
        transaction.query_row(sql, [id, &huawei.options.region], |row| row.get(0)).optional()?;
    document.as_deref().map(read).transpose()
}

/// The image with this ID in any region.
pub(super) fn anywhere(transaction: &Transaction<'_>, id: &str) -> Result<Option<Image>> {
    let sql = "SELECT document FROM image WHERE id = ?1";
    let document: Option<String> = transaction.query_row(sql, [id], |row| row.get(0)).optional()?;
    document.as_deref().map(read).transpose()
}

/// All images of this region, the oldest first.
pub(super) fn all(huawei: &Huawei, transaction: &Transaction<'_>) -> Result<Vec<Image>> {
    let mut statement =
        transaction.prepare_cached("SELECT document FROM image WHERE region = ?1 ORDER BY position")?;
    let rows = statement.query_map([&huawei.options.region], |row| row.get::<_, String>(0))?;
    let documents = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    documents.iter().map(|document| read(document)).collect()
}

/// How a project sees an image.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) image: Image,
    /// All its members.
    pub(super) members: Vec<Member>,
    pub(super) is_own: bool,
}

impl Seen {
    /// Whether it counts as a shared image: it has members, or was made to be shared.
    pub(super) fn is_shared(&self) -> bool {
        !self.image.is_public() && (!self.members.is_empty() || self.image.visibility == "shared")
    }

    /// The part of a project in it.
    pub(super) fn member(&self, project: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.id == project)
    }
}

/// The image, if the project may see it: its own, a public one, or one that is shared with it.
pub(super) fn seen(
    huawei: &Huawei,
    transaction: &Transaction<'_>,
    id: &str,
    project: &str,
) -> Result<Option<Seen>> {
    let Some(image) = find(huawei, transaction, id)? else { return Ok(None) };
    let seen = Seen { members: members::of(transaction, &image.id)?, is_own: image.owner == project, image };
    let visible = seen.is_own
        || matches!(seen.image.visibility.as_str(), "public" | "community")
        || seen.members.iter().any(|member| members::includes(huawei, member, project));
    Ok(visible.then_some(seen))
}

/// The image, which must be the caller's own, or a refusal of IMS.
pub(super) fn own(huawei: &Huawei, transaction: &Transaction<'_>, id: &str, project: &str) -> Result<Image> {
    let missing = || {
        let refusal = Refusal::img("IMG.0144", format!("image_id: there is no image {id:?}"));
        Refusal { status: http::StatusCode::NOT_FOUND, ..refusal }
    };
    let seen = seen(huawei, transaction, id, project)?.ok_or_else(missing)?;
    if seen.is_own {
        return Ok(seen.image);
    }
    let refusal = Refusal::img("IMG.0047", format!("image_id: {id:?} belongs to another project"));
    Err(Refusal { status: http::StatusCode::FORBIDDEN, ..refusal })
}
