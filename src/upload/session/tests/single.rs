//! Single stories, told by hand: what a store or a clock does that the simulation's does not.

use super::super::*;
use super::world::{lost, trouble};
use crate::error::Kind;
use crate::http::retry::Policy;
use crate::json::Value;
use crate::oss::PartsPage;
use crate::oss::trouble::Remedy;
use crate::upload::plan::Plan;

pub(super) const MIB: u64 = 1024 * 1024;
/// What stood in the caller's bucket before.
const OLD: &str = "etag-of-last-month";

/// A session, and whoever does its jobs.
pub(super) struct Hand {
    pub(super) session: Session,
    pub(super) now: f64,
    pub(super) asked: Vec<Job>,
    /// What has not been answered yet.
    pub(super) open: Vec<(u64, Job)>,
    /// The checkpoint; none when it was forgotten.
    pub(super) kept: Option<String>,
    pub(super) finish: Option<Finish>,
}

pub(super) fn config(parts: u64, imports: bool, digest: bool) -> Config {
    Config {
        plan: Plan::new(parts * 5 * MIB, Some(5 * MIB)).unwrap(),
        image_id: None,
        digest,
        repeatable: true,
        most_parallel: 1,
        first_parallel: 1,
        retry: Policy { max_attempts: 3, base_delay_ms: 100.0, max_delay_ms: 1_000.0 },
        patience_ms: 60_000.0,
        wait_ms: Some(60_000.0),
        seed: 1,
        resends: false,
        head: Some("{}".to_owned()),
        imports: imports.then(|| Imports {
            object: "bucket:key".to_owned(),
            delete_object: false,
            fresh: false,
        }),
    }
}

impl Hand {
    pub(super) fn new(session: Session) -> Self {
        Hand { session, now: 1e12, asked: Vec::new(), open: Vec::new(), kept: None, finish: None }
    }

    /// A later run, from what the earlier one has kept.
    pub(super) fn again(&self, config: Config) -> Self {
        let kept = Value::parse(self.kept.as_deref().expect("a checkpoint is kept")).unwrap();
        let session = kept.get("session").and_then(|saved: &Value| Session::restore(config, saved));
        Hand { now: self.now + 1e6, ..Hand::new(session.expect("it can be read")) }
    }

    /// Something happens; what is to be done is answered as `answer` says, until it leaves everything open.
    pub(super) fn tell(&mut self, event: Event, answer: &mut dyn FnMut(&Job) -> Option<Outcome>) {
        let mut events = vec![event];
        while let Some(event) = events.pop() {
            self.now += 1.0;
            for action in self.session.handle(self.now, event) {
                match action {
                    Action::Start { id, job } => {
                        self.asked.push(job.clone());
                        self.open.push((id, job));
                    }
                    Action::Cancel { id } => self.open.retain(|(open, _)| *open != id),
                    Action::Save { checkpoint } => self.kept = Some(checkpoint),
                    Action::Forget => self.kept = None,
                    Action::Finish(finish) => self.finish = Some(*finish),
                    _ => {}
                }
            }
            let answered = self.open.iter().enumerate().find_map(|(at, (_, job))| Some((at, answer(job)?)));
            if let Some((at, outcome)) = answered {
                events.push(Event::Ended { id: self.open.remove(at).0, outcome });
            }
            assert!(self.asked.len() < 200, "it never ends: {:?}", &self.asked[190..]);
        }
    }

    /// Time goes by, as often as the session wants to be woken.
    pub(super) fn wait(&mut self, times: u32, answer: &mut dyn FnMut(&Job) -> Option<Outcome>) {
        for _ in 0..times {
            let Some(wake) = self.session.next_wake() else { return };
            self.now = self.now.max(wake);
            self.tell(Event::Tick, answer);
        }
    }

    pub(super) fn count(&self, is: fn(&Job) -> bool) -> usize {
        self.asked.iter().filter(|job| is(job)).count()
    }
}

/// A service and a store where everything goes well, and nothing is to be looked at.
pub(super) fn well(job: &Job) -> Option<Outcome> {
    Some(match job {
        Job::FindImages => Outcome::Found(Vec::new()),
        Job::CreateImage => Outcome::ImageCreated { image_id: "img-1".to_owned() },
        Job::Prepare => Outcome::Prepared { place: "place".to_owned() },
        Job::CreateMultipartUpload => Outcome::MultipartCreated { upload_id: "upload".to_owned() },
        Job::SendPart { .. } | Job::PutObject => Outcome::Stored { etag: Some("opaque".to_owned()) },
        Job::HashPart { .. } => Outcome::Hashed { part: [7; 16], file: None },
        Job::CompleteMultipartUpload { .. } => Outcome::Completed { etag: Some("own".to_owned()) },
        Job::ListMultipartUploads => Outcome::Uploads(Vec::new()),
        Job::HeadObject => Outcome::Object { size: Some(15 * MIB), etag: Some(OLD.to_owned()) },
        Job::ShowImage | Job::ShowOrder { .. } => return None,
        _ => Outcome::Done,
    })
}

/// The service is there, the store is not.
fn lines_down(job: &Job) -> Option<Outcome> {
    match job {
        Job::SendPart { .. } => Some(lost()),
        job => well(job),
    }
}

fn gone() -> Outcome {
    trouble(Remedy::NoSuchUpload, Kind::Storage, "NoSuchUpload", 404)
}

/// Everything but the part of this index.
pub(super) fn all_but(part: u32) -> impl FnMut(&Job) -> Option<Outcome> {
    move |job| match job {
        Job::SendPart { index, .. } if *index == part => None,
        job => well(job),
    }
}

#[test]
fn what_stood_in_the_callers_bucket_before_is_not_taken_for_the_upload() {
    let mut hand = Hand::new(Session::new(config(3, true, false)));
    hand.tell(Event::Start, &mut all_but(1));
    hand.tell(Event::Stop, &mut well);
    // The multipart upload is gone; an object of the same size stands there.
    let mut later = hand.again(config(3, true, false));
    later.tell(Event::Start, &mut |job| match job {
        Job::ListParts { .. } => Some(gone()),
        Job::SendPart { .. } => None,
        job => well(job),
    });
    assert_eq!(later.count(|job| matches!(job, Job::Report { .. } | Job::CreateImage)), 0);
    assert_eq!(later.count(|job| matches!(job, Job::SendPart { .. })), 1, "{:?}", later.asked);
}

#[test]
fn a_lost_answer_to_complete_does_not_make_ones_own_of_what_stood_before() {
    for (found, parts_again) in [(OLD, true), ("another", false)] {
        let mut hand = Hand::new(Session::new(config(3, true, false)));
        let mut completed = false;
        hand.tell(Event::Start, &mut |job| match job {
            Job::CompleteMultipartUpload { .. } => {
                completed = true;
                Some(gone())
            }
            Job::HeadObject if completed => {
                Some(Outcome::Object { size: Some(15 * MIB), etag: Some(found.to_owned()) })
            }
            Job::SendPart { .. } if completed => None,
            job => well(job),
        });
        assert_eq!(hand.count(|job| matches!(job, Job::SendPart { .. })) > 3, parts_again, "{found}");
        assert_eq!(hand.count(|job| matches!(job, Job::CreateImage)) > 0, !parts_again, "{found}");
    }
}

#[test]
fn what_another_has_put_into_the_callers_bucket_is_not_deleted() {
    for parts in [1, 3] {
        let mut hand = Hand::new(Session::new(config(parts, true, false)));
        let stays = |job: &Job| matches!(job, Job::SendPart { index: 2, .. } | Job::PutObject);
        hand.tell(Event::Start, &mut |job| if stays(job) { None } else { well(job) });
        hand.tell(Event::Stop, &mut well);
        let mut later = hand.again(config(parts, true, false));
        later.tell(Event::Abort, &mut well);
        assert!(matches!(later.finish, Some(Finish::Aborted(..))), "{:?}", later.finish);
        assert_eq!(later.count(|job| matches!(job, Job::DeleteObject)), 0, "{parts}: {:?}", later.asked);
        // Nor what others are sending to the same place.
        let strays = later.count(|job| matches!(job, Job::ListMultipartUploads));
        assert_eq!(strays, 0, "{parts}: {:?}", later.asked);
    }
}

#[test]
fn the_file_is_looked_at_again_after_parts_were_sent_again() {
    let mut hand = Hand::new(Session::new(config(3, false, false)));
    let mut completes = 0;
    hand.tell(Event::Start, &mut |job| match job {
        Job::CompleteMultipartUpload { .. } => {
            completes += 1;
            Some(if completes == 1 { gone() } else { Outcome::Completed { etag: None } })
        }
        Job::HeadObject => Some(trouble(Remedy::GiveUp, Kind::Storage, "NoSuchKey", 404)),
        job => well(job),
    });
    assert_eq!(completes, 2);
    assert_eq!(hand.count(|job| matches!(job, Job::CheckSource)), 2);
}

#[test]
fn nothing_is_taken_back_that_another_driver_has() {
    let mut hand = Hand::new(Session::new(config(3, false, false)));
    hand.tell(Event::Start, &mut |job| match job {
        Job::CreateMultipartUpload => None,
        job => well(job),
    });
    hand.tell(Event::TakenOver, &mut |_| None);
    hand.tell(Event::Abort, &mut well);
    assert!(matches!(&hand.finish, Some(Finish::Failed(error)) if error.kind() == Kind::Aborted));
    let taken =
        |job: &Job| matches!(job, Job::AbortMultipartUpload { .. } | Job::DeleteImage | Job::Report { .. });
    assert_eq!(hand.count(taken), 0, "{:?}", hand.asked);
}

#[test]
fn what_could_not_be_taken_back_from_the_callers_bucket_is_not_forgotten() {
    let nothing_of_keys = || trouble(Remedy::GiveUp, Kind::Validation, "NoCredentials", 0);
    for (what, failing) in [("no keys", Job::Prepare), ("away", Job::ListMultipartUploads)] {
        let mut hand = Hand::new(Session::new(config(3, true, false)));
        hand.tell(Event::Start, &mut all_but(1));
        hand.tell(Event::Stop, &mut well);
        let mut later = hand.again(config(3, true, false));
        let mut answer = |job: &Job| match job {
            Job::Prepare if failing == Job::Prepare => Some(nothing_of_keys()),
            Job::AbortMultipartUpload { .. } => Some(lost()),
            job => well(job),
        };
        later.tell(Event::Abort, &mut answer);
        later.wait(20, &mut answer);
        let Some(Finish::Aborted(error, _)) = &later.finish else { panic!("{what}: {:?}", later.finish) };
        assert!(error.message().contains("not taken back"), "{what}: {}", error.message());
        // A third run finds it all, and takes it back.
        let mut last = later.again(config(3, true, false));
        last.tell(Event::Abort, &mut well);
        assert_eq!(last.count(|job| matches!(job, Job::AbortMultipartUpload { .. })), 1, "{what}");
        assert!(last.kept.is_none(), "{what}");
    }
}

#[test]
fn an_image_that_does_not_exist_leaves_nothing_to_go_on_with() {
    let given = Config { image_id: Some("img-nowhere".to_owned()), ..config(3, false, false) };
    let mut hand = Hand::new(Session::new(given));
    hand.tell(Event::Start, &mut |job| match job {
        Job::ShowImage => Some(trouble(Remedy::GiveUp, Kind::Service, "IMG.DBGet.NoData", 400)),
        job => panic!("{job:?}"),
    });
    let Some(Finish::Failed(error)) = &hand.finish else { panic!("{:?}", hand.asked) };
    assert!(!error.details().resumable);
    assert!(hand.kept.is_none());
}

#[test]
fn a_store_that_forgets_parts_again_and_again_is_given_up() {
    let mut hand = Hand::new(Session::new(config(2, false, false)));
    let mut answer = |job: &Job| match job {
        Job::CompleteMultipartUpload { .. } => {
            Some(trouble(Remedy::CheckParts, Kind::Storage, "InvalidPart", 400))
        }
        Job::ListParts { .. } => Some(Outcome::Parts(PartsPage { parts: Vec::new(), next: None })),
        job => well(job),
    };
    hand.tell(Event::Start, &mut answer);
    hand.wait(50, &mut answer);
    let Some(Finish::Failed(error)) = &hand.finish else { panic!("{:?}", hand.asked.len()) };
    assert!(error.message().contains("lost parts"), "{}", error.message());
}

#[test]
fn a_clock_that_is_set_back_delays_nothing() {
    let mut hand = Hand::new(Session::new(config(2, false, false)));
    hand.tell(Event::Start, &mut lines_down);
    hand.now -= 3_600_000.0;
    hand.tell(Event::Tick, &mut well);
    let wake = hand.session.next_wake().expect("it waits for its next try");
    assert!(wake - hand.now < 10_000.0, "{}", wake - hand.now);
}

#[test]
fn what_a_machine_slept_through_costs_no_patience() {
    let mut hand = Hand::new(Session::new(config(2, false, false)));
    hand.tell(Event::Start, &mut lines_down);
    hand.wait(3, &mut lines_down);
    hand.now += 3_600_000.0;
    hand.wait(2, &mut lines_down);
    assert!(hand.finish.is_none(), "{:?}", hand.finish);
}

#[test]
fn where_nothing_can_have_stood_nothing_is_looked_for() {
    let mut fresh = config(3, true, false);
    fresh.imports.as_mut().unwrap().fresh = true;
    let mut hand = Hand::new(Session::new(fresh));
    hand.tell(Event::Start, &mut well);
    assert_eq!(hand.count(|job| matches!(job, Job::HeadObject)), 0, "{:?}", hand.asked);
    assert_eq!(hand.count(|job| matches!(job, Job::CompleteMultipartUpload { .. })), 1);
}

#[test]
fn a_store_that_refuses_its_own_list_again_and_again_is_given_up() {
    let mut hand = Hand::new(Session::new(config(1, false, false)));
    let parts = |number| crate::oss::StoredPart { number, etag: "opaque".to_owned(), size: 5 * MIB };
    hand.session = Session::new(config(2, false, false));
    let mut answer = |job: &Job| match job {
        Job::CompleteMultipartUpload { .. } => {
            Some(trouble(Remedy::CheckParts, Kind::Storage, "InvalidPart", 400))
        }
        Job::ListParts { .. } => {
            Some(Outcome::Parts(PartsPage { parts: vec![parts(1), parts(2)], next: None }))
        }
        job => well(job),
    };
    hand.tell(Event::Start, &mut answer);
    let at_once = hand.count(|job| matches!(job, Job::CompleteMultipartUpload { .. }));
    assert_eq!(at_once, 1, "it waits before it asks again");
    hand.wait(50, &mut answer);
    assert!(matches!(&hand.finish, Some(Finish::Failed(error)) if error.code() == Some("InvalidPart")));
    assert_eq!(hand.count(|job| matches!(job, Job::CompleteMultipartUpload { .. })), 4);
}

#[test]
fn an_object_that_stood_there_with_the_same_bytes_is_not_deleted() {
    for (found, deleted) in [(OLD, 0), ("another", 1)] {
        let mut hand = Hand::new(Session::new(config(3, true, false)));
        let mut completed = false;
        let mut answer = |job: &Job| match job {
            Job::CompleteMultipartUpload { .. } => {
                completed = true;
                Some(Outcome::Completed { etag: Some(found.to_owned()) })
            }
            Job::HeadObject if completed => {
                Some(Outcome::Object { size: Some(15 * MIB), etag: Some(found.to_owned()) })
            }
            Job::CreateImage => None,
            job => well(job),
        };
        hand.tell(Event::Start, &mut answer);
        hand.tell(Event::Abort, &mut answer);
        let created =
            hand.open.iter().position(|(_, job)| matches!(job, Job::CreateImage)).expect("it is asked");
        let id = hand.open.remove(created).0;
        let outcome = trouble(Remedy::GiveUp, Kind::Service, "Quota", 400);
        hand.tell(Event::Ended { id, outcome }, &mut answer);
        assert!(matches!(hand.finish, Some(Finish::Aborted(_, None))), "{found}: {:?}", hand.finish);
        assert_eq!(hand.count(|job| matches!(job, Job::DeleteObject)), deleted, "{found}: {:?}", hand.asked);
    }
}

#[test]
fn before_anything_is_taken_back_the_lock_is_asked() {
    let mut hand = Hand::new(Session::new(config(3, false, false)));
    hand.tell(Event::Start, &mut all_but(1));
    hand.tell(Event::Abort, &mut |job| if matches!(job, Job::Save { .. }) { None } else { well(job) });
    let taking =
        |job: &Job| matches!(job, Job::AbortMultipartUpload { .. } | Job::DeleteImage | Job::Report { .. });
    assert_eq!(hand.count(taking), 0, "{:?}", hand.asked);
    // The driver finds that it is another's.
    hand.tell(Event::TakenOver, &mut |_| None);
    let saving = hand.open.remove(0);
    hand.tell(Event::Ended { id: saving.0, outcome: Outcome::Done }, &mut well);
    assert!(
        matches!(&hand.finish, Some(Finish::Failed(error)) if error.message().contains("taken this upload"))
    );
    assert_eq!(hand.count(taking), 0, "{:?}", hand.asked);
}

#[test]
fn a_single_request_whose_bytes_had_left_is_looked_for_more_than_once() {
    let mut hand = Hand::new(Session::new(config(1, true, false)));
    let mut looks = 0;
    let mut answer = |job: &Job| match job {
        Job::PutObject => None,
        Job::HeadObject => {
            looks += 1;
            // Once before it is sent, once when it is aborted; then it stands there.
            let stands = Outcome::Object { size: Some(5 * MIB), etag: Some("own".to_owned()) };
            let absent = trouble(Remedy::GiveUp, Kind::Storage, "NoSuchKey", 404);
            Some(if looks < 3 { absent } else { stands })
        }
        job => well(job),
    };
    hand.tell(Event::Start, &mut answer);
    hand.tell(Event::Abort, &mut answer);
    hand.wait(5, &mut answer);
    assert!(matches!(hand.finish, Some(Finish::Aborted(_, None))), "{:?}", hand.finish);
    assert_eq!(hand.count(|job| matches!(job, Job::DeleteObject)), 1, "{:?}", hand.asked);
}

#[test]
fn an_image_that_a_gateway_did_not_wait_for_is_found_before_another_is_made() {
    let mut hand = Hand::new(Session::new(config(3, false, false)));
    let mut looks = 0;
    let mut answer = |job: &Job| match job {
        Job::CreateImage => Some(trouble(Remedy::GiveUp, Kind::Service, "", 504)),
        Job::FindImages => {
            looks += 1;
            Some(Outcome::Found(if looks < 4 { Vec::new() } else { vec!["img-late".to_owned()] }))
        }
        Job::SendPart { .. } => None,
        job => well(job),
    };
    let mut patient = config(3, false, false);
    patient.retry.max_delay_ms = 10_000.0;
    hand.session = Session::new(patient);
    hand.tell(Event::Start, &mut answer);
    hand.wait(10, &mut answer);
    assert_eq!(hand.count(|job| matches!(job, Job::CreateImage)), 1, "{:?}", hand.asked);
    assert_eq!(hand.session.image_id(), Some("img-late"));
}

#[test]
fn an_image_that_was_never_touched_is_not_kept() {
    let mut given = config(3, false, false);
    given.image_id = Some("img-1".to_owned());
    let mut hand = Hand::new(Session::new(given));
    hand.tell(Event::Start, &mut |job| match job {
        Job::ShowImage => Some(trouble(Remedy::GiveUp, Kind::Service, "IMG.DBGet.NoData", 404)),
        job => well(job),
    });
    let Some(Finish::Failed(error)) = &hand.finish else { panic!("{:?}", hand.finish) };
    assert!(!error.details().resumable && !error.message().contains("meanwhile"), "{}", error.message());
    assert!(hand.kept.is_none());
}

#[test]
fn an_image_found_by_a_later_run_is_named_not_deleted() {
    let mut hand = Hand::new(Session::new(config(3, false, false)));
    hand.tell(Event::Start, &mut |job| if matches!(job, Job::Save { .. }) { None } else { well(job) });
    // The intent was put down; then the process was killed.
    let intent = hand.open.iter().find_map(|(_, job)| match job {
        Job::Save { checkpoint, .. } => Some(checkpoint.clone()),
        _ => None,
    });
    hand.kept = intent;
    let mut later = hand.again(config(3, false, false));
    later.tell(Event::Abort, &mut |job| match job {
        Job::FindImages => Some(Outcome::Found(vec!["img-of-another".to_owned()])),
        job => well(job),
    });
    let Some(Finish::Aborted(error, Some(left))) = &later.finish else { panic!("{:?}", later.finish) };
    assert!(error.message().contains("img-of-another") && left.contains("img-of-another"));
    assert_eq!(later.count(|job| matches!(job, Job::DeleteImage)), 0, "{:?}", later.asked);
}

#[test]
fn an_image_that_an_earlier_runs_order_has_finished_is_not_deleted() {
    for parts in [1, 3] {
        let mut hand = Hand::new(Session::new(config(parts, true, false)));
        let mut answer = |job: &Job| match job {
            Job::CreateImage => Some(Outcome::Ordered { order: "job-1".to_owned() }),
            job => well(job),
        };
        hand.tell(Event::Start, &mut answer);
        hand.tell(Event::Stop, &mut answer);
        let mut later = hand.again(config(parts, true, false));
        later.tell(Event::Abort, &mut |job| match job {
            Job::ShowOrder { .. } => {
                let image_id = Some("img-1".to_owned());
                Some(Outcome::Order(OrderFacts { image_id, done: true, failure: None }))
            }
            job => well(job),
        });
        let Some(Finish::Aborted(_, Some(left))) = &later.finish else { panic!("{:?}", later.finish) };
        assert!(left.contains("img-1"), "{left}");
        assert_eq!(later.count(|job| matches!(job, Job::DeleteImage)), 0, "{:?}", later.asked);
    }
}
