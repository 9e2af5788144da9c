//! The thinking, fed with what could be seen.

mod whole;

use super::environment::{Environment, Nearness, Page, nearness};
use super::reach::{Cause, Silence, cause, explain};
use super::service::span;
use super::store::Answer;
use super::{Checks, store};

fn page(origin: &str) -> Environment {
    let page = Page { origin: origin.to_owned(), is_secure: true, has_database: true };
    Environment { page: Some(page), online: true }
}

const NODE: Environment = Environment { page: None, online: true };

#[test]
fn addresses_are_near_or_far() {
    for (origin, expected) in [
        ("http://localhost:1", Nearness::Loopback),
        ("https://a.localhost", Nearness::Loopback),
        ("http://127.8.9.1:8080", Nearness::Loopback),
        ("http://[::1]:80", Nearness::Loopback),
        ("http://10.0.0.1", Nearness::Local),
        ("http://172.16.0.1:1", Nearness::Local),
        ("http://172.31.255.1", Nearness::Local),
        ("http://192.168.1.1", Nearness::Local),
        ("http://169.254.1.1", Nearness::Local),
        ("http://[fd00::1]:80", Nearness::Local),
        ("http://[fe80::1]", Nearness::Local),
        ("http://store.local:9000", Nearness::Local),
        ("http://172.15.0.1", Nearness::Public),
        ("http://172.32.0.1", Nearness::Public),
        ("http://11.0.0.1", Nearness::Public),
        ("http://[2001:db8::1]:80", Nearness::Public),
        ("https://10.example.com", Nearness::Public),
        ("https://localhost.example.com", Nearness::Public),
        ("https://ims.example.com", Nearness::Public),
        ("null", Nearness::Public),
    ] {
        assert_eq!(nearness(origin), expected, "{origin}");
    }
}

#[test]
fn the_reason_is_found_by_elimination() {
    let far = page("https://console.example.com");
    let see = |change: fn(&mut Silence)| {
        let mut seen = Silence::default();
        change(&mut seen);
        seen
    };
    let nothing = || see(|_| {});
    let https = "https://ims.example.com";
    let offline = Environment { online: false, ..far.clone() };
    assert_eq!(cause(&offline, https, &nothing()), Cause::Offline);
    assert_eq!(cause(&offline, "https://localhost", &nothing()), Cause::LocalNetwork, "needs no network");
    assert_eq!(cause(&far, https, &nothing()), Cause::CertificateOrUnreachable);
    assert_eq!(cause(&far, "http://ims.example.com", &nothing()), Cause::MixedContent);
    assert_eq!(
        cause(&page("http://console.example.com"), "http://ims.example.com", &nothing()),
        Cause::Unreachable
    );
    assert_eq!(cause(&page(https), https, &nothing()), Cause::OwnOrigin);
    assert_eq!(cause(&far, "https://192.168.0.9", &nothing()), Cause::LocalNetwork);
    assert_eq!(
        cause(&page("https://192.168.0.8"), "https://192.168.0.9", &nothing()),
        Cause::CertificateOrUnreachable
    );
    assert_eq!(cause(&page("http://192.168.0.8"), "http://localhost:1", &nothing()), Cause::LocalNetwork);
    assert_eq!(cause(&far, https, &see(|seen| seen.policy = true)), Cause::Policy);
    assert_eq!(cause(&far, https, &see(|seen| seen.timeout = true)), Cause::Timeout);
    assert_eq!(cause(&far, "https://10.1.1.1", &see(|seen| seen.timeout = true)), Cause::LocalNetwork);
    assert_eq!(cause(&far, https, &see(|seen| seen.opaque = true)), Cause::NoAllowOrigin);
    let readable = || see(|seen| (seen.opaque, seen.readable) = (true, true));
    assert_eq!(cause(&far, https, &readable()), Cause::Preflight);
    let refused = Silence { refused_headers: "x-regionid".into(), ..readable() };
    assert_eq!(cause(&far, https, &refused), Cause::RefusedHeaders);
    assert_eq!(cause(&far, https, &Silence { cookies_refused: true, ..refused }), Cause::NoAllowCredentials);
    // A server in a nearer network that answers is a matter of CORS all the same.
    assert_eq!(cause(&far, "https://10.1.1.1", &see(|seen| seen.opaque = true)), Cause::NoAllowOrigin);
}

#[test]
fn codes_of_node_are_told_apart() {
    for (message, expected) in [
        ("fetch failed: connect ECONNREFUSED 127.0.0.1:1", "refuses the connection"),
        ("fetch failed: getaddrinfo ENOTFOUND nowhere", "no address"),
        ("fetch failed: getaddrinfo EAI_AGAIN nowhere", "no address"),
        ("self-signed certificate (DEPTH_ZERO_SELF_SIGNED_CERT)", "does not trust"),
        ("unable to verify (UNABLE_TO_VERIFY_LEAF_SIGNATURE)", "does not trust"),
        ("certificate has expired (CERT_HAS_EXPIRED)", "time is over"),
        ("Hostname/IP does not match (ERR_TLS_CERT_ALTNAME_INVALID)", "another name"),
        ("connect ETIMEDOUT 10.0.0.1:443", "cannot be reached"),
        ("read ECONNRESET", "closes the connection"),
        ("the connection was closed without an answer", "closes the connection"),
        ("Parse Error (HPE_INVALID_CONSTANT)", "does not speak http"),
        ("something new", "gave no answer: something new"),
    ] {
        let seen = Silence { message: message.to_owned(), ..Silence::default() };
        let why = cause(&NODE, "https://ims.example.com", &seen);
        let (said, advice) =
            explain(why, "The image service", "https://ims.example.com", &NODE, &seen, "".into());
        assert!(said.contains(expected), "{message}: {said}");
        assert!(said.ends_with('.') && !advice.is_empty());
    }
}

#[test]
fn every_cause_has_a_sentence_and_an_advice() {
    use Cause::*;
    let far = page("https://console.example.com");
    let seen = Silence { refused_headers: "x-regionid".into(), message: "m".into(), ..Silence::default() };
    for why in [
        Offline,
        MixedContent,
        Policy,
        Timeout,
        OwnOrigin,
        NoAllowOrigin,
        NoAllowCredentials,
        RefusedHeaders,
        Preflight,
        LocalNetwork,
        CertificateOrUnreachable,
        Unreachable,
        Coded(0),
        Coded(999),
        Unknown,
    ] {
        let (said, advice) = explain(why, "The object store", "https://s:1", &far, &seen, "THE RULE".into());
        assert!(said.starts_with("The object store at https://s:1 ") && said.ends_with('.'), "{said}");
        assert_eq!(advice.contains("THE RULE"), why.is_cors(), "{why:?}");
        assert!(!advice.is_empty() || why == Coded(999));
    }
    let (said, advice) = explain(NoAllowOrigin, "W", "https://s", &page("null"), &seen, "THE RULE".into());
    assert!(said.contains("opened from a file") && advice.contains("Serve the page"));
}

#[test]
fn spans_in_words() {
    for (milliseconds, words) in [
        (-360_000.0, "6 minutes"),
        (7_199_000.0, "119 minutes"),
        (7_200_000.0, "2 hours"),
        (172_800_000.0, "2 days"),
        (1e300, "213503982334 days"),
    ] {
        assert_eq!(span(milliseconds), words);
    }
}

#[test]
fn the_environment_says_what_a_page_lacks() {
    let check = |change: fn(&mut Page)| {
        let mut environment = page("https://console.example.com");
        change(environment.page.as_mut().unwrap());
        let mut checks = Checks::default();
        environment.check(&mut checks);
        checks.0.remove(0)
    };
    assert!(check(|_| {}).message.contains("has all"));
    let plain = check(|page| page.is_secure = false);
    assert!(plain.ok && plain.message.contains("Web Locks") && plain.advice.contains("https"));
    let bare = check(|page| page.has_database = false);
    assert!(!bare.ok && bare.advice.contains("private window"));
}

#[test]
fn a_store_without_keys_says_nothing_of_keys() {
    let answer =
        Answer { status: 403, text: "<Error><Code>AccessDenied</Code></Error>".into(), ..Answer::default() };
    let mut checks = Checks::default();
    store::judge(&mut checks, &answer, None, &Default::default(), "us-east-1", false);
    let names: Vec<_> = checks.0.iter().map(|check| check.name).collect();
    assert_eq!(names, ["store-clock", "store-region"]);
    for (shown, hidden, ok, words) in [
        (Some(true), true, true, "can read"),
        (Some(false), false, false, "cannot read"),
        (None, true, true, "is hidden"),
        (None, false, true, "there is none. An"),
    ] {
        let mut checks = Checks::default();
        store::etag(&mut checks, shown, hidden, "THE RULE".into());
        let check = &checks.0[0];
        assert_eq!((check.ok, check.advice.is_empty()), (ok, shown == Some(true)));
        assert!(check.message.contains(words), "{}", check.message);
    }
}
