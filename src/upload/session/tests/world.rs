//! A world for the session: a service, a store and a line that fail as a seed says, in virtual time.

use super::super::*;
use crate::auth::sigv4::hex;
use crate::oss::trouble::{Remedy, Trouble};
use crate::oss::{PartsPage, StoredPart};
use crate::upload::digest::multipart_etag;
use crate::upload::plan::Plan;
use md5::{Digest, Md5};
use std::collections::BTreeMap;

/// Random numbers of a seed (splitmix64).
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
    pub(super) fn below(&mut self, most: u64) -> u64 {
        self.next() % most
    }
    pub(super) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// What goes wrong how often, percent.
#[derive(Clone, Debug, Default)]
pub(super) struct Faults {
    pub(super) lost_request: u64,
    pub(super) lost_answer: u64,
    pub(super) unavailable: u64,
    pub(super) flipped_bit: u64,
    pub(super) expired_keys: u64,
    pub(super) hidden_etags: bool,
    pub(super) opaque_etags: bool,
    pub(super) forgotten_upload: u64,
    pub(super) error_in_200: u64,
    pub(super) stalls: u64,
    pub(super) skewed: bool,
    pub(super) wrong_region: bool,
}

/// Service and store.
pub(super) struct World {
    pub(super) dice: Dice,
    pub(super) faults: Faults,
    pub(super) plan: Plan,
    pub(super) now: f64,
    pub(super) images_created: u32,
    pub(super) image: Option<&'static str>,
    pub(super) upload: Option<(String, BTreeMap<u32, [u8; 16]>)>,
    pub(super) uploads_made: u32,
    pub(super) object: Option<Vec<[u8; 16]>>,
    pub(super) keys_good: bool,
    pub(super) clock_set: bool,
    pub(super) region_set: bool,
    pub(super) sent: Vec<u32>,
    /// What will be told when: moment, job.
    pub(super) pending: Vec<(f64, u64, Outcome)>,
}

/// The MD5 of a part is that of its number: the simulated file has no bytes.
pub(super) fn digest_of(index: u32, damaged: bool) -> [u8; 16] {
    Md5::digest([index.to_le_bytes(), [u8::from(damaged); 4]].concat()).into()
}

fn file_digest(count: u32) -> [u8; 16] {
    Md5::digest(count.to_le_bytes()).into()
}

fn trouble(remedy: Remedy, kind: Kind, code: &str, status: u16) -> Outcome {
    let retryable = matches!(remedy, Remedy::Wait { .. });
    let error = Error::new(kind, code).with_code(code).with_status(status).retryable(retryable);
    Outcome::Failed(Trouble { remedy, error })
}

fn wait() -> Remedy {
    Remedy::Wait { retry_after_ms: None }
}

impl World {
    fn lost(&self) -> Outcome {
        Outcome::Failed(Trouble { remedy: wait(), error: Error::new(Kind::Network, "lost") })
    }

    /// Does a job, and says how it ended; none where nothing is ever heard of it.
    pub(super) fn perform(&mut self, job: &Job) -> Option<Outcome> {
        let reads = matches!(job, Job::HashPart { .. } | Job::CheckSource);
        if !reads {
            if self.dice.chance(self.faults.stalls) && matches!(job, Job::SendPart { .. } | Job::PutObject) {
                return None;
            }
            if self.dice.chance(self.faults.lost_request) && *job != Job::CreateImage {
                return Some(self.lost());
            }
            if self.dice.chance(self.faults.unavailable) && *job != Job::CreateImage {
                return Some(trouble(wait(), Kind::Storage, "SlowDown", 503));
            }
        }
        let outcome = self.really(job);
        if !reads && self.dice.chance(self.faults.lost_answer) && *job != Job::CreateImage {
            return Some(self.lost());
        }
        Some(outcome)
    }

    fn really(&mut self, job: &Job) -> Outcome {
        let store = !matches!(
            job,
            Job::CreateImage
                | Job::ShowImage
                | Job::Prepare
                | Job::Report { .. }
                | Job::DeleteImage
                | Job::HashPart { .. }
                | Job::CheckSource
        );
        if store {
            if self.faults.skewed && !self.clock_set {
                return trouble(
                    Remedy::SetClock(self.now + 3_600_000.0),
                    Kind::Storage,
                    "RequestTimeTooSkewed",
                    403,
                );
            }
            if self.faults.wrong_region && !self.region_set {
                let remedy = Remedy::SetRegion("cn-north-1".into());
                return trouble(remedy, Kind::Storage, "AuthorizationHeaderMalformed", 400);
            }
            if self.dice.chance(self.faults.expired_keys) {
                self.keys_good = false;
            }
            if !self.keys_good {
                return trouble(Remedy::NewKeys, Kind::Auth, "ExpiredToken", 400);
            }
            if self.dice.chance(self.faults.forgotten_upload) {
                self.upload = None;
            }
        }
        let gone = || trouble(Remedy::NoSuchUpload, Kind::Storage, "NoSuchUpload", 404);
        match job {
            Job::CreateImage => {
                self.images_created += 1;
                self.image = Some("queued");
                Outcome::ImageCreated { image_id: "img-1".into() }
            }
            Job::ShowImage => {
                let Some(status) = self.image else {
                    return trouble(Remedy::GiveUp, Kind::Service, "IMG.DBGet.NoData", 400);
                };
                if status == "saving" && self.dice.chance(50) {
                    self.image = Some("active");
                }
                let right = self.object.as_ref().is_some_and(|object| {
                    (0..self.plan.count)
                        .all(|index| object.get(index as usize) == Some(&digest_of(index, false)))
                });
                let checksum = if right { file_digest(self.plan.count) } else { digest_of(0, true) };
                Outcome::Image(ImageFacts {
                    status: status.to_owned(),
                    checksum: if status == "active" { hex(&checksum) } else { String::new() },
                    size: (status == "active").then_some(self.plan.size),
                    json: "{}".into(),
                })
            }
            Job::Prepare => {
                self.keys_good = true;
                Outcome::Prepared { place: "store bucket key".into() }
            }
            Job::CheckSource => Outcome::Done,
            Job::HashPart { index } => Outcome::Hashed {
                part: digest_of(*index, false),
                file: (*index + 1 == self.plan.count).then(|| file_digest(self.plan.count)),
            },
            Job::CreateMultipartUpload => {
                self.uploads_made += 1;
                let id = format!("upload-{}", self.uploads_made);
                self.upload = Some((id.clone(), BTreeMap::new()));
                Outcome::MultipartCreated { upload_id: id }
            }
            Job::SendPart { index, upload_id } => {
                self.sent.push(*index);
                let damaged = self.dice.chance(self.faults.flipped_bit);
                match &mut self.upload {
                    Some((id, parts)) if id == upload_id => {
                        let digest = digest_of(*index, damaged);
                        parts.insert(*index + 1, digest);
                        Outcome::Stored { etag: self.etag(digest) }
                    }
                    _ => gone(),
                }
            }
            Job::PutObject => {
                let damaged = self.dice.chance(self.faults.flipped_bit);
                self.object = Some(vec![digest_of(0, damaged)]);
                Outcome::Stored { etag: self.etag(digest_of(0, damaged)) }
            }
            Job::ListParts { upload_id, marker } => match &self.upload {
                Some((id, parts)) if id == upload_id => {
                    let plan = self.plan;
                    let listed = |(number, digest): (&u32, &[u8; 16])| StoredPart {
                        number: *number,
                        etag: if self.faults.opaque_etags { "opaque".into() } else { hex(digest) },
                        size: plan.range(number - 1).1,
                    };
                    let parts: Vec<StoredPart> = parts.range(marker + 1..).take(3).map(listed).collect();
                    let last = parts.last().map_or(0, |part| part.number);
                    let more = parts.len() == 3 && last < plan.count;
                    Outcome::Parts(PartsPage { parts, next: more.then_some(last) })
                }
                _ => gone(),
            },
            Job::CompleteMultipartUpload { upload_id, parts } => {
                if self.dice.chance(self.faults.error_in_200) {
                    return trouble(wait(), Kind::Storage, "InternalError", 200);
                }
                match &self.upload {
                    Some((id, held)) if id == upload_id => {
                        let named: Option<Vec<[u8; 16]>> =
                            parts.iter().map(|part| held.get(&part.number).copied()).collect();
                        let etags_right = self.faults.opaque_etags
                            || parts
                                .iter()
                                .all(|part| held.get(&part.number).is_some_and(|d| hex(d) == part.etag));
                        match named {
                            Some(all) if etags_right => {
                                self.object = Some(all.clone());
                                self.upload = None;
                                Outcome::Completed { etag: Some(multipart_etag(all.into_iter())) }
                            }
                            _ => trouble(Remedy::CheckParts, Kind::Storage, "InvalidPart", 400),
                        }
                    }
                    _ => gone(),
                }
            }
            Job::HeadObject => match &self.object {
                Some(object) => {
                    let etag = multipart_etag(object.iter().copied());
                    Outcome::Object { size: Some(self.plan.size), etag: Some(etag) }
                }
                None => trouble(Remedy::GiveUp, Kind::Storage, "NoSuchKey", 404),
            },
            Job::Report { success: true, .. } => match self.image {
                Some("queued") if self.object.is_some() => {
                    self.image = Some("saving");
                    Outcome::Done
                }
                _ => trouble(Remedy::GiveUp, Kind::Service, "IMG.OperationDenied.ActionNotMatchStatus", 400),
            },
            Job::Report { success: false, .. } => {
                if self.image == Some("active") {
                    return trouble(
                        Remedy::GiveUp,
                        Kind::Service,
                        "IMG.OperationDenied.ActionNotMatchStatus",
                        400,
                    );
                }
                self.image = self.image.map(|_| "killed");
                Outcome::Done
            }
            Job::AbortMultipartUpload { upload_id } => match &self.upload {
                Some((id, _)) if id == upload_id => {
                    self.upload = None;
                    Outcome::Done
                }
                _ => gone(),
            },
            Job::DeleteObject => {
                self.object = None;
                Outcome::Done
            }
            Job::DeleteImage => {
                self.image = None;
                Outcome::Done
            }
        }
    }

    fn etag(&self, digest: [u8; 16]) -> Option<String> {
        if self.faults.hidden_etags {
            None
        } else if self.faults.opaque_etags {
            Some("\"opaque\"".into())
        } else {
            Some(format!("\"{}\"", hex(&digest)))
        }
    }
}
