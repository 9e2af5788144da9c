//! Single stories of images: gone or not, one's own or another's, one or two.

use super::super::*;
use super::single::{Hand, all_but, config, well};
use super::world::{lost, trouble, wait};
use crate::error::Kind;
use crate::oss::trouble::Remedy;

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

#[test]
fn an_image_that_was_reported_is_not_deleted_on_such_a_word() {
    let mut given = config(3, false, false);
    given.retry.max_delay_ms = 1.0;
    let mut hand = Hand::new(Session::new(given));
    let mut answer = |job: &Job| match job {
        Job::ShowImage => Some(refusal("IMG.DBGet.NoData", 400)),
        job => well(job),
    };
    let before = hand.now;
    hand.tell(Event::Start, &mut answer);
    hand.wait(200, &mut answer);
    let Some(Finish::Failed(error)) = &hand.finish else { panic!("{:?}", hand.finish) };
    assert!(error.message().contains("deleted meanwhile"), "{}", error.message());
    assert_eq!(hand.count(|job| matches!(job, Job::DeleteImage)), 0, "{:?}", hand.asked);
    assert!(hand.now - before >= 9_000.0, "asked within {} ms", hand.now - before);
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

#[test]
fn the_object_goes_from_the_callers_bucket_also_where_the_image_was_only_found() {
    let mut hand = Hand::new(Session::new(config(1, true, false)));
    let absent = || trouble(Remedy::GiveUp, Kind::Storage, "NoSuchKey", 404);
    hand.tell(Event::Start, &mut |job| match job {
        Job::HeadObject => Some(absent()),
        Job::CreateImage => None,
        job => well(job),
    });
    // It is killed while the image is ordered.
    hand.kept = hand.asked.iter().rev().find_map(|job| match job {
        Job::Save { checkpoint, .. } => Some(checkpoint.clone()),
        _ => None,
    });
    let mut answer = |job: &Job| match job {
        Job::FindImages => Some(Outcome::Found(vec!["img-found".to_owned()])),
        Job::HeadObject => Some(Outcome::Object { size: Some(1), etag: Some("opaque".to_owned()) }),
        job => well(job),
    };
    let mut later = hand.again(config(1, true, false));
    later.tell(Event::Start, &mut answer);
    later.wait(5, &mut answer);
    assert_eq!(later.session.image_id(), Some("img-found"), "{:?}", later.asked);
    later.tell(Event::Abort, &mut answer);
    assert!(matches!(later.finish, Some(Finish::Aborted(_, Some(_)))), "{:?}", later.finish);
    assert_eq!(later.count(|job| matches!(job, Job::DeleteObject)), 1, "{:?}", later.asked);
    assert_eq!(later.count(|job| matches!(job, Job::DeleteImage)), 0, "{:?}", later.asked);
}
