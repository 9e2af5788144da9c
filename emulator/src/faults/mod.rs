//! Faults on request: rules that match requests and spoil them.

mod actions;
mod fields;
pub mod operation;
mod plan;
mod routes;
mod rule;

pub use plan::{Facts, Plan};
pub(crate) use routes::router;
pub use rule::{Action, Answer, AnswerBody, Effect, Point, Rule, RuleError};

use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;

use serde_json::{Value, json};

use crate::store::ObjectStore;

/// The rules in force; clones share them.
#[derive(Clone)]
pub struct Faults {
    rules: Arc<Mutex<Rules>>,
    /// Counts how often the rules were cleared.
    cleared: Arc<watch::Sender<u64>>,
    store: ObjectStore,
    /// Who else has credentials that rules expire or revoke.
    keepers: Arc<Mutex<Vec<Keeper>>>,
}

/// Told of every [`Effect::ExpireCredentials`] and [`Effect::RevokeCredentials`]; what went wrong, if something did.
pub type Keeper = Arc<dyn Fn(Effect) -> Result<(), String> + Send + Sync>;

#[derive(Default)]
struct Rules {
    list: Vec<Counted>,
    last_id: u64,
}

/// A rule and how it has fared.
struct Counted {
    id: u64,
    rule: Rule,
    /// The rule as it was posted.
    source: Value,
    matched: u64,
    fired: u64,
}

impl Counted {
    fn report(&self) -> Value {
        json!({ "id": self.id, "rule": self.source, "matched": self.matched, "fired": self.fired })
    }
}

impl Faults {
    /// No rules; `store` is what rules on clock and credentials work on.
    pub fn new(store: ObjectStore) -> Self {
        Self {
            rules: Arc::default(),
            cleared: Arc::new(watch::Sender::new(0)),
            store,
            keepers: Arc::default(),
        }
    }

    /// Has somebody told when credentials are to expire or to be revoked.
    pub fn add_keeper(&self, keeper: Keeper) {
        self.keepers.lock().unwrap_or_else(PoisonError::into_inner).push(keeper);
    }

    /// Adds a rule, or a list of rules (all of them or none); gives their reports.
    pub fn add(&self, posted: &Value) -> Result<Vec<Value>, RuleError> {
        let sources: Vec<(String, &Value)> = match posted {
            Value::Array(list) => {
                list.iter().enumerate().map(|(index, rule)| (format!("[{index}]."), rule)).collect()
            }
            rule => vec![(String::new(), rule)],
        };
        let rules = sources
            .into_iter()
            .map(|(path, source)| Ok((Rule::parse(source, &path)?, source.clone())))
            .collect::<Result<Vec<_>, RuleError>>()?;
        Ok(self.with(|state| {
            let mut reports = Vec::new();
            for (rule, source) in rules {
                state.last_id += 1;
                let counted = Counted { id: state.last_id, rule, source, matched: 0, fired: 0 };
                reports.push(counted.report());
                state.list.push(counted);
            }
            reports
        }))
    }

    /// What became of each rule, in the order they were added.
    pub fn list(&self) -> Vec<Value> {
        self.with(|state| state.list.iter().map(Counted::report).collect())
    }

    /// Removes all rules, sets the store's clock right, and lets go of what is delayed; gives the last reports.
    pub fn clear(&self) -> Vec<Value> {
        let reports = self.list();
        self.with(|state| state.list.clear());
        self.cleared.send_modify(|count| *count += 1);
        self.store.clock().set_skew(0);
        reports
    }

    /// Removes one rule; gives its last report. A clock it shifted stays shifted.
    pub fn remove(&self, id: u64) -> Option<Value> {
        self.with(|state| {
            let index = state.list.iter().position(|counted| counted.id == id)?;
            Some(state.list.remove(index).report())
        })
    }

    /// Milliseconds by which the store's clock is ahead.
    pub fn clock_skew(&self) -> i64 {
        self.store.clock().skew()
    }

    fn with<T>(&self, use_it: impl FnOnce(&mut Rules) -> T) -> T {
        // Nothing in here panics half-way, so a poisoned list is still whole.
        use_it(&mut self.rules.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
