//! Something that is fetched once however many calls wait for it; who waited is told of a failure too.

use crate::error::{Error, Result};
use crate::platform::LocalFuture;
use crate::task::Turn;
use core::cell::{Cell, RefCell};

/// Makes sure that one at a time fetches.
#[derive(Default)]
pub struct Once {
    turn: Turn,
    /// How often it was fetched, and the error of the last time. A wrong password that twenty calls wait for must not be
    /// tried twenty times: it locks the user out.
    rounds: Cell<u64>,
    failure: RefCell<Option<Error>>,
}

impl Once {
    /// Fetches unless it is there, or another call fetched while this one waited.
    pub async fn fetch<'a>(
        &self,
        is_there: &dyn Fn() -> bool,
        fetch: &dyn Fn() -> LocalFuture<'a, Result<()>>,
    ) -> Result<()> {
        if is_there() {
            return Ok(());
        }
        let before = self.rounds.get();
        let _held = self.turn.take().await;
        if is_there() {
            return Ok(());
        }
        if self.rounds.get() != before
            && let Some(error) = self.failure.borrow().clone()
        {
            return Err(error);
        }
        let fetched = fetch().await;
        self.rounds.set(self.rounds.get() + 1);
        *self.failure.borrow_mut() = fetched.as_ref().err().cloned();
        fetched
    }
}
