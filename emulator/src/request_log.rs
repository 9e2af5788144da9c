//! What arrived at the services: the last 10,000 requests, secrets masked.

mod mask;
mod routes;

pub(crate) use routes::router;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::HeaderMap;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::server::Service;

const CAPACITY: usize = 10_000;

/// The log; clones share it.
#[derive(Clone, Default)]
pub struct RequestLog {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    entries: VecDeque<Entry>,
    last_id: u64,
}

struct Entry {
    id: u64,
    service: Service,
    /// What is told of it, as JSON.
    told: Map<String, Value>,
}

/// A request whose head has arrived.
pub(crate) struct Arrival<'a> {
    pub(crate) service: Service,
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) query: Option<&'a str>,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) operation: Option<&'static str>,
    pub(crate) request_id: &'a str,
    /// IDs of the fault rules that fired.
    pub(crate) faults: &'a [u64],
}

/// A request that is logged and not answered yet.
pub(crate) struct Open {
    log: RequestLog,
    id: u64,
}

impl RequestLog {
    /// The requests of this service (`None`: of both) with IDs above `since`, oldest first, and the last ID given.
    pub fn list(&self, service: Option<Service>, since: u64) -> (Vec<Value>, u64) {
        self.with(|state| {
            let entries = state
                .entries
                .iter()
                .filter(|entry| entry.id > since && service.is_none_or(|service| service == entry.service));
            (entries.map(|entry| Value::Object(entry.told.clone())).collect(), state.last_id)
        })
    }

    /// Forgets all requests; IDs go on counting.
    pub fn clear(&self) {
        self.with(|state| state.entries.clear());
    }

    pub(crate) fn open(&self, arrival: Arrival<'_>) -> Open {
        let mut told = Map::new();
        let mut tell = |name: &str, value: Value| told.insert(name.to_owned(), value);
        tell("at", json!(OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default()));
        tell("service", json!(arrival.service.name()));
        tell("operation", json!(arrival.operation));
        tell("method", json!(arrival.method));
        tell("path", json!(arrival.path));
        tell("query", json!(arrival.query.map(mask::query)));
        tell("headers", mask::headers(arrival.headers));
        tell("requestId", json!(arrival.request_id));
        tell("faults", json!(arrival.faults));
        // Until the answer is there; they stay null where the connection was lost before.
        for name in ["status", "bodySize", "body", "durationMs"] {
            tell(name, Value::Null);
        }
        let id = self.with(|state| {
            state.last_id += 1;
            let id = state.last_id;
            told.insert("id".to_owned(), json!(id));
            if state.entries.len() >= CAPACITY {
                state.entries.pop_front();
            }
            state.entries.push_back(Entry { id, service: arrival.service, told });
            id
        });
        Open { log: self.clone(), id }
    }

    fn with<T>(&self, use_it: impl FnOnce(&mut State) -> T) -> T {
        // Nothing in here panics half-way, so a poisoned log is still whole.
        use_it(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Open {
    /// Completes the entry; `status` is `None` where no answer was sent.
    pub(crate) fn close(self, size: u64, body: Option<&[u8]>, status: Option<u16>, duration: Duration) {
        let body = body.and_then(|body| serde_json::from_slice(body).ok()).map(mask::json);
        self.log.with(|state| {
            // IDs ascend without gaps but at the front, where the oldest were dropped.
            let index = state.entries.partition_point(|entry| entry.id < self.id);
            let Some(entry) = state.entries.get_mut(index).filter(|entry| entry.id == self.id) else {
                return;
            };
            entry.told.insert("status".to_owned(), json!(status));
            entry.told.insert("bodySize".to_owned(), json!(size));
            entry.told.insert("body".to_owned(), body.unwrap_or(Value::Null));
            entry.told.insert("durationMs".to_owned(), json!(duration.as_secs_f64() * 1000.0));
        });
    }
}
