//! Sending the parts: when, how many at once, and whether what is stored is what was read.

use super::failures::Verdict;
use super::parts::{Etags, Flight, Hashing};
use super::{Session, types::*};
use crate::auth::sigv4::hex;
use crate::error::{Error, Kind};
use crate::oss::trouble::{Remedy, Trouble};
use crate::oss::{StoredPart, is_md5, plain_etag};

/// A part that comes back damaged so often means that something on the way is broken.
const MOST_DAMAGED: u32 = 5;
/// A part that fails so often while others pass is not going to pass.
const MOST_TRIES: u32 = 25;

/// What comparing a stored part with what was read shows.
enum Compared {
    NotYet,
    Same,
    Different,
}

impl Session {
    /// The store does not know the upload any more, or the place changed: all parts are sent again.
    pub(super) fn start_over(&mut self, now: f64, why: &str) {
        self.restarts += 1;
        if self.restarts > 3 {
            self.fail(Error::new(Kind::Storage, format!("started over three times; the last time {why}")));
            return;
        }
        if !self.config.repeatable && self.parts.next > 0 {
            let message =
                format!("the upload would have to start over, and a stream cannot be read again: {why}");
            self.fail(Error::new(Kind::Storage, message));
            return;
        }
        for id in self.parts.cancel_flights() {
            self.actions.push(Action::Cancel { id });
        }
        self.parts.start_over();
        self.upload_id = None;
        self.completed = false;
        self.note_etag(None);
        self.inventory = false;
        self.look_for_object = false;
        self.listing = None;
        self.dirty = true;
        self.control.after = now;
        self.phase = Phase::Uploading;
        self.warn("started-over", format!("the upload starts over: {why}"));
    }

    pub(super) fn advance_parts(&mut self, now: f64) {
        if !self.keys_are_good(now) {
            return;
        }
        if !self.config.plan.is_single() {
            let Some(upload_id) = self.upload_id.clone() else {
                self.start_control(now, Job::CreateMultipartUpload);
                return;
            };
            if self.inventory {
                let marker = self.listing.as_ref().map_or(0, |(_, marker)| *marker);
                let list = Job::ListParts { upload_id, marker };
                self.start_control(now, if self.look_for_object { Job::HeadObject } else { list });
                return;
            }
        } else if self.imports() {
            if !self.importing.stood_looked {
                self.start_control(now, Job::HeadObject);
                return;
            }
            // What may stand from here on is told from what stood before.
            self.parts.object_may_stand = true;
        }
        // A crash from here on must not leave parts that nobody knows of, nor an object that nobody knows whose it is.
        if self.must_save && self.config.head.is_some() && (self.imports() || !self.config.plan.is_single()) {
            let checkpoint = self.checkpoint(now);
            self.start_control(now, Job::Save { checkpoint, confirms: false });
            return;
        }
        while let Some(index) = self.parts.take(now) {
            let job = match &self.upload_id {
                Some(upload_id) => Job::SendPart { index, upload_id: upload_id.clone() },
                None => {
                    self.parts.object_may_stand = true;
                    self.note_etag(None);
                    Job::PutObject
                }
            };
            let id = self.start(job);
            self.source_checked = false;
            let generation = self.keys.generation;
            self.parts.flights.push(Flight { id, index, generation, sent: 0, moved_at: f64::INFINITY });
            let read_before = index < self.parts.hash_next;
            let part = self.parts.part(index);
            part.tries += 1;
            let attempt = part.tries;
            if self.config.digest && read_before && part.md5.is_none() && !self.parts.rehash.contains(&index)
            {
                self.parts.rehash.push_back(index);
            }
            self.tell_part(index, "started", attempt, None);
        }
        self.advance_hash();
        if self.parts.all_done() {
            self.phase = Phase::Completing;
            self.advance_completing(now);
        }
    }

    fn advance_hash(&mut self) {
        if let Some((index, in_order)) = self.parts.next_hash() {
            let file = in_order.then(|| self.parts.file.state.clone());
            let id = self.start(Job::HashPart { index, file });
            self.parts.hashing = Some(Hashing { id, index, in_order });
        }
    }

    pub(super) fn hashed(&mut self, now: f64, outcome: Outcome) {
        let Some(hashing) = self.parts.hashing.take() else { return };
        let index = hashing.index;
        match outcome {
            Outcome::Hashed { part, file } => {
                if hashing.in_order {
                    self.parts.hash_next += 1;
                    self.parts.chain.add(&part);
                    self.parts.file = file.unwrap_or_default();
                }
                self.parts.part(index).md5 = Some(part);
                if self.parts.part(index).stored {
                    self.compare(now, index);
                }
                self.check_assumed();
            }
            Outcome::Failed(trouble) => self.fail(trouble.error),
            _ => self.confused("HashPart"),
        }
    }

    pub(super) fn part_ended(&mut self, now: f64, id: u64, outcome: Outcome) {
        let Some(at) = self.parts.flights.iter().position(|flight| flight.id == id) else { return };
        let flight = self.parts.flights.swap_remove(at);
        let index = flight.index;
        match outcome {
            Outcome::Stored { etag } => {
                self.store_went_well();
                self.speed_up();
                self.corrections = 0;
                let hidden = etag.is_none();
                if self.config.plan.is_single() {
                    self.note_etag(etag.as_deref());
                }
                let part = self.parts.part(index);
                part.stored = true;
                part.etag = etag.map(|etag| plain_etag(&etag).into_boxed_str());
                if hidden {
                    self.warn(
                        "etag-hidden",
                        "the header ETag of a part did not come. In browsers the bucket's CORS rule has to name it \
                         in ExposeHeaders (Access-Control-Expose-Headers). Without it the parts are compared at the \
                         end"
                            .to_owned(),
                    );
                }
                self.compare(now, index);
            }
            Outcome::Failed(trouble) => self.part_failed(now, flight, trouble),
            _ => self.confused("SendPart"),
        }
    }

    fn part_failed(&mut self, now: f64, flight: Flight, trouble: Trouble) {
        let index = flight.index;
        let tries = self.parts.part(index).tries;
        let reason = trouble.error.message().to_owned();
        let error = trouble.error.clone();
        match self.store_failed(now, trouble, flight.generation, tries) {
            Verdict::Again(_) if tries >= MOST_TRIES => self.fail(error),
            Verdict::Again(after) => {
                self.parts.again.push((index, after));
                self.tell_part(index, "retrying", tries, Some(reason));
            }
            Verdict::AfterKeys => {
                // The keys are at fault, not the part.
                self.parts.part(index).tries -= 1;
                self.parts.again.push((index, 0.0));
            }
            Verdict::NoSuchUpload => {
                self.start_over(now, "the store does not know the multipart upload any more")
            }
            Verdict::CheckParts | Verdict::Ended => self.fail(error),
        }
    }

    pub(super) fn tell_part(
        &mut self,
        index: u32,
        state: &'static str,
        attempt: u32,
        reason: Option<String>,
    ) {
        self.tell(UploadEvent::Part { part: index + 1, state, attempt, reason });
    }

    /// Compares the ETag of a stored part with its MD5, as soon as both are there.
    pub(super) fn compare(&mut self, now: f64, index: u32) {
        let tries = self.parts.part(index).tries;
        let before = self.parts.etags;
        match self.compared(index) {
            Compared::NotYet => {}
            Compared::Same => {
                self.parts.set_done(index);
                self.dirty = true;
                // What this run did not send was found.
                self.tell_part(index, if tries == 0 { "found" } else { "stored" }, tries, None);
                self.actions.push(Action::Release { index });
                if before == Etags::Opaque && self.parts.etags == Etags::Md5 {
                    self.compare_again(now);
                }
            }
            Compared::Different => self.damaged(now, index),
        }
    }

    /// The store's ETags are MD5s after all: parts that were let pass because they seemed to be none had arrived
    /// damaged twice.
    fn compare_again(&mut self, now: f64) {
        for index in 0..self.config.plan.count {
            if self.parts.part(index).stored && matches!(self.compared(index), Compared::Different) {
                self.damaged(now, index);
            }
        }
    }

    fn compared(&mut self, index: u32) -> Compared {
        if !self.parts.digest {
            return Compared::Same;
        }
        let known = self.parts.etags;
        let part = self.parts.part(index);
        let Some(md5) = part.md5 else { return Compared::NotYet };
        let Some(etag) = part.etag.as_deref() else { return Compared::Same };
        if etag.eq_ignore_ascii_case(&hex(&md5)) {
            self.parts.etags = Etags::Md5;
            return Compared::Same;
        }
        // A 32-digit ETag that is no MD5 twice in a row, at a store whose ETags never were MD5s, is another digest.
        let other = !is_md5(etag) || (known == Etags::Unknown && part.damaged > 0);
        if known != Etags::Md5 && (known == Etags::Opaque || other) {
            self.parts.etags = Etags::Opaque;
            let instead = if self.imports() { "nor can the image" } else { "the image's checksum is" };
            let message = format!(
                "the store's ETags are not MD5s (an encrypting bucket, perhaps): single parts cannot be compared, \
                 {instead}"
            );
            self.warn("checksum-unverified", message);
            return Compared::Same;
        }
        Compared::Different
    }

    fn damaged(&mut self, now: f64, index: u32) {
        let part = self.parts.part(index);
        part.damaged += 1;
        let (damaged, tries) = (part.damaged, part.tries);
        let message = format!("part {} arrived damaged: its ETag is not the MD5 of what was read", index + 1);
        let error = Error::new(Kind::Integrity, message.clone());
        if damaged > MOST_DAMAGED {
            self.fail(error);
            return;
        }
        self.note(now, &error);
        self.parts.set_undone(index, now);
        self.tell_part(index, "retrying", tries, Some(message));
    }

    /// The store's own list of the parts: what is missing or different there is sent again. True where all is well.
    pub(super) fn check_listed(&mut self, now: f64, listed: &[StoredPart]) -> bool {
        for index in 0..self.config.plan.count {
            let length = self.config.plan.range(index).1;
            let found = listed.binary_search_by_key(&(index + 1), |part| part.number);
            match found.ok().map(|at| &listed[at]) {
                Some(found) if found.size == 0 || found.size == length => {
                    self.parts.part(index).etag = Some(found.etag.clone().into_boxed_str());
                    if matches!(self.compared(index), Compared::Different) {
                        self.damaged(now, index);
                    }
                }
                _ => {
                    self.parts.set_undone(index, now);
                    let tries = self.parts.part(index).tries;
                    let reason = "the store does not list it with its size".to_owned();
                    self.tell_part(index, "retrying", tries, Some(reason));
                }
            }
        }
        if self.parts.etags == Etags::Md5 {
            // Where that was found out by a later part only.
            self.compare_again(now);
        }
        self.parts.done == self.config.plan.count
    }

    /// Parts that do not move any more are given up and sent again.
    pub(super) fn drop_stalled(&mut self, now: f64) {
        while let Some(at) = self.parts.flights.iter().position(|flight| now >= self.parts.stalled(flight)) {
            let flight = self.parts.flights.swap_remove(at);
            self.actions.push(Action::Cancel { id: flight.id });
            let error = Error::new(Kind::Timeout, format!("part {} stands still", flight.index + 1));
            let trouble = Trouble { remedy: Remedy::Wait { retry_after_ms: None }, error };
            self.part_failed(now, flight, trouble);
        }
    }

    /// One more part in flight for each round that goes well.
    fn speed_up(&mut self) {
        let before = self.parts.window as u32;
        self.parts.window = (self.parts.window + 1.0 / self.parts.window).min(f64::from(self.parts.most));
        self.paced(before, "the store keeps up");
    }

    /// Half as many parts in flight, at most once a second.
    pub(super) fn slow_down(&mut self, now: f64) {
        if now - self.parts.slowed_at < 1_000.0 {
            return;
        }
        self.parts.slowed_at = now;
        let before = self.parts.window as u32;
        self.parts.window = (self.parts.window / 2.0).max(1.0);
        self.paced(before, "the store or the line struggles");
    }

    fn paced(&mut self, before: u32, reason: &'static str) {
        let concurrency = self.parts.window as u32;
        if concurrency != before {
            self.tell(UploadEvent::Paced { concurrency, reason });
        }
    }
}
