//! Members: whom an image is shared with.

use rusqlite::{Row, Transaction, params};
use serde_json::{Value, json};

use super::Seen;
use crate::huawei::refusal::Refusal;
use crate::huawei::{Huawei, Result, moments};

/// Members of a system or data disk image, and of a full-ECS image.
const MOST: usize = 256;
const MOST_OF_WHOLE: usize = 10;

/// A member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::huawei) struct Member {
    pub(in crate::huawei) image: String,
    /// Of a project, a domain or an organisation.
    pub(in crate::huawei) id: String,
    /// project, domain or organization.
    pub(in crate::huawei) kind: String,
    /// pending, accepted or rejected.
    pub(in crate::huawei) status: String,
    pub(in crate::huawei) created: i64,
    pub(in crate::huawei) updated: i64,
}

impl Member {
    fn of_row(row: &Row<'_>) -> rusqlite::Result<Member> {
        Ok(Member {
            image: row.get("image")?,
            id: row.get("id")?,
            kind: row.get("kind")?,
            status: row.get("status")?,
            created: row.get("created")?,
            updated: row.get("updated")?,
        })
    }

    pub(in crate::huawei) fn view(&self) -> Value {
        let mut view = json!({
            "status": self.status,
            "created_at": moments::seconds(self.created),
            "updated_at": moments::seconds(self.updated),
            "image_id": self.image,
            "member_id": self.id,
            "schema": "/v2/schemas/member",
        });
        // Glance knows projects only; IMS tells of the others what they are.
        if self.kind != "project" {
            view["member_type"] = self.kind.clone().into();
        }
        if self.kind == "organization" {
            view["urn"] = self.id.clone().into();
            let id = self.id.rsplit('/').next().unwrap_or_default();
            view["member_id"] = id.into();
        }
        view
    }
}

/// The members of an image, in the order they were added.
pub(in crate::huawei) fn of(transaction: &Transaction<'_>, image: &str) -> Result<Vec<Member>> {
    let mut statement =
        transaction.prepare_cached("SELECT * FROM member WHERE image = ?1 ORDER BY position")?;
    let rows = statement.query_map([image], Member::of_row)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Whether a project is meant by a member: itself, or by its domain.
pub(in crate::huawei) fn includes(huawei: &Huawei, member: &Member, project: &str) -> bool {
    member.id == project
        || (member.kind == "domain"
            && huawei.accounts.by_project(project).is_some_and(|account| account.domain_id == member.id))
}

/// Adds a member; whether it is new.
pub(in crate::huawei) fn add(
    huawei: &Huawei,
    transaction: &Transaction<'_>,
    image: &str,
    id: &str,
    kind: &str,
) -> Result<bool> {
    let now = huawei.now();
    // Sharing with a domain or an organisation asks nobody.
    let status = if kind == "project" { "pending" } else { "accepted" };
    let added = transaction.execute(
        "INSERT OR IGNORE INTO member (image, id, kind, status, created, updated)
         VALUES (?1, ?2, ?3, ?4, ?5, ?5)",
        params![image, id, kind, status, now],
    )?;
    Ok(added == 1)
}

/// Whether an image may be shared with one more; by whom is asked elsewhere.
pub(in crate::huawei) fn check_shareable(seen: &Seen, more: usize) -> Result<()> {
    let image = &seen.image;
    if image.is_public() {
        return Err(Refusal::img("IMG.0089", format!("image: {}", image.id)));
    }
    if image.is_whole() && image.property("__whole_image_type") != "CBR" {
        return Err(Refusal::img("IMG.0135", "Only those created from CBR backups can."));
    }
    if image.status != "active" {
        return Err(Refusal::img("IMG.0046", format!("image: {} is {}", image.id, image.status)));
    }
    let most = if image.is_whole() { MOST_OF_WHOLE } else { MOST };
    if seen.members.len() + more > most {
        return Err(Refusal::img("IMG.0088", format!("An image has at most {most} members.")));
    }
    Ok(())
}

/// Changes what a member says to an image; false where there is no such member.
pub(in crate::huawei) fn answer(
    huawei: &Huawei,
    transaction: &Transaction<'_>,
    image: &str,
    id: &str,
    status: &str,
) -> Result<bool> {
    let sql = "UPDATE member SET status = ?3, updated = ?4 WHERE image = ?1 AND id = ?2";
    Ok(transaction.execute(sql, params![image, id, status, huawei.now()])? == 1)
}

/// Removes a member; false where there is no such member.
pub(in crate::huawei) fn remove(transaction: &Transaction<'_>, image: &str, id: &str) -> Result<bool> {
    Ok(transaction.execute("DELETE FROM member WHERE image = ?1 AND id = ?2", [image, id])? == 1)
}
