//! What an answer of the image service means: is it the service, does it accept who is asking, region and clock.

use super::{Check, say};
use crate::error::{Error, Kind};
use crate::platform::{Utc, parse_date};

/// The head of the last answer, and what was sent for it.
#[derive(Clone, Debug, Default)]
pub struct Head {
    /// None while nothing was answered.
    pub status: Option<u16>,
    pub html: bool,
    /// The Date header, where it can be read.
    pub date: Option<String>,
    /// By this machine's clock, when the answer came.
    pub at: f64,
    /// Names of the headers that were sent; empty while nothing was.
    pub sent: Vec<String>,
}

/// The checks `service-answer`, `authentication`, `region`: what of them the outcome of a list tells. `own` are the
/// headers that a request without credentials has.
pub fn judge(outcome: Result<(), &Error>, head: &Head, region: &str, own: &[&str]) -> Vec<Check> {
    const ANSWER: &str = "service-answer";
    const AUTHENTICATION: &str = "authentication";
    const REGION: &str = "region";
    let is_service = || Check::pass(ANSWER, "What answers is the image service.");
    let error = match outcome {
        Ok(()) => {
            let accepted = "The service accepts who is asking: it listed the private images.";
            let known = say(&["The service accepts the region ", region, "."]);
            return vec![is_service(), Check::pass(AUTHENTICATION, accepted), Check::pass(REGION, known)];
        }
        Err(error) => error,
    };
    let said = error.message();
    let code = error.code().unwrap_or_default();
    let Some(status) = head.status else {
        return vec![Check::fail(
            AUTHENTICATION,
            say(&["Nothing was sent, because there are no credentials to send: ", said]),
            "Mend the token or sign function of the auth option; call it by itself to see what it does.",
        )];
    };
    if error.kind() == Kind::Auth
        || matches!(code, "IMG.OperationFailed.UserInfo" | "IMG.OperationDenied.AuthFail")
    {
        let signed = head.sent.iter().any(|name| !own.contains(&name.as_str()));
        let advice = match (signed, status) {
            (false, _) => {
                "No credentials were sent: pass the auth option, for example auth: { type: 'token', token }."
            }
            (true, 403) => {
                "The credentials are known but may not do this: look at the rights of the user, and at the project or \
                 tenant that the token is for."
            }
            (true, _) => {
                "Get a new token (or use a function: auth: { type: 'token', token: async () => … }). Where requests \
                 are signed, look at the check clock, and set signingEndpoint if a proxy rewrites host or path."
            }
        };
        return vec![Check::fail(
            AUTHENTICATION,
            say(&["The service refuses who is asking: ", said]),
            advice,
        )];
    }
    if head.html {
        return vec![Check::fail(
            ANSWER,
            say(&[
                "What answers is no image service but a web page (status ",
                &status.to_string(),
                ", text/html): probably the index.html that a web server gives for every path it does not know, or \
                 the error page of a proxy.",
            ]),
            "Look at the endpoint (host, port, path), or let the proxy pass /api/image/v1/ below it on to the service.",
        )];
    }
    match (error.kind(), code) {
        // What was asked for keeps every other rule of the document.
        (Kind::Service, "IMG.InvalidParameter") => vec![
            is_service(),
            Check::fail(
                REGION,
                say(&["The service refuses a plain list in the region ", region, ": ", said]),
                "Set the option region to the ID of a region that this endpoint serves (it is sent as x-regionid); \
                 the console or your operator knows it.",
            ),
        ],
        (Kind::Service, _) => vec![Check::fail(
            ANSWER,
            say(&["The service answers, but with an error of its own: ", said]),
            "Try again later; if it stays, ask the operator of the service and name the code and the request ID.",
        )],
        _ => vec![Check::fail(
            ANSWER,
            say(&[
                "The answer (status ",
                &status.to_string(),
                ") is not what the image service says: ",
                said,
            ]),
            "Look at the endpoint (host, port, path), and at proxies in between.",
        )],
    }
}

/// A clock that is off by more is told; signatures bear a quarter of an hour.
const BEARABLE_MS: f64 = 300_000.0;

/// A span in words, rounded down: `42 minutes`.
pub fn span(milliseconds: f64) -> String {
    let seconds = milliseconds.abs() as u64;
    let (number, unit) = match seconds / 1_000 {
        seconds @ 0..120 => (seconds, " seconds"),
        seconds @ 120..7_200 => (seconds / 60, " minutes"),
        seconds @ 7_200..172_800 => (seconds / 3_600, " hours"),
        seconds => (seconds / 86_400, " days"),
    };
    say(&[&number.to_string(), unit])
}

/// The check of a clock, by what the server says (milliseconds since 1970) at what this machine calls `now`.
pub fn clock(name: &'static str, who: &str, server: Option<f64>, now: f64) -> Check {
    let Some(server) = server else {
        return Check::pass(
            name,
            say(&["The clock could not be compared: ", who, " shows this page no Date header."]),
        )
        .advise("Expose it (Access-Control-Expose-Headers: Date) to have it compared.");
    };
    let ahead = now - server;
    if ahead.abs() <= BEARABLE_MS {
        return Check::pass(name, say(&["This machine's clock and that of ", who, " agree."]));
    }
    let side = if ahead > 0.0 { " ahead of that of " } else { " behind that of " };
    let time = |moment: f64| Utc::from_milliseconds(moment).rfc3339();
    Check::fail(
        name,
        say(&[
            "This machine's clock is ",
            &span(ahead),
            side,
            who,
            " (",
            &time(now),
            " here, ",
            &time(server),
            " there). Signatures are refused beyond 15 minutes, tokens and certificates may seem expired.",
        ]),
        "Set this machine's clock right (let it follow a time server); if it is right, the server's is not.",
    )
}

/// The check `clock`.
pub fn clock_of(head: &Head) -> Check {
    clock("clock", "the image service", head.date.as_deref().and_then(parse_date), head.at)
}
