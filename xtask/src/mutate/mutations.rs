//! The ways in which the session is broken on purpose.
use super::Mutation;

const fn broken(what: &'static str, file: &'static str, from: &'static str, to: &'static str) -> Mutation {
    Mutation { what, file, from, to }
}

/// Each breaks one promise; none of them may pass the tests.
pub const MUTATIONS: &[Mutation] = &[
    broken(
        "after a restart the store is not asked what it holds",
        "resuming.rs",
        "session.inventory = session.upload_id.is_some();",
        "",
    ),
    broken(
        "after a restart everything starts over",
        "resuming.rs",
        "session.upload_id = text(\"uploadId\");",
        "",
    ),
    broken(
        "only the first page of ListParts is read",
        "completing.rs",
        "Some(marker) => self.listing = Some((all, marker)),",
        "Some(_) if self.inventory => self.take_inventory(now, &all),\n                    Some(marker) => self.listing = Some((all, marker)),",
    ),
    broken(
        "the chain of MD5s is not checked after a restart",
        "resuming.rs",
        "            == parts.chain.digest();",
        "            == parts.chain.digest() || true;",
    ),
    broken(
        "the intent to create is not put down",
        "creating.rs",
        "Creating::Intend => Job::Save { checkpoint: self.checkpoint(now) },\n                Creating::Create",
        "Creating::Intend | Creating::Create",
    ),
    broken(
        "after a lost answer to createImage it is created again without a look",
        "creating.rs",
        "        self.creating = Creating::LookAgain;\n    }\n\n    /// Which",
        "        self.creating = Creating::Create;\n    }\n\n    /// Which",
    ),
    broken(
        "after a restart it is not looked for an image",
        "resuming.rs",
        "session.creating = Creating::LookAgain;",
        "session.creating = Creating::Create;",
    ),
    broken(
        "any image of the name is taken for the own one",
        "creating.rs",
        "found.retain(|id| !known.contains(id));",
        "",
    ),
    broken(
        "credentials are asked for before each part",
        "sending.rs",
        "            let id = self.start(job);\n            let generation",
        "            if index % 2 == 1 { self.keys.state = super::KeyState::Needed(\"first\"); }\n            let id = self.start(job);\n            let generation",
    ),
    broken(
        "each part that is refused asks for credentials of its own",
        "failures.rs",
        "Remedy::NewKeys if generation != self.keys.generation || self.keys.state != KeyState::Good => {",
        "Remedy::NewKeys if generation != generation => {",
    ),
    broken(
        "parts are sent while credentials are being asked for",
        "credentials.rs",
        "        self.want_keys(now);\n        self.keys.state == KeyState::Good",
        "        self.want_keys(now);\n        true",
    ),
    broken(
        "a lost answer to Complete ends it",
        "completing.rs",
        "Verdict::NoSuchUpload if self.phase == Phase::Completing || self.may_be_completed() => {",
        "Verdict::NoSuchUpload if self.phase == Phase::Completing => self.fail(error),\n                    Verdict::NoSuchUpload if self.may_be_completed() => {",
    ),
    broken(
        "after a lost answer to Complete it starts over",
        "completing.rs",
        "Verdict::NoSuchUpload if self.phase == Phase::Completing || self.may_be_completed() => {",
        "Verdict::NoSuchUpload if false => {",
    ),
    broken(
        "the ETag of a part is not compared",
        "sending.rs",
        "if etag.eq_ignore_ascii_case(&hex(&md5)) {",
        "if true {",
    ),
    broken(
        "damaged parts are let pass twice, and never looked at again",
        "sending.rs",
        "        for index in 0..self.config.plan.count {\n            if self.parts.part(index).stored",
        "        for index in 0..0 {\n            if self.parts.part(index).stored",
    ),
    broken(
        "nobody watches for parts that stand still",
        "sending.rs",
        ".position(|flight| now >= self.parts.stalled(flight))",
        ".position(|flight| now >= self.parts.stalled(flight) && flight.sent == u64::MAX)",
    ),
    broken(
        "a part that waits for a connection counts as standing still",
        "sending.rs",
        "sent: 0, moved_at: f64::INFINITY }",
        "sent: 0, moved_at: now }",
    ),
    broken(
        "a part gets its time from its start, not from its last byte",
        "parts.rs",
        "            flight.sent = bytes;\n            flight.moved_at = now;",
        "            flight.sent = bytes;",
    ),
    broken("a sleep counts as standing still", "parts.rs", "if flight.moved_at.is_finite() {", "if false {"),
    broken(
        "a part that arrived damaged counts as stored",
        "sending.rs",
        "                    self.compare_again(now);\n                }\n            }\n            Compared::Different => self.damaged(now, index),",
        "                    self.compare_again(now);\n                }\n            }\n            Compared::Different => self.parts.set_done(index),",
    ),
    broken(
        "the checkpoint says that a part is in the file's MD5 before it is",
        "resuming.rs",
        "            parts.hash_next,\n            parts.file.state,",
        "            (parts.hash_next + u32::from(parts.hashing.is_some() && parts.hash_next + 1 < self.config.plan.count)),\n            parts.file.state,",
    ),
    broken(
        "the state of the file's MD5 is lost in the checkpoint",
        "resuming.rs",
        "            parts.file.state,\n",
        "            if parts.hash_next > 1 { crate::md5::Md5::default().save() } else { parts.file.state.clone() },\n",
    ),
    broken(
        "the upload's ID is not put down before parts are sent",
        "ended.rs",
        "                self.upload_id = Some(upload_id);\n                self.must_save = true;",
        "                self.upload_id = Some(upload_id);",
    ),
    broken(
        "it never gives up",
        "failures.rs",
        "        self.patience.failures >= self.config.retry.max_attempts.max(2)\n            &&",
        "        self.patience.failures == u32::MAX\n            &&",
    ),
    broken(
        "an abort leaves the parts",
        "ending.rs",
        "} else if self.upload_id.is_some() && !self.completed {",
        "} else if self.upload_id.is_some() && self.completed && false {",
    ),
    broken(
        "an abort does not look for uploads whose creation it never heard of",
        "ending.rs",
        "} else if has_keys && self.strays.is_none() {",
        "} else if false {",
    ),
    broken(
        "an abort leaves an object whose answer was lost",
        "ending.rs",
        "let stored = self.completed || self.parts.object_may_stand;",
        "let stored = self.completed;",
    ),
    broken(
        "an abort leaves the image",
        "ending.rs",
        "} else if self.created && self.image_id.is_some() && !self.stays {",
        "} else if false {",
    ),
    broken(
        "an abort does not follow the store's corrections",
        "ending.rs",
        "if self.correct(&trouble.remedy) {",
        "if false {",
    ),
    broken(
        "an abort hides that the service could not be told",
        "ending.rs",
        "&& (self.created || !trouble.error.details().retryable);",
        ";",
    ),
    broken(
        "success is reported before Complete",
        "completing.rs",
        "} else if self.completed || self.config.plan.is_single() {",
        "} else if true {",
    ),
    broken(
        "a pause does not stop new parts",
        "mod.rs",
        "if self.paused || self.offline {\n            return;\n        }\n        match",
        "if self.offline {\n            return;\n        }\n        match",
    ),
    broken(
        "a pause drops parts without sending them again",
        "parts.rs",
        "        self.again.extend(flights.iter().map(|flight| (flight.index, 0.0)));\n",
        "",
    ),
    broken(
        "one part more than allowed is in flight",
        "parts.rs",
        "self.flights.len() >= (self.window as usize).max(1)",
        "self.flights.len() > (self.window as usize).max(1)",
    ),
    broken(
        "the bar falls",
        "telling.rs",
        "self.shown = self.shown.max(self.parts.bytes())",
        "self.shown = self.parts.bytes()",
    ),
    broken(
        "the image's checksum is not compared",
        "completing.rs",
        "Some(read) if is_md5(&checksum) && *read != checksum => {",
        "Some(read) if false && *read != checksum => {",
    ),
    broken(
        "an image that another file was put into is taken for the own one",
        "completing.rs",
        "self.doubtful = !self.reported && !self.completed;",
        "self.doubtful = false;",
    ),
    broken(
        "a driver that was taken over puts its checkpoint down",
        "ending.rs",
        "if self.config.head.is_some() && !self.taken_over {",
        "if self.config.head.is_some() {",
    ),
    broken(
        "credentials that the store refuses are used on and on while it is taken back",
        "ending.rs",
        "            self.keys.state = super::KeyState::Needed(\"expired\");",
        "",
    ),
    broken(
        "the checkpoint stays after success",
        "ending.rs",
        "Action::Forget });",
        "Action::Save { checkpoint: self.checkpoint(self.last_now) } });",
    ),
    broken(
        "an order is sent again although its image may just not be listed yet",
        "importing.rs",
        "self.importing.looked_at - lost_at >= SETTLES_MS",
        "true",
    ),
    broken(
        "an answer from before the machine slept counts as a late look",
        "importing.rs",
        "self.importing.looked_at - lost_at >= SETTLES_MS",
        "now - lost_at >= SETTLES_MS",
    ),
    broken(
        "after a restart it is not looked for what was ordered",
        "importing.rs",
        "if self.uncertain { Creating::LookAgain } else { Creating::Look }",
        "Creating::Look",
    ),
    broken(
        "an abort leaves the object that an order reads",
        "ending.rs",
        "stored && (imports || !self.reported)",
        "stored && !self.reported",
    ),
];
