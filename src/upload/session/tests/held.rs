//! What must not be counted against an upload, nor for it: time in which nothing could be tried, disks and services that say
//! «not now», gateways that say nothing, files that change.

use super::super::*;
use super::single::{Hand, MIB, all_but, config, well};
use super::world::{lost, trouble, wait};
use crate::error::{Error, Kind};
use crate::oss::trouble::{Remedy, Trouble};
use crate::upload::source::changed;

fn unreadable() -> Outcome {
    Outcome::Failed(Trouble { remedy: Remedy::GiveUp, error: Error::new(Kind::Source, "ESTALE") })
}

fn unsent() -> Outcome {
    let mut error = Error::new(Kind::Network, "ECONNREFUSED");
    error.details_mut().unsent = true;
    Outcome::Failed(Trouble { remedy: wait(), error })
}

fn shown(status: &str, size: u64) -> Option<Outcome> {
    let facts = ImageFacts { status: status.to_owned(), size: Some(size), ..ImageFacts::default() };
    Some(Outcome::Image(facts))
}

#[test]
fn a_file_that_cannot_be_looked_at_now_is_looked_at_again_and_nothing_is_taken_back() {
    for failures in [2, 100] {
        let mut hand = Hand::new(Session::new(config(3, false, false)));
        let mut looks = 0;
        let mut answer = |job: &Job| match job {
            Job::CheckSource => {
                looks += 1;
                Some(if looks <= failures { unreadable() } else { Outcome::Done })
            }
            Job::ShowImage => shown("active", 15 * MIB),
            job => well(job),
        };
        hand.tell(Event::Start, &mut answer);
        hand.wait(20, &mut answer);
        match &hand.finish {
            Some(Finish::Done(_)) => assert_eq!(failures, 2),
            Some(Finish::Failed(error)) => {
                assert!(failures > 2 && error.details().resumable && hand.kept.is_some(), "{error}");
            }
            finish => panic!("{finish:?}"),
        }
        assert_eq!(hand.count(|job| matches!(job, Job::DeleteImage | Job::AbortMultipartUpload { .. })), 0);
    }
}

#[test]
fn of_a_file_that_has_changed_nothing_stays_whenever_that_is_seen() {
    let other = || {
        Some(Outcome::Failed(Trouble { remedy: Remedy::GiveUp, error: changed("the file became shorter") }))
    };
    let seen: [fn(&Job) -> bool; 3] = [
        |job| matches!(job, Job::CheckSource),
        |job| matches!(job, Job::HashPart { index: 1, .. }),
        |job| matches!(job, Job::SendPart { index: 1, .. }),
    ];
    for (at, is_seen) in seen.into_iter().enumerate() {
        let mut hand = Hand::new(Session::new(config(3, false, at == 1)));
        hand.tell(Event::Start, &mut |job| if is_seen(job) { other() } else { well(job) });
        let Some(Finish::Failed(error)) = &hand.finish else { panic!("{at}: {:?}", hand.finish) };
        assert_eq!((error.code(), error.details().resumable), (Some("file-changed"), false), "{at}");
        assert_eq!(hand.count(|job| matches!(job, Job::AbortMultipartUpload { .. } | Job::DeleteImage)), 2);
        assert!(hand.kept.is_none(), "{at}");
    }
}

#[test]
fn an_image_of_another_size_is_taken_back() {
    let mut hand = Hand::new(Session::new(config(3, false, false)));
    let mut answer = |job: &Job| match job {
        Job::ShowImage => shown("active", 15 * MIB - 1),
        job => well(job),
    };
    hand.tell(Event::Start, &mut answer);
    let Some(Finish::Failed(error)) = &hand.finish else { panic!("{:?}", hand.finish) };
    assert_eq!(error.kind(), Kind::Integrity);
    assert_eq!(hand.count(|job| matches!(job, Job::DeleteImage)), 1);
}

#[test]
fn a_pause_costs_neither_patience_nor_the_time_that_an_image_is_waited_for() {
    for (held, go_on) in [(Event::Pause, Event::Resume), (Event::Offline, Event::Online)] {
        let mut hand = Hand::new(Session::new(config(3, false, false)));
        let busy = |job: &Job| match job {
            Job::SendPart { .. } => Some(trouble(wait(), Kind::Storage, "SlowDown", 503)),
            job => well(job),
        };
        hand.tell(Event::Start, &mut { busy });
        hand.wait(3, &mut { busy });
        hand.tell(held.clone(), &mut { busy });
        hand.now += 1e6;
        hand.tell(go_on.clone(), &mut { busy });
        assert!(hand.finish.is_none(), "{:?}", hand.finish);

        let mut hand = Hand::new(Session::new(config(3, false, false)));
        let saving = |job: &Job| match job {
            Job::ShowImage => shown("saving", 15 * MIB),
            job => well(job),
        };
        hand.tell(Event::Start, &mut { saving });
        hand.tell(held, &mut { saving });
        hand.now += 1e6;
        hand.tell(go_on, &mut { saving });
        assert!(hand.finish.is_none(), "{:?}", hand.finish);
        hand.now += 1e6;
        hand.tell(Event::Tick, &mut { saving });
        hand.wait(40, &mut { saving });
        assert!(matches!(&hand.finish, Some(Finish::Failed(error)) if error.kind() == Kind::Timeout));
    }
}

#[test]
fn an_image_that_is_being_saved_is_told_to_fail_and_kept_where_it_cannot_go_yet() {
    for deletable in [true, false] {
        let mut hand = Hand::new(Session::new(config(3, false, false)));
        let mut answer = |job: &Job| match job {
            Job::ShowImage => shown("saving", 15 * MIB),
            Job::DeleteImage if !deletable => {
                Some(trouble(Remedy::GiveUp, Kind::Service, "IMG.OperationFailed.DeleteNotAllowed", 400))
            }
            job => well(job),
        };
        hand.tell(Event::Start, &mut answer);
        hand.tell(Event::Abort, &mut answer);
        assert_eq!(hand.count(|job| matches!(job, Job::Report { success: false, .. })), 1);
        // Nothing is asked for that needs keys.
        assert_eq!(
            hand.count(|job| matches!(job, Job::Prepare | Job::ListMultipartUploads)),
            1,
            "{:?}",
            hand.asked
        );
        let Some(Finish::Aborted(error, _)) = &hand.finish else { panic!("{:?}", hand.finish) };
        assert_eq!((error.details().resumable, hand.kept.is_some()), (!deletable, !deletable));
    }
}

#[test]
fn a_404_without_a_word_is_no_stores() {
    // The same that the store's answers become.
    let nothing = || Some(trouble(wait(), Kind::Storage, "", 404));
    let mut hand = Hand::new(Session::new(config(3, true, false)));
    hand.tell(Event::Start, &mut all_but(1));
    let mut answer = |job: &Job| match job {
        Job::AbortMultipartUpload { .. } => nothing(),
        job => well(job),
    };
    hand.tell(Event::Abort, &mut answer);
    hand.wait(20, &mut answer);
    let Some(Finish::Aborted(error, Some(_))) = &hand.finish else { panic!("{:?}", hand.finish) };
    assert!(error.details().resumable && hand.kept.is_some(), "{error}");

    let mut hand = Hand::new(Session::new(config(3, false, false)));
    let mut answers = 0;
    let mut answer = |job: &Job| match job {
        Job::SendPart { .. } => {
            answers += 1;
            if answers == 1 { nothing() } else { well(job) }
        }
        Job::ShowImage => shown("active", 15 * MIB),
        job => well(job),
    };
    hand.tell(Event::Start, &mut answer);
    hand.wait(20, &mut answer);
    assert!(matches!(hand.finish, Some(Finish::Done(_))), "{:?}", hand.finish);

    // An address where there is no store at all is not tried for minutes.
    let mut hand = Hand::new(Session::new(config(3, false, false)));
    let mut nowhere = |job: &Job| match job {
        Job::CreateMultipartUpload => nothing(),
        job => well(job),
    };
    hand.tell(Event::Start, &mut nowhere);
    hand.wait(6, &mut nowhere);
    assert!(matches!(hand.finish, Some(Finish::Failed(_))), "{:?}", hand.finish);
}

#[test]
fn who_is_asked_too_often_or_never_heard_of_it_has_made_no_image() {
    let mut hand = Hand::new(Session::new(config(3, false, false)));
    let mut answers = 0;
    let mut answer = |job: &Job| match job {
        Job::CreateImage => {
            answers += 1;
            match answers {
                1 => Some(trouble(wait(), Kind::Protocol, "", 429)),
                2 => Some(unsent()),
                _ => well(job),
            }
        }
        // Somebody else's.
        Job::FindImages if answers > 0 => Some(Outcome::Found(vec!["img-foreign".to_owned()])),
        Job::FindImages => Some(Outcome::Found(Vec::new())),
        Job::ShowImage => shown("active", 15 * MIB),
        job => well(job),
    };
    hand.tell(Event::Start, &mut answer);
    hand.wait(20, &mut answer);
    assert!(matches!(hand.finish, Some(Finish::Done(_))), "{:?}", hand.finish);
    assert_eq!(hand.session.image_id(), Some("img-1"));
}

#[test]
fn what_cannot_be_read_again_is_not_sent_far_ahead_of_its_digest() {
    let stream = Config { repeatable: false, most_parallel: 3, first_parallel: 3, ..config(20, false, true) };
    let mut hand = Hand::new(Session::new(stream));
    hand.tell(Event::Start, &mut |job| match job {
        Job::HashPart { .. } => None,
        job => well(job),
    });
    assert_eq!(hand.count(|job| matches!(job, Job::SendPart { .. })), 3);
}

#[test]
fn what_was_looked_for_before_the_machine_slept_says_nothing_of_now() {
    let mut hand = Hand::new(Session::new(config(1, true, false)));
    let mut answer = |job: &Job| match job {
        Job::CreateImage => Some(lost()),
        job => well(job),
    };
    let creates = |hand: &Hand| hand.count(|job| matches!(job, Job::CreateImage));
    hand.tell(Event::Start, &mut answer);
    // The look after it is under way when the lid is closed.
    let mut no_answer = |job: &Job| match job {
        Job::FindImages => None,
        job => well(job),
    };
    while !hand.open.iter().any(|(_, job)| matches!(job, Job::FindImages)) {
        hand.wait(1, &mut no_answer);
    }
    assert_eq!(creates(&hand), 1);
    hand.now += 60_000.0;
    let mut once = true;
    hand.tell(Event::Tick, &mut |job| match job {
        Job::FindImages if core::mem::take(&mut once) => Some(Outcome::Found(Vec::new())),
        _ => None,
    });
    assert_eq!(creates(&hand), 1, "{:?}", hand.asked);
}
