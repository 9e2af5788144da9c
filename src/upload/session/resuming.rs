//! Going on with what an earlier run has left: its checkpoint, and what the store really holds.

use super::creating::Creating;
use super::parts::Etags;
use super::{Session, types::*};
use crate::auth::sigv4::hex;
use crate::json::{Quoted, Value};
use crate::oss::{StoredPart, is_md5};
use crate::platform::Utc;
use crate::upload::digest::Chain;
use core::fmt::{self, Display};

/// The version of the checkpoints that this client writes; it reads no other.
pub const VERSION: u64 = 1;

/// A text as JSON, or null.
struct Maybe<'a>(Option<&'a str>);

impl Display for Maybe<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(text) => Quoted(text).fmt(out),
            None => out.write_str("null"),
        }
    }
}

fn md5_of(text: &str) -> Option<[u8; 16]> {
    if !is_md5(text) {
        return None;
    }
    let mut md5 = [0; 16];
    for (byte, digits) in md5.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = u8::from_str_radix(core::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(md5)
}

impl Session {
    /// The state as JSON, of a size that does not depend on the file's: parts that are stored are told by one digest
    /// over their MD5s, which is compared with what the store lists. No credential is in it.
    pub(super) fn checkpoint(&self, now: f64) -> String {
        let parts = &self.parts;
        let join = |list: Vec<String>| crate::text::join(&list, ",");
        let known = match &self.known {
            Some(known) => format!("[{}]", join(known.iter().map(|id| Quoted(id).to_string()).collect())),
            None => "null".to_owned(),
        };
        let apart = parts.hashed().iter().enumerate().filter(|(_, part)| !part.done);
        let apart =
            apart.filter_map(|(index, part)| part.md5.map(|md5| format!("\"{index}\":\"{}\"", hex(&md5))));
        format!(
            "{{\"version\":{VERSION},\"upload\":{},\"session\":{{\"at\":\"{}\",\"bytes\":{},\"known\":{known},\
             \"imageId\":{},\"created\":{},\"place\":{},\"uploadId\":{},\"hashed\":{},\"file\":\"{}\",\"md5\":{},\
             \"chain\":\"{}\",\"parts\":{{{}}},\"etags\":\"{}\",\"sent\":{},\"completed\":{},\"reported\":{},\
             \"mayExist\":{},\"askedAt\":{}{}}}}}",
            self.config.head.as_deref().unwrap_or("null"),
            Utc::from_milliseconds(now).rfc3339(),
            self.shown.min(parts.done_bytes),
            Maybe(self.image_id.as_deref()),
            self.created,
            Maybe(self.place.as_deref()),
            Maybe(self.upload_id.as_deref()),
            parts.hash_next,
            parts.file.state,
            Maybe(parts.file.whole.map(|md5| hex(&md5)).as_deref()),
            parts.chain.save(),
            join(apart.collect()),
            match parts.etags {
                Etags::Unknown => "unknown",
                Etags::Md5 => "md5",
                Etags::Opaque => "opaque",
            },
            parts.object_may_stand,
            self.completed,
            self.reported,
            self.may_have_created(),
            self.importing.lost_at.unwrap_or(self.intended_at) as u64,
            self.importing_members(),
        )
    }

    /// A session that goes on from a checkpoint's member `session`; none where it cannot be read.
    pub fn restore(config: Config, saved: &Value) -> Option<Self> {
        let text = |name: &str| saved.get(name).and_then(Value::as_str).map(str::to_owned);
        let flag = |name: &str| saved.get(name) == Some(&Value::Bool(true));
        let mut session = Session::new(config);
        let count = session.config.plan.count;
        session.restored = true;
        session.image_id = text("imageId").or(session.image_id);
        session.created = flag("created");
        session.known = match saved.get("known")? {
            Value::Array(list) => Some(list.iter().filter_map(Value::as_str).map(str::to_owned).collect()),
            _ => None,
        };
        session.creating = Creating::LookAgain;
        session.uncertain = session.image_id.is_none();
        session.place = text("place");
        session.upload_id = text("uploadId");
        session.inventory = session.upload_id.is_some();
        session.completed = flag("completed");
        session.reported = flag("reported");
        session.source_checked = session.completed;
        session.create_lost = session.upload_id.is_none();
        let parts = &mut session.parts;
        parts.etags = match text("etags")?.as_str() {
            "md5" => Etags::Md5,
            "opaque" => Etags::Opaque,
            _ => Etags::Unknown,
        };
        session.shown = saved.get("bytes")?.as_u64()?.min(session.config.plan.size);
        parts.hash_next = u32::try_from(saved.get("hashed")?.as_u64()?).ok()?;
        parts.file = FileDigest { state: text("file")?, whole: text("md5").as_deref().and_then(md5_of) };
        parts.chain = Chain::restore(&text("chain")?)?;
        let Value::Object(apart) = saved.get("parts")? else { return None };
        for (index, md5) in apart {
            let index: u32 = u32::try_from(crate::text::whole_number(index)?).ok()?;
            parts.all.get_mut(index as usize)?.md5 = Some(md5_of(md5.as_str()?)?);
        }
        let whole = parts.file.whole.is_some() == (parts.hash_next == count && session.config.digest);
        let begun = parts.hash_next == 0 || crate::md5::Md5::restore(&parts.file.state).is_some();
        // An earlier run may have sent what makes the object without having heard of it.
        let single = count == 1 && session.config.imports.is_none();
        parts.object_may_stand = session.place.is_some() && (single || flag("sent"));
        let fits = parts.hash_next <= count && whole && begun;
        session.restore_importing(saved);
        // What did not say so may have.
        session.may_exist = saved.get("mayExist").map_or(session.uncertain, |_| flag("mayExist"));
        if !session.makes_image_last() {
            session.importing.lost_at = saved.get("askedAt").and_then(Value::as_u64).map(|at| at as f64);
        }
        session.found = session.image_id.is_some() && !session.created && session.config.image_id.is_none();
        fits.then_some(session)
    }

    /// What the store lists of the upload that an earlier run has begun.
    pub(super) fn take_inventory(&mut self, now: f64, listed: &[StoredPart]) {
        self.inventory = false;
        // Asked once: comparing a part may find out better.
        let opaque = self.parts.etags == Etags::Opaque;
        for index in 0..self.config.plan.count {
            let length = self.config.plan.range(index).1;
            let found = listed.binary_search_by_key(&(index + 1), |part| part.number);
            let Some(found) = found.ok().map(|at| &listed[at]).filter(|part| part.size == length) else {
                continue;
            };
            let hashed = index < self.parts.hash_next;
            let digest = self.config.digest;
            let part = self.parts.part(index);
            part.stored = true;
            part.etag = Some(found.etag.clone().into_boxed_str());
            if digest && hashed && part.md5.is_none() && !opaque {
                // Another run has compared it when it was stored: the chain tells whether it still is what it was.
                part.md5 = md5_of(&found.etag);
                part.assumed = part.md5.is_some();
            }
            let (assumed, unknown) = (part.assumed, digest && hashed && part.md5.is_none());
            self.parts.assumed += u32::from(assumed);
            if assumed || (unknown && opaque) {
                self.parts.set_done(index);
                self.tell_part(index, "found", 0, None);
            } else if unknown {
                self.parts.rehash.push_back(index);
            } else {
                self.compare(now, index);
            }
        }
        self.check_assumed();
    }

    /// Whether the MD5s that were taken from the store's list are those that were once computed from the file. Where
    /// they are not, each of these parts is read and compared by itself.
    pub(super) fn check_assumed(&mut self) {
        let parts = &mut self.parts;
        if parts.assumed == 0 || parts.hashed().iter().any(|part| part.md5.is_none()) {
            return;
        }
        let same = Chain::of(parts.hashed().iter().filter_map(|part| part.md5.as_ref())).digest()
            == parts.chain.digest();
        parts.assumed = 0;
        for index in 0..parts.hash_next {
            if !core::mem::take(&mut parts.part(index).assumed) || same {
                continue;
            }
            parts.part(index).md5 = None;
            parts.set_doubtful(index);
            parts.rehash.push_back(index);
        }
    }
}
