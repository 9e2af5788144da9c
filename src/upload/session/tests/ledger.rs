//! The simulation's books: what was done, and what there are reasons to do again.

use super::world::digest_of;
use crate::auth::sigv4::hex;
use crate::oss::{is_md5, plain_etag};
use std::collections::HashSet;

/// What was done so far, and what there are reasons to do again.
pub(super) struct Ledger {
    /// Each part that was sent, in order.
    pub(super) sent: Vec<u32>,
    /// Parts (of an upload, or of a place for a single PUT) that were sent once.
    pub(super) first: HashSet<(String, u32)>,
    /// Parts that a process has a reason to send again.
    pub(super) owed: HashSet<(String, u32)>,
    /// Parts whose ETag, as a process heard it last, is not their MD5.
    pub(super) differing: HashSet<(String, u32)>,
    pub(super) parts: u32,
    /// Reasons to send a part again, counted.
    pub(super) reasons: u64,
    /// Multipart uploads that were begun, and how many may be.
    pub(super) creations: u32,
    pub(super) most_creations: u32,
    pub(super) why_created: &'static str,
    /// How many images may be created.
    pub(super) images: u32,
    /// An object was taken back, perhaps by a process that died before it was done.
    pub(super) object_removed: bool,
    /// Checkpoints that were written, and the bytes of the largest.
    pub(super) saves: u32,
    pub(super) largest_save: usize,
}

impl Ledger {
    pub(super) fn new(parts: u32) -> Self {
        Ledger {
            sent: Vec::new(),
            first: HashSet::new(),
            owed: HashSet::new(),
            differing: HashSet::new(),
            parts,
            reasons: 0,
            creations: 0,
            most_creations: 1,
            why_created: "the first one",
            images: 1,
            object_removed: false,
            saves: 0,
            largest_save: 0,
        }
    }

    /// One more multipart upload may be begun.
    pub(super) fn may_create(&mut self, why: &'static str) {
        self.most_creations += 1;
        self.why_created = why;
    }

    /// The ETag of a part, as a process heard it.
    pub(super) fn hear(&mut self, part: &(String, u32), etag: &str) {
        let etag = plain_etag(etag);
        if is_md5(&etag) && etag != hex(&digest_of(part.1, 0)) {
            self.reasons += 1;
            self.differing.insert(part.clone());
        } else {
            self.differing.remove(part);
        }
    }

    /// There is a reason to send a part again.
    pub(super) fn owe(&mut self, part: &(String, u32)) {
        self.reasons += 1;
        self.owed.insert(part.clone());
    }
}
