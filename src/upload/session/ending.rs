//! How an upload ends before its time: stopped (everything kept), failed (kept too), or taken back.

use super::importing::NOT_OWN;
use super::taking_back::{LEFT_BEHIND, left_image};
use super::{Session, types::*};
use crate::error::{Error, Kind};

/// Why it ends.
#[derive(Clone, Debug)]
pub(super) enum Ending {
    Stop,
    Fail(Error),
    /// The caller wants nothing to be left.
    Abort,
    /// The image cannot be good: nothing is to be left, then this is the error.
    TakeBack(Error),
}

/// What creates something could otherwise not be taken back, nor found again; a checkpoint could come after the last.
///
/// An object in the caller's own bucket nobody else removes: one that a store puts together although nobody waits for its
/// answer any more could appear after it was deleted.
pub(super) fn is_waited_for(job: &Job, takes_back_imports: bool) -> bool {
    matches!(job, Job::CreateImage | Job::CreateMultipartUpload | Job::Save { .. })
        || (takes_back_imports && matches!(job, Job::CompleteMultipartUpload { .. }))
}

impl Session {
    /// Keeps everything: parts, image, checkpoint.
    pub(super) fn stop(&mut self) {
        if self.ending.is_none() {
            self.end_with(Ending::Stop);
        }
    }

    /// Takes everything back. It may come after a stop that has not ended yet, or while a failure is cleaned up.
    pub(super) fn abort(&mut self) {
        if !self.taken_over && !matches!(self.ending, Some(Ending::Abort | Ending::TakeBack(_))) {
            // The image may still be saved: it is told to fail, too, unless another may have put a file into it.
            self.take_back_report = self.reported && !self.doubtful;
            self.end_with(Ending::Abort);
        }
    }

    /// Another driver has this upload: what is under way ends, and nothing is taken back or put down.
    pub(super) fn give_way(&mut self) {
        self.taken_over = true;
        let message = "another tab or process has taken this upload over";
        self.end_with(Ending::Fail(Error::new(Kind::Aborted, message).with_code("taken-over")));
    }

    pub(super) fn pause(&mut self) {
        if self.paused || self.ending.is_some() {
            return;
        }
        self.paused = true;
        for id in self.parts.cancel_flights() {
            self.actions.push(Action::Cancel { id });
        }
    }

    /// Its object is in the caller's own bucket, and has to go.
    pub(super) fn takes_back_imports(&self) -> bool {
        self.imports() && matches!(self.ending, Some(Ending::Abort | Ending::TakeBack(_)))
    }

    pub(super) fn end_with(&mut self, ending: Ending) {
        self.ending = Some(ending);
        for id in self.parts.cancel_all() {
            self.actions.push(Action::Cancel { id });
        }
        if let super::KeyState::Asking(id, _) = self.keys.state {
            self.actions.push(Action::Cancel { id });
            self.keys.state = super::KeyState::Needed("first");
        }
        if let Some((id, job, _)) = &self.control.running
            && !is_waited_for(job, self.takes_back_imports())
        {
            self.actions.push(Action::Cancel { id: *id });
            self.control.running = None;
        }
        self.control.tries = 0;
        self.control.after = 0.0;
        // Refusals of the upload itself say nothing about what may be listed.
        self.keys.refusals = 0;
    }

    /// What became of it is noted; true where the same is to be asked again.
    pub(super) fn heard_while_ending(&mut self, job: &Job, outcome: &Outcome) -> bool {
        match (job, outcome) {
            (Job::CreateImage, Outcome::ImageCreated { image_id }) => self.image_created(image_id.clone()),
            (Job::CreateImage, Outcome::Failed(trouble)) => {
                self.creating = super::creating::Creating::LookAgain;
                if super::failures::is_uncertain(&trouble.error) {
                    self.note_lost_image(&trouble.error);
                }
                self.uncertain = self.may_exist;
            }
            (Job::CreateImage, Outcome::Ordered { order }) if self.imports() => {
                self.ordered(self.last_now, order.clone())
            }
            (Job::ShowOrder { .. }, Outcome::Order(facts))
                if self.imports() && self.order_while_ending(self.last_now, facts) =>
            {
                return true;
            }
            (Job::FindImages, Outcome::Found(ids)) => {
                let known = self.known.clone().unwrap_or_default();
                let new: Vec<&String> = ids.iter().filter(|id| !known.contains(id)).collect();
                match new[..] {
                    [id] if !self.is_unproven() => self.image_created(id.clone()),
                    [] if self.nothing_found_while_ending(self.last_now) => return true,
                    [] => {}
                    _ => self.warnings.push((LEFT_BEHIND, left_image(&crate::text::join(&new, " or ")))),
                }
            }
            // Whose they are cannot be told where others may send to the same place.
            (Job::ListMultipartUploads, Outcome::Uploads(ids)) if self.imports() && !self.is_alone() => {
                if !ids.is_empty() {
                    let ids = crate::text::join(ids, ", ");
                    let message = format!(
                        "multipart uploads of{}, of which one may be this upload's; abort it if nobody else sends \
                         there: {ids}",
                        self.object()
                    );
                    self.left_behind(message);
                }
                self.strays = Some(Vec::new());
            }
            (Job::ListMultipartUploads, Outcome::Uploads(ids)) => self.strays = Some(ids.clone()),
            (Job::CreateMultipartUpload, Outcome::MultipartCreated { upload_id }) => {
                self.upload_id = Some(upload_id.clone());
            }
            (Job::CreateMultipartUpload, Outcome::Failed(trouble)) => self.note_lost_creation(trouble),
            (Job::CompleteMultipartUpload { .. }, Outcome::Completed { etag }) => {
                self.completed = true;
                self.note_etag(etag.as_deref());
            }
            (Job::HeadObject, Outcome::Object { etag, .. }) => {
                // What stood there before, or came there since, is not ours to delete.
                let stood = self.stood_before(etag.as_deref());
                if self.is_own_object(etag.as_deref()) && !stood {
                    self.completed = true;
                    self.importing.is_own = true;
                } else {
                    if !stood {
                        self.left_behind(format!("{}: {NOT_OWN}", self.object().trim_start()));
                    }
                    self.forget_object();
                }
            }
            (Job::Save { .. }, _) => self.confirmed = true,
            _ => {}
        }
        false
    }

    pub(super) fn advance_ending(&mut self, now: f64) {
        if self.control.running.is_some() {
            return;
        }
        let Some(ending) = self.ending.clone() else { return };
        let finish = match ending {
            Ending::Stop => {
                let mut error = Error::new(Kind::Aborted, "stopped by the caller; what is stored is kept");
                error.details_mut().resumable = self.is_something_kept();
                Finish::Stopped(error)
            }
            Ending::Fail(error) => Finish::Failed(error),
            Ending::Abort | Ending::TakeBack(_) => {
                self.take_next_back(now, ending);
                return;
            }
        };
        self.finish(finish);
    }

    pub(super) fn finish(&mut self, finish: Finish) {
        self.finished = true;
        // What cannot be gone on with can still be taken back, as long as somebody knows of it.
        let left = matches!(self.ending, Some(Ending::Fail(_))) && !self.hopeless && self.is_something_kept();
        let kept = match &finish {
            Finish::Done(_) => false,
            Finish::Stopped(error) | Finish::Failed(error) | Finish::Aborted(error, _) => {
                error.details().resumable || left
            }
        };
        if self.config.head.is_some() && !self.taken_over {
            let checkpoint = self.checkpoint(self.last_now);
            self.actions.push(if kept { Action::Save { checkpoint } } else { Action::Forget });
        }
        self.actions.push(Action::Finish(Box::new(finish)));
    }
}
