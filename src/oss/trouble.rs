//! What a failure of the store means for the upload: try again, get new keys, correct something, or give up.
//! Source: Amazon S3 API Reference, “Error responses”.

use super::xml;
use crate::auth::sigv4::Keys;
use crate::error::{Error, Kind, clip};
use crate::http::{Failure, Headers, retry, status_words};
use crate::platform::parse_date;

/// What to do about a failure.
#[derive(Clone, Debug, PartialEq)]
pub enum Remedy {
    /// Try again after a while; the store may have said how long.
    Wait { retry_after_ms: Option<f64> },
    /// The keys are expired, revoked or unknown: get new ones.
    NewKeys,
    /// Our clock is wrong: the store's says this, in milliseconds since 1970.
    SetClock(f64),
    /// Sign for this region.
    SetRegion(String),
    /// Put the bucket into the host.
    UseVirtualAddressing,
    /// The bytes arrived damaged: send them again.
    Resend,
    /// The multipart upload does not exist (any more).
    NoSuchUpload,
    /// The store's list of parts is not ours: ask what it holds.
    CheckParts,
    /// Nothing helps.
    GiveUp,
}

/// A failure with its remedy.
#[derive(Clone, Debug, PartialEq)]
pub struct Trouble {
    pub remedy: Remedy,
    pub error: Error,
}

impl Trouble {
    /// A request that got no answer.
    pub fn lost(failure: Failure) -> Self {
        let error = Error::from(failure);
        let remedy = match error.details().retryable {
            true => Remedy::Wait { retry_after_ms: None },
            false => Remedy::GiveUp,
        };
        Trouble { remedy, error }
    }

    /// An answer that is an error, by its status or by an `<Error>` in its body. The date of the store comes from
    /// `<ServerTime>`, or from the Date header where it can be read. What a store says may repeat what it was sent: it is told
    /// without the keys that signed the request.
    pub fn answered(
        operation: &str,
        status: u16,
        headers: &Headers,
        body: &str,
        keys: &Keys,
        now: f64,
    ) -> Self {
        // Before anything is cut, half a key would not be recognised; and again once it is no XML any more.
        let body = &*keys.scrub(body.to_owned());
        let told = |name| Some(clip(&keys.scrub(xml::find(body, name)?), MOST_TOLD));
        let code = told("Code").or_else(|| by_status(operation, status).map(str::to_owned));
        let said = told("Message").unwrap_or_else(|| match crate::text::trim(body) {
            "" => status_words(status).to_owned(),
            text => clip(text, 160),
        });
        let known = code.as_deref().unwrap_or_default();
        let mut is_nonsense = false;
        let remedy = match known {
            "RequestTimeTooSkewed" => xml::find(body, "ServerTime")
                .or_else(|| headers.get("date").map(str::to_owned))
                .and_then(|date| parse_date(&date))
                .map_or(Remedy::GiveUp, Remedy::SetClock),
            "AuthorizationHeaderMalformed" | "IllegalLocationConstraintException" => {
                match xml::find(body, "Region")
                    .or_else(|| headers.get("x-amz-bucket-region").map(str::to_owned))
                {
                    Some(region) if is_region(&region) => Remedy::SetRegion(region),
                    region => {
                        is_nonsense = region.is_some_and(|region| !region.is_empty());
                        Remedy::GiveUp
                    }
                }
            }
            // As Huawei OBS and Alibaba Cloud OSS say it.
            "VirtualHostDomainRequired" | "SecondLevelDomainForbidden" => Remedy::UseVirtualAddressing,
            "ExpiredToken"
            | "ExpiredTokenException"
            | "TokenRefreshRequired"
            | "InvalidToken"
            | "InvalidAccessKeyId"
            | "AccessDenied"
            | "SignatureDoesNotMatch"
            | "RequestExpired" => Remedy::NewKeys,
            "NoSuchUpload" => Remedy::NoSuchUpload,
            "InvalidPart" | "InvalidPartOrder" => Remedy::CheckParts,
            "BadDigest" | "IncompleteBody" | "XAmzContentSHA256Mismatch" | "InvalidDigest" => Remedy::Resend,
            "SlowDown"
            | "InternalError"
            | "ServiceUnavailable"
            | "RequestTimeout"
            | "RequestTimeoutException"
            | "OperationAborted"
            | "Throttling"
            | "ThrottlingException"
            | "BandwidthLimitExceeded" => wait(headers, now),
            "" if status == 404 => wait(headers, now),
            _ if retry::is_transient(status) => wait(headers, now),
            _ => Remedy::GiveUp,
        };
        let kind = if remedy == Remedy::NewKeys { Kind::Auth } else { Kind::Storage };
        let mut error =
            Error::new(kind, format!("the object store answers {operation} with {status} {known}: {said}"));
        if is_nonsense {
            let message = "the object store names a region that cannot be one: it has other than letters, digits, - . and _";
            error = Error::new(Kind::Protocol, message);
        }
        let details = error.details_mut();
        details.code = code;
        details.status = Some(status);
        details.request_id = headers.get("x-amz-request-id").map(str::to_owned).or_else(|| told("RequestId"));
        details.retryable = matches!(remedy, Remedy::Wait { .. } | Remedy::Resend);
        Trouble { remedy, error }.without(keys)
    }

    /// Told without these keys.
    pub fn without(mut self, keys: &Keys) -> Self {
        let details = self.error.details_mut();
        let texts = [Some(&mut details.message), details.code.as_mut(), details.request_id.as_mut()];
        for text in texts.into_iter().flatten() {
            *text = keys.scrub(core::mem::take(text));
        }
        self
    }
}

/// So much is told of each text of an answer, characters: it stands in the error of each attempt.
const MOST_TOLD: usize = 400;

fn wait(headers: &Headers, now: f64) -> Remedy {
    Remedy::Wait { retry_after_ms: retry::retry_after(headers, now) }
}

/// Whether a text can name a region in a signature.
fn is_region(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
}

/// HEAD has no body to carry a code in. A store's other answers say it when something is not there; a page that says nothing
/// but 404 is a gateway's.
fn by_status(operation: &str, status: u16) -> Option<&'static str> {
    match status {
        403 => Some("AccessDenied"),
        404 if operation == "HeadObject" => Some("NoSuchKey"),
        503 => Some("ServiceUnavailable"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::secret::Secret;

    fn keys() -> Keys {
        Keys {
            access_key: "AK".into(),
            secret_key: Secret::new("secret-of-the-key".into()),
            session_token: Secret::new("token<of>the-session".into()),
        }
    }

    #[test]
    fn what_the_store_repeats_of_the_keys_is_not_told() {
        let told = |headers: &Headers, body: &str| {
            format!("{:?}", Trouble::answered("UploadPart", 400, headers, body, &keys(), 0.0))
        };
        let none = Headers::default();
        let cut = told(&none, &format!("{} secret-of-the-key", "x".repeat(150)));
        assert!(cut.contains("x ***") && !cut.contains("secret"), "{cut}");
        let body = "<Error><Code>secret-of-the-key</Code><Message>token&lt;of&gt;the-session</Message>\
                    <RequestId>secret-of-the-key</RequestId></Error>";
        let all = told(&none, body);
        assert!(!all.contains("secret") && !all.contains("session"), "{all}");
        let mut headers = Headers::default();
        headers.set("x-amz-request-id", "secret-of-the-key");
        assert!(!told(&headers, "").contains("secret"));
    }

    #[test]
    fn of_what_the_store_says_a_little_is_told() {
        for secret in ["", "secret-of-the-key", "secret-of-the-ke&#121;"] {
            let long = format!("{}{secret}{}", "é".repeat(395), "x".repeat(100_000));
            let body = format!(
                "<Error><Code>{long}</Code><Message>{long}</Message><RequestId>{long}</RequestId></Error>"
            );
            let told = Trouble::answered("UploadPart", 503, &Headers::default(), &body, &keys(), 0.0);
            let shown = format!("{told:?}");
            assert!(shown.chars().count() < 3_000 && shown.contains('é'), "{}", shown.len());
            assert!(!shown.contains("secre"), "{shown}");
            assert_eq!(told.remedy, Remedy::Wait { retry_after_ms: None });
        }
    }

    fn remedy(status: u16, body: &str) -> Remedy {
        Trouble::answered("UploadPart", status, &Headers::default(), body, &keys(), 0.0).remedy
    }

    fn code(code: &str, more: &str) -> String {
        format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>m</Message>{more}</Error>")
    }

    #[test]
    fn each_failure_has_its_remedy() {
        assert_eq!(remedy(503, &code("SlowDown", "")), Remedy::Wait { retry_after_ms: None });
        assert_eq!(remedy(502, "<html>Bad Gateway</html>"), Remedy::Wait { retry_after_ms: None });
        assert_eq!(remedy(400, &code("ExpiredToken", "")), Remedy::NewKeys);
        assert_eq!(remedy(403, ""), Remedy::NewKeys);
        assert_eq!(remedy(404, &code("NoSuchUpload", "")), Remedy::NoSuchUpload);
        assert_eq!(remedy(404, &code("NoSuchBucket", "")), Remedy::GiveUp);
        assert_eq!(remedy(400, &code("BadDigest", "")), Remedy::Resend);
        assert_eq!(remedy(403, &code("SecondLevelDomainForbidden", "")), Remedy::UseVirtualAddressing);
        assert_eq!(
            remedy(400, &code("AuthorizationHeaderMalformed", "<Region>cn-north-1</Region>")),
            Remedy::SetRegion("cn-north-1".into())
        );
        assert_eq!(
            remedy(403, &code("RequestTimeTooSkewed", "<ServerTime>2009-02-13T23:31:30Z</ServerTime>")),
            Remedy::SetClock(1_234_567_890_000.0)
        );
        assert_eq!(remedy(403, &code("RequestTimeTooSkewed", "")), Remedy::GiveUp);
        assert_eq!(Trouble::lost(Failure::network("reset")).remedy, Remedy::Wait { retry_after_ms: None });
        let lasting = Failure { lasting: true, ..Failure::unsent("an untrusted certificate") };
        let trouble = Trouble::lost(lasting);
        assert_eq!((trouble.remedy, trouble.error.details().retryable), (Remedy::GiveUp, false));
    }

    #[test]
    fn a_region_that_is_none_is_nonsense_at_once() {
        for region in ["r&#13;&#10;x-evil: 1", "r\u{7f}", "r/s3"] {
            let body = code("AuthorizationHeaderMalformed", &format!("<Region>{region}</Region>"));
            let trouble = Trouble::answered("UploadPart", 400, &Headers::default(), &body, &keys(), 0.0);
            assert_eq!((trouble.remedy, trouble.error.kind()), (Remedy::GiveUp, Kind::Protocol), "{region}");
            assert!(!trouble.error.details().retryable && !trouble.error.message().contains(region));
        }
    }

    #[test]
    fn the_error_says_who_said_what() {
        let mut headers = Headers::default();
        headers.set("x-amz-request-id", "R1");
        let trouble = Trouble::answered("UploadPart", 404, &headers, &code("NoSuchBucket", ""), &keys(), 0.0);
        let details = trouble.error.details();
        assert_eq!(
            (details.code.as_deref(), details.request_id.as_deref()),
            (Some("NoSuchBucket"), Some("R1"))
        );
        assert!(details.message.contains("UploadPart with 404 NoSuchBucket: m"));
    }
}
