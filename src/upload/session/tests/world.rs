//! A world for the session: a service and a line that fail as a seed says; the store is in `store`. It outlives the
//! processes that upload into it, and counts what it did to them.

use super::super::*;
use crate::auth::sigv4::hex;
use crate::error::Kind;
use crate::md5::Md5;
use crate::oss::trouble::{Remedy, Trouble};
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

/// What a store answers for the ETag of a part.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum EtagStyle {
    #[default]
    Md5,
    /// No text of 32 digits.
    Opaque,
    /// 32 hexadecimal digits that are no MD5 and differ at each upload, as with SSE-KMS.
    Other,
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
    /// The store itself finds most of what arrives damaged.
    pub(super) checking_store: bool,
    pub(super) revoked_keys: u64,
    /// How long credentials last, milliseconds; 0 for ever.
    pub(super) keys_last: f64,
    pub(super) hidden_etags: bool,
    pub(super) etags: EtagStyle,
    /// Parts that ListParts lists at once; 0 for as many as there are.
    pub(super) page: usize,
    /// Nobody may list multipart uploads.
    pub(super) forbidden_list: bool,
    pub(super) forgotten_upload: u64,
    pub(super) moved_place: u64,
    pub(super) error_in_200: u64,
    pub(super) stalls: u64,
    /// A part waits minutes for a connection.
    pub(super) waits: u64,
    pub(super) slow: bool,
    pub(super) skewed: bool,
    pub(super) wrong_region: bool,
    pub(super) wrong_addressing: bool,
    /// A checkpoint cannot be written.
    pub(super) save_fails: u64,
    /// A checkpoint takes up to two minutes.
    pub(super) save_late: u64,
}

impl Faults {
    /// What is no fault of the moment but the way this store is.
    pub(super) fn nature(&self) -> Faults {
        Faults {
            hidden_etags: self.hidden_etags,
            etags: self.etags,
            page: self.page,
            forbidden_list: self.forbidden_list,
            ..Faults::default()
        }
    }
}

/// How an image came to be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Origin {
    /// Created by the upload.
    Ours,
    /// Somebody else's of the same name.
    Foreign,
    /// It was there before, and the upload is to go into it.
    Target,
}

pub(super) struct Image {
    pub(super) id: String,
    pub(super) status: &'static str,
    pub(super) origin: Origin,
    /// Where the service looks for its file.
    pub(super) place: u32,
}

/// What the store holds of a part.
#[derive(Clone)]
pub(super) struct Held {
    pub(super) digest: [u8; 16],
    pub(super) etag: String,
}

/// A multipart upload at the store.
pub(super) struct Multipart {
    pub(super) id: String,
    pub(super) place: u32,
    pub(super) parts: BTreeMap<u32, Held>,
}

/// What a process knows that its session does not: keys, clock, region.
#[derive(Clone, Default)]
pub(super) struct Hands {
    pub(super) image: String,
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
    /// The object in the caller's bucket is somebody else's.
    pub(super) replaced: bool,
    /// Their ETags, where this upload has put them there.
    pub(super) etags: BTreeMap<u32, String>,
    pub(super) places: u32,
    /// An image that somebody else has finished before this upload had put a file into it.
    pub(super) stranger: Option<String>,
    /// Places whose object the service was told of, and took.
    pub(super) taken: Vec<u32>,
    pub(super) revoked_before: u64,
    pub(super) keys_made: u64,
    /// Numbers what arrives damaged, so that no two damages are the same.
    pub(super) damages: u64,
    pub(super) tally: BTreeMap<&'static str, u64>,
    /// Images are made of the object, by orders.
    pub(super) imports: bool,
    /// When such an image is listed; the service takes its time.
    pub(super) listed_from: BTreeMap<String, f64>,
}

/// The MD5 of a part is that of its number: the simulated file has no bytes. Damage 0 is none.
pub(super) fn digest_of(index: u32, damage: u64) -> [u8; 16] {
    let mut md5 = Md5::default();
    md5.update(&index.to_le_bytes());
    md5.update(&damage.to_le_bytes());
    md5.finish()
}

/// The MD5 of the file goes over the digests of its parts.
pub(super) fn file_digest(count: u32) -> [u8; 16] {
    let mut md5 = Md5::default();
    (0..count).for_each(|index| md5.update(&digest_of(index, 0)));
    md5.finish()
}

/// What a driver does for [`Job::HashPart`].
pub(super) fn hash(index: u32, file: Option<&String>, count: u32) -> Outcome {
    let whole = file.map(|state| {
        let mut md5 = if state.is_empty() { Md5::default() } else { Md5::restore(state).expect("a state") };
        md5.update(&digest_of(index, 0));
        FileDigest { state: md5.save(), whole: (index + 1 == count).then(|| md5.finish()) }
    });
    Outcome::Hashed { part: digest_of(index, 0), file: whole }
}

pub(super) fn trouble(remedy: Remedy, kind: Kind, code: &str, status: u16) -> Outcome {
    let retryable = matches!(remedy, Remedy::Wait { .. } | Remedy::Resend);
    let error = Error::new(kind, code).with_code(code).with_status(status).retryable(retryable);
    Outcome::Failed(Trouble { remedy, error })
}

pub(super) fn wait() -> Remedy {
    Remedy::Wait { retry_after_ms: None }
}

pub(super) fn lost() -> Outcome {
    let error = Error::new(Kind::Network, "lost").retryable(true);
    Outcome::Failed(Trouble { remedy: wait(), error })
}

pub(super) fn refused(code: &str) -> Outcome {
    let status = if code == "IMG.DBGet.NoData" { 404 } else { 400 };
    trouble(Remedy::GiveUp, Kind::Service, code, status)
}

impl World {
    pub(super) fn count(&mut self, what: &'static str) {
        *self.tally.entry(what).or_default() += 1;
    }

    /// The image that the story is about: the last one that is nobody else's.
    pub(super) fn image(&mut self) -> Option<&mut Image> {
        self.images.iter_mut().rev().find(|image| image.origin != Origin::Foreign)
    }

    pub(super) fn image_of(&mut self, id: &str) -> Option<&mut Image> {
        self.images.iter_mut().find(|image| image.id == id)
    }

    pub(super) fn new_place(&mut self) -> u32 {
        self.places += 1;
        self.places
    }

    pub(super) fn is_right(&self, place: u32) -> bool {
        let expected = (0..self.plan.count).map(|index| digest_of(index, 0));
        self.objects.get(&place).is_some_and(|object| object.iter().copied().eq(expected))
    }

    /// Somebody else uploads another file into the image, and the service takes it.
    pub(super) fn finish_by_somebody_else(&mut self, digest: bool) {
        let Some((place, status)) = self.image().map(|image| (image.place, image.status)) else { return };
        // Without digests one's own object cannot be told from another that is put in its place.
        if status != "queued" || (!digest && self.objects.contains_key(&place)) {
            return;
        }
        let image = self.image().expect("it is there");
        image.status = "active";
        let id = image.id.clone();
        self.stranger = Some(id).filter(|_| !self.objects.contains_key(&place));
        self.objects.insert(place, vec![digest_of(0, u64::MAX)]);
        self.etags.remove(&place);
        self.count("an image finished by somebody else");
    }

    /// Delivers a request: what the service or the store does, and says.
    pub(super) fn deliver(&mut self, job: &Job, hands: &mut Hands) -> Outcome {
        let again = matches!(job, Job::FindImages | Job::ShowImage | Job::ShowOrder { .. } | Job::Prepare);
        let (once, twice) =
            (self.dice.chance(self.faults.unavailable), self.dice.chance(self.faults.unavailable));
        let spared = self.faults.only_the_store && !job.is_of_store();
        if once && (twice || !again) && !spared {
            self.count("503");
            return trouble(wait(), Kind::Storage, "SlowDown", 503);
        }
        if job.is_of_store() {
            if let Some(refusal) = self.turned_away(hands) {
                return refusal;
            }
            if self.dice.chance(self.faults.forgotten_upload) && !self.uploads.is_empty() {
                self.count("a forgotten upload");
                self.uploads.clear();
            }
            self.store(job, hands.place)
        } else {
            match self.imports {
                true => self.import(job, hands),
                false => self.service(job, hands),
            }
        }
    }

    fn turned_away(&mut self, hands: &Hands) -> Option<Outcome> {
        let (what, remedy, kind, code) = if self.faults.wrong_addressing && !hands.virtual_addressing {
            ("another addressing", Remedy::UseVirtualAddressing, Kind::Storage, "VirtualHostDomainRequired")
        } else if self.faults.skewed && !hands.clock_set {
            let remedy = Remedy::SetClock(self.now + 3_600_000.0);
            ("a skewed clock", remedy, Kind::Storage, "RequestTimeTooSkewed")
        } else if self.faults.wrong_region && !hands.region_set {
            let remedy = Remedy::SetRegion("cn-north-1".into());
            ("another region", remedy, Kind::Storage, "AuthorizationHeaderMalformed")
        } else {
            if self.dice.chance(self.faults.revoked_keys) {
                self.revoked_before = self.keys_made + 1;
            }
            match hands.keys {
                Some((number, expires)) if number >= self.revoked_before && self.now < expires => {
                    return None;
                }
                Some((number, _)) if number >= self.revoked_before => {
                    ("expired credentials", Remedy::NewKeys, Kind::Auth, "ExpiredToken")
                }
                _ => ("revoked credentials", Remedy::NewKeys, Kind::Auth, "InvalidAccessKeyId"),
            }
        };
        self.count(what);
        Some(trouble(remedy, kind, code, 403))
    }

    fn service(&mut self, job: &Job, hands: &mut Hands) -> Outcome {
        let id = hands.image.clone();
        match job {
            Job::FindImages => {
                let queued = self.images.iter();
                let queued =
                    queued.filter(|image| image.status == "queued" && image.origin != Origin::Target);
                Outcome::Found(queued.map(|image| image.id.clone()).collect())
            }
            Job::CreateImage => {
                self.created += 1;
                let id = format!("img-{}", self.created);
                let place = self.new_place();
                self.images.push(Image { id: id.clone(), status: "queued", origin: Origin::Ours, place });
                Outcome::ImageCreated { image_id: id }
            }
            Job::Prepare => {
                if self.image_of(&id).is_none_or(|image| image.status != "queued") {
                    return refused("IMG.OperationDenied.ActionNotMatchStatus");
                }
                if self.dice.chance(self.faults.moved_place) {
                    let place = self.new_place();
                    self.count("a moved place");
                    self.image_of(&id).expect("it is there").place = place;
                }
                self.keys_made += 1;
                let last = self.faults.keys_last;
                let expires = if last > 0.0 { self.now + last } else { f64::INFINITY };
                hands.keys = Some((self.keys_made, expires));
                hands.place = self.image_of(&id).expect("it is there").place;
                Outcome::Prepared { place: format!("place {}", hands.place) }
            }
            Job::ShowImage => self.show(&id),
            Job::Report { success, .. } => {
                let objects: Vec<u32> = self.objects.keys().copied().collect();
                match self.image_of(&id) {
                    Some(image) if *success && image.status == "queued" && objects.contains(&image.place) => {
                        image.status = "saving";
                        let place = image.place;
                        self.taken.push(place);
                        Outcome::Done
                    }
                    Some(image) if !success && image.status != "active" => {
                        image.status = "killed";
                        Outcome::Done
                    }
                    _ => refused("IMG.OperationDenied.ActionNotMatchStatus"),
                }
            }
            Job::DeleteImage => {
                let before = self.images.len();
                self.images.retain(|image| image.id != id);
                if self.images.len() < before { Outcome::Done } else { refused("IMG.DBGet.NoData") }
            }
            _ => unreachable!("{job:?} is not asked of the service"),
        }
    }

    fn show(&mut self, id: &str) -> Outcome {
        let moves = self.dice.chance(50);
        let (size, count) = (self.plan.size, self.plan.count);
        let Some(image) = self.image_of(id) else { return refused("IMG.DBGet.NoData") };
        if image.status == "saving" && moves {
            image.status = "active";
        }
        let (status, place) = (image.status, image.place);
        let checksum = if self.is_right(place) { file_digest(count) } else { digest_of(0, u64::MAX) };
        let active = status == "active";
        Outcome::Image(ImageFacts {
            status: status.to_owned(),
            checksum: if active { hex(&checksum) } else { String::new() },
            size: active.then_some(size),
            json: "{}".into(),
        })
    }
}
