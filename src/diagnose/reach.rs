//! Why a request got no answer: told by the code where the platform gives one, by elimination where it does not.

use super::environment::{Environment, Nearness, nearness};
use super::{Text, say, texts};
use crate::text;

/// What was seen around a request that got no answer.
#[derive(Clone, Debug, Default)]
pub struct Silence {
    /// Nothing came in time.
    pub timeout: bool,
    /// What the platform says; browsers say nothing of use.
    pub message: String,
    /// The page's Content-Security-Policy kept it back.
    pub policy: bool,
    /// A request whose answer nobody may read was answered.
    pub opaque: bool,
    /// A plain GET across origins, without headers of ours, could be read.
    pub readable: bool,
    /// The same with cookies could not, where the client sends some.
    pub cookies_refused: bool,
    /// Headers of ours that make a GET fail, each tried alone, with commas in between.
    pub refused_headers: String,
}

/// Why there was no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    Offline,
    /// An https page and an http target.
    MixedContent,
    /// The page's own Content-Security-Policy.
    Policy,
    Timeout,
    /// Nobody answers at the page's own origin.
    OwnOrigin,
    /// Answers come, but without Access-Control-Allow-Origin.
    NoAllowOrigin,
    /// Answers may be read, but not those to requests with cookies.
    NoAllowCredentials,
    /// These headers are not allowed.
    RefusedHeaders,
    /// The preflight is refused, for another reason than a header alone.
    Preflight,
    /// A nearer network than the page's.
    LocalNetwork,
    /// An https server: not there, or its certificate is not trusted.
    CertificateOrUnreachable,
    Unreachable,
    /// Line of [`texts::NODE`].
    Coded(usize),
    /// The platform says something that is not in the table.
    Unknown,
}

impl Cause {
    /// Whether the server is there and only does not let the page in.
    pub fn is_cors(self) -> bool {
        use Cause::*;
        matches!(self, NoAllowOrigin | NoAllowCredentials | RefusedHeaders | Preflight)
    }
}

/// The cause, from what was seen; `target` is the origin that was asked.
pub fn cause(environment: &Environment, target: &str, seen: &Silence) -> Cause {
    let Some(page) = &environment.page else {
        let known = |codes: &&[&str]| codes.iter().any(|code| text::contains(&seen.message, code));
        return match texts::NODE.iter().position(|(codes, _, _)| known(codes)) {
            _ if seen.timeout => Cause::Timeout,
            Some(line) => Cause::Coded(line),
            None => Cause::Unknown,
        };
    };
    if !environment.online && nearness(target) != Nearness::Loopback {
        Cause::Offline
    } else if seen.policy {
        Cause::Policy
    } else if page.mixes(target) {
        Cause::MixedContent
    } else if seen.opaque {
        match () {
            () if !seen.readable => Cause::NoAllowOrigin,
            () if seen.cookies_refused => Cause::NoAllowCredentials,
            () if !seen.refused_headers.is_empty() => Cause::RefusedHeaders,
            () => Cause::Preflight,
        }
    } else if page.is_farther_than(target) {
        // Also where nothing came in time: Chrome waits for the user's permission.
        Cause::LocalNetwork
    } else if seen.timeout {
        Cause::Timeout
    } else if page.origin == target {
        Cause::OwnOrigin
    } else if target.starts_with("https:") {
        Cause::CertificateOrUnreachable
    } else {
        Cause::Unreachable
    }
}

/// Message and advice. `who` is «The image service» or «The object store»; `rule` is what to paste where pages are
/// not let in.
pub fn explain(
    cause: Cause,
    who: &str,
    target: &str,
    environment: &Environment,
    seen: &Silence,
    rule: Text,
) -> (Text, Text) {
    let page = environment.page.as_ref().map_or("", |page| page.origin.as_str());
    let open = || {
        say(&[
            "Open ",
            target,
            " in a tab of this browser. If it warns of the certificate, that is it: install the authority that signed \
             it, or use one that browsers trust. If the tab cannot connect, look at host and port, DNS, VPN, firewall, \
             and whether the server runs.",
        ])
    };
    // What was said after `who at target`, a piece more, and the advice.
    let (said, more, advice): (&str, &str, Text) = match cause {
        Cause::Offline => (
            "cannot be asked: the browser says that it is offline.",
            "",
            "Connect this machine to the network.".into(),
        ),
        Cause::MixedContent => (
            "was not asked: it is http and the page https, and browsers keep such requests (mixed content) back.",
            "",
            "Serve it by https, or let the page's own server pass requests on (endpoint: '/ims'; for the store the \
             option oss: { endpoint: '/oss', signingEndpoint: 'http://…' } of upload). Only localhost is excepted."
                .into(),
        ),
        Cause::Policy => (
            "was not asked: the Content-Security-Policy of this page keeps the request back.",
            "",
            say(&["Add it to the policy of the page: connect-src 'self' ", target, ";"]),
        ),
        Cause::Timeout => (
            "did not answer in time.",
            "",
            "An overloaded server, or a firewall that drops packets, looks like this. Look at host, port, VPN and \
             proxy; a slow service needs a larger timeoutMs."
                .into(),
        ),
        Cause::OwnOrigin => (
            "does not answer, though this page comes from there: neither CORS nor a certificate is the reason.",
            "",
            "Look whether that server still runs, and passes this path on.".into(),
        ),
        Cause::NoAllowOrigin if page == "null" => (
            "answers, but this page was opened from a file or a sandboxed frame: it has no origin that could be let in.",
            "",
            "Serve the page by http or https.".into(),
        ),
        Cause::NoAllowOrigin => (
            "answers, but without an Access-Control-Allow-Origin for this page, ",
            page,
            rule,
        ),
        Cause::NoAllowCredentials => (
            "answers pages, but not with cookies (credentials: 'include'): it must name the page in \
             Access-Control-Allow-Origin instead of *, and lacks Access-Control-Allow-Credentials",
            "",
            rule,
        ),
        Cause::RefusedHeaders => (
            "answers pages, but refuses the preflight (OPTIONS): Access-Control-Allow-Headers lacks ",
            &seen.refused_headers,
            rule,
        ),
        Cause::Preflight => (
            "answers pages, but not this request: the preflight (OPTIONS) is refused for its method or for all headers \
             together, or the answer itself (an error, perhaps) has no Access-Control-Allow-Origin",
            "",
            rule,
        ),
        Cause::LocalNetwork => (
            "gets no answer through. It is in a nearer network than the page, which Chrome and Edge allow only to https \
             pages with the user's permission (local network access); this page is ",
            page,
            say(&[
                "Allow local network access for this page (the icon left of the address), or serve the page from the \
                 same network. Servers may need Access-Control-Allow-Private-Network: true in answers to OPTIONS. ",
                &open(),
            ]),
        ),
        Cause::CertificateOrUnreachable => (
            "does not answer: nothing is there, or its certificate is not trusted. A page cannot tell which; CORS is \
             not the reason.",
            "",
            open(),
        ),
        Cause::Unreachable => (
            "does not answer: nothing listens there, its name has no address, or a firewall is in between. CORS is not \
             the reason.",
            "",
            open(),
        ),
        Cause::Coded(line) => {
            let (_, said, advice) = texts::NODE.get(line).copied().unwrap_or_default();
            return (say(&[who, " at ", target, " ", said, " (", &seen.message, ")."]), advice.into());
        }
        Cause::Unknown => ("gave no answer: ", &seen.message, "Look at host, port, VPN, firewall and proxy.".into()),
    };
    let end = if said.ends_with(".") { "" } else { "." };
    (say(&[who, " at ", target, " ", said, more, end]), advice)
}
