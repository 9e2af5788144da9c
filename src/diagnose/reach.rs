//! Why a request got no answer: told by the code where the platform gives one, by elimination where it does not.

use super::environment::{Environment, Nearness, nearness};
use super::{say, texts};

/// What was seen around a request that got no answer.
#[derive(Clone, Debug, Default)]
pub struct Silence {
    /// Nothing came within so many milliseconds.
    pub timeout_ms: Option<u64>,
    /// What the platform says; browsers say nothing of use.
    pub message: String,
    /// The page's Content-Security-Policy kept it back.
    pub policy: bool,
    /// A request whose answer nobody may read was answered.
    pub opaque: bool,
    /// A plain GET across origins, without headers of ours, could be read.
    pub readable: bool,
    /// The same with cookies; none where the client sends none.
    pub with_cookies: Option<bool>,
    /// Headers of ours that make a GET fail, each tried alone.
    pub refused_headers: Vec<String>,
}

/// Why there was no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    pub fn is_cors(&self) -> bool {
        matches!(
            self,
            Cause::NoAllowOrigin | Cause::NoAllowCredentials | Cause::RefusedHeaders | Cause::Preflight
        )
    }
}

/// The cause, from what was seen; `target` is the origin that was asked.
pub fn cause(environment: &Environment, target: &str, seen: &Silence) -> Cause {
    let coded = || {
        let known = |codes: &&[&str]| codes.iter().any(|code| seen.message.contains(code));
        texts::NODE.iter().position(|(codes, _, _)| known(codes)).map_or(Cause::Unknown, Cause::Coded)
    };
    let Some(page) = &environment.page else {
        return if seen.timeout_ms.is_some() { Cause::Timeout } else { coded() };
    };
    if !environment.online && nearness(target) != Nearness::Loopback {
        Cause::Offline
    } else if seen.policy {
        Cause::Policy
    } else if page.mixes(target) {
        Cause::MixedContent
    } else if seen.opaque {
        match (seen.readable, seen.with_cookies) {
            (false, _) => Cause::NoAllowOrigin,
            (true, Some(false)) => Cause::NoAllowCredentials,
            _ if !seen.refused_headers.is_empty() => Cause::RefusedHeaders,
            _ => Cause::Preflight,
        }
    } else if page.is_farther_than(target) {
        // Also where nothing came in time: Chrome waits for the user's permission.
        Cause::LocalNetwork
    } else if seen.timeout_ms.is_some() {
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
    cause: &Cause,
    who: &str,
    target: &str,
    environment: &Environment,
    seen: &Silence,
    rule: &dyn Fn() -> String,
) -> (String, String) {
    let page = environment.page.as_ref().map_or("", |page| page.origin.as_str());
    let subject = say(&[who, " at ", target, " "]);
    let open = say(&[
        "Open ",
        target,
        " in a tab of this browser. If it warns of the certificate, the certificate is the reason: install the \
         authority that signed it, or use one that browsers trust. If the tab cannot connect either, look at host and \
         port, DNS, VPN, firewall, and whether the server runs.",
    ]);
    let (said, advice): (String, String) = match cause {
        Cause::Offline => (
            "cannot be asked: the browser says that it is offline.".into(),
            "Connect this machine to the network, then try again.".into(),
        ),
        Cause::MixedContent => (
            "was not asked: it is http and the page https, and browsers keep such requests (mixed content) back \
             before they are sent.".into(),
            "Serve it by https, or pass requests on from the page's own server (endpoint: '/ims' for the service, \
             oss: { endpoint: '/oss', signingEndpoint: … } for the store).".into(),
        ),
        Cause::Policy => (
            "was not asked: the Content-Security-Policy of this page keeps the request back.".into(),
            say(&["Add the origin to the policy of the page: connect-src 'self' ", target, ";"]),
        ),
        Cause::Timeout => {
            let limit = seen.timeout_ms.unwrap_or_default().to_string();
            return (
                say(&[&subject, "did not answer within ", &limit, " ms."]),
                "A server that is overloaded, or a firewall that drops packets, looks like this. Look at host and \
                 port, VPN and proxy; a slow service needs a larger timeoutMs."
                    .into(),
            );
        }
        Cause::OwnOrigin => (
            "does not answer. It is the page's own origin: neither CORS nor the certificate is the reason.".into(),
            "Look whether the server that served this page still runs, and whether its proxy passes this path on.".into(),
        ),
        Cause::NoAllowOrigin => {
            let origin = match page {
                "null" => {
                    "The page was opened from a file (its origin is null): serve it by http or https first. Then: "
                }
                _ => "",
            };
            return (
                say(&[
                    &subject,
                    "answers, but does not let this page (",
                    page,
                    ") read it: the answer has no Access-Control-Allow-Origin that names it.",
                ]),
                say(&[origin, &rule()]),
            );
        }
        Cause::NoAllowCredentials => (
            "answers pages, but not with cookies (credentials: 'include'): that takes Access-Control-Allow-Credentials: \
             true, and an Access-Control-Allow-Origin that names the page instead of *.".into(),
            rule(),
        ),
        Cause::RefusedHeaders => (
            say(&[
                "answers pages, but refuses the preflight (OPTIONS): Access-Control-Allow-Headers lacks ",
                &seen.refused_headers.join(", "),
                ".",
            ]),
            rule(),
        ),
        Cause::Preflight => (
            "answers pages, but the real request gets no answer: the preflight (OPTIONS) is refused for its method or \
             for all headers together, or the real answer (an error, perhaps) has no Access-Control-Allow-Origin.".into(),
            rule(),
        ),
        Cause::LocalNetwork => (
            say(&[
                "gets no answer through to this page. It is in a nearer network than the page (",
                page,
                "), which Chrome and Edge only allow with the user's permission (local network access).",
            ]),
            say(&[
                "Allow «Local network access» for this page (the icon left of the address, site settings), serve the \
                 page by https (only then it is asked), and let the server answer preflights with \
                 Access-Control-Allow-Private-Network: true. Or serve the page from the same network. ",
                &open,
            ]),
        ),
        Cause::CertificateOrUnreachable => (
            "does not answer: there is nothing at this address, or its certificate is not trusted. A page cannot tell \
             which; CORS is not the reason.".into(),
            open,
        ),
        Cause::Unreachable => (
            "does not answer: nothing listens there, its name has no address, or a firewall is in between. CORS is \
             not the reason.".into(),
            open,
        ),
        Cause::Coded(line) => {
            let (_, said, advice) = texts::NODE.get(*line).copied().unwrap_or_default();
            return (say(&[&subject, said, ". (", &seen.message, ")"]), advice.into());
        }
        Cause::Unknown => {
            return (
                say(&[&subject, "gave no answer: ", &seen.message]),
                "Look at host and port of the endpoint, at proxy, VPN and firewall.".into(),
            );
        }
    };
    (say(&[&subject, &said]), advice)
}
