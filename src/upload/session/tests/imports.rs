//! The same world where the service makes its image of the object, by an order: one image and never two, made of the
//! file; what is taken back is gone.

use super::super::*;
use super::drawn;
use super::run;
use super::simulation::{Script, Simulation, Story};
use super::world::*;
use crate::auth::sigv4::hex;
use crate::error::{Error, Kind};

/// Where the caller wants the object.
const PLACE: u32 = 2;

impl World {
    /// What such a service does.
    pub(super) fn import(&mut self, job: &Job, hands: &mut Hands) -> Outcome {
        match job {
            Job::FindImages => {
                let listed =
                    |image: &&Image| self.listed_from.get(&image.id).is_none_or(|from| *from <= self.now);
                let alive = self.images.iter().filter(listed).filter(|image| image.status != "killed");
                Outcome::Found(alive.map(|image| image.id.clone()).collect())
            }
            Job::CreateImage if !self.objects.contains_key(&PLACE) => refused("IMG.0057"),
            Job::CreateImage => {
                assert!(!self.replaced, "an image is made of somebody else's object");
                self.created += 1;
                let id = format!("img-{}", self.created);
                let hidden = self.dice.below(25_000) as f64;
                self.listed_from.insert(id.clone(), self.now + hidden);
                self.images.push(Image { id, status: "saving", origin: Origin::Ours, place: PLACE });
                Outcome::Ordered { order: format!("order-{}", self.created) }
            }
            Job::Prepare => {
                self.keys_made += 1;
                let last = self.faults.keys_last;
                let expires = if last > 0.0 { self.now + last } else { f64::INFINITY };
                hands.keys = Some((self.keys_made, expires));
                hands.place = PLACE;
                Outcome::Prepared { place: format!("place {PLACE}") }
            }
            Job::ShowOrder { order } => {
                let id = order.replace("order", "img");
                self.work(&id);
                let status = self.image_of(&id).map_or("killed", |image| image.status);
                let failure = (status == "killed").then(|| Error::new(Kind::Service, "the object is gone"));
                let told = self.dice.chance(50) || status == "active";
                let image_id = Some(id).filter(|_| told && status != "killed");
                Outcome::Order(OrderFacts { image_id, done: status == "active", failure })
            }
            Job::ShowImage => {
                self.work(&hands.image);
                let Some(image) = self.image_of(&hands.image) else { return refused("IMG.DBGet.NoData") };
                // Converted: neither size nor checksum are the file's.
                let status = image.status.to_owned();
                Outcome::Image(ImageFacts { status, json: "{}".into(), ..ImageFacts::default() })
            }
            Job::DeleteImage => {
                self.work(&hands.image);
                match self.image_of(&hands.image).map(|image| image.status) {
                    None => refused("IMG.DBGet.NoData"),
                    Some("saving") => trouble(wait(), Kind::Service, "409", 409),
                    Some(_) => {
                        self.images.retain(|image| image.id != hands.image);
                        Outcome::Done
                    }
                }
            }
            _ => unreachable!("{job:?} is not asked of such a service"),
        }
    }

    /// Somebody else puts an object of the same size under the key.
    pub(super) fn replace_by_somebody_else(&mut self) {
        self.count("an object of somebody else");
        let object = vec![digest_of(0, u64::MAX); self.plan.count as usize];
        let etag = self.object_etag(&object);
        self.objects.insert(PLACE, object);
        self.etags.insert(PLACE, etag);
        self.replaced = true;
    }

    /// An order goes on, and finds the object or not.
    fn work(&mut self, id: &str) {
        let (moves, stands) = (self.dice.chance(50), self.objects.contains_key(&PLACE));
        let Some(image) = self.image_of(id).filter(|image| image.status == "saving" && moves) else { return };
        image.status = if stands { "active" } else { "killed" };
    }
}

impl Simulation {
    /// What is done is active, made of the file, and verified only where the store told of each part.
    pub(super) fn look_at_import(&self, summary: &Summary, status: Option<&'static str>, place: u32) {
        assert_eq!((status, place), (Some("active"), PLACE));
        assert!(
            summary.order.is_some()
                || self.world.tally.contains_key("another lost answer")
                || self.world.tally.contains_key("a lost answer to createImage")
                || self.runs > 1,
            "no order"
        );
        let digest = self.script.digest.then(|| hex(&file_digest(self.world.plan.count)));
        assert_eq!(summary.md5, digest);
        // The answer to a deletion may be lost, too.
        let left = |text: &String| text.contains("is not deleted");
        let gone = !self.world.objects.contains_key(&PLACE);
        // What arrives damaged twice in a row, before any ETag was an MD5, is taken for another digest: and told so.
        let unsure = summary.verified == "none" && self.world.damages > 1;
        let right = self.world.is_right(PLACE) || unsure || self.world.replaced;
        assert!(self.stolen || gone || right, "active, and not of the file");
        let told = summary.warnings.iter().any(left);
        assert!(self.stolen || told || gone == self.script.delete_object, "the object is there: {}", !gone);
        let faults = &self.world.faults;
        if self.script.digest && faults.etags == EtagStyle::Md5 && !faults.hidden_etags && !unsure {
            assert_eq!(summary.verified, "md5");
        }
        if !self.script.digest || faults.etags != EtagStyle::Md5 {
            assert_eq!(summary.verified, "none");
        }
    }
}

fn importing(script: Script) -> Script {
    Script { imports: true, ..script }
}

#[test]
fn without_faults_the_object_comes_first_and_one_image_after_it() {
    for (count, delete_object) in [(1, false), (1, true), (9, false), (9, true)] {
        let story =
            run(7, Faults::default(), count, importing(Script { delete_object, ..Script::default() }));
        let Finish::Done(summary) = story.end else { panic!("{:?}", story.end) };
        assert_eq!((summary.verified, summary.order.as_deref()), ("md5", Some("order-1")));
        assert_eq!((story.world.created, summary.warnings), (1, Vec::new()));
    }
}

/// The story of a seed, with everything at once.
fn story(seed: u64) -> Story {
    let mut dice = Dice(seed ^ 0xbeef);
    let mut some = |most: u64| if dice.chance(40) { dice.below(most) } else { 0 };
    let mut faults = drawn::faults(&mut some);
    let mut script = drawn::script(&mut some);
    script = Script {
        imports: true,
        delete_object: some(2) > 0,
        target: false,
        // Where the key is not this upload's alone.
        replaced_meanwhile: seed % 5 != 1 && seed.is_multiple_of(4),
        // The image is nobody's business before there is one.
        deleted_meanwhile: false,
        finished_meanwhile: false,
        ..script
    };
    if script.forgetful {
        script = Script { kills: 0, rivals: 0, ..script };
    }
    if !script.digest || faults.etags != EtagStyle::Md5 || faults.hidden_etags {
        // Nothing compares the bytes then, and `verified` says so.
        faults.flipped_bit = 0;
    }
    let count = 1 + (seed % 12) as u32;
    if count == 1 {
        // A PUT that is delivered twice, the second time damaged, replaces what stood: nothing tells of it.
        faults.flipped_bit = 0;
    }
    Simulation::new(seed, faults, script, count, seed.is_multiple_of(3)).run()
}

#[test]
fn whatever_happens_there_is_one_image_of_the_file() {
    let (mut done, mut aborted) = (0, 0);
    let mut met = std::collections::BTreeMap::new();
    let only = std::env::var("SIMULATE_FIRST").ok().and_then(|text| text.parse::<u64>().ok());
    for seed in only.map_or(0..1_500, |seed| seed..seed + 1) {
        let story = story(seed);
        done += u32::from(matches!(story.end, Finish::Done(_)));
        aborted += u32::from(matches!(story.end, Finish::Aborted(..)));
        for (what, times) in story.world.tally {
            *met.entry(what).or_insert(0) += times;
        }
    }
    met.iter().for_each(|(what, times)| println!("  {times:>9} × {what}"));
    assert!(done > 900 && aborted > 20, "{done} done, {aborted} aborted");
    for what in [
        "a lost answer to createImage",
        "a killed process",
        "expired credentials",
        "a rival",
        "an object of somebody else",
    ] {
        assert!(met.get(what).is_some_and(|times| *times > 15), "{what}: {:?}", met.get(what));
    }
}

#[test]
fn an_abort_at_any_moment_leaves_nothing() {
    let only = std::env::var("SIMULATE_FIRST").ok().and_then(|text| text.parse::<u64>().ok());
    for seed in only.map_or(0..400, |seed| seed..seed + 1) {
        let faults = Faults { unavailable: 10, lost_answer: 10 * (seed % 3), ..Faults::default() };
        let words = vec![(seed as u32 % 70, Event::Abort)];
        let story =
            run(seed, faults, [1, 5][seed as usize % 2], importing(Script { words, ..Script::default() }));
        match story.end {
            Finish::Aborted(error, _) => {
                let tried =
                    error.message().contains("not taken back") || error.message().contains("not removed");
                assert!(tried || story.world.objects.is_empty(), "seed {seed}: the object is left");
                assert!(tried || story.world.uploads.is_empty(), "seed {seed}: parts are left");
                // The service keeps a record of what it could not make.
                let left = |image: &Image| image.origin == Origin::Ours && image.status != "killed";
                let left = story.world.images.iter().any(left);
                assert!(tried || !left, "seed {seed}: an image is left");
            }
            Finish::Done(_) => {}
            // It had ended before.
            Finish::Failed(error) if error.message().contains("the answer to createImage was lost") => {}
            other => panic!("seed {seed}: {other:?}"),
        }
    }
}
