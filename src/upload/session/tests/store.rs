//! The world's object store: multipart uploads, objects, and ETags of several kinds.

use super::super::*;
use super::world::*;
use crate::auth::sigv4::hex;
use crate::error::Kind;
use crate::oss::trouble::Remedy;
use crate::oss::{PartsPage, StoredPart};
use crate::upload::digest::Chain;
use std::collections::BTreeMap;

impl World {
    /// What the store does for a request whose signature it accepts.
    pub(super) fn store(&mut self, job: &Job, place: u32) -> Outcome {
        let gone = || trouble(Remedy::NoSuchUpload, Kind::Storage, "NoSuchUpload", 404);
        let at = |uploads: &[Multipart], id: &str| {
            uploads.iter().position(|upload| upload.id == id && upload.place == place)
        };
        match job {
            Job::CreateMultipartUpload => {
                self.made += 1;
                let id = format!("upload-{}", self.made);
                self.uploads.push(Multipart { id: id.clone(), place, parts: BTreeMap::new() });
                Outcome::MultipartCreated { upload_id: id }
            }
            Job::SendPart { index, upload_id } => {
                let Some(at) = at(&self.uploads, upload_id) else { return gone() };
                let Some(held) = self.receive(*index) else { return bad_digest() };
                let etag = self.answered_etag(&held);
                self.uploads[at].parts.insert(index + 1, held);
                Outcome::Stored { etag }
            }
            Job::PutObject => {
                let Some(held) = self.receive(0) else { return bad_digest() };
                self.objects.insert(place, vec![held.digest]);
                self.etags.insert(place, held.etag.clone());
                self.replaced = false;
                Outcome::Stored { etag: self.answered_etag(&held) }
            }
            Job::ListParts { upload_id, marker } => {
                let Some(at) = at(&self.uploads, upload_id) else { return gone() };
                let most = if self.faults.page == 0 { 1_000 } else { self.faults.page };
                let listed = |(number, held): (&u32, &Held)| StoredPart {
                    number: *number,
                    etag: held.etag.clone(),
                    size: self.plan.range(number - 1).1,
                };
                let parts: Vec<StoredPart> =
                    self.uploads[at].parts.range(marker + 1..).take(most).map(listed).collect();
                let last = parts.last().map_or(0, |part| part.number);
                let more = self.uploads[at].parts.range(last + 1..).next().is_some();
                if more {
                    self.count("a list in several pages");
                }
                Outcome::Parts(PartsPage { parts, next: more.then_some(last) })
            }
            Job::CompleteMultipartUpload { upload_id, parts } => {
                if self.dice.chance(self.faults.error_in_200) {
                    self.count("an error in a 200");
                    return trouble(wait(), Kind::Storage, "InternalError", 200);
                }
                let Some(at) = at(&self.uploads, upload_id) else { return gone() };
                let held = &self.uploads[at].parts;
                let fits = |part: &StoredPart| held.get(&part.number).filter(|held| held.etag == part.etag);
                let all: Option<Vec<[u8; 16]>> =
                    parts.iter().map(|part| fits(part).map(|held| held.digest)).collect();
                let Some(all) = all else {
                    self.count("a Complete that the parts do not fit");
                    return trouble(Remedy::CheckParts, Kind::Storage, "InvalidPart", 400);
                };
                let etag = self.object_etag(&all);
                self.objects.insert(place, all);
                self.etags.insert(place, etag.clone());
                self.replaced = false;
                self.uploads.swap_remove(at);
                Outcome::Completed { etag: Some(etag) }
            }
            Job::HeadObject => match self.objects.get(&place).cloned() {
                Some(object) => {
                    let etag = self.etags.get(&place).cloned();
                    let etag = etag.unwrap_or_else(|| self.object_etag(&object));
                    let etag = Some(etag).filter(|_| !self.faults.hidden_etags);
                    Outcome::Object { size: Some(self.plan.size), etag }
                }
                None => trouble(Remedy::GiveUp, Kind::Storage, "NoSuchKey", 404),
            },
            Job::AbortMultipartUpload { upload_id } => match at(&self.uploads, upload_id) {
                Some(at) => {
                    self.uploads.swap_remove(at);
                    Outcome::Done
                }
                None => gone(),
            },
            Job::ListMultipartUploads if self.faults.forbidden_list => {
                self.count("a forbidden list of uploads");
                trouble(Remedy::NewKeys, Kind::Auth, "AccessDenied", 403)
            }
            Job::ListMultipartUploads => {
                let here = self.uploads.iter().filter(|upload| upload.place == place);
                Outcome::Uploads(here.map(|upload| upload.id.clone()).collect())
            }
            Job::DeleteObject => {
                assert!(!self.replaced, "somebody else's object is deleted");
                self.objects.remove(&place);
                Outcome::Done
            }
            _ => unreachable!("{job:?} is not asked of the store"),
        }
    }

    /// A part as it arrives; none where the store itself finds that it is damaged.
    fn receive(&mut self, index: u32) -> Option<Held> {
        let mut damage = 0;
        if self.dice.chance(self.faults.flipped_bit) {
            if self.faults.checking_store && self.dice.chance(80) {
                self.count("damage that the store finds");
                return None;
            }
            self.count("a flipped bit");
            self.damages += 1;
            damage = self.damages;
        }
        let digest = digest_of(index, damage);
        let etag = match self.faults.etags {
            EtagStyle::Md5 => hex(&digest),
            EtagStyle::Opaque => format!("opaque-{}", self.dice.below(1 << 40)),
            EtagStyle::Other => self.random_etag(),
        };
        Some(Held { digest, etag })
    }

    fn random_etag(&mut self) -> String {
        format!("{:016x}{:016x}", self.dice.next(), self.dice.next())
    }

    /// The ETag as an answer carries it, if it can be read at all.
    fn answered_etag(&mut self, held: &Held) -> Option<String> {
        if self.faults.hidden_etags {
            self.count("a hidden ETag");
            return None;
        }
        match self.faults.etags {
            EtagStyle::Md5 => {}
            EtagStyle::Opaque => self.count("an opaque ETag"),
            EtagStyle::Other => self.count("an ETag of another digest"),
        }
        Some(format!("\"{}\"", held.etag))
    }

    pub(super) fn object_etag(&mut self, object: &[[u8; 16]]) -> String {
        match self.faults.etags {
            EtagStyle::Md5 if self.plan.is_single() => hex(&object[0]),
            EtagStyle::Md5 => Chain::of(object.iter()).etag(object.len() as u32),
            _ if self.plan.is_single() => self.random_etag(),
            _ => format!("{}-{}", self.random_etag(), object.len()),
        }
    }
}

fn bad_digest() -> Outcome {
    trouble(Remedy::Resend, Kind::Storage, "BadDigest", 400)
}
