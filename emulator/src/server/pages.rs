//! Who asks: a tool on this machine, or a web page that somebody has open.

use std::net::IpAddr;

use http::HeaderMap;
use http::header::{HOST, ORIGIN};

/// Whether a page may have sent this: keys are for tools. A page's GET of its own origin has no `Origin`, but browsers say
/// `Sec-Fetch-Site` then; where they do not either, which is over http to a name of the page's own that leads here (DNS
/// rebinding), the name in `Host` is not this machine's.
pub(crate) fn is_from_a_page(headers: &HeaderMap) -> bool {
    let host = headers.get(HOST).and_then(|value| value.to_str().ok()).unwrap_or("");
    headers.contains_key(ORIGIN) || headers.contains_key("sec-fetch-site") || !is_local_name(host)
}

/// An address, `localhost`, or a name without a domain, as containers have for each other: nobody can own one of these
/// in the DNS. Without a `Host` it is no browser that asks.
fn is_local_name(host: &str) -> bool {
    if host.starts_with('[') {
        return true;
    }
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name.parse::<IpAddr>().is_ok() || !name.contains('.') || name.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_page(headers: &[(&'static str, &'static str)]) -> bool {
        is_from_a_page(
            &headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect(),
        )
    }

    #[test]
    fn pages_are_told_from_tools() {
        for host in
            ["127.0.0.1:5180", "[::1]:5180", "localhost", "LOCALHOST:1", "ims.localhost:1", "emulator:5180"]
        {
            assert!(!is_page(&[("host", host)]), "{host}");
            assert!(is_page(&[("host", host), ("origin", "http://127.0.0.1")]), "{host}");
            assert!(is_page(&[("host", host), ("sec-fetch-site", "same-origin")]), "{host}");
        }
        assert!(!is_page(&[]));
        for host in ["evil.example", "127.0.0.1.evil.example:5180", "localhost.evil.example."] {
            assert!(is_page(&[("host", host)]), "{host}");
        }
    }
}
