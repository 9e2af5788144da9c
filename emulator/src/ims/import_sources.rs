//! Where images may be imported from: loopback, and what `--import-allow` adds. Redirects are held to the same list.

use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, Url};

/// Hosts, each with a port or with any.
#[derive(Clone, Debug, Default)]
pub struct ImportSources {
    allowed: Vec<(String, Option<u16>)>,
}

const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];
const MAXIMUM_REDIRECTS: usize = 5;

impl ImportSources {
    /// Adds `HOST` (any port) or `HOST:PORT`.
    pub fn allow(&mut self, text: &str) -> Result<(), String> {
        let complain = || format!("{text:?} is not HOST or HOST:PORT");
        let url = Url::parse(&format!("http://{text}/")).map_err(|_| complain())?;
        let host =
            url.host_str().filter(|_| url.path() == "/" && url.username().is_empty()).ok_or_else(complain)?;
        // Url forgets a port that is the scheme's own, but `HOST:80` means that port alone.
        let port = url.port().or_else(|| text.ends_with(":80").then_some(80));
        self.allowed.push((host.to_owned(), port));
        Ok(())
    }

    /// Whether an image may come from here; says why not.
    pub fn check(&self, url: &Url) -> Result<(), String> {
        if url.scheme() != "http" {
            return Err(format!("the emulator imports from http:// only, not from {}://", url.scheme()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("must not carry a user name or password".to_owned());
        }
        let host = url.host_str().unwrap_or_default();
        let port = url.port_or_known_default();
        let added = self.allowed.iter().any(|(name, only)| name == host && (only.is_none() || *only == port));
        if added || LOOPBACK.contains(&host) {
            return Ok(());
        }
        Err(format!("{host:?} is not allowed: only loopback is, and what --import-allow names"))
    }

    /// Reads a URL of a request and checks it.
    pub fn parse(&self, text: &str) -> Result<Url, String> {
        let url = Url::parse(text).map_err(|error| format!("{text:?} is not a URL: {error}"))?;
        self.check(&url)?;
        Ok(url)
    }

    /// The HTTP client that keeps to this list.
    pub fn client(&self) -> Result<Client, String> {
        let sources = self.clone();
        let redirects = Policy::custom(move |attempt| {
            if attempt.previous().len() > MAXIMUM_REDIRECTS {
                return attempt.error(format!("more than {MAXIMUM_REDIRECTS} redirects"));
            }
            match sources.check(attempt.url()) {
                Ok(()) => attempt.follow(),
                Err(reason) => {
                    attempt.error(format!("redirected to where nothing is imported from: {reason}"))
                }
            }
        });
        Client::builder()
            .redirect(redirects)
            // The list is about where requests go: a proxy from the environment would go elsewhere.
            .no_proxy()
            .connect_timeout(Duration::from_secs(10))
            .read_timeout(Duration::from_secs(60))
            .timeout(Duration::from_secs(6 * 3600))
            .build()
            .map_err(|error| format!("the HTTP client for imports: {error}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_and_what_was_added() {
        let mut sources = ImportSources::default();
        sources.allow("files.example:8080").unwrap();
        sources.allow("mirror.example").unwrap();
        for good in [
            "http://localhost:1/a",
            "http://127.0.0.1/a",
            "http://[::1]:9/a",
            "http://files.example:8080/a",
            "http://mirror.example:99/a",
            "http://MIRROR.example/a",
        ] {
            sources.parse(good).unwrap();
        }
        for bad in [
            "http://files.example/a",
            "https://localhost/a",
            "ftp://localhost/a",
            "http://10.0.0.1/a",
            "http://user@localhost/a",
            "http://localhost.example/a",
            "http://127.0.0.1.example/",
            "nonsense",
            "",
        ] {
            assert!(sources.parse(bad).is_err(), "{bad}");
        }
        for bad in ["", "a/b", "u@h", "h:x"] {
            assert!(ImportSources::default().allow(bad).is_err(), "{bad}");
        }
    }
}
