//! A world for the session: a service, a store and a line that fail as a seed says. It outlives the processes that
//! upload into it.

use super::super::*;
use crate::auth::sigv4::hex;
use crate::error::Kind;
use crate::md5::Md5;
use crate::oss::trouble::{Remedy, Trouble};
use crate::oss::{PartsPage, StoredPart};
use crate::upload::digest::Chain;
use crate::upload::plan::Plan;
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
    /// A request is delivered twice.
    pub(super) doubled: u64,
    /// A request whose sender is gone is delivered all the same.
    pub(super) late: u64,
    pub(super) unavailable: u64,
    /// The service is well.
    pub(super) only_the_store: bool,
    pub(super) flipped_bit: u64,
    pub(super) revoked_keys: u64,
    /// How long credentials last, milliseconds; 0 for ever.
    pub(super) keys_last: f64,
    pub(super) hidden_etags: bool,
    pub(super) opaque_etags: bool,
    pub(super) forgotten_upload: u64,
    pub(super) moved_place: u64,
    pub(super) error_in_200: u64,
    pub(super) stalls: u64,
    pub(super) slow: bool,
    pub(super) skewed: bool,
    pub(super) wrong_region: bool,
    pub(super) wrong_addressing: bool,
}

pub(super) struct Image {
    pub(super) id: String,
    pub(super) status: &'static str,
    /// Somebody else's of the same name.
    pub(super) foreign: bool,
}

/// A multipart upload at the store.
pub(super) struct Multipart {
    pub(super) id: String,
    pub(super) place: u32,
    pub(super) parts: BTreeMap<u32, [u8; 16]>,
}

/// What a process knows that its session does not: keys, clock, region.
#[derive(Default)]
pub(super) struct Hands {
    pub(super) keys: Option<(u64, f64)>,
    pub(super) place: u32,
    pub(super) clock_set: bool,
    pub(super) region_set: bool,
    pub(super) virtual_addressing: bool,
}

/// Service and store.
pub(super) struct World {
    pub(super) dice: Dice,
    pub(super) faults: Faults,
    pub(super) plan: Plan,
    pub(super) now: f64,
    pub(super) images: Vec<Image>,
    pub(super) created: u32,
    pub(super) uploads: Vec<Multipart>,
    pub(super) made: u32,
    /// By place.
    pub(super) objects: BTreeMap<u32, Vec<[u8; 16]>>,
    pub(super) place: u32,
    pub(super) revoked_before: u64,
    pub(super) keys_made: u64,
}

/// The MD5 of a part is that of its number: the simulated file has no bytes.
pub(super) fn digest_of(index: u32, damaged: bool) -> [u8; 16] {
    let mut md5 = Md5::default();
    md5.update(&index.to_le_bytes());
    md5.update(&[u8::from(damaged); 4]);
    md5.finish()
}

/// The MD5 of the file goes over the digests of its parts.
pub(super) fn file_digest(count: u32) -> [u8; 16] {
    let mut md5 = Md5::default();
    (0..count).for_each(|index| md5.update(&digest_of(index, false)));
    md5.finish()
}

/// What a driver does for [`Job::HashPart`].
pub(super) fn hash(index: u32, file: Option<&String>, count: u32) -> Outcome {
    let whole = file.map(|state| {
        let mut md5 = if state.is_empty() { Md5::default() } else { Md5::restore(state).expect("a state") };
        md5.update(&digest_of(index, false));
        FileDigest { state: md5.save(), whole: (index + 1 == count).then(|| md5.finish()) }
    });
    Outcome::Hashed { part: digest_of(index, false), file: whole }
}

fn trouble(remedy: Remedy, kind: Kind, code: &str, status: u16) -> Outcome {
    let retryable = matches!(remedy, Remedy::Wait { .. });
    let error = Error::new(kind, code).with_code(code).with_status(status).retryable(retryable);
    Outcome::Failed(Trouble { remedy, error })
}

fn wait() -> Remedy {
    Remedy::Wait { retry_after_ms: None }
}

pub(super) fn lost() -> Outcome {
    Outcome::Failed(Trouble { remedy: wait(), error: Error::new(Kind::Network, "lost") })
}

fn refused(code: &str) -> Outcome {
    trouble(Remedy::GiveUp, Kind::Service, code, 400)
}

/// Whether a job is asked of the store, with its credentials.
pub(super) fn is_store(job: &Job) -> bool {
    matches!(
        job,
        Job::CreateMultipartUpload
            | Job::SendPart { .. }
            | Job::PutObject
            | Job::ListParts { .. }
            | Job::CompleteMultipartUpload { .. }
            | Job::HeadObject
            | Job::AbortMultipartUpload { .. }
            | Job::ListMultipartUploads
            | Job::DeleteObject
    )
}

impl World {
    pub(super) fn image(&mut self) -> Option<&mut Image> {
        self.images.iter_mut().find(|image| !image.foreign)
    }

    pub(super) fn is_right(&self, place: u32) -> bool {
        let expected: Vec<[u8; 16]> = (0..self.plan.count).map(|index| digest_of(index, false)).collect();
        self.objects.get(&place) == Some(&expected)
    }

    /// Delivers a request: what the service or the store does, and says.
    pub(super) fn deliver(&mut self, job: &Job, hands: &mut Hands) -> Outcome {
        let again = matches!(job, Job::FindImages | Job::ShowImage | Job::Prepare);
        let (once, twice) =
            (self.dice.chance(self.faults.unavailable), self.dice.chance(self.faults.unavailable));
        let spared = self.faults.only_the_store && !is_store(job);
        if once && (twice || !again) && !spared {
            return trouble(wait(), Kind::Storage, "SlowDown", 503);
        }
        if is_store(job) {
            if let Some(refusal) = self.turned_away(hands) {
                return refusal;
            }
            if self.dice.chance(self.faults.forgotten_upload) {
                self.uploads.clear();
            }
            self.store(job, hands.place)
        } else {
            self.service(job, hands)
        }
    }

    fn turned_away(&mut self, hands: &Hands) -> Option<Outcome> {
        let code = |remedy, kind, code| Some(trouble(remedy, kind, code, 403));
        if self.faults.wrong_addressing && !hands.virtual_addressing {
            let remedy = Remedy::UseVirtualAddressing;
            return code(remedy, Kind::Storage, "VirtualHostDomainRequired");
        }
        if self.faults.skewed && !hands.clock_set {
            let remedy = Remedy::SetClock(self.now + 3_600_000.0);
            return code(remedy, Kind::Storage, "RequestTimeTooSkewed");
        }
        if self.faults.wrong_region && !hands.region_set {
            let remedy = Remedy::SetRegion("cn-north-1".into());
            return code(remedy, Kind::Storage, "AuthorizationHeaderMalformed");
        }
        if self.dice.chance(self.faults.revoked_keys) {
            self.revoked_before = self.keys_made + 1;
        }
        match hands.keys {
            Some((number, expires)) if number >= self.revoked_before && self.now < expires => None,
            Some((number, _)) if number >= self.revoked_before => {
                code(Remedy::NewKeys, Kind::Auth, "ExpiredToken")
            }
            _ => code(Remedy::NewKeys, Kind::Auth, "InvalidAccessKeyId"),
        }
    }

    fn service(&mut self, job: &Job, hands: &mut Hands) -> Outcome {
        match job {
            Job::FindImages => {
                let queued = self.images.iter().filter(|image| image.status == "queued");
                Outcome::Found(queued.map(|image| image.id.clone()).collect())
            }
            Job::CreateImage => {
                self.created += 1;
                let id = format!("img-{}", self.created);
                self.images.push(Image { id: id.clone(), status: "queued", foreign: false });
                Outcome::ImageCreated { image_id: id }
            }
            Job::Prepare => {
                let Some("queued") = self.image().map(|image| image.status) else {
                    return refused("IMG.OperationDenied.ActionNotMatchStatus");
                };
                self.place += u32::from(self.dice.chance(self.faults.moved_place));
                self.keys_made += 1;
                let last = self.faults.keys_last;
                let expires = if last > 0.0 { self.now + last } else { f64::INFINITY };
                hands.keys = Some((self.keys_made, expires));
                hands.place = self.place;
                Outcome::Prepared { place: format!("place {}", self.place) }
            }
            Job::ShowImage => self.show(),
            Job::Report { success: true, .. } => {
                let there = self.objects.contains_key(&self.place);
                match self.image() {
                    Some(image) if image.status == "queued" && there => {
                        image.status = "saving";
                        Outcome::Done
                    }
                    _ => refused("IMG.OperationDenied.ActionNotMatchStatus"),
                }
            }
            Job::Report { .. } => match self.image() {
                Some(image) if image.status != "active" => {
                    image.status = "killed";
                    Outcome::Done
                }
                _ => refused("IMG.OperationDenied.ActionNotMatchStatus"),
            },
            Job::DeleteImage => {
                let before = self.images.len();
                self.images.retain(|image| image.foreign);
                if self.images.len() < before { Outcome::Done } else { refused("IMG.DBGet.NoData") }
            }
            _ => unreachable!("{job:?} is not asked of the service"),
        }
    }

    fn show(&mut self) -> Outcome {
        let (moves, right) = (self.dice.chance(50), self.is_right(self.place));
        let (size, count) = (self.plan.size, self.plan.count);
        let Some(image) = self.image() else { return refused("IMG.DBGet.NoData") };
        if image.status == "saving" && moves {
            image.status = "active";
        }
        let active = image.status == "active";
        let checksum = if right { file_digest(count) } else { digest_of(0, true) };
        Outcome::Image(ImageFacts {
            status: image.status.to_owned(),
            checksum: if active { hex(&checksum) } else { String::new() },
            size: active.then_some(size),
            json: "{}".into(),
        })
    }

    fn store(&mut self, job: &Job, place: u32) -> Outcome {
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
                let digest = digest_of(*index, self.dice.chance(self.faults.flipped_bit));
                let Some(at) = at(&self.uploads, upload_id) else { return gone() };
                self.uploads[at].parts.insert(index + 1, digest);
                Outcome::Stored { etag: self.etag(digest) }
            }
            Job::PutObject => {
                let digest = digest_of(0, self.dice.chance(self.faults.flipped_bit));
                self.objects.insert(place, vec![digest]);
                Outcome::Stored { etag: self.etag(digest) }
            }
            Job::ListParts { upload_id, marker } => {
                let Some(at) = at(&self.uploads, upload_id) else { return gone() };
                let listed = |(number, digest): (&u32, &[u8; 16])| StoredPart {
                    number: *number,
                    etag: if self.faults.opaque_etags { "opaque".into() } else { hex(digest) },
                    size: self.plan.range(number - 1).1,
                };
                let parts: Vec<StoredPart> =
                    self.uploads[at].parts.range(marker + 1..).take(3).map(listed).collect();
                let last = parts.last().map_or(0, |part| part.number);
                let more = self.uploads[at].parts.range(last + 1..).next().is_some();
                Outcome::Parts(PartsPage { parts, next: more.then_some(last) })
            }
            Job::CompleteMultipartUpload { upload_id, parts } => {
                if self.dice.chance(self.faults.error_in_200) {
                    return trouble(wait(), Kind::Storage, "InternalError", 200);
                }
                let Some(at) = at(&self.uploads, upload_id) else { return gone() };
                let held = &self.uploads[at].parts;
                let opaque = self.faults.opaque_etags;
                let fits =
                    |part: &StoredPart| held.get(&part.number).filter(|d| opaque || hex(*d) == part.etag);
                let all: Option<Vec<[u8; 16]>> = parts.iter().map(|part| fits(part).copied()).collect();
                let Some(all) = all else {
                    return trouble(Remedy::CheckParts, Kind::Storage, "InvalidPart", 400);
                };
                let etag = Chain::of(all.iter()).etag(all.len() as u32);
                self.objects.insert(place, all);
                self.uploads.swap_remove(at);
                Outcome::Completed { etag: Some(etag) }
            }
            Job::HeadObject => match self.objects.get(&place) {
                Some(object) if self.plan.is_single() => {
                    Outcome::Object { size: Some(self.plan.size), etag: self.etag(object[0]) }
                }
                Some(object) => {
                    let etag = Chain::of(object.iter()).etag(object.len() as u32);
                    Outcome::Object { size: Some(self.plan.size), etag: Some(etag) }
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
            Job::ListMultipartUploads => {
                let here = self.uploads.iter().filter(|upload| upload.place == place);
                Outcome::Uploads(here.map(|upload| upload.id.clone()).collect())
            }
            Job::DeleteObject => {
                self.objects.remove(&place);
                Outcome::Done
            }
            _ => unreachable!("{job:?} is not asked of the store"),
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
