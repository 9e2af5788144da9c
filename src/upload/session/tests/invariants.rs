//! What must be true at every step of every story; a panic here is a defect, of the session or of the simulation.

use super::super::*;
use super::process::{Process, Sending};
use super::simulation::Simulation;
use super::world::*;
use crate::error::Kind;
use crate::oss::trouble::Remedy;

impl Simulation {
    /// How the ledger calls a part: by its upload, or by where a single PUT goes.
    fn name_of(&self, process: &Process, index: u32) -> (String, u32) {
        let single = || format!("place {}", process.hands.place);
        (process.session.upload_id.clone().unwrap_or_else(single), index)
    }

    /// At each step: at most one image was created, and nobody else's was touched.
    pub(super) fn look_at_images(&mut self) {
        let (created, most) = (self.world.created, self.ledger.images);
        assert!(created <= most, "{created} images were created, {most} had a reason");
        let mut foreign = self.world.images.iter().filter(|image| image.origin == Origin::Foreign);
        assert!(foreign.all(|image| image.status == "queued"), "somebody else's image was touched");
    }

    /// Before a process starts: is it known what was created?
    pub(super) fn look_at_launch(&mut self) {
        let ours = self.world.images.iter().filter(|image| image.origin == Origin::Ours);
        let kept = self.checkpoint.as_deref().unwrap_or_default();
        let unknown = ours.filter(|image| !kept.contains(&format!("\"imageId\":\"{}\"", image.id))).count();
        if self.unreliable {
            // What could not be put down cannot be gone on with.
            self.ledger.images += unknown as u32;
            self.ledger.may_create("a checkpoint that could not be written");
        } else {
            assert!(
                unknown == 0 || self.checkpoint.is_some(),
                "an image was created, and nothing was put down"
            );
        }
    }

    /// What a process is told.
    pub(super) fn heard(&mut self, at: usize, event: &Event) {
        let now = self.world.now;
        let process = &mut self.processes[at];
        let of = |id: &u64| {
            let id = *id;
            move |sending: &&mut Sending| sending.id == id
        };
        match event {
            Event::Began { id } => {
                if let Some(sending) = process.sending.iter_mut().find(of(id)) {
                    (sending.begun, sending.moved_at) = (true, now);
                }
            }
            Event::Sent { id, bytes } => {
                if let Some(sending) = process.sending.iter_mut().find(of(id))
                    && *bytes > sending.bytes
                {
                    (sending.bytes, sending.moved_at) = (*bytes, now);
                }
            }
            Event::Ended { id, outcome } => self.heard_outcome(at, *id, outcome),
            _ => {}
        }
    }

    fn heard_outcome(&mut self, at: usize, id: u64, outcome: &Outcome) {
        let process = &mut self.processes[at];
        let failed = matches!(outcome, Outcome::Failed(_));
        process.may_prepare |= process.preparing.remove(&id) && failed;
        if process.creating == Some(id) {
            process.creating = None;
            if failed {
                self.ledger.may_create("a lost answer to CreateMultipartUpload");
            }
        }
        let keys = process.signed_with.iter().position(|(job, _)| *job == id);
        let keys = keys.map(|at| process.signed_with.swap_remove(at).1);
        if let Outcome::Failed(trouble) = outcome {
            // A refused report makes the session ask where the service looks for the file.
            process.may_prepare |= matches!(trouble.remedy, Remedy::NewKeys | Remedy::GiveUp);
            let current = process.hands.keys.map(|(number, _)| number);
            if trouble.remedy == Remedy::NewKeys && keys.is_some() && current == keys {
                process.bad_keys = keys;
            }
        }
        if matches!(outcome, Outcome::Object { .. }) && self.world.damages > 0 {
            self.ledger.may_create("an object that is not the file");
        }
        let faults = &self.world.faults;
        let told = self.script.digest && faults.etags == EtagStyle::Md5 && !faults.hidden_etags;
        let object = self.script.imports && matches!(outcome, Outcome::Object { .. });
        if object && !told {
            self.ledger.may_create("an object that may be another's");
        }
        if let Outcome::Parts(page) = outcome {
            let upload_id = process.session.upload_id.clone().unwrap_or_default();
            for part in &page.parts {
                self.ledger.hear(&(upload_id.clone(), part.number - 1), &part.etag);
            }
        }
        let Some(sending) = process.sending.iter().position(|sending| sending.id == id) else { return };
        let sending = process.sending.swap_remove(sending);
        if let Outcome::Stored { etag: Some(etag) } = outcome {
            self.ledger.hear(&sending.part, etag);
        }
        if failed {
            self.ledger.owe(&sending.part);
        }
    }

    /// A job that the session does not want any more.
    pub(super) fn cancelled(&mut self, at: usize, id: u64) {
        let process = &mut self.processes[at];
        process.may_prepare |= process.preparing.remove(&id);
        if let Some(sending) = process.sending.iter().position(|sending| sending.id == id) {
            let sending = process.sending.swap_remove(sending);
            self.ledger.owe(&sending.part);
        }
    }

    /// What the session wants in answer to an event.
    pub(super) fn look_at_actions(&mut self, at: usize, restarts: u32, actions: &[Action]) {
        let process = &self.processes[at];
        let session = &process.session;
        let idle = session.paused || session.offline;
        let off = idle || session.ending.is_some() || session.finished || session.restarts != restarts;
        let mut settled = Vec::new();
        for action in actions {
            match action {
                Action::Cancel { id } if !off => {
                    if let Some(sending) = process.sending.iter().find(|sending| sending.id == *id) {
                        assert!(sending.begun, "a part is given up although it waits for a connection");
                        let still = self.world.now - sending.moved_at;
                        assert!(still >= 60_000.0, "a part is given up that stood still for {still} ms only");
                    }
                }
                Action::Save { .. } | Action::Forget => {
                    assert!(!session.taken_over, "a driver that was taken over writes the checkpoint");
                }
                Action::Start { job, .. } => {
                    assert!(!session.taken_over, "{job:?} by a driver that was taken over");
                    let waits = idle && session.ending.is_none();
                    assert!(!waits, "{job:?} is started while the upload is paused or offline");
                }
                Action::Tell(UploadEvent::Part { part, state: state @ ("stored" | "found"), .. }) => {
                    settled.push((self.name_of(process, part - 1), *state));
                }
                _ => {}
            }
        }
        for (part, state) in settled {
            self.ledger.owed.remove(&part);
            // From now on the session takes other digests for what they are.
            if self.world.faults.etags == EtagStyle::Other && state == "stored" {
                self.ledger.differing.remove(&part);
            }
        }
    }

    /// A job that the session starts.
    pub(super) fn look_at_job(&mut self, at: usize, id: u64, job: &Job) {
        let target = self.script.target;
        match job {
            Job::Prepare => {
                let process = &mut self.processes[at];
                assert!(process.preparing.is_empty(), "two upload-prepare at once");
                assert!(core::mem::take(&mut process.may_prepare), "upload-prepare without a reason");
                process.preparing.insert(id);
            }
            Job::CreateImage => {
                assert!(!target, "an image is created although there is one");
                self.look_whether_kept("\"imageId\":null", "the intent to create an image");
                if self.script.imports {
                    self.look_whether_kept("\"intended\":true", "the intent to order an image");
                }
            }
            Job::CreateMultipartUpload => {
                self.processes[at].creating = Some(id);
                let ledger = &mut self.ledger;
                ledger.creations += 1;
                if ledger.creations > 1 {
                    ledger.reasons += u64::from(ledger.parts);
                }
                let (made, most, why) = (ledger.creations, ledger.most_creations, ledger.why_created);
                assert!(made <= most, "{made} uploads begun, {most} had a reason (the last: {why})");
            }
            Job::SendPart { index, upload_id } => {
                self.look_whether_kept(upload_id, "the upload that a part goes into");
                self.look_at_sending(at, id, *index);
            }
            Job::PutObject => self.look_at_sending(at, id, 0),
            Job::DeleteImage => {
                let aborted = self.is_aborted();
                let image = self.processes[at].session.image_id();
                let stranger = self.world.stranger.as_deref();
                assert!(
                    aborted || stranger.is_none() || image != stranger,
                    "somebody else's file is deleted"
                );
            }
            Job::Report { success: true, .. } => {
                if let Some(md5) = self.processes[at].session.parts.file.whole {
                    self.look_whether_kept(&crate::auth::sigv4::hex(&md5), "the MD5 of the whole file");
                }
                assert!(
                    self.stolen || self.ledger.object_removed || !self.world.objects.is_empty(),
                    "the service is told of a success, and there is no object"
                );
            }
            _ => {}
        }
        if job.is_of_store() {
            let process = &mut self.processes[at];
            let keys = process.hands.keys.map(|(number, _)| number);
            assert!(keys.is_some(), "{job:?} without credentials");
            assert!(process.bad_keys != keys, "{job:?} with credentials that were refused");
            process.signed_with.extend(keys.map(|keys| (id, keys)));
        }
    }

    /// What a later run cannot find out by itself is put down before it is acted upon.
    fn look_whether_kept(&self, text: &str, what: &str) {
        let kept = self.checkpoint.as_deref().unwrap_or_default();
        let excused = self.unreliable || self.stolen || self.script.forgetful;
        assert!(excused || kept.contains(text), "{what} is not put down: {kept:?}");
    }

    fn look_at_sending(&mut self, at: usize, id: u64, index: u32) {
        let process = &self.processes[at];
        let part = self.name_of(process, index);
        let twice = process.sending.iter().any(|sending| sending.part.1 == index);
        assert!(!twice, "part {} is sent twice at once", index + 1);
        let right = digest_of(index, 0);
        let held = if self.world.plan.is_single() {
            self.world.is_right(process.hands.place)
        } else {
            let mut uploads = self.world.uploads.iter().filter(|upload| upload.id == part.0);
            uploads.any(|upload| upload.parts.get(&(index + 1)).is_some_and(|held| held.digest == right))
        };
        let first = self.ledger.first.insert(part.clone());
        let owed = self.ledger.owed.remove(&part) | self.ledger.differing.contains(&part);
        let reason = first || owed || !held || self.stolen;
        assert!(reason, "part {} is sent again although it is stored", index + 1);
        self.ledger.sent.push(index);
        let (begun, moved_at) = (false, self.world.now);
        self.processes[at].sending.push(Sending { id, part, begun, moved_at, bytes: 0 });
    }

    /// After every event: the bar never falls, and no more parts are under way than may be.
    pub(super) fn look_at_progress(&mut self, at: usize, finish: Option<&Finish>) {
        let most = self.script.most_parallel as usize;
        let process = &mut self.processes[at];
        let progress = process.session.progress();
        let sending = process.sending.len();
        assert!(sending <= most, "{sending} parts in flight, not {most}");
        assert_eq!(progress.parts.in_flight as usize, sending, "parts in flight, as the caller is told");
        assert!(
            progress.bytes_sent >= process.bytes_told,
            "{} after {}",
            progress.bytes_sent,
            process.bytes_told
        );
        assert!(progress.bytes_sent <= progress.bytes_total, "more than all: {}", progress.bytes_sent);
        process.bytes_told = progress.bytes_sent;
        if matches!(finish, Some(Finish::Done(_))) {
            assert_eq!((progress.phase, progress.parts.total), ("done", self.world.plan.count));
        }
    }

    /// What a process leaves that ends in any way: reasons to do something again.
    pub(super) fn look_at_remains(&mut self, process: &Process) {
        for sending in &process.sending {
            self.ledger.owe(&sending.part);
        }
        if self.world.plan.is_single() {
            // Whether a single PUT was stored is not put down.
            let all: Vec<_> = self.ledger.first.iter().cloned().collect();
            all.iter().for_each(|part| self.ledger.owe(part));
        }
        let kept = self.checkpoint.as_deref().unwrap_or_default();
        let unknown = |id: &String| !kept.contains(&format!("\"uploadId\":{}", crate::json::Quoted(id)));
        if process.creating.is_some() || process.session.upload_id.as_ref().is_some_and(unknown) {
            self.ledger.may_create("a process that ended before it had put its upload down");
        }
    }

    /// The caller has said so once.
    fn is_aborted(&self) -> bool {
        ["an abort", "an abort in a later run"].iter().any(|word| self.world.tally.contains_key(word))
    }

    /// What must be true of an end.
    pub(super) fn look_at_end(&mut self, process: &Process, end: &Finish) {
        let image = self.world.images.iter().find(|image| image.id == process.hands.image);
        let (status, place) = (image.map(|image| image.status), image.map_or(0, |image| image.place));
        match end {
            // A driver that does not know yet that it was taken over may have been told to abort.
            Finish::Done(_) if self.stolen && status.is_none() => {}
            Finish::Done(summary) if self.script.imports => self.look_at_import(summary, status, place),
            Finish::Done(summary) => {
                // An abort that died half way, or by a driver that does not know yet that it was taken over, may have
                // removed what the service had taken meanwhile.
                let unseen = self.ledger.object_removed && (self.stolen || !self.script.digest);
                assert!(self.world.is_right(place) || unseen, "done, but the object is not the file");
                assert_eq!(status, Some("active"));
                let digest = crate::auth::sigv4::hex(&file_digest(self.world.plan.count));
                let expected = if self.script.digest { (Some(digest), "md5") } else { (None, "size") };
                assert_eq!((summary.md5.clone(), summary.verified), expected);
                let reasons = self.ledger.reasons + self.world.damages;
                let (sent, parts) = (self.ledger.sent.len() as u64, u64::from(self.world.plan.count));
                assert!(
                    self.stolen || sent <= parts + reasons,
                    "{sent} sent: {parts} parts, {reasons} reasons"
                );
            }
            Finish::Aborted(error, _) if self.holder == process.number => {
                let message = error.message();
                let tried = ["not taken back", "not removed", "is not known"];
                if !tried.iter().any(|words| message.contains(words)) {
                    self.look_at_abort(process);
                }
            }
            Finish::Failed(error) if error.kind() == Kind::Integrity => {
                let other = self.world.tally.contains_key("an image finished by somebody else");
                let damaged =
                    self.world.damages > 0 || self.world.tally.contains_key("damage that the store finds");
                let aborted = self.is_aborted();
                assert!(other || damaged || aborted, "nothing was damaged: {error:?}");
                let tried = error.message().contains("not taken back");
                // An image that is not ours is not deleted.
                let ours = !other && !self.script.target;
                if ours && !error.details().resumable && !tried {
                    assert_ne!(status, Some("active"), "a wrong image is left");
                }
            }
            Finish::Aborted(..) | Finish::Stopped(_) | Finish::Failed(_) => {}
        }
    }

    /// After an abort that says nothing else, nothing is left.
    fn look_at_abort(&self, process: &Process) {
        let (place, known) = (process.hands.place, process.session.place.is_some());
        let mut ours = self.world.images.iter().filter(|image| image.origin == Origin::Ours);
        // One that somebody else has finished, before this upload knew of it, is not found again; nor one that an
        // abort has reported as failed before it died.
        let lost = self.unreliable || self.world.tally.contains_key("an image finished by somebody else");
        assert!(
            ours.all(|image| (lost || image.status == "killed") && image.id != process.hands.image),
            "an image is left after abort"
        );
        let target = self.world.images.iter().find(|image| image.origin == Origin::Target);
        assert!(target.is_none_or(|image| !known || image.status != "queued"), "the service was not told");
        // Requests of dead processes and of rivals come when they come; two refusals in a row look like a store
        // where nobody may list.
        let faults = &self.world.faults;
        let others = self.stolen || self.runs > 1 && faults.late > 0;
        if !known || others || self.unreliable || faults.revoked_keys > 0 || faults.forbidden_list {
            return;
        }
        let left = self.world.uploads.iter().filter(|upload| upload.place == place).count();
        assert_eq!(left, 0, "uploads are left after abort");
        // What the service has taken it removes with the image.
        let taken = !self.script.imports && self.world.taken.contains(&place);
        let left = self.world.objects.contains_key(&place) && !taken && !self.world.replaced;
        assert!(!left, "the object is left after abort");
    }
}
