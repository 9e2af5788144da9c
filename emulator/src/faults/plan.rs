//! Which rules fire for a request, and what they make of it together.

use std::sync::PoisonError;
use std::time::Duration;
use tokio::sync::watch;

use http::{HeaderName, HeaderValue, Method};

use super::rule::{Action, Effect, Kind};
use super::{Counted, Faults};
use crate::server::Service;

/// What rules look at in a request.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    pub service: Service,
    pub method: &'a Method,
    /// As sent, percent-encoded.
    pub path: &'a str,
    /// As sent, percent-encoded.
    pub query: &'a str,
    /// The operation's name, where the request is one.
    pub operation: Option<&'static str>,
}

/// What is to happen to one request.
#[derive(Debug, Default)]
pub struct Plan {
    /// IDs of the rules that fired.
    pub rules: Vec<u64>,
    /// Before anything else, unless the rules are cleared meanwhile.
    pub delay: Duration,
    /// Changes when the rules are cleared.
    pub cleared: Option<watch::Receiver<u64>>,
    /// Before the request is handled.
    pub effects: Vec<Effect>,
    /// The one thing that spoils the request itself.
    pub action: Option<Action>,
    /// Headers to set in the answer.
    pub add_headers: Vec<(HeaderName, HeaderValue)>,
    /// Headers to leave out of the answer.
    pub drop_headers: Vec<HeaderName>,
}

impl Faults {
    /// Counts the request against all rules and gathers what those that fire ask for. Of rules that spoil the request
    /// itself only the first fires, and the others wait for the next one; delays, headers and effects add up.
    pub fn plan(&self, facts: &Facts<'_>) -> Plan {
        // Taken before the rules are looked at: a clearing in between is not missed.
        let mut plan = Plan { cleared: Some(self.cleared.subscribe()), ..Plan::default() };
        self.with(|state| {
            for counted in state.list.iter_mut().filter(|counted| counted.rule.matches(facts)) {
                counted.matched += 1;
                if counted.is_due() && !(plan.action.is_some() && counted.rule.is_exclusive()) {
                    counted.fired += 1;
                    plan.rules.push(counted.id);
                    plan.take(counted);
                }
            }
        });
        plan
    }

    /// Carries out what does not concern one request alone.
    pub async fn perform(&self, effects: Vec<Effect>) {
        for effect in effects {
            let store = self.store.clone();
            let keepers = self.keepers.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let done = tokio::task::spawn_blocking(move || -> Result<(), String> {
                match effect {
                    Effect::ClockSkew(milliseconds) => {
                        store.clock().set_skew(milliseconds);
                        return Ok(());
                    }
                    Effect::ExpireCredentials => store.expire_all_credentials(),
                    Effect::RevokeCredentials => store.revoke_all_credentials(),
                }
                .map_err(|error| error.to_string())?;
                keepers.iter().try_for_each(|keeper| keeper(effect))
            });
            // A rule that could not do its work must not go unseen: there is no answer to put it into.
            match done.await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => eprintln!("a fault rule failed: {error}"),
                Err(error) => eprintln!("a fault rule failed: {error}"),
            }
        }
    }
}

impl Counted {
    fn is_due(&self) -> bool {
        self.matched > self.rule.skip && self.rule.times.is_none_or(|times| self.fired < times)
    }
}

impl Plan {
    /// Waits as long as the rules ask for, or until they are cleared.
    pub async fn wait(&self) {
        // Sleeping for no time would still wait for the timer's next millisecond.
        if self.delay.is_zero() {
            return;
        }
        let Some(mut cleared) = self.cleared.clone() else { return tokio::time::sleep(self.delay).await };
        // Whether it was the time or the clearing: it goes on.
        let _ = tokio::time::timeout(self.delay, cleared.changed()).await;
    }

    fn take(&mut self, counted: &Counted) {
        self.delay += counted.rule.delay;
        match &counted.rule.kind {
            Kind::Delay => {}
            Kind::Effect(effect) => self.effects.push(*effect),
            Kind::AddHeaders(headers) => self.add_headers.extend(headers.iter().cloned()),
            Kind::DropHeaders(names) => self.drop_headers.extend(names.iter().cloned()),
            Kind::Action(action) => self.action = Some(action.clone()),
        }
    }
}
