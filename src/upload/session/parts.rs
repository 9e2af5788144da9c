//! The parts as data: which were sent, which came back, which are to be sent again.

use super::types::*;
use super::{STALL_MS, STALL_UNMOVED_MS};
use crate::oss::StoredPart;
use crate::upload::digest::Chain;
use crate::upload::plan::Plan;
use std::collections::VecDeque;
use std::rc::Rc;

/// All parts of an upload.
pub(super) struct Parts {
    pub(super) plan: Plan,
    pub(super) digest: bool,
    /// Parts are sent so far ahead of the file's digest: what cannot be read again stays in memory until it is in there.
    ahead: u32,
    /// The first part that was never started.
    pub(super) next: u32,
    /// Parts to be sent again, not before a moment.
    pub(super) again: Vec<(u32, f64)>,
    pub(super) flights: Vec<Flight>,
    pub(super) all: Vec<Part>,
    pub(super) done: u32,
    pub(super) done_bytes: u64,
    /// The first part that is not in the file's digest yet.
    pub(super) hash_next: u32,
    pub(super) hashing: Option<Hashing>,
    /// Parts that are in the file's digest, but whose own one is to be computed (again).
    pub(super) rehash: VecDeque<u32>,
    pub(super) file: FileDigest,
    /// Over the MD5s of the parts before `hash_next`.
    pub(super) chain: Chain,
    /// Parts whose MD5 is believed to be the ETag that the store lists; the chain tells whether that is so.
    pub(super) assumed: u32,
    pub(super) etags: Etags,
    /// How many may be in flight; grows by little, falls by half.
    pub(super) window: f64,
    pub(super) most: u32,
    pub(super) slowed_at: f64,
    /// What makes the object was sent, whether or not an answer came.
    pub(super) object_may_stand: bool,
}

#[derive(Clone, Default)]
pub(super) struct Part {
    pub(super) tries: u32,
    pub(super) damaged: u32,
    /// Stored at the store, and, where digests are kept, found to be what was read.
    pub(super) done: bool,
    /// Stored, but not yet compared.
    pub(super) stored: bool,
    pub(super) etag: Option<Box<str>>,
    pub(super) md5: Option<[u8; 16]>,
    pub(super) assumed: bool,
}

pub(super) struct Hashing {
    pub(super) id: u64,
    pub(super) index: u32,
    /// It goes into the file's digest too.
    pub(super) in_order: bool,
}

pub(super) struct Flight {
    pub(super) id: u64,
    pub(super) index: u32,
    pub(super) generation: u32,
    pub(super) sent: u64,
    /// Infinity until it has a connection.
    pub(super) moved_at: f64,
}

/// What this store's ETags are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Etags {
    Unknown,
    Md5,
    /// Something else (an encrypting store): they say nothing about the bytes.
    Opaque,
}

impl Parts {
    pub(super) fn new(config: &Config) -> Self {
        Parts {
            plan: config.plan,
            digest: config.digest,
            ahead: if config.digest && !config.repeatable { config.most_parallel } else { u32::MAX },
            next: 0,
            again: Vec::new(),
            flights: Vec::new(),
            all: vec![Part::default(); config.plan.count as usize],
            done: 0,
            done_bytes: 0,
            hash_next: 0,
            hashing: None,
            rehash: VecDeque::new(),
            file: FileDigest::default(),
            chain: Chain::default(),
            assumed: 0,
            etags: Etags::Unknown,
            window: f64::from(config.first_parallel),
            most: config.most_parallel,
            slowed_at: f64::NEG_INFINITY,
            object_may_stand: false,
        }
    }

    pub(super) fn part(&mut self, index: u32) -> &mut Part {
        &mut self.all[index as usize]
    }

    pub(super) fn is_flight(&self, id: u64) -> bool {
        self.flights.iter().any(|flight| flight.id == id)
    }

    pub(super) fn is_hash(&self, id: u64) -> bool {
        self.hashing.as_ref().is_some_and(|hashing| hashing.id == id)
    }

    pub(super) fn began(&mut self, id: u64, now: f64) {
        if let Some(flight) = self.flights.iter_mut().find(|flight| flight.id == id) {
            flight.moved_at = now;
        }
    }

    pub(super) fn moved(&mut self, id: u64, bytes: u64, now: f64) {
        if let Some(flight) = self.flights.iter_mut().find(|flight| flight.id == id)
            && bytes > flight.sent
        {
            flight.sent = bytes;
            flight.moved_at = now;
        }
    }

    pub(super) fn forgive(&mut self, now: f64) {
        for flight in &mut self.flights {
            // One that waits for a connection goes on waiting.
            if flight.moved_at.is_finite() {
                flight.moved_at = now;
            }
        }
    }

    /// All moments that something waits for, or is measured from.
    pub(super) fn moments(&mut self) -> impl Iterator<Item = &mut f64> {
        let again = self.again.iter_mut().map(|(_, after)| after);
        let moved = self.flights.iter_mut().map(|flight| &mut flight.moved_at);
        again.chain(moved).chain([&mut self.slowed_at])
    }

    /// What waits for its back-off need not wait any longer.
    pub(super) fn hurry(&mut self) {
        for (_, after) in &mut self.again {
            *after = 0.0;
        }
    }

    /// Takes all parts off the line; they are sent again later.
    pub(super) fn cancel_flights(&mut self) -> Vec<u64> {
        let flights = core::mem::take(&mut self.flights);
        self.again.extend(flights.iter().map(|flight| (flight.index, 0.0)));
        flights.into_iter().map(|flight| flight.id).collect()
    }

    pub(super) fn cancel_all(&mut self) -> Vec<u64> {
        let mut ids = self.cancel_flights();
        ids.extend(self.hashing.take().map(|hashing| hashing.id));
        ids
    }

    /// Nothing is stored any more; the digests stay.
    pub(super) fn start_over(&mut self) {
        self.again.clear();
        self.rehash.clear();
        self.next = 0;
        self.done = 0;
        self.done_bytes = 0;
        self.assumed = 0;
        for part in &mut self.all {
            *part = Part { md5: part.md5.filter(|_| !part.assumed), ..Part::default() };
        }
    }

    /// When a part is given up unless it moves.
    pub(super) fn stalled(&self, flight: &Flight) -> f64 {
        // When all has left, a proxy may still be passing it on, at the pace of the line behind it.
        let waits = flight.sent == 0 || flight.sent >= self.plan.range(flight.index).1;
        flight.moved_at + if waits { STALL_UNMOVED_MS } else { STALL_MS }
    }

    pub(super) fn wakes(&self) -> impl Iterator<Item = f64> + '_ {
        let again = self.again.iter().map(|(_, after)| *after);
        again.chain(self.flights.iter().map(|flight| self.stalled(flight))).filter(|wake| wake.is_finite())
    }

    pub(super) fn bytes(&self) -> u64 {
        self.done_bytes + self.flights.iter().map(|flight| flight.sent).sum::<u64>()
    }

    pub(super) fn done(&self) -> u32 {
        self.done
    }

    pub(super) fn in_flight(&self) -> u32 {
        self.flights.len() as u32
    }

    pub(super) fn all_done(&self) -> bool {
        let verified = !self.digest || (self.file.whole.is_some() && self.assumed == 0);
        self.done == self.plan.count && verified
    }

    pub(super) fn forget_object(&mut self) {
        self.object_may_stand = false;
        if self.plan.is_single() {
            self.all[0].stored = false;
        }
    }

    /// Whether a part's ETag is not known, so that the store must be asked for it.
    pub(super) fn etags_missing(&self) -> bool {
        !self.plan.is_single() && self.all.iter().any(|part| part.etag.is_none())
    }

    /// What CompleteMultipartUpload is told.
    pub(super) fn list(&self) -> Rc<[StoredPart]> {
        let entry = |(index, part): (usize, &Part)| StoredPart {
            number: index as u32 + 1,
            etag: part.etag.as_deref().unwrap_or_default().to_owned(),
            size: 0,
        };
        self.all.iter().enumerate().map(entry).collect()
    }

    /// Parts whose MD5 is in the file's digest, in their order.
    pub(super) fn hashed(&self) -> &[Part] {
        &self.all[..self.hash_next as usize]
    }

    pub(super) fn set_done(&mut self, index: u32) {
        let length = self.plan.range(index).1;
        let part = self.part(index);
        if !part.done {
            part.done = true;
            self.done += 1;
            self.done_bytes += length;
        }
    }

    /// It is stored, but not known to be what was read.
    pub(super) fn set_doubtful(&mut self, index: u32) {
        let length = self.plan.range(index).1;
        let part = self.part(index);
        if part.done {
            part.done = false;
            self.done -= 1;
            self.done_bytes -= length;
        }
    }

    pub(super) fn set_undone(&mut self, index: u32, after: f64) {
        self.set_doubtful(index);
        let part = self.part(index);
        part.stored = false;
        part.etag = None;
        if core::mem::take(&mut part.assumed) {
            part.md5 = None;
            self.assumed -= 1;
        }
        // One that an earlier run has sent may still be ahead.
        if index < self.next {
            self.again.push((index, after));
        }
    }

    /// The next part to be sent, if it is time for one.
    pub(super) fn take(&mut self, now: f64) -> Option<u32> {
        if self.flights.len() >= (self.window as usize).max(1) {
            return None;
        }
        if let Some(at) = self.again.iter().position(|(_, after)| now >= *after) {
            return Some(self.again.swap_remove(at).0);
        }
        // What an earlier run has stored is passed over.
        while self.next < self.plan.count && self.all[self.next as usize].stored {
            self.next += 1;
        }
        // A new part waits while old ones fail: a store in trouble is not given more work.
        let is_ahead = self.next.saturating_sub(self.hash_next) >= self.ahead;
        if self.next < self.plan.count && self.again.len() < self.most as usize && !is_ahead {
            self.next += 1;
            return Some(self.next - 1);
        }
        None
    }

    /// The next part to be hashed, and whether it goes into the file's digest. In order, and not before the part is
    /// needed, so that a slow line does not read far ahead.
    pub(super) fn next_hash(&mut self) -> Option<(u32, bool)> {
        if !self.digest || self.hashing.is_some() {
            return None;
        }
        if let Some(index) = self.rehash.pop_front() {
            return Some((index, false));
        }
        let wanted = self.hash_next < self.next.max(1) && self.hash_next < self.plan.count;
        wanted.then_some((self.hash_next, true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::retry::Policy;

    #[test]
    fn a_part_is_given_up_when_nothing_moves_not_when_it_takes_long() {
        let plan = Plan::new(64 << 20, None).unwrap();
        let mut parts = Parts::new(&Config {
            plan,
            image_id: None,
            digest: true,
            repeatable: true,
            most_parallel: 1,
            first_parallel: 1,
            retry: Policy::default(),
            patience_ms: 300_000.0,
            wait_ms: None,
            resends: false,
            seed: 1,
            head: None,
            imports: None,
        });
        parts.flights.push(Flight { id: 7, index: 0, generation: 1, sent: 0, moved_at: f64::INFINITY });
        let due = |parts: &Parts| parts.stalled(&parts.flights[0]);
        assert_eq!(due(&parts), f64::INFINITY, "it waits for a connection as long as that takes");
        parts.began(7, 1_000.0);
        assert_eq!(due(&parts), 1_000.0 + STALL_UNMOVED_MS);
        // 16 MiB at 64 KiB a minute are four hours.
        let mut now = 1_000.0;
        for step in 1..256 {
            now += 59_000.0;
            assert!(now < due(&parts), "block {step}");
            parts.moved(7, step << 16, now);
            assert_eq!(due(&parts), now + STALL_MS);
        }
        // What is told twice has not moved.
        parts.moved(7, 255 << 16, now + 30_000.0);
        assert_eq!(due(&parts), now + STALL_MS);
        parts.moved(7, 256 << 16, now);
        assert_eq!(due(&parts), now + STALL_UNMOVED_MS, "all of it has left: the answer takes its time");
    }
}
