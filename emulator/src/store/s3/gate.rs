//! What is asked of a request before its signature: who signed it, for which region, when, and with which token.
//! s3s checks the signature itself; these checks need the store's clock, its region and its tokens, and answer as
//! S3 does, with the details a client corrects itself by.

use http::{HeaderMap, Method, StatusCode, Uri, header};
use time::format_description::well_known::Iso8601;
use time::macros::format_description;
use time::{Duration, OffsetDateTime, PrimitiveDateTime};

use super::Refusal;
use crate::store::credentials::Grant;
use crate::store::{ObjectStore, StoreError};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const LARGEST_SKEW: Duration = Duration::minutes(15);
const LONGEST_PRESIGNED_SECONDS: i64 = 7 * 24 * 3600;

/// What a signed request says about itself, in its headers or, presigned, in its query.
struct Claim {
    access_key: String,
    region: String,
    date: OffsetDateTime,
    date_text: String,
    signed_headers: String,
    token: Option<String>,
    /// Seconds a presigned URL is good for.
    expires: Option<i64>,
}

/// Lets a request through to the signature check, or says why not. Blocks for a look into the database.
pub(super) fn check(
    store: &ObjectStore,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
) -> Result<(), Refusal> {
    let claim = claim(method, uri, headers)?;
    check_region(&claim, &store.options().region)?;
    check_date(&claim, store.clock().now())?;
    check_signed_headers(&claim, headers)?;
    let grant = store.find_grant(&claim.access_key).map_err(internal)?.ok_or_else(|| {
        denied("InvalidAccessKeyId", "The access key ID you provided does not exist here.")
            .with("AWSAccessKeyId", claim.access_key.clone())
    })?;
    check_token(&claim, &grant, store.clock().now())
}

fn internal(error: StoreError) -> Refusal {
    Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "InternalError", error.to_string())
}

fn denied(code: &str, message: impl Into<String>) -> Refusal {
    Refusal::new(StatusCode::FORBIDDEN, code, message)
}

fn bad(code: &str, message: impl Into<String>) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, code, message)
}

/// The decoded pairs of a query string.
pub(crate) fn query_pairs(query: &str) -> impl Iterator<Item = (String, String)> + '_ {
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(name), decode(value))
    })
}

fn decode(text: &str) -> String {
    let text = text.replace('+', " ");
    percent_encoding::percent_decode_str(&text).decode_utf8_lossy().into_owned()
}

fn claim(method: &Method, uri: &Uri, headers: &HeaderMap) -> Result<Claim, Refusal> {
    let query: Vec<(String, String)> = query_pairs(uri.query().unwrap_or("")).collect();
    let parameter = |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let authorization = text(headers, header::AUTHORIZATION.as_str());
    let content_type = text(headers, header::CONTENT_TYPE.as_str()).unwrap_or("");

    if method == Method::POST && content_type.starts_with("multipart/form-data") {
        return Err(Refusal::new(
            StatusCode::NOT_IMPLEMENTED,
            "NotImplemented",
            "This store does not take uploads from HTML forms.",
        ));
    }
    if parameter("X-Amz-Signature").is_some() || parameter("X-Amz-Algorithm").is_some() {
        return presigned_claim(&parameter);
    }
    match authorization {
        Some(authorization) if authorization.starts_with(ALGORITHM) => header_claim(authorization, headers),
        Some(_) => Err(bad(
            "InvalidRequest",
            "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
        )),
        None if parameter("Signature").is_some() => Err(bad(
            "InvalidRequest",
            "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
        )),
        None => Err(denied("AccessDenied", "Requests must be signed: there is no Authorization header.")),
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn header_claim(authorization: &str, headers: &HeaderMap) -> Result<Claim, Refusal> {
    let malformed = |what: &str| {
        bad("AuthorizationHeaderMalformed", format!("The authorization header is malformed; {what}."))
    };
    let fields = &authorization[ALGORITHM.len()..];
    let field = |name: &str| {
        fields.split(',').find_map(|field| field.trim().strip_prefix(name)?.strip_prefix('=')).map(str::trim)
    };
    let credential = field("Credential").ok_or_else(|| malformed("Credential is missing"))?;
    let signed_headers = field("SignedHeaders").ok_or_else(|| malformed("SignedHeaders is missing"))?;
    field("Signature").ok_or_else(|| malformed("Signature is missing"))?;
    let scope = scope(credential)
        .ok_or_else(|| malformed("the credential must be ACCESS-KEY/YYYYMMDD/REGION/s3/aws4_request"))?;
    let date_text = text(headers, "x-amz-date").ok_or_else(|| {
        denied("AccessDenied", "AWS authentication requires a valid Date or x-amz-date header")
    })?;
    let date = parse_date(date_text).ok_or_else(|| {
        denied("AccessDenied", "AWS authentication requires a valid Date or x-amz-date header")
    })?;
    if !date_text.starts_with(scope.day) {
        return Err(bad(
            "SignatureDoesNotMatch",
            "The day in the credential scope is another than that of x-amz-date.",
        ));
    }
    Ok(Claim {
        access_key: scope.access_key.to_owned(),
        region: scope.region.to_owned(),
        date,
        date_text: date_text.to_owned(),
        signed_headers: signed_headers.to_owned(),
        token: text(headers, "x-amz-security-token").map(str::to_owned),
        expires: None,
    })
}

fn presigned_claim<'a>(parameter: &impl Fn(&str) -> Option<&'a str>) -> Result<Claim, Refusal> {
    let wrong = |what: String| bad("AuthorizationQueryParametersError", what);
    let required = |name: &str| {
        parameter(name).filter(|value| !value.is_empty()).ok_or_else(|| wrong(format!("{name} is missing.")))
    };
    let algorithm = required("X-Amz-Algorithm")?;
    if algorithm != ALGORITHM {
        return Err(wrong(format!("X-Amz-Algorithm only supports {ALGORITHM}, and is {algorithm:?}.")));
    }
    let scope = scope(required("X-Amz-Credential")?).ok_or_else(|| {
        wrong("X-Amz-Credential must be ACCESS-KEY/YYYYMMDD/REGION/s3/aws4_request.".to_owned())
    })?;
    let date_text = required("X-Amz-Date")?;
    let date = parse_date(date_text)
        .ok_or_else(|| wrong(format!("X-Amz-Date must be YYYYMMDDTHHMMSSZ, and is {date_text:?}.")))?;
    let expires = required("X-Amz-Expires")?;
    let seconds = expires.parse().ok().filter(|seconds| (1..=LONGEST_PRESIGNED_SECONDS).contains(seconds));
    let seconds = seconds.ok_or_else(|| {
        wrong(format!("X-Amz-Expires must be 1 to {LONGEST_PRESIGNED_SECONDS} seconds, and is {expires:?}."))
    })?;
    required("X-Amz-Signature")?;
    Ok(Claim {
        access_key: scope.access_key.to_owned(),
        region: scope.region.to_owned(),
        date,
        date_text: date_text.to_owned(),
        signed_headers: required("X-Amz-SignedHeaders")?.to_owned(),
        token: parameter("X-Amz-Security-Token").map(str::to_owned),
        expires: Some(seconds),
    })
}

struct Scope<'a> {
    access_key: &'a str,
    day: &'a str,
    region: &'a str,
}

fn scope(credential: &str) -> Option<Scope<'_>> {
    let mut fields = credential.split('/');
    let scope = Scope { access_key: fields.next()?, day: fields.next()?, region: fields.next()? };
    let rest = (fields.next()?, fields.next()?, fields.next());
    let is_complete = rest == ("s3", "aws4_request", None) && !scope.access_key.is_empty();
    (is_complete && scope.day.len() == 8).then_some(scope)
}

fn parse_date(text: &str) -> Option<OffsetDateTime> {
    let format = format_description!("[year][month][day]T[hour][minute][second]Z");
    PrimitiveDateTime::parse(text, format).ok().map(PrimitiveDateTime::assume_utc)
}

fn check_region(claim: &Claim, region: &str) -> Result<(), Refusal> {
    if claim.region == region {
        return Ok(());
    }
    let message = format!("the region '{}' is wrong; expecting '{region}'", claim.region);
    Err(match claim.expires {
        None => {
            bad("AuthorizationHeaderMalformed", format!("The authorization header is malformed; {message}"))
        }
        Some(_) => bad(
            "AuthorizationQueryParametersError",
            format!("Error parsing the X-Amz-Credential parameter; {message}"),
        ),
    }
    .with("Region", region))
}

fn check_date(claim: &Claim, now: OffsetDateTime) -> Result<(), Refusal> {
    let server_time = now.format(&Iso8601::DATE_TIME_OFFSET).unwrap_or_default();
    let age = now - claim.date;
    if let Some(seconds) = claim.expires {
        if age < -LARGEST_SKEW {
            return Err(denied("AccessDenied", "Request is not valid yet").with("ServerTime", server_time));
        }
        if age > Duration::seconds(seconds) {
            return Err(denied("AccessDenied", "Request has expired")
                .with("X-Amz-Expires", seconds.to_string())
                .with("ServerTime", server_time));
        }
        return Ok(());
    }
    if age.abs() > LARGEST_SKEW {
        return Err(denied(
            "RequestTimeTooSkewed",
            "The difference between the request time and the current time is too large.",
        )
        .with("RequestTime", claim.date_text.clone())
        .with("ServerTime", server_time)
        .with("MaxAllowedSkewMilliseconds", LARGEST_SKEW.whole_milliseconds().to_string()));
    }
    Ok(())
}

/// Host and every x-amz- header must be signed.
fn check_signed_headers(claim: &Claim, headers: &HeaderMap) -> Result<(), Refusal> {
    let signed: Vec<String> = claim.signed_headers.split(';').map(str::to_ascii_lowercase).collect();
    let must_be_signed = |name: &str| {
        // The payload of a presigned URL is unknown when it is signed: its hash may be added later.
        let may_be_added = claim.expires.is_some() && name == "x-amz-content-sha256";
        name == "host" || (name.starts_with("x-amz-") && !may_be_added)
    };
    let unsigned: Vec<&str> = headers
        .keys()
        .map(http::HeaderName::as_str)
        .filter(|name| must_be_signed(name) && !signed.iter().any(|signed| signed == name))
        .collect();
    if unsigned.is_empty() {
        return Ok(());
    }
    Err(denied("AccessDenied", "There were headers present in the request which were not signed")
        .with("HeadersNotSigned", unsigned.join(", ")))
}

fn check_token(claim: &Claim, grant: &Grant, now: OffsetDateTime) -> Result<(), Refusal> {
    if claim.token.as_deref().unwrap_or("") != grant.credentials.token {
        return Err(bad("InvalidToken", "The provided token is malformed or otherwise invalid."));
    }
    if grant.is_expired(now) {
        return Err(bad("ExpiredToken", "The provided token has expired."));
    }
    Ok(())
}
