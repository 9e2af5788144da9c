//! What an answer of the image service means: is it the service, does it accept who is asking, region and clock.

use super::{Checks, Text, say, words};
use crate::error::{Error, Kind};
use crate::platform::{Utc, parse_date};

/// The head of the last answer, and what was sent for it.
#[derive(Clone, Debug, Default)]
pub struct Head {
    /// 0 while nothing was answered.
    pub status: u16,
    pub html: bool,
    /// What the Date header says, where it can be read.
    pub date: Option<f64>,
    /// By this machine's clock, when the answer came.
    pub at: f64,
    /// Names of the headers that were sent, with commas in between; empty while nothing was.
    pub sent: String,
}

/// The checks `service-answer`, `authentication`, `region`: what of them the outcome of a list tells. `signed` tells
/// that a request had more headers than one without credentials.
pub fn judge(checks: &mut Checks, error: Option<&Error>, head: &Head, region: &str, signed: bool) {
    const ANSWER: &str = "service-answer";
    const AUTHENTICATION: &str = "authentication";
    const REGION: &str = "region";
    let is_service = "What answers is the image service.";
    let Some(error) = error else {
        checks.pass(ANSWER, is_service.into());
        checks.pass(AUTHENTICATION, "The service lists the private images of who is asking.".into());
        return checks.pass(REGION, say(&["The service accepts the region ", region, "."]));
    };
    let code = error.code().unwrap_or_default();
    let refused = error.kind() == Kind::Auth
        || matches!(code, "IMG.OperationFailed.UserInfo" | "IMG.OperationDenied.AuthFail");
    let (name, said, advice) = if head.status == 0 {
        (
            AUTHENTICATION,
            "Nothing was sent, for want of credentials",
            "Mend the token or sign function of the option auth; call it by itself to see what it does.",
        )
    } else if refused {
        let advice = match (signed, head.status) {
            (false, _) => "No credentials were sent: pass the option auth, such as { type: 'token', token }.",
            (true, 403) => {
                "The credentials are known but may not do this: look at the rights of the user, and at the project or \
                 tenant that the token is for."
            }
            (true, _) => {
                "Get a new token (a function gets it in time: { type: 'token', token: async () => … }). Where \
                 requests are signed look at the check clock, and set signingEndpoint if a proxy rewrites host or path."
            }
        };
        (AUTHENTICATION, "The service refuses who is asking", advice)
    } else if head.html {
        (
            ANSWER,
            "What answers is a web page instead of the image service: the index.html that a web server gives for \
             every unknown path, perhaps, or the error page of a proxy",
            "Look at the endpoint (host, port, path); a proxy must pass /api/image/v1/ below it on to the service.",
        )
    } else if error.kind() != Kind::Service {
        (
            ANSWER,
            "What answers does not speak as the image service does",
            "Look at the endpoint (host, port, path), and at proxies in between.",
        )
    } else if code == "IMG.InvalidParameter" {
        // What was asked for keeps every other rule of the document.
        checks.pass(ANSWER, is_service.into());
        (
            REGION,
            "The service refuses a plain list, probably for its region",
            "Set the option region to the ID of a region of this endpoint, as the console or the operator names it.",
        )
    } else {
        (
            ANSWER,
            "The service answers with an error of its own",
            "Try again later; if it stays, ask the operator and name the code and the request ID.",
        )
    };
    let region = if name == REGION { say(&[", ", region]) } else { Text::default() };
    checks.fail(name, say(&[said, &region, " (", words(error), ")."]), advice.into());
}

/// A clock that is off by more is told; signatures bear a quarter of an hour.
const BEARABLE_MS: f64 = 300_000.0;

/// A span in words, rounded down: `42 minutes`.
pub fn span(milliseconds: f64) -> Text {
    let minutes = milliseconds.abs() as u64 / 60_000;
    let (number, unit) = match minutes {
        minutes @ 0..120 => (minutes, " minutes"),
        minutes @ 120..2_880 => (minutes / 60, " hours"),
        minutes => (minutes / 1_440, " days"),
    };
    say(&[&number.to_string(), unit])
}

/// The check of a clock, by what the server says (milliseconds since 1970) at what this machine calls `now`. `more`
/// is added where they differ.
pub fn clock(checks: &mut Checks, name: &'static str, who: &str, server: Option<f64>, now: f64, more: &str) {
    let Some(server) = server else {
        let hidden = say(&["The clock could not be compared: ", who, " shows no Date header."]);
        return checks.add(
            true,
            name,
            hidden,
            "To have it compared: Access-Control-Expose-Headers: Date".into(),
        );
    };
    let ahead = now - server;
    if ahead.abs() <= BEARABLE_MS {
        return checks.pass(name, say(&["The clocks of this machine and of ", who, " agree."]));
    }
    let side = if ahead > 0.0 { " ahead of " } else { " behind " };
    let time = |moment: f64| Utc::from_milliseconds(moment).rfc3339();
    let message = say(&[
        "This machine's clock is ",
        &span(ahead),
        side,
        who,
        " (",
        &time(now),
        " here, ",
        &time(server),
        " there). Signatures are refused beyond 15 minutes, tokens and certificates may seem expired.",
        more,
    ]);
    checks.fail(
        name,
        message,
        "Let this machine's clock follow a time server; if it does, the server's is wrong.".into(),
    );
}

/// The time of a Date header.
pub fn date_of(headers: &crate::http::Headers) -> Option<f64> {
    headers.get("date").and_then(parse_date)
}
