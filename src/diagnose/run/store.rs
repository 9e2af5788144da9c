//! The object store: found by the note of an upload or by upload-prepare for a queued image, and asked for the parts
//! of an upload that does not exist. Nothing is written.

use super::{Diagnosing, Limits, names};
use crate::api::cecloud::prepare_upload;
use crate::auth::secret::Secret;
use crate::auth::sigv4::Keys;
use crate::diagnose::reach::{cause, explain};
use crate::diagnose::store::{Answer, Learnt, etag, judge};
use crate::diagnose::{Check, say, texts};
use crate::error::{Error, Kind, Result};
use crate::http::url::{Endpoint, origin_of};
use crate::http::{Body, Cookies, Failure};
use crate::json::Value;
use crate::oss::note::StoreNote;
use crate::oss::trouble::{Remedy, Trouble};
use crate::oss::{Addressing, Ask, Place};
use crate::service::Service;
use zeroize::Zeroize;

/// An ID that no store gives out: what is asked about it changes nothing.
const NO_UPLOAD: &str = "ims-client-diagnose";
/// Region, clock, and once more.
const MOST_LESSONS: usize = 3;

/// A place with keys; `real` where upload-prepare gave them.
struct Target {
    place: Place,
    keys: Keys,
    real: bool,
}

fn placeholder(token: bool) -> Keys {
    Keys {
        access_key: "diagnose".to_owned(),
        secret_key: Secret::new("diagnose".to_owned()),
        session_token: Secret::new(if token { "diagnose".to_owned() } else { String::new() }),
    }
}

impl Diagnosing {
    /// The checks of the store.
    pub(super) async fn object_store(
        &self,
        once: &Service,
        images: Option<Value>,
        limits: &Limits<'_>,
        checks: &mut Vec<Check>,
    ) {
        let note = self.notes.last();
        let target = match images.as_ref().and_then(queued) {
            Some((id, size)) => match self.prepare(once, &id, size, note.as_ref(), limits).await {
                Ok(target) => {
                    let message = say(&[
                        "The object store is ",
                        &target.place.endpoint.origin(),
                        ", by upload-prepare for ",
                        &id,
                        ".",
                    ]);
                    checks.push(Check::pass("store", message));
                    target
                }
                Err(error) => {
                    let said = error.message();
                    checks.push(Check::fail(
                        "store",
                        say(&["The service names no object store for the queued image ", &id, ": ", said]),
                        "Every upload begins with this call (prepareUpload): look at the rights of the user.",
                    ));
                    return;
                }
            },
            None => match note.clone() {
                Some(note) => {
                    let message = say(&[
                        "The object store is ",
                        &note.place.endpoint.origin(),
                        ", by an upload of this client; no image is queued, so it is asked without keys.",
                    ]);
                    checks.push(Check::pass("store", message));
                    Target { place: note.place, keys: placeholder(true), real: false }
                }
                None => {
                    let (message, advice) = match images {
                        None => ("the service did not get that far.", "Mend what stands above first."),
                        Some(_) => (
                            "the service names it for a queued image only, and there is none among the first 50 \
                             private images.",
                            "Start an upload (or createImage), and call diagnose() while the image is queued or on \
                             the same client after it.",
                        ),
                    };
                    let message = say(&["The object store was not looked at: ", message]);
                    checks.push(Check::pass("store", message).advise(advice));
                    return;
                }
            },
        };
        let etag_readable = note.and_then(|note| note.etag_readable);
        self.ask_store(target, etag_readable, limits, checks).await;
    }

    /// As an upload begins; the size is the one that is known, so that an upload under way is not disturbed.
    async fn prepare(
        &self,
        once: &Service,
        id: &str,
        size: u64,
        note: Option<&StoreNote>,
        limits: &Limits<'_>,
    ) -> Result<Target> {
        let size = Value::Object(vec![("size".to_owned(), size.into())]);
        let (arguments, options) = ([id.into(), size], self.call(limits.now()));
        let answered = limits.within(once.call(&prepare_upload::OPERATION, &arguments, &options)).await;
        let mut text = answered.unwrap_or_else(|| Err(Error::new(Kind::Timeout, "no answer in time")))?;
        // Shaped by this client a moment ago: it parses.
        let mut given = Value::parse(&text).unwrap_or_default();
        text.zeroize();
        let keys = Keys {
            access_key: given.take_text("accessKey"),
            secret_key: Secret::new(given.take_text("secretKey")),
            session_token: Secret::new(given.take_text("token")),
        };
        let (bucket, key) = (given.take_text("bucket"), given.take_text("file"));
        let mut domain = given.take_text("domain");
        if !domain.contains("://") {
            domain = say(&[if once.endpoint.secure { "https://" } else { "http://" }, &domain]);
        }
        let mut place = match note {
            Some(note) => note.place.clone(),
            None => Place {
                endpoint: Endpoint::parse(&domain, "domain")?,
                signing_endpoint: None,
                bucket: String::new(),
                key: String::new(),
                region: "us-east-1".to_owned(),
                addressing: Addressing::Path,
                clock_skew_ms: 0.0,
            },
        };
        place.bucket = bucket;
        place.key = key;
        Ok(Target { place, keys, real: true })
    }

    async fn ask_store(
        &self,
        mut target: Target,
        etag_readable: Option<bool>,
        limits: &Limits<'_>,
        checks: &mut Vec<Check>,
    ) {
        const REACHABLE: &str = "store-reachable";
        const CORS: &str = "store-cors";
        let who = "The object store";
        let asked = target.place.region.clone();
        let list = || Ask::ListParts { upload_id: NO_UPLOAD, marker: 0 };
        let probe = target.place.request(list(), &target.keys, 0.0);
        let origin = origin_of(&probe.url).to_owned();
        let stranger = self.environment.stranger(&origin);
        let page = stranger.unwrap_or_default();
        let rule = || texts::bucket_rule(page, &origin, &target.place.bucket.clone());
        let (rule, mixed) = (rule(), self.environment.page.as_ref().map(|page| page.mixes(&origin)));
        let mut learnt = Learnt::default();
        let mut lessons = 0;
        let (answer, trouble) = loop {
            let answer = match self.exchange(&target, list(), limits).await {
                Ok(answer) => answer,
                Err(failure) => {
                    if mixed == Some(true) {
                        checks.push(Check::fail(
                            "store-mixed-content",
                            say(&["The page is https, the object store ", &origin, " http: browsers keep parts back."]),
                            "Give the store https, or pass parts on from the page's own server: upload(file, image, \
                             { oss: { endpoint: '/oss', signingEndpoint: 'http://store…' } }).",
                        ));
                    }
                    let sent = names(&probe.headers);
                    let Failure { message, kind, .. } = &failure;
                    let seen = self.silence(&probe.url, &sent, Cookies::Omit, message, *kind, limits).await;
                    let why = cause(&self.environment, &origin, &seen);
                    let (message, advice) =
                        explain(&why, who, &origin, &self.environment, &seen, &|| rule.clone());
                    if why.is_cors() {
                        checks.push(Check::pass(REACHABLE, say(&[who, " at ", &origin, " answers."])));
                    }
                    checks.push(Check::fail(if why.is_cors() { CORS } else { REACHABLE }, message, advice));
                    return;
                }
            };
            let good = (200..300).contains(&answer.status);
            let trouble = (!good).then(|| {
                Trouble::answered("ListParts", answer.status, &answer.headers, &answer.text, answer.at)
            });
            lessons += 1;
            match trouble.as_ref().map(|trouble| &trouble.remedy) {
                Some(Remedy::SetRegion(region)) if lessons < MOST_LESSONS => {
                    learnt.region = Some(region.clone());
                    target.place.region.clone_from(region);
                }
                Some(Remedy::SetClock(server)) if lessons < MOST_LESSONS => {
                    learnt.skewed = Some((*server, answer.at));
                    target.place.clock_skew_ms = server - answer.at;
                }
                _ => break (answer, trouble),
            }
        };
        let status = answer.status.to_string();
        checks.push(Check::pass(REACHABLE, say(&[who, " at ", &origin, " answers (status ", &status, ")."])));
        if mixed == Some(false) && page.starts_with("https:") {
            checks.push(Check::pass("store-mixed-content", "The page may ask the store: both are secure."));
        }
        let judged = judge(&answer, trouble.as_ref(), &learnt, &asked, target.real);
        if stranger.is_some() && judged.len() > 1 {
            let refused = self.refused_methods(&target, limits).await;
            checks.push(match refused.is_empty() {
                true => Check::pass(
                    CORS,
                    "The bucket lets this page in, with all methods and headers that parts need.",
                ),
                false => Check::fail(
                    CORS,
                    say(&[
                        "The bucket lets this page read, but refuses the method ",
                        &refused.join(", "),
                        ".",
                    ]),
                    rule.clone(),
                ),
            });
            let object = self.exchange(&target, Ask::HeadObject, limits).await.ok();
            let object = object.filter(|object| target.real && object.status == 200);
            let shown = object.map(|object| object.headers.get("etag").is_some());
            let hidden = answer.headers.get("x-amz-request-id").is_none();
            checks.push(etag(shown, etag_readable, hidden, rule));
        }
        checks.extend(judged);
    }

    /// The methods that the bucket's CORS rule lacks. They are tried on an upload that does not exist, with keys that
    /// do not exist either: no store does anything then, and yet a browser asks for leave first.
    async fn refused_methods(&self, target: &Target, limits: &Limits<'_>) -> Vec<&'static str> {
        let nobody = Target {
            place: target.place.clone(),
            keys: placeholder(!target.keys.session_token.is_empty()),
            real: false,
        };
        let upload_id = NO_UPLOAD;
        let asks = [
            ("PUT", Ask::UploadPart { number: 1, upload_id, body: Body::Empty }),
            ("POST", Ask::CompleteMultipartUpload { upload_id, parts: &[] }),
            ("DELETE", Ask::AbortMultipartUpload { upload_id }),
        ];
        let mut refused = Vec::new();
        for (method, ask) in asks {
            if let Err(failure) = self.exchange(&nobody, ask, limits).await
                && failure.kind == Kind::Network
            {
                refused.push(method);
            }
        }
        refused
    }

    async fn exchange(
        &self,
        target: &Target,
        ask: Ask<'_>,
        limits: &Limits<'_>,
    ) -> core::result::Result<Answer, Failure> {
        let request = target.place.request(ask, &target.keys, limits.platform.now());
        let sending = async {
            let response = self.store.send(request).await?;
            let (status, headers) = (response.status, response.headers.clone());
            let at = limits.platform.now();
            let text = String::from_utf8_lossy(&response.body.whole().await?).into_owned();
            Ok(Answer { status, headers, text, at })
        };
        limits.within(sending).await.unwrap_or_else(|| {
            Err(Failure { kind: Kind::Timeout, message: "no answer in time".to_owned(), sent: true })
        })
    }
}

/// A queued image of a page of images, with the size that was announced for it (1 where none was).
fn queued(page: &Value) -> Option<(String, u64)> {
    let Some(Value::Array(list)) = page.get("list") else { return None };
    let image = list.iter().find(|image| image.get("status").and_then(Value::as_str) == Some("queued"))?;
    let size = image.get("size").and_then(Value::as_u64).filter(|size| *size > 0).unwrap_or(1);
    Some((image.get("imageId")?.as_str()?.to_owned(), size))
}
