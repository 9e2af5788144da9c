//! A job has ended: whose it was, and what it means where it is not a matter of parts or completion.

use super::creating::Creating;
use super::{KeyState, Patience, Session, types::*};

impl Session {
    pub(super) fn ended(&mut self, now: f64, id: u64, outcome: Outcome) {
        if let KeyState::Asking(asked, reason) = self.keys.state
            && asked == id
        {
            self.prepared(now, reason, outcome);
        } else if self.parts.is_hash(id) {
            self.hashed(now, outcome);
        } else if self.parts.is_flight(id) {
            self.part_ended(now, id, outcome);
        } else if self.control.running.as_ref().is_some_and(|(running, ..)| *running == id)
            && let Some((_, job, generation)) = self.control.running.take()
        {
            self.control_ended(now, job, generation, outcome);
        }
        // Whatever else it was has been cancelled since.
    }

    pub(super) fn control_ended(&mut self, now: f64, job: Job, generation: u32, outcome: Outcome) {
        if self.ending.is_some() {
            self.ending_job_ended(job, outcome);
            return;
        }
        match (job, outcome) {
            (Job::FindImages, outcome) if self.creating == Creating::LookForTwin => {
                self.looked_for_twin(outcome);
            }
            (Job::FindImages, outcome) if self.creating == Creating::Look => match outcome {
                Outcome::Found(ids) => self.looked(Some(ids)),
                Outcome::Failed(trouble) => self.not_looked_before(now, trouble),
                _ => self.confused("FindImages"),
            },
            (Job::FindImages, Outcome::Found(ids)) => {
                self.control_went_well();
                self.looked_again(now, ids);
            }
            (Job::FindImages, Outcome::Failed(trouble)) => self.not_looked(now, trouble),
            (Job::Save { .. }, outcome) => {
                if let Outcome::Failed(trouble) = outcome {
                    self.not_saved(trouble.error.message());
                }
                self.must_save = false;
                if self.phase == Phase::Creating {
                    self.creating = Creating::Create;
                }
            }
            (Job::CreateImage, Outcome::ImageCreated { image_id }) => {
                self.control_went_well();
                self.image_created(image_id);
                self.look_for_twin();
            }
            (Job::CreateImage, Outcome::Ordered { order }) if self.imports() => self.ordered(now, order),
            (Job::CreateImage, Outcome::Failed(trouble)) => self.not_created(now, trouble),
            (Job::ShowImage, Outcome::Image(facts)) => self.image_shown(now, facts),
            (Job::CreateMultipartUpload, Outcome::MultipartCreated { upload_id }) => {
                self.store_went_well();
                self.upload_id = Some(upload_id);
                self.must_save = true;
            }
            (job, outcome) => self.completing_ended(now, job, generation, outcome),
        }
    }

    pub(super) fn went_well(&mut self) {
        self.patience = Patience::default();
    }

    pub(super) fn control_went_well(&mut self) {
        self.went_well();
        self.control.tries = 0;
        self.control.after = 0.0;
    }

    pub(super) fn store_went_well(&mut self) {
        self.control_went_well();
        self.keys.refusals = 0;
    }
}
