//! Where the client runs: the page, what it lacks, and how near an address is to it.

use super::{Check, say};

/// What the platform shows of itself.
#[derive(Clone, Debug)]
pub struct Environment {
    /// The page, or the worker's; none outside of browsers.
    pub page: Option<Page>,
    /// False where the browser says that there is no network.
    pub online: bool,
}

/// A page that the client runs in.
#[derive(Clone, Debug)]
pub struct Page {
    /// `https://host:port`; `null` for one that was opened from a file.
    pub origin: String,
    /// A secure context: https, or this machine.
    pub is_secure: bool,
    /// Whether IndexedDB answers; none where nobody could tell.
    pub has_database: bool,
    /// What of Web Locks, private files and crypto.subtle it lacks, in words.
    pub lacks: Vec<&'static str>,
}

/// How near a host is, in the words of Chrome's Local Network Access.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Nearness {
    Public,
    /// 10/8, 172.16/12, 192.168/16, 169.254/16, fc00::/7, fe80::/10, *.local.
    Local,
    /// This machine: localhost, 127/8, ::1.
    Loopback,
}

/// How near the host of an origin (`https://host:port`) is, as far as its name tells.
pub fn nearness(origin: &str) -> Nearness {
    let authority = origin.split_once("://").map_or(origin, |(_, rest)| rest);
    let host = match authority.rsplit_once(':') {
        Some((host, _)) if !authority.ends_with(']') => host,
        _ => authority,
    };
    if host == "localhost" || host.ends_with(".localhost") || host == "[::1]" {
        return Nearness::Loopback;
    }
    let numbers: Option<Vec<u8>> = host.split('.').map(|number| number.parse().ok()).collect();
    match numbers.as_deref() {
        Some([127, _, _, _]) => return Nearness::Loopback,
        Some([10, _, _, _] | [192, 168, _, _] | [172, 16..=31, _, _] | [169, 254, _, _]) => {
            return Nearness::Local;
        }
        _ => {}
    }
    let local = ["[fc", "[fd", "[fe8", "[fe9", "[fea", "[feb"];
    if host.ends_with(".local") || local.iter().any(|start| host.starts_with(start)) {
        return Nearness::Local;
    }
    Nearness::Public
}

impl Page {
    /// Whether a browser keeps a request of this page to that origin back: http from https, this machine excepted.
    pub fn mixes(&self, target: &str) -> bool {
        self.origin.starts_with("https:")
            && target.starts_with("http:")
            && nearness(target) != Nearness::Loopback
    }

    /// Whether that origin is nearer than the page's own, so that Chrome asks the user first.
    pub fn is_farther_than(&self, target: &str) -> bool {
        nearness(target) > nearness(&self.origin)
    }
}

impl Environment {
    /// The origin of the page where it is another one than this, so that the other must let the page in.
    pub fn stranger(&self, target: &str) -> Option<&str> {
        self.page.as_ref().map(|page| page.origin.as_str()).filter(|origin| *origin != target)
    }

    /// The check `environment`.
    pub fn check(&self) -> Check {
        let Some(page) = &self.page else {
            return Check::pass(
                "environment",
                "This is no browser: nothing is hidden, and nothing is missing.",
            );
        };
        if !page.has_database {
            return Check::fail(
                "environment",
                "IndexedDB does not answer here (a private window, blocked site data, or a sandboxed frame): an \
                 upload works, but cannot go on after a reload.",
                "Allow site data for this page, leave the private window, or keep checkpoints yourself: \
                 upload(file, image, { checkpoint: myStore }).",
            );
        }
        if page.lacks.is_empty() {
            return Check::pass("environment", "The browser has all that uploads and downloads use.");
        }
        let reason = if page.is_secure { "" } else { ", because this page is served by http" };
        Check::pass(
            "environment",
            say(&[
                "Missing here",
                reason,
                ": ",
                &page.lacks.join(", "),
                ". Uploads work all the same; downloads to 'download' are refused where private files are missing.",
            ]),
        )
        .advise("Serve the page by https (or from localhost) to have all of it.")
    }
}
