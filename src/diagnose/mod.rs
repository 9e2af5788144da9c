//! Why it does not work: what browsers hide about a failed request, found out by elimination and said in sentences.
//!
//! Here is the thinking, without JavaScript. [`run`] asks service and store in order and ends within half a minute;
//! [`reach`] tells why a request got no answer, [`service`] and [`store`] what an answer means. What a platform
//! shows of itself ([`Environment`]) and the one request that only a browser can send ([`Probes`]) are handed in.
//! It is rarely called and always loaded, so it is written to be small: few generics, texts that stay where they are.

pub mod environment;
pub mod reach;
pub mod run;
pub mod service;
pub mod store;
mod texts;

#[cfg(test)]
mod tests;

use crate::error::Error;
use crate::http::Failure;
use crate::platform::LocalFuture;
use crate::text;
pub use environment::{Environment, Page};
use std::borrow::Cow;

/// Most sentences are the same every time.
pub type Text = Cow<'static, str>;

/// One thing that was looked at.
#[derive(Debug, PartialEq)]
pub struct Check {
    /// Stable: programs may ask for it.
    pub name: &'static str,
    pub ok: bool,
    /// What was seen.
    pub message: Text,
    /// What to do about it; empty where nothing is to be done.
    pub advice: Text,
}

/// What was looked at so far, in order.
#[derive(Debug, Default)]
pub struct Checks(pub Vec<Check>);

impl Checks {
    #[inline(never)]
    pub fn add(&mut self, ok: bool, name: &'static str, message: Text, advice: Text) {
        self.0.push(Check { name, ok, message, advice });
    }

    #[inline(never)]
    pub fn pass(&mut self, name: &'static str, message: Text) {
        self.add(true, name, message, "".into());
    }

    #[inline(never)]
    pub fn fail(&mut self, name: &'static str, message: Text, advice: Text) {
        self.add(false, name, message, advice);
    }
}

/// What only a browser can do.
pub trait Probes {
    /// Asks without wanting to read the answer (mode `no-cors`, no cookies): whether there was one. It is empty.
    fn opaque(&self, url: &str) -> LocalFuture<'static, Result<store::Answer, Failure>>;
    /// Whether the page's Content-Security-Policy kept a request back since this was asked last.
    fn kept_back_by_policy(&self) -> bool;
}

/// What an error says, without the name of the call in front.
fn words(error: &Error) -> &str {
    let message = error.message();
    text::split_once(message, ": ")
        .filter(|(call, _)| *call == error.details().operation)
        .map_or(message, |(_, said)| said)
}

/// Joins the pieces of a sentence. (Less code in the browser than a `format!` for each.)
#[inline(never)]
fn say(pieces: &[&str]) -> Text {
    pieces.concat().into()
}
