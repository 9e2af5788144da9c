//! Why it does not work: what browsers hide about a failed request, found out by elimination and said in sentences.
//!
//! Here is the thinking, without JavaScript. [`run`] asks service and store in order and ends within half a minute;
//! [`reach`] tells why a request got no answer, [`service`] and [`store`] what an answer means. What a platform
//! shows of itself ([`Environment`]) and the one request that only a browser can send ([`Probes`]) are handed in.

pub mod environment;
pub mod reach;
pub mod run;
pub mod service;
pub mod store;
mod texts;

#[cfg(test)]
mod tests;

use crate::platform::LocalFuture;
pub use environment::{Environment, Page};

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// Stable: programs may ask for it.
    pub name: &'static str,
    pub ok: bool,
    /// What was seen.
    pub message: String,
    /// What to do about it.
    pub advice: Option<String>,
}

impl Check {
    pub fn pass(name: &'static str, message: impl Into<String>) -> Self {
        Check { name, ok: true, message: message.into(), advice: None }
    }

    pub fn fail(name: &'static str, message: impl Into<String>, advice: impl Into<String>) -> Self {
        Check { name, ok: false, message: message.into(), advice: Some(advice.into()) }
    }

    /// Nothing is wrong, and yet there is something to say.
    pub fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }
}

/// What only a browser can do.
pub trait Probes {
    /// Asks without wanting to read the answer (mode `no-cors`, no cookies): whether there was one.
    fn opaque<'a>(&'a self, url: &'a str) -> LocalFuture<'a, bool>;
    /// Whether the page's Content-Security-Policy kept a request back since this was asked last.
    fn kept_back_by_policy(&self) -> bool;
}

/// Joins the pieces of a sentence. (Less code in the browser than a `format!` for each.)
fn say(pieces: &[&str]) -> String {
    pieces.concat()
}
