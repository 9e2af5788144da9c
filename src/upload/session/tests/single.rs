//! Single stories, told by hand: what a store or a clock does that the simulation's does not.

use super::super::*;
use super::world::{lost, trouble, wait};
use crate::error::Kind;
use crate::http::retry::Policy;
use crate::json::Value;
use crate::oss::PartsPage;
use crate::oss::trouble::Remedy;
use crate::upload::plan::Plan;

const MIB: u64 = 1024 * 1024;
/// What stood in the caller's bucket before.
const OLD: &str = "etag-of-last-month";

/// A session, and whoever does its jobs.
struct Hand {
    session: Session,
    now: f64,
    asked: Vec<Job>,
    /// What has not been answered yet.
    open: Vec<(u64, Job)>,
    /// The checkpoint; none when it was forgotten.
    kept: Option<String>,
    finish: Option<Finish>,
}

fn config(parts: u64, imports: bool, digest: bool) -> Config {
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
    fn new(session: Session) -> Self {
        Hand { session, now: 1e12, asked: Vec::new(), open: Vec::new(), kept: None, finish: None }
    }

    /// A later run, from what the earlier one has kept.
    fn again(&self, config: Config) -> Self {
        let kept = Value::parse(self.kept.as_deref().expect("a checkpoint is kept")).unwrap();
        let session = kept.get("session").and_then(|saved: &Value| Session::restore(config, saved));
        Hand { now: self.now + 1e6, ..Hand::new(session.expect("it can be read")) }
    }

    /// Something happens; what is to be done is answered as `answer` says, until it leaves everything open.
    fn tell(&mut self, event: Event, answer: &mut dyn FnMut(&Job) -> Option<Outcome>) {
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
    fn wait(&mut self, times: u32, answer: &mut dyn FnMut(&Job) -> Option<Outcome>) {
        for _ in 0..times {
            let Some(wake) = self.session.next_wake() else { return };
            self.now = self.now.max(wake);
            self.tell(Event::Tick, answer);
        }
    }

    fn count(&self, is: fn(&Job) -> bool) -> usize {
        self.asked.iter().filter(|job| is(job)).count()
    }
}

/// A service and a store where everything goes well, and nothing is to be looked at.
fn well(job: &Job) -> Option<Outcome> {
    Some(match job {
        Job::FindImages => Outcome::Found(Vec::new()),
        Job::CreateImage => Outcome::ImageCreated { image_id: "img-1".to_owned() },
        Job::Prepare => Outcome::Prepared { place: "place".to_owned() },
        Job::CreateMultipartUpload => Outcome::MultipartCreated { upload_id: "upload".to_owned() },
        Job::SendPart { .. } | Job::PutObject => Outcome::Stored { etag: Some("opaque".to_owned()) },
        Job::HashPart { .. } => Outcome::Hashed { part: [7; 16], file: None },
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
fn all_but(part: u32) -> impl FnMut(&Job) -> Option<Outcome> {
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

/// The answer of a gateway that knows no such interface, or of the service itself.
fn refusal(code: &str, status: u16) -> Outcome {
    trouble(Remedy::GiveUp, Kind::Service, code, status)
}

#[test]
fn a_gateways_404_throws_no_upload_away() {
    for code in ["", "IMG.OperationFailed.ResourceInfo", "APIG.0101"] {
        let mut hand = Hand::new(Session::new(config(3, false, false)));
        hand.tell(Event::Start, &mut all_but(1));
        hand.tell(Event::Stop, &mut well);
        let mut later = hand.again(config(3, false, false));
        let mut answer = |job: &Job| match job {
            Job::ShowImage => Some(refusal(code, 404)),
            job => well(job),
        };
        later.tell(Event::Start, &mut answer);
        later.wait(20, &mut answer);
        assert!(matches!(&later.finish, Some(Finish::Failed(error)) if error.details().resumable), "{code}");
        assert!(later.kept.is_some(), "{code}: thrown away");
        // Nor does it say that the image has been taken back.
        later = later.again(config(3, false, false));
        let mut answer = |job: &Job| match job {
            Job::DeleteImage => Some(refusal(code, 404)),
            job => well(job),
        };
        later.tell(Event::Abort, &mut answer);
        assert!(matches!(&later.finish, Some(Finish::Aborted(error, Some(_))) if error.details().resumable));
        assert!(later.kept.is_some(), "{code}: forgotten");
    }
}

#[test]
fn a_machine_that_has_not_heard_of_the_image_yet_is_asked_again() {
    let mut hand = Hand::new(Session::new(config(3, false, false)));
    let mut asked = 0;
    let mut answer = |job: &Job| match job {
        Job::Prepare => {
            asked += 1;
            if asked < 4 { Some(refusal("IMG.DBGet.NoData", 400)) } else { well(job) }
        }
        Job::SendPart { .. } => None,
        job => well(job),
    };
    hand.tell(Event::Start, &mut answer);
    hand.wait(10, &mut answer);
    assert!(hand.finish.is_none(), "{:?}", hand.finish);
    assert_eq!(hand.count(|job| matches!(job, Job::SendPart { .. })), 1, "{:?}", hand.asked);
}

#[test]
fn an_image_that_is_gone_is_deleted_before_it_is_forgotten() {
    for (away, deletes) in [(false, 1), (true, 2)] {
        let mut hand = Hand::new(Session::new(config(3, false, false)));
        hand.tell(Event::Start, &mut all_but(1));
        hand.tell(Event::Stop, &mut well);
        let mut later = hand.again(config(3, false, false));
        let mut answer = |job: &Job| match job {
            Job::ShowImage => Some(refusal("IMG.DBGet.NoData", 400)),
            Job::DeleteImage if away => Some(lost()),
            Job::DeleteImage => Some(refusal("IMG.DBGet.NoData", 400)),
            job => well(job),
        };
        later.tell(Event::Start, &mut answer);
        later.wait(200, &mut answer);
        let Some(Finish::Failed(error)) = &later.finish else { panic!("{:?}", later.finish) };
        assert_eq!(later.kept.is_some(), away, "{}", error.message());
        assert_eq!(error.message().contains("deleted meanwhile"), !away, "{}", error.message());
        assert!(later.count(|job| matches!(job, Job::DeleteImage)) >= deletes, "{:?}", later.asked);
        assert_eq!(later.count(|job| matches!(job, Job::ShowImage)), 4);
    }
}

/// Nothing but «not now» to a creation.
fn busy(job: &Job) -> Option<Outcome> {
    match job {
        Job::CreateImage => Some(trouble(wait(), Kind::Service, "", 503)),
        job => well(job),
    }
}

#[test]
fn an_image_that_appeared_while_nobody_could_create_one_is_another_s() {
    for stops in [0, 1, 30] {
        let mut hand = Hand::new(Session::new(config(3, false, false)));
        hand.tell(Event::Start, &mut busy);
        hand.wait(stops, &mut busy);
        if hand.finish.is_none() {
            hand.tell(Event::Stop, &mut busy);
        }
        assert!(hand.finish.is_some());
        let colleagues = |job: &Job| match job {
            Job::FindImages => Some(Outcome::Found(vec!["img-of-another".to_owned()])),
            Job::SendPart { .. } => None,
            job => well(job),
        };
        let mut later = hand.again(config(3, false, false));
        later.tell(Event::Start, &mut { colleagues });
        later.wait(20, &mut { colleagues });
        assert_eq!(later.session.image_id(), Some("img-1"), "{stops}: {:?}", later.asked);
        // Nor is it this upload's where an abort looks for what it may have made.
        let mut aborted = hand.again(config(3, false, false));
        aborted.tell(Event::Abort, &mut { colleagues });
        assert!(matches!(aborted.finish, Some(Finish::Aborted(_, None))), "{stops}: {:?}", aborted.finish);
        assert_eq!(aborted.count(|job| matches!(job, Job::DeleteImage)), 0, "{stops}");
    }
}

#[test]
fn an_abort_after_nothing_but_not_now_deletes_no_image_of_another() {
    let mut hand = Hand::new(Session::new(config(3, false, false)));
    let mut answer = |job: &Job| match job {
        Job::FindImages => None,
        job => busy(job),
    };
    hand.tell(Event::Start, &mut answer);
    let look = hand.open.remove(0);
    hand.tell(Event::Ended { id: look.0, outcome: Outcome::Found(Vec::new()) }, &mut answer);
    hand.tell(Event::Abort, &mut |job| match job {
        Job::FindImages => Some(Outcome::Found(vec!["img-of-another".to_owned()])),
        job => well(job),
    });
    assert!(matches!(hand.finish, Some(Finish::Aborted(_, None))), "{:?}", hand.finish);
    assert_eq!(hand.count(|job| matches!(job, Job::DeleteImage)), 0, "{:?}", hand.asked);
}

/// A run that was killed while its image was being created.
fn killed_while_creating(config: Config) -> Hand {
    let mut hand = Hand::new(Session::new(config));
    hand.tell(Event::Start, &mut |job| if matches!(job, Job::Save { .. }) { None } else { well(job) });
    hand.kept = hand.open.iter().find_map(|(_, job)| match job {
        Job::Save { checkpoint, .. } => Some(checkpoint.clone()),
        _ => None,
    });
    hand
}

#[test]
fn an_image_that_a_later_run_has_found_and_gone_on_with_is_named_not_deleted() {
    let hand = killed_while_creating(config(3, false, false));
    let found = |job: &Job| match job {
        Job::FindImages => Some(Outcome::Found(vec!["img-found".to_owned()])),
        Job::SendPart { .. } | Job::ListParts { .. } => None,
        Job::ShowImage => {
            Some(Outcome::Image(ImageFacts { status: "queued".into(), ..ImageFacts::default() }))
        }
        job => well(job),
    };
    let mut later = hand.again(config(3, false, false));
    later.tell(Event::Start, &mut { found });
    assert_eq!(later.session.image_id(), Some("img-found"));
    assert!(later.session.warnings.iter().any(|(code, _)| *code == "image-found"));
    later.tell(Event::Stop, &mut { found });
    // Whether it is aborted at once or by a third run.
    let mut third = later.again(config(3, false, false));
    third.tell(Event::Start, &mut { found });
    for mut last in [later.again(config(3, false, false)), third] {
        last.tell(Event::Abort, &mut { found });
        let Some(Finish::Aborted(error, Some(_))) = &last.finish else { panic!("{:?}", last.finish) };
        assert!(error.message().contains("img-found"), "{}", error.message());
        let touching = |job: &Job| matches!(job, Job::DeleteImage | Job::Report { .. } | Job::DeleteObject);
        assert_eq!(last.count(touching), 0, "{:?}", last.asked);
        assert_eq!(last.count(|job| matches!(job, Job::AbortMultipartUpload { .. })), 1);
    }
}

#[test]
fn an_upload_into_an_image_that_exists_is_not_forgotten_while_the_service_is_away() {
    let given = || Config { image_id: Some("img-1".to_owned()), ..config(3, false, false) };
    let shown = |job: &Job| match job {
        Job::ShowImage => {
            Some(Outcome::Image(ImageFacts { status: "queued".into(), ..ImageFacts::default() }))
        }
        Job::SendPart { .. } => None,
        job => well(job),
    };
    let mut hand = Hand::new(Session::new(given()));
    hand.tell(Event::Start, &mut { shown });
    hand.tell(Event::Stop, &mut { shown });
    let away = [lost(), refusal("", 404), trouble(Remedy::GiveUp, Kind::Auth, "", 403)];
    for (answered, kept) in
        away.into_iter().map(|away| (away, true)).chain([(refusal("IMG.DBGet.NoData", 400), false)])
    {
        let mut answer = |job: &Job| match job {
            Job::Report { .. } => Some(answered.clone()),
            job => shown(job),
        };
        let mut later = hand.again(given());
        later.tell(Event::Abort, &mut answer);
        later.wait(20, &mut answer);
        assert_eq!(later.kept.is_some(), kept, "{answered:?}: {:?}", later.finish);
        let Some(Finish::Aborted(error, left)) = &later.finish else { panic!("{:?}", later.finish) };
        assert_eq!((left.is_some(), error.details().resumable), (kept, kept), "{answered:?}");
        if kept {
            let mut last = later.again(given());
            last.tell(Event::Abort, &mut { shown });
            assert_eq!(last.count(|job| matches!(job, Job::Report { .. })), 1, "{answered:?}");
            assert!(last.kept.is_none());
        }
    }
}

#[test]
fn a_later_run_waits_for_what_an_earlier_one_has_asked_for() {
    let mut patient = config(3, false, false);
    patient.retry.max_delay_ms = 10_000.0;
    let hand = killed_while_creating(patient.clone());
    for (late, appears, created) in [(2_000.0, true, 0), (2_000.0, false, 1), (60_000.0, false, 1)] {
        let mut later = hand.again(patient.clone());
        later.now = hand.now + late;
        let (began, mut looks) = (later.now, 0);
        let mut answer = |job: &Job| match job {
            Job::FindImages => {
                looks += 1;
                // Where it does not appear in time, it does so as the second of two.
                let there =
                    if appears { looks > 2 } else { looks > 1 && began - hand.now > 10_000.0 || looks > 5 };
                let ids = if there { vec!["img-late".to_owned()] } else { Vec::new() };
                Some(Outcome::Found(ids))
            }
            Job::SendPart { .. } => None,
            job => well(job),
        };
        later.tell(Event::Start, &mut answer);
        later.wait(10, &mut answer);
        assert_eq!(later.count(|job| matches!(job, Job::CreateImage)), created, "{late}: {:?}", later.asked);
        assert_eq!(later.session.image_id(), Some(if appears { "img-late" } else { "img-1" }));
        let told = |code: &str| later.session.warnings.iter().any(|(known, _)| *known == code);
        assert_eq!((told("image-found"), told("image-doubled")), (appears, !appears), "{late}: {looks}");
        // What was asked for long ago is not waited for.
        assert!(later.now - hand.now < 15_000.0 || later.now - began < 100.0, "{}", later.now - began);
    }
}

#[test]
fn a_clock_that_is_set_back_does_not_hold_up_the_look_for_a_lost_image() {
    let mut patient = config(3, false, false);
    patient.retry.max_delay_ms = 10_000.0;
    let mut answer = |job: &Job| match job {
        Job::CreateImage => Some(trouble(wait(), Kind::Service, "", 504)),
        job => well(job),
    };
    let created = |hand: &Hand| hand.count(|job| matches!(job, Job::CreateImage));
    let mut hand = Hand::new(Session::new(patient.clone()));
    hand.tell(Event::Start, &mut answer);
    hand.wait(3, &mut answer);
    assert_eq!(created(&hand), 1);
    hand.now -= 3_600_000.0;
    let back = hand.now;
    hand.tell(Event::Tick, &mut answer);
    while created(&hand) < 2 {
        hand.wait(1, &mut answer);
    }
    assert!((1_000.0..15_000.0).contains(&(hand.now - back)), "{}", hand.now - back);
    // A clock that is set back again and again.
    hand = Hand::new(Session::new(patient));
    hand.tell(Event::Start, &mut answer);
    while created(&hand) < 2 {
        hand.wait(1, &mut answer);
        hand.now -= 3_600_000.0;
        hand.tell(Event::Tick, &mut answer);
    }
    let looks = hand.count(|job| matches!(job, Job::FindImages));
    assert!((5..15).contains(&looks), "{looks}");
}

#[test]
fn several_images_that_may_be_this_uploads_are_all_named_by_an_abort() {
    let mut hand = Hand::new(Session::new(config(3, false, false)));
    let mut lost_image = |job: &Job| match job {
        Job::CreateImage => Some(lost()),
        job => well(job),
    };
    hand.tell(Event::Start, &mut lost_image);
    hand.tell(Event::Abort, &mut |job| match job {
        Job::FindImages => Some(Outcome::Found(vec!["img-a".to_owned(), "img-b".to_owned()])),
        job => well(job),
    });
    let Some(Finish::Aborted(error, Some(left))) = &hand.finish else { panic!("{:?}", hand.finish) };
    assert!(left.contains("img-a") && left.contains("img-b"), "{left}");
    assert!(!error.message().contains("what was stored is removed"), "{}", error.message());
    assert_eq!(hand.count(|job| matches!(job, Job::DeleteImage)), 0, "{:?}", hand.asked);
}

/// A service whose order is done, and that lists two images then.
fn ordered_twice(job: &Job) -> Option<Outcome> {
    match job {
        Job::CompleteMultipartUpload { .. } => Some(Outcome::Completed { etag: None }),
        Job::CreateImage => Some(Outcome::Ordered { order: "order-2".to_owned() }),
        Job::ShowOrder { .. } => {
            let image_id = Some("img-2".to_owned());
            Some(Outcome::Order(OrderFacts { image_id, done: true, failure: None }))
        }
        Job::ShowImage => {
            Some(Outcome::Image(ImageFacts { status: "active".into(), ..ImageFacts::default() }))
        }
        Job::FindImages => Some(Outcome::Found(vec!["img-1".to_owned(), "img-2".to_owned()])),
        job => well(job),
    }
}

#[test]
fn an_order_that_was_doubled_is_told_in_node_too() {
    for restarts in [false, true] {
        let mut hand = Hand::new(Session::new(config(3, true, false)));
        let mut orders = 0;
        let mut answer = |job: &Job| match job {
            Job::CreateImage => {
                orders += 1;
                if orders == 1 { Some(lost()) } else { ordered_twice(job) }
            }
            Job::FindImages if orders < 2 => Some(Outcome::Found(Vec::new())),
            Job::ShowOrder { .. } if restarts => None,
            job => ordered_twice(job),
        };
        hand.tell(Event::Start, &mut answer);
        hand.wait(60, &mut answer);
        if restarts {
            hand.tell(Event::Stop, &mut answer);
            hand = hand.again(config(3, true, false));
            hand.tell(Event::Start, &mut ordered_twice);
        }
        let Some(Finish::Done(summary)) = &hand.finish else { panic!("{restarts}: {:?}", hand.finish) };
        assert!(summary.warnings.iter().any(|text| text.contains("img-1")), "{:?}", summary.warnings);
    }
}
