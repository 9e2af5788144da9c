//! What an answer of the object store means: region, clock, keys, and whether a page can read ETags.

use super::service::clock;
use super::{Check, say};
use crate::http::Headers;
use crate::oss::trouble::{Remedy, Trouble};
use crate::platform::parse_date;

/// An answer of the store to a list of the parts of an upload that does not exist.
pub struct Answer {
    pub status: u16,
    pub headers: Headers,
    pub text: String,
    /// By this machine's clock.
    pub at: f64,
}

/// What answers taught about how to ask.
#[derive(Clone, Debug, Default)]
pub struct Learnt {
    /// The store's time by its refusal of ours, and ours then.
    pub skewed: Option<(f64, f64)>,
    /// The region that the store named.
    pub region: Option<String>,
}

/// The checks `store-answer` (where it is no store), `store-clock`, `store-region`, `store-credentials` of the
/// last answer. `asked` is the region that was signed for at first; `real` tells that real keys were used.
pub fn judge(
    answer: &Answer,
    trouble: Option<&Trouble>,
    learnt: &Learnt,
    asked: &str,
    real: bool,
) -> Vec<Check> {
    let code = trouble.and_then(|trouble| trouble.error.code()).unwrap_or_default();
    let is_store = answer.text.contains("<Code>") || answer.text.contains("ListPartsResult");
    let status = answer.status.to_string();
    const ANSWER: &str = "store-answer";
    if !is_store {
        return vec![Check::fail(
            ANSWER,
            say(&[
                "What answers (status ",
                &status,
                ") does not speak S3: no object store, or a proxy in front of it.",
            ]),
            "Look at the domain that upload-prepare names, or at oss.endpoint of upload(), and at proxies in between.",
        )];
    }
    let mut checks = Vec::new();
    let who = "the object store";
    let date = answer.headers.get("date").and_then(parse_date).map(|date| (date, answer.at));
    let (server, now) = match learnt.skewed.or(date) {
        Some((server, now)) => (Some(server), now),
        // A signature that is in time is accepted within 15 minutes only.
        None if real && code == "NoSuchUpload" => (Some(answer.at), answer.at),
        None => (None, answer.at),
    };
    let mut time = clock("store-clock", who, server, now);
    if learnt.skewed.is_some() {
        time.message.push_str(" Uploads correct for it by themselves.");
    }
    checks.push(time);
    let unnamed =
        code == "AuthorizationHeaderMalformed" || code.contains("Location") || code.contains("Redirect");
    checks.push(match &learnt.region {
        _ if unnamed => Check::fail(
            "store-region",
            say(&["The object store refuses the region ", asked, " and names no other (", code, ")."]),
            "Pass the region of the bucket to upload(): oss: { region: '…' }; its endpoint or console names it.",
        ),
        Some(region) => Check::pass(
            "store-region",
            say(&["The bucket is in ", region, ", signed was for ", asked, ". Uploads correct that by themselves."]),
        )
        .advise(say(&["Pass oss: { region: '", region, "' } to upload() to save a request."])),
        None => Check::pass("store-region", say(&["The object store accepts the region ", asked, "."])),
    });
    if !real {
        return checks;
    }
    const CREDENTIALS: &str = "store-credentials";
    checks.push(match (code, trouble.map(|trouble| &trouble.remedy)) {
        ("" | "NoSuchUpload" | "NoSuchKey", _) => {
            Check::pass(CREDENTIALS, "The object store accepts the keys that upload-prepare hands out.")
        }
        ("SignatureDoesNotMatch", _) => Check::fail(
            CREDENTIALS,
            "The object store finds the signature wrong (SignatureDoesNotMatch).",
            "Usually a proxy rewrites host or path: pass what the store sees to upload(): oss: { endpoint: '/oss', \
             signingEndpoint: 'https://store…' }. Or the store wants the bucket in the host: oss: { addressing: \
             'virtual' }.",
        ),
        ("NoSuchBucket", _) => Check::fail(
            CREDENTIALS,
            "The object store does not know the bucket that upload-prepare names (NoSuchBucket).",
            "Perhaps it wants the bucket in the host: pass oss: { addressing: 'virtual' } to upload(); otherwise the \
             operator of the service must look.",
        ),
        (_, Some(Remedy::Wait { .. })) => Check::fail(
            CREDENTIALS,
            say(&["The object store is busy or disturbed: status ", &status, ", ", code, "."]),
            "Try again later; uploads wait and try again by themselves.",
        ),
        _ => Check::fail(
            CREDENTIALS,
            say(&[
                "The object store refuses the keys that upload-prepare has just handed out: status ",
                &status,
                ", ",
                code,
                ".",
            ]),
            "Ask the operator of the service: its keys must allow multipart uploads to that bucket and key.",
        ),
    });
    checks
}

/// The check `store-etag-exposed`. `shown` is the ETag header of an existing object: whether it could be read; none
/// where there is no object. `remembered` is what an upload saw; `hidden` tells that x-amz-request-id is hidden too.
pub fn etag(shown: Option<bool>, remembered: Option<bool>, hidden: bool, rule: String) -> Check {
    const NAME: &str = "store-etag-exposed";
    match shown.or(remembered) {
        Some(true) => Check::pass(NAME, "This page can read ETag."),
        Some(false) => Check::fail(
            NAME,
            "This page cannot read ETag: the store's answers do not expose it. Uploads work all the same: they ask \
             for the list of parts instead.",
            rule,
        ),
        None => Check::pass(
            NAME,
            say(&[
                "Whether this page can read ETag shows only on an object, and there is none to look at without \
                 writing one",
                if hidden { "; x-amz-request-id is hidden, so ETag may well be." } else { "." },
                " An upload finds out at its first part: where ETag is hidden it asks for the list of parts, and warns \
                 (etag-hidden).",
            ]),
        )
        .advise(rule),
    }
}
