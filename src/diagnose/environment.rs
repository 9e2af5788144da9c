//! Where the client runs: the page, what it lacks, and how near an address is to it.

use super::Checks;
use crate::text;

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
    /// `https://host:port`; `null` for one that was opened from a file, or in a sandboxed frame.
    pub origin: String,
    /// Whether there is an IndexedDB.
    pub has_database: bool,
    /// Whether it is a secure context: https, or this machine.
    pub is_secure: bool,
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
    let authority = text::without_scheme(origin);
    let end =
        if authority.starts_with("[") { authority.find(']').map(|at| at + 1) } else { authority.find(':') };
    let host = authority.get(..end.unwrap_or(authority.len())).unwrap_or(authority);
    let starts = |starts: &[&str]| starts.iter().any(|start| host.starts_with(start));
    // No top-level domain ends in a digit: an IPv4 address. URL parsers spell it with four numbers.
    if host.ends_with(|last: char| last.is_ascii_digit()) {
        let mut numbers = host.split('.');
        let mut next = || numbers.next().unwrap_or_default().parse::<u16>().unwrap_or(0);
        return match (next(), next()) {
            (127, _) => Nearness::Loopback,
            (10, _) | (192, 168) | (172, 16..=31) | (169, 254) => Nearness::Local,
            _ => Nearness::Public,
        };
    }
    if host == "localhost" || host.ends_with(".localhost") || host == "[::1]" {
        Nearness::Loopback
    } else if host.ends_with(".local") || starts(&["[fc", "[fd", "[fe8", "[fe9", "[fea", "[feb"]) {
        Nearness::Local
    } else {
        Nearness::Public
    }
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

    pub fn mixes(&self, target: &str) -> bool {
        self.page.as_ref().is_some_and(|page| page.mixes(target))
    }

    /// The check `environment`.
    pub fn check(&self, checks: &mut Checks) {
        let (ok, message, advice) = match &self.page {
            None => (true, "This is no browser: nothing is hidden, nothing is missing.", ""),
            Some(page) if !page.has_database => (
                false,
                "There is no IndexedDB here: uploads work, but cannot go on after a reload.",
                "Allow site data for this page, leave the private window or the sandboxed frame, or keep checkpoints \
                 in a store of your own (option checkpoint of upload).",
            ),
            Some(page) if page.is_secure => (true, "The browser has all that uploads and downloads use.", ""),
            Some(_) => (
                true,
                "This page is served by http, so it has no Web Locks, no crypto.subtle and no private files (OPFS). \
                 Uploads work all the same; downloads to 'download' are refused.",
                "Serve the page by https (or from localhost) to have all of it.",
            ),
        };
        checks.add(ok, "environment", message.into(), advice.into());
    }
}
