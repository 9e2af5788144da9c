//! Tokens: issued, found again, expired, revoked. Only their digests are kept.

use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::huawei::call::Caller;
use crate::huawei::refusal::Refusal;
use crate::huawei::{Huawei, Result};

/// What a token is good for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::huawei) enum Scope {
    None,
    Domain,
    Project(String),
}

/// A token without its text.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::huawei) struct Token {
    pub(in crate::huawei) user: String,
    pub(in crate::huawei) scope: Scope,
    pub(in crate::huawei) methods: Vec<String>,
    /// Milliseconds since 1970.
    pub(in crate::huawei) issued: i64,
    pub(in crate::huawei) expires: i64,
}

fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Keeps a token; gives its text.
pub(super) fn issue(huawei: &Huawei, token: &Token) -> Result<String> {
    let random = crate::store::random_hex(90).map_err(|error| Refusal::internal(error.to_string()))?;
    let text = format!("gAAAAA{random}");
    let document = serde_json::to_string(token)?;
    huawei.database.with(|transaction| {
        transaction.execute("DELETE FROM token WHERE expires < ?1", [token.issued])?;
        transaction.execute(
            "INSERT INTO token (id, expires, document) VALUES (?1, ?2, ?3)",
            params![digest(&text), token.expires, document],
        )?;
        Ok(())
    })?;
    Ok(text)
}

/// The token with this text, if it is still good.
pub(in crate::huawei) fn find(huawei: &Huawei, text: &str) -> Result<Option<Token>> {
    let now = huawei.now();
    let document: Option<(String, i64)> = huawei.database.with(|transaction| {
        let sql = "SELECT document, expires FROM token WHERE id = ?1 AND expires > ?2";
        let found =
            transaction.query_row(sql, params![digest(text), now], |row| Ok((row.get(0)?, row.get(1)?)));
        Ok(found.optional()?)
    })?;
    match document {
        Some((document, expires)) => Ok(Some(Token { expires, ..serde_json::from_str(&document)? })),
        None => Ok(None),
    }
}

/// Who calls with this token.
pub(in crate::huawei) fn caller(huawei: &Huawei, text: &str) -> Result<Option<Caller>> {
    let Some(token) = find(huawei, text)? else { return Ok(None) };
    let Some(account) = huawei.accounts.by_user_id(&token.user) else { return Ok(None) };
    let project = match token.scope {
        Scope::Project(id) => id,
        Scope::Domain | Scope::None => String::new(),
    };
    Ok(Some(Caller { project, domain: account.domain_id.to_owned(), user: token.user }))
}

/// Forgets a token; false where there was none.
pub(super) fn revoke(huawei: &Huawei, text: &str) -> Result<bool> {
    huawei
        .database
        .with(|transaction| Ok(transaction.execute("DELETE FROM token WHERE id = ?1", [digest(text)])? == 1))
}

/// Expires all tokens issued so far.
pub(in crate::huawei) fn expire_all(huawei: &Huawei) -> Result<()> {
    let now = huawei.now();
    huawei.database.with(|transaction| {
        transaction.execute("UPDATE token SET expires = min(expires, ?1)", [now])?;
        Ok(())
    })
}

/// Forgets all tokens issued so far.
pub(in crate::huawei) fn revoke_all(huawei: &Huawei) -> Result<()> {
    huawei.database.with(|transaction| {
        transaction.execute("DELETE FROM token", [])?;
        Ok(())
    })
}
