//! Stories of a key that the caller has chosen: what others put there, or send there, is neither deleted nor made an image of.

use super::super::*;
use super::single::{Hand, MIB, config, well};
use super::world::{lost, trouble};
use crate::error::Kind;
use crate::oss::trouble::Remedy;

fn forbidden() -> Outcome {
    trouble(Remedy::GiveUp, Kind::Storage, "AccessDenied", 403)
}

fn object(etag: &str) -> Option<Outcome> {
    Some(Outcome::Object { size: Some(15 * MIB), etag: Some(etag.to_owned()) })
}

fn deletions(hand: &Hand) -> usize {
    hand.count(|job| matches!(job, Job::DeleteObject))
}

/// A store where nothing stands at first; where it goes well, this upload's object gets the ETag `own`.
fn empty(job: &Job) -> Option<Outcome> {
    match job {
        Job::HeadObject => Some(trouble(Remedy::GiveUp, Kind::Storage, "NoSuchKey", 404)),
        job => well(job),
    }
}

/// What an upload leaves whose object stands, and whose image is refused.
fn refused(given: Config) -> Hand {
    let mut hand = Hand::new(Session::new(given));
    hand.tell(Event::Start, &mut |job| match job {
        Job::CreateImage => Some(trouble(Remedy::GiveUp, Kind::Service, "IMG.0117", 403)),
        job => empty(job),
    });
    assert!(hand.kept.is_some(), "{:?}", hand.finish);
    hand
}

/// A later run of it that takes back.
fn taken_back(hand: &Hand, given: Config, answer: &mut dyn FnMut(&Job) -> Option<Outcome>) -> Hand {
    let mut later = hand.again(given);
    later.tell(Event::Abort, answer);
    later
}

fn left(hand: &Hand) -> Option<&str> {
    match &hand.finish {
        Some(Finish::Aborted(_, left)) => left.as_deref(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_object_that_another_has_replaced_is_left_and_named() {
    for (found, deleted) in [("own", 1), ("another", 0)] {
        let hand = refused(config(3, true, false));
        let later = taken_back(&hand, config(3, true, false), &mut |job| match job {
            Job::HeadObject => object(found),
            job => well(job),
        });
        assert_eq!(deletions(&later), deleted, "{found}: {:?}", later.asked);
        assert_eq!(left(&later).is_some_and(|left| left.contains("bucket:key")), deleted == 0, "{found}");
    }
}

#[test]
fn no_image_is_made_of_what_another_has_put_there() {
    for (found, ordered) in [("own", 1), ("another", 0)] {
        let hand = refused(config(3, true, false));
        let mut later = hand.again(config(3, true, false));
        later.tell(Event::Start, &mut |job| match job {
            Job::HeadObject => object(found),
            Job::SendPart { .. } | Job::CreateImage => None,
            job => well(job),
        });
        assert_eq!(later.count(|job| matches!(job, Job::CreateImage)), ordered, "{found}: {:?}", later.asked);
        let sent = later.count(|job| matches!(job, Job::SendPart { .. }));
        assert_eq!(sent, 1 - ordered, "{found}: {:?}", later.asked);
    }
}

#[test]
fn nor_is_it_registered_as_an_image_that_exists() {
    for (found, reported) in [("own", 1), ("another", 0)] {
        let given = || Config { image_id: Some("img-1".to_owned()), ..config(3, true, false) };
        let mut answer = |job: &Job| match job {
            Job::ShowImage => {
                let status = "queued".to_owned();
                Some(Outcome::Image(ImageFacts { status, ..ImageFacts::default() }))
            }
            Job::Report { .. } => None,
            job => empty(job),
        };
        let mut hand = Hand::new(Session::new(given()));
        hand.tell(Event::Start, &mut answer);
        assert_eq!(hand.count(|job| matches!(job, Job::Report { .. })), 1, "{:?}", hand.asked);
        hand.tell(Event::Stop, &mut answer);
        let mut later = hand.again(given());
        later.tell(Event::Start, &mut |job| match job {
            Job::HeadObject => object(found),
            Job::SendPart { .. } => None,
            job => answer(job),
        });
        let reports = later.count(|job| matches!(job, Job::Report { .. }));
        assert_eq!(reports, reported, "{found}: {:?}", later.asked);
    }
}

#[test]
fn a_single_request_that_was_refused_has_made_no_object() {
    let own = crate::auth::sigv4::hex(&[7; 16]);
    for (found, deleted) in [(own.as_str(), 1), ("0123456789abcdef0123456789abcdef", 0)] {
        let mut answer = |job: &Job| match job {
            Job::PutObject => None,
            Job::HashPart { .. } => {
                let file = FileDigest { state: crate::md5::Md5::default().save(), whole: Some([7; 16]) };
                Some(Outcome::Hashed { part: [7; 16], file: Some(file) })
            }
            job => empty(job),
        };
        let mut hand = Hand::new(Session::new(config(1, true, true)));
        hand.tell(Event::Start, &mut answer);
        let put = hand.open.iter().position(|(_, job)| *job == Job::PutObject).expect("it is sent");
        let id = hand.open.remove(put).0;
        hand.tell(Event::Ended { id, outcome: forbidden() }, &mut answer);
        let later = taken_back(&hand, config(1, true, true), &mut |job| match job {
            Job::HeadObject => object(found),
            job => well(job),
        });
        assert_eq!(deletions(&later), deleted, "{found}: {:?}", later.asked);
        assert_eq!(left(&later).is_none(), deleted == 1, "{found}");
    }
}

#[test]
fn multipart_uploads_of_others_at_the_same_key_go_on() {
    // What came of the creation; whether the key is this upload's alone; then: whether they are looked for, and how many
    // are aborted and named.
    let stories = [
        ("refused", false, [0, 0, 0]),
        ("lost", false, [1, 0, 1]),
        ("unknown", false, [1, 0, 1]),
        ("lost", true, [1, 1, 0]),
    ];
    for (what, fresh, expected) in stories {
        let given = || {
            let mut given = config(3, true, false);
            given.imports.as_mut().expect("it imports").fresh = fresh;
            given
        };
        let mut answer = |job: &Job| match job {
            Job::CreateMultipartUpload => Some(if what == "lost" { lost() } else { forbidden() }),
            job => empty(job),
        };
        let mut hand = Hand::new(Session::new(given()));
        hand.tell(Event::Start, &mut answer);
        hand.tell(Event::Stop, &mut answer);
        if what == "unknown" {
            // As an older client has put it down.
            hand.kept = hand.kept.map(|kept| kept.replace(",\"createLost\":false", ""));
        }
        let later = taken_back(&hand, given(), &mut |job| match job {
            Job::ListMultipartUploads => Some(Outcome::Uploads(vec!["theirs".to_owned()])),
            job => empty(job),
        });
        let seen = [
            later.count(|job| matches!(job, Job::ListMultipartUploads)),
            later.count(|job| matches!(job, Job::AbortMultipartUpload { .. })),
            usize::from(left(&later).is_some_and(|left| left.contains("theirs"))),
        ];
        assert_eq!(seen, expected, "{what}, {fresh}: {:?}", later.asked);
    }
}

#[test]
fn a_creation_is_put_down_while_it_is_under_way() {
    let mut hand = Hand::new(Session::new(config(3, true, false)));
    hand.tell(Event::Start, &mut |job| match job {
        Job::CreateMultipartUpload => None,
        job => empty(job),
    });
    assert!(hand.kept.is_some_and(|kept| kept.contains("\"createLost\":true")), "{:?}", hand.asked);
}

#[test]
fn what_another_has_put_there_stays_when_the_image_is_active() {
    for (found, deleted) in [("own", 1), ("another", 0)] {
        let given = || {
            let mut given = config(3, true, false);
            given.imports.as_mut().expect("it imports").delete_object = true;
            given
        };
        let ordering = |job: &Job| match job {
            Job::CreateImage => Some(Outcome::Ordered { order: "job-1".to_owned() }),
            job => empty(job),
        };
        let mut hand = Hand::new(Session::new(given()));
        hand.tell(Event::Start, &mut { ordering });
        hand.tell(Event::Stop, &mut { ordering });
        let mut later = hand.again(given());
        later.tell(Event::Start, &mut |job| match job {
            Job::HeadObject => object(found),
            Job::ShowOrder { .. } => {
                let image_id = Some("img-1".to_owned());
                Some(Outcome::Order(OrderFacts { image_id, done: true, failure: None }))
            }
            Job::ShowImage => {
                let status = "active".to_owned();
                Some(Outcome::Image(ImageFacts { status, ..ImageFacts::default() }))
            }
            job => well(job),
        });
        let Some(Finish::Done(summary)) = &later.finish else { panic!("{:?}", later.asked) };
        assert_eq!(deletions(&later), deleted, "{found}: {:?}", later.asked);
        assert_eq!(summary.warnings.len(), 1 - deleted, "{:?}", summary.warnings);
    }
}

#[test]
fn what_a_finished_image_does_not_need_goes_and_the_image_stays() {
    for (sends_all, delete_object, stays, expected) in [
        (false, false, true, [1, 0]),
        (true, false, true, [0, 0]),
        (true, true, true, [1, 1]),
        (false, true, true, [1, 0]),
        (true, false, false, [1, 1]),
    ] {
        let given = || {
            let mut given = config(3, true, false);
            given.imports.as_mut().expect("it imports").delete_object = delete_object;
            given
        };
        let mut answer = |job: &Job| match job {
            Job::SendPart { index: 1, .. } if !sends_all => None,
            Job::CreateImage => Some(Outcome::Ordered { order: "job-1".to_owned() }),
            job => empty(job),
        };
        let mut hand = Hand::new(Session::new(given()));
        hand.tell(Event::Start, &mut answer);
        hand.tell(Event::Stop, &mut answer);
        let mut later = hand.again(given());
        later.session.leave_image(stays);
        later.tell(Event::Abort, &mut |job| match job {
            Job::HeadObject => object("own"),
            job => well(job),
        });
        assert_eq!(left(&later), None);
        assert!(later.kept.is_none());
        let seen = [later.count(|job| matches!(job, Job::AbortMultipartUpload { .. })), deletions(&later)];
        assert_eq!(seen, expected, "{sends_all}, {delete_object}, {stays}: {:?}", later.asked);
        let of_the_image = |job: &Job| matches!(job, Job::DeleteImage | Job::ShowOrder { .. });
        assert_eq!(later.count(of_the_image), 0, "{:?}", later.asked);
    }
}
