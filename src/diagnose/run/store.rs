//! The object store: found by the note of an upload or by upload-prepare for a queued image, and asked for the parts
//! of an upload that does not exist. Nothing is written.

use super::{Looking, add_to, names};
use crate::api::cecloud::prepare_upload;
use crate::auth::secret::Secret;
use crate::auth::sigv4::Keys;
use crate::diagnose::store::{Answer, Learnt, etag, judge};
use crate::diagnose::{say, texts, words};
use crate::error::{Kind, Result};
use crate::http::url::{Endpoint, origin_of};
use crate::http::{Body, Failure};
use crate::json::Value;
use crate::oss::trouble::{Remedy, Trouble};
use crate::oss::{Addressing, Ask, Place, check_place};
use crate::platform::LocalFuture;
use crate::text;

/// How an ID begins that no store gives out: what is asked about it changes nothing.
const NO_UPLOAD: &str = "ims-client-diagnose-";
/// Region, clock, and once more.
const MOST_LESSONS: usize = 3;

const NAMES: [&str; 2] = ["store-reachable", "store-cors"];
const WHO: &str = "The object store";

/// A place with keys; `real` where upload-prepare gave them.
struct Target {
    place: Place,
    keys: Keys,
    real: bool,
}

/// Keys that do not exist.
fn placeholder() -> Keys {
    let text = || "diagnose".to_owned();
    Keys { access_key: text(), secret_key: Secret::new(text()), session_token: Secret::new(text()) }
}

impl Looking {
    /// The checks of the store.
    pub(super) async fn object_store(&self, images: Option<Value>) {
        let note = self.from.notes.last();
        let etag_readable = note.as_ref().and_then(|note| note.etag_readable);
        let known = note.map(|note| note.place);
        let target = match (images.as_ref().and_then(queued), known) {
            (Some((id, size)), known) => match self.prepare(id, size, known).await {
                Ok(target) => {
                    let origin = target.place.endpoint.origin();
                    self.pass(
                        "store",
                        say(&["The object store is ", &origin, ", says upload-prepare for ", id, "."]),
                    );
                    target
                }
                Err(error) => {
                    let said = say(&[
                        "No object store is named for the queued image ",
                        id,
                        " (",
                        words(&error),
                        ").",
                    ]);
                    let advice =
                        "Every upload begins with this call (prepareUpload): look at the rights of the user.";
                    return self.fail("store", said, advice.into());
                }
            },
            (None, Some(place)) => {
                let said =
                    ", says an upload of this client; no image is queued, so it is asked without keys.";
                self.pass("store", say(&["The object store is ", &place.endpoint.origin(), said]));
                Target { place, keys: placeholder(), real: false }
            }
            (None, None) => {
                let (said, advice) = match images {
                    None => ("the service does not tell yet where it is.", "Mend what stands above first."),
                    Some(_) => (
                        "the service tells where it is for a queued image only, and the first 50 private images have \
                         none.",
                        "Call diagnose() again on this client after an upload was tried, or while an image is queued.",
                    ),
                };
                let said = say(&["The object store was not looked at: ", said]);
                return self.checks.borrow_mut().add(true, "store", said, advice.into());
            }
        };
        self.ask_store(target, etag_readable).await;
    }

    /// As an upload begins; the size is the one that is known, so that an upload under way is not disturbed.
    async fn prepare(&self, id: &str, size: u64, known: Option<Place>) -> Result<Target> {
        let size = Value::object([("size", size.into())]);
        let mut given =
            self.call(&prepare_upload::OPERATION, vec![id.into(), size], &Default::default()).await?;
        let keys = Keys {
            access_key: given.take_text("accessKey"),
            secret_key: Secret::new(given.take_text("secretKey")),
            session_token: Secret::new(given.take_text("token")),
        };
        let mut place = match known {
            Some(place) => place,
            None => {
                let mut domain = given.take_text("domain");
                if !text::contains(&domain, "://") {
                    let scheme = if self.from.service.endpoint.secure { "https://" } else { "http://" };
                    domain.insert_str(0, scheme);
                }
                Place {
                    endpoint: Endpoint::parse(&domain, "domain")?,
                    signing_endpoint: None,
                    bucket: String::new(),
                    key: String::new(),
                    region: "us-east-1".to_owned(),
                    addressing: Addressing::Path,
                    clock_skew_ms: 0.0,
                }
            }
        };
        place.bucket = given.take_text("bucket");
        place.key = given.take_text("file");
        check_place(&place.bucket, &place.key)?;
        keys.check()?;
        Ok(Target { place, keys, real: true })
    }

    fn ask(
        &self,
        target: &Target,
        ask: Ask<'_>,
    ) -> LocalFuture<'static, core::result::Result<Answer, Failure>> {
        self.exchange(target.place.request(ask, &target.keys, self.platform.now()))
    }

    async fn ask_store(&self, mut target: Target, etag_readable: Option<bool>) {
        let environment = &self.from.environment;
        let asked = target.place.region.clone();
        // Another one each time: browsers remember the preflights of an address.
        let upload_id = say(&[NO_UPLOAD, &(self.platform.now() as u64).to_string()]);
        let upload_id = &*upload_id;
        let list = || Ask::ListParts { upload_id, marker: 0 };
        let probe = target.place.request(list(), &target.keys, 0.0);
        let (url, sent) = (probe.url.clone(), names(&probe.headers));
        let origin = origin_of(&url);
        let stranger = environment.stranger(origin);
        let rule = texts::bucket_rule(stranger.unwrap_or_default(), origin, &target.place.bucket);
        let mut learnt = Learnt::default();
        let mut lessons = 0;
        let (answer, trouble) = loop {
            let answer = match self.ask(&target, list()).await {
                Ok(answer) => answer,
                Err(failure) => {
                    let timeout = failure.kind == Kind::Timeout;
                    let seen = self.look_around(&url, &sent, false, &failure.message, timeout).await;
                    let names = if environment.mixes(origin) { ["store-mixed-content"; 2] } else { NAMES };
                    self.unanswered(names, WHO, &url, &seen, rule);
                    return;
                }
            };
            let keys = &target.keys;
            let trouble =
                Trouble::answered("ListParts", answer.status, &answer.headers, &answer.text, keys, answer.at);
            lessons += 1;
            match &trouble.remedy {
                Remedy::SetRegion(region) if lessons < MOST_LESSONS => {
                    learnt.region = Some(region.clone());
                    target.place.region.clone_from(region);
                }
                Remedy::SetClock(server) if lessons < MOST_LESSONS => {
                    learnt.server_time = Some(*server);
                    target.place.clock_skew_ms = server - answer.at;
                }
                _ => break (answer, trouble),
            }
        };
        self.answered(NAMES, WHO, origin, answer.status);
        let trouble = (answer.status >= 300).then_some(&trouble);
        judge(&mut self.checks.borrow_mut(), &answer, trouble, &learnt, &asked, target.real);
        if stranger.is_none() || !answer.is_of_a_store() {
            return;
        }
        let object = self.ask(&target, Ask::HeadObject).await.ok();
        let object = object.filter(|object| target.real && object.status == 200);
        let shown = object.map(|object| object.headers.get("etag").is_some()).or(etag_readable);
        // The methods are tried on an upload that does not exist, with keys that do not exist either: no store does
        // anything then, and yet a browser asks for leave first.
        target.keys = placeholder();
        let asks = [
            ("PUT", Ask::UploadPart { number: 1, upload_id, body: Body::Empty }),
            ("POST", Ask::CompleteMultipartUpload { upload_id, parts: &[] }),
            ("DELETE", Ask::AbortMultipartUpload { upload_id }),
        ];
        let mut refused = String::new();
        for (method, ask) in asks {
            if self.ask(&target, ask).await.is_err_and(|failure| failure.kind == Kind::Network) {
                add_to(&mut refused, method);
            }
        }
        match refused.is_empty() {
            true => self.pass(
                NAMES[1],
                "The bucket lets this page in, with all methods and headers of uploads.".into(),
            ),
            false => {
                let said = say(&["The bucket lets this page read, but refuses the method ", &refused, "."]);
                self.fail(NAMES[1], said, rule.clone());
            }
        }
        let hidden = answer.headers.get("x-amz-request-id").is_none();
        etag(&mut self.checks.borrow_mut(), shown, hidden, rule);
    }
}

/// The ID of a queued image of a page of images, and the size that was announced for it (1 where none was).
fn queued(page: &Value) -> Option<(&str, u64)> {
    let Some(Value::Array(list)) = page.get("list") else { return None };
    let image = list.iter().find(|image| image.get("status").and_then(Value::as_str) == Some("queued"))?;
    let size = image.get("size").and_then(Value::as_u64).filter(|size| *size > 0).unwrap_or(1);
    Some((image.get("imageId")?.as_str()?, size))
}
