//! What an answer of the object store means: region, clock, keys, and whether a page can read ETags.

use super::service::{clock, date_of};
use super::{Checks, Text, say};
use crate::http::Headers;
use crate::oss::trouble::{Remedy, Trouble};
use crate::text;

/// An answer of the store.
#[derive(Default)]
pub struct Answer {
    pub status: u16,
    pub headers: Headers,
    pub text: String,
    /// By this machine's clock.
    pub at: f64,
}

impl Answer {
    /// Whether it is an answer of S3 to a list of parts.
    pub fn is_of_a_store(&self) -> bool {
        text::contains(&self.text, "<Code>") || text::contains(&self.text, "ListPartsResult")
    }
}

/// What answers taught about how to ask.
#[derive(Clone, Debug, Default)]
pub struct Learnt {
    /// The store's time by its refusal of ours.
    pub server_time: Option<f64>,
    /// The region that the store named.
    pub region: Option<String>,
}

/// The checks `store-answer` (where it is no store), `store-clock`, `store-region`, `store-credentials` of the last
/// answer. `asked` is the region that was signed for at first; `real` tells that real keys were used.
pub fn judge(
    checks: &mut Checks,
    answer: &Answer,
    trouble: Option<&Trouble>,
    learnt: &Learnt,
    asked: &str,
    real: bool,
) {
    let code = trouble.and_then(|trouble| trouble.error.code()).unwrap_or_default();
    let status = u64::from(answer.status).to_string();
    if !answer.is_of_a_store() {
        return checks.fail(
            "store-answer",
            say(&["What answers (status ", &status, ") does not speak S3."]),
            "Look at the domain that upload-prepare names, or oss.endpoint of upload, and at proxies in between.".into(),
        );
    }
    // No store looks for an upload before it accepted the time of the signature.
    let accepted = (real && code == "NoSuchUpload").then_some(answer.at);
    let server = learnt.server_time.or_else(|| date_of(&answer.headers)).or(accepted);
    clock(
        checks,
        "store-clock",
        "the object store",
        server,
        answer.at,
        " Uploads correct for the store's clock.",
    );
    const REGION: &str = "store-region";
    match &learnt.region {
        _ if code == "AuthorizationHeaderMalformed"
            || text::contains(code, "Location")
            || text::contains(code, "Redirect") =>
        {
            checks.fail(
                REGION,
                say(&["The object store refuses the region ", asked, " and names no other (", code, ")."]),
                "Pass the bucket's region to upload: oss: { region: '…' }.".into(),
            )
        }
        Some(region) => checks.add(
            true,
            REGION,
            say(&["The bucket is in ", region, ", not in ", asked, ". Uploads correct that by themselves."]),
            say(&["To save them a request: oss: { region: '", region, "' }"]),
        ),
        None => checks.pass(REGION, say(&["The object store accepts the region ", asked, "."])),
    }
    if !real {
        return;
    }
    let (ok, said, advice) = match (code, trouble.map(|trouble| &trouble.remedy)) {
        ("" | "NoSuchUpload" | "NoSuchKey", _) => {
            (true, "accepts the keys that upload-prepare hands out", "")
        }
        ("SignatureDoesNotMatch", _) => (
            false,
            "finds the signature wrong",
            "A proxy may rewrite host or path: pass upload what the store sees, oss: { endpoint: '/oss', \
             signingEndpoint: 'https://…' }; or the store wants oss: { addressing: 'virtual' }.",
        ),
        ("NoSuchBucket", _) => (
            false,
            "does not know the bucket",
            "Perhaps it wants oss: { addressing: 'virtual' } of upload; otherwise the operator must look.",
        ),
        (_, Some(Remedy::Wait { .. })) => {
            (false, "is busy or disturbed", "Try again later; uploads do so by themselves.")
        }
        _ => (
            false,
            "refuses the keys that upload-prepare has just handed out",
            "Ask the operator: these keys must allow multipart uploads.",
        ),
    };
    let code = if ok { Text::default() } else { say(&[" (status ", &status, ", ", code, ")"]) };
    checks.add(ok, "store-credentials", say(&["The object store ", said, &code, "."]), advice.into());
}

/// The check `store-etag-exposed`. `shown` tells whether the ETag of a stored object or part could be read; none where
/// none was seen. `hidden` tells that x-amz-request-id, which every answer has, is hidden.
pub fn etag(checks: &mut Checks, shown: Option<bool>, hidden: bool, rule: Text) {
    let (message, rule) = match shown {
        Some(true) => ("This page can read ETag.".into(), Text::default()),
        Some(false) => {
            ("This page cannot read ETag. Uploads work: they ask for the list of parts instead.".into(), rule)
        }
        None => (
            say(&[
                "Whether this page can read ETag shows only on a stored object, and there is none",
                if hidden { " (x-amz-request-id is hidden, so it may well be)" } else { "" },
                ". An upload sees it at its first part; where ETag is hidden it warns (etag-hidden) and asks for the \
                 list of parts instead.",
            ]),
            rule,
        ),
    };
    checks.add(shown != Some(false), "store-etag-exposed", message, rule);
}
