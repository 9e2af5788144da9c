//! Small pieces for concurrent work on one thread: cancelling, racing, waiting for a turn, a queue.

use crate::platform::LocalFuture;
use core::cell::{Cell, RefCell};
use core::future::poll_fn;
use core::task::{Poll, Waker};
use std::collections::VecDeque;
use std::rc::Rc;

/// Whichever of two futures ends first; the other is dropped, which cancels it.
pub enum First<A, B> {
    Left(A),
    Right(B),
}

/// Runs both until one ends. The left one wins a tie.
pub async fn first<A, B>(mut left: LocalFuture<'_, A>, mut right: LocalFuture<'_, B>) -> First<A, B> {
    poll_fn(|context| {
        if let Poll::Ready(value) = left.as_mut().poll(context) {
            return Poll::Ready(First::Left(value));
        }
        right.as_mut().poll(context).map(First::Right)
    })
    .await
}

/// A switch that is turned once and wakes everybody who waits for it.
#[derive(Clone, Default)]
pub struct Cancel(Rc<CancelState>);

#[derive(Default)]
struct CancelState {
    cancelled: Cell<bool>,
    next: Cell<u64>,
    /// Who waits now, each with a number of its own.
    waiting: RefCell<Vec<(u64, Waker)>>,
}

/// Somebody who waits; forgotten when dropped. A client's switch outlives many thousand calls that wait for it in vain.
struct Waiting<'a> {
    state: &'a CancelState,
    number: u64,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.state.waiting.borrow_mut().retain(|(number, _)| *number != self.number);
    }
}

impl Cancel {
    pub fn cancel(&self) {
        self.0.cancelled.set(true);
        for (_, waker) in self.0.waiting.take() {
            waker.wake();
        }
    }

    pub fn is_cancelled(&self) -> bool {
        self.0.cancelled.get()
    }

    /// Resolves when it is turned.
    pub async fn cancelled(&self) {
        let number = self.0.next.get();
        self.0.next.set(number + 1);
        let place = Waiting { state: &self.0, number };
        poll_fn(|context| {
            if self.is_cancelled() {
                return Poll::Ready(());
            }
            let mut waiting = self.0.waiting.borrow_mut();
            match waiting.iter_mut().find(|(number, _)| *number == place.number) {
                Some((_, waker)) => waker.clone_from(context.waker()),
                None => waiting.push((number, context.waker().clone())),
            }
            Poll::Pending
        })
        .await;
    }
}

/// One at a time: who holds the turn works, the others wait.
#[derive(Default)]
pub struct Turn {
    taken: Cell<bool>,
    waiting: RefCell<Vec<Waker>>,
}

/// The turn, given back when dropped.
pub struct Held<'a>(&'a Turn);

impl Turn {
    pub async fn take(&self) -> Held<'_> {
        poll_fn(|context| {
            if self.taken.replace(true) {
                let mut waiting = self.waiting.borrow_mut();
                if !waiting.iter().any(|waker| waker.will_wake(context.waker())) {
                    waiting.push(context.waker().clone());
                }
                return Poll::Pending;
            }
            Poll::Ready(())
        })
        .await;
        Held(self)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.taken.set(false);
        // All are woken: one that was dropped while it waited must not swallow the turn.
        for waker in self.0.waiting.take() {
            waker.wake();
        }
    }
}

/// So many at a time, in the order in which they asked; who is urgent goes before those who are not.
pub struct Slots {
    free: Cell<usize>,
    next: Cell<u64>,
    waiting: RefCell<Vec<Ticket>>,
}

struct Ticket {
    number: u64,
    urgent: bool,
    waker: Option<Waker>,
}

/// A slot, given back when dropped.
pub struct Slot(Rc<Slots>);

impl Slots {
    pub fn new(count: usize) -> Rc<Self> {
        Rc::new(Slots { free: Cell::new(count), next: Cell::default(), waiting: RefCell::default() })
    }

    /// Whose turn it is: the first of the urgent ones, else the first.
    fn first(&self) -> Option<u64> {
        let waiting = self.waiting.borrow();
        let urgent = waiting.iter().find(|ticket| ticket.urgent);
        urgent.or(waiting.first()).map(|ticket| ticket.number)
    }

    fn wake(&self) {
        let Some(first) = self.first().filter(|_| self.free.get() > 0) else { return };
        let mut waiting = self.waiting.borrow_mut();
        let waker = waiting.iter_mut().find(|ticket| ticket.number == first).and_then(|t| t.waker.take());
        drop(waiting);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    pub async fn take(self: &Rc<Self>, urgent: bool) -> Slot {
        let number = self.next.get();
        self.next.set(number + 1);
        self.waiting.borrow_mut().push(Ticket { number, urgent, waker: None });
        let place = Place { slots: self, number };
        poll_fn(|context| {
            if self.free.get() > 0 && self.first() == Some(number) {
                self.free.set(self.free.get() - 1);
                return Poll::Ready(());
            }
            let mut waiting = self.waiting.borrow_mut();
            if let Some(ticket) = waiting.iter_mut().find(|ticket| ticket.number == number) {
                ticket.waker = Some(context.waker().clone());
            }
            Poll::Pending
        })
        .await;
        drop(place);
        Slot(self.clone())
    }
}

/// A place in the row, left when dropped.
struct Place<'a> {
    slots: &'a Slots,
    number: u64,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.slots.waiting.borrow_mut().retain(|ticket| ticket.number != self.number);
        self.slots.wake();
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.free.set(self.0.free.get() + 1);
        self.0.wake();
    }
}

/// An unbounded queue between tasks of one thread.
pub struct Queue<T>(Rc<QueueState<T>>);

struct QueueState<T> {
    items: RefCell<VecDeque<T>>,
    waker: RefCell<Option<Waker>>,
}

impl<T> Clone for Queue<T> {
    fn clone(&self) -> Self {
        Queue(self.0.clone())
    }
}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Queue(Rc::new(QueueState { items: RefCell::default(), waker: RefCell::default() }))
    }
}

impl<T> Queue<T> {
    pub fn push(&self, item: T) {
        self.0.items.borrow_mut().push_back(item);
        let waker = self.0.waker.borrow_mut().take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Puts items in front of all others.
    pub fn give_back(&self, items: impl DoubleEndedIterator<Item = T>) {
        for item in items.rev() {
            self.0.items.borrow_mut().push_front(item);
        }
        if let Some(waker) = self.0.waker.take() {
            waker.wake();
        }
    }

    /// Whether there is such an item.
    pub fn has(&self, is_such: impl Fn(&T) -> bool) -> bool {
        self.0.items.borrow().iter().any(is_such)
    }

    /// Forgets what nobody has taken.
    pub fn clear(&self) {
        self.0.items.borrow_mut().clear();
        self.0.waker.borrow_mut().take();
    }

    /// The next item, waited for. One task at a time may wait.
    pub async fn next(&self) -> T {
        poll_fn(|context| match self.0.items.borrow_mut().pop_front() {
            Some(item) => Poll::Ready(item),
            None => {
                *self.0.waker.borrow_mut() = Some(context.waker().clone());
                Poll::Pending
            }
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::future::Future;
    use core::pin::pin;
    use core::task::Context;

    fn poll<F: Future>(future: core::pin::Pin<&mut F>) -> Poll<F::Output> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn a_turn_goes_to_one_at_a_time() {
        let turn = Turn::default();
        let mut second = pin!(turn.take());
        {
            let mut one = pin!(turn.take());
            let Poll::Ready(held) = poll(one.as_mut()) else { panic!("free at first") };
            assert!(poll(second.as_mut()).is_pending());
            drop(held);
        }
        assert!(poll(second.as_mut()).is_ready());
    }

    struct Nobody;

    impl std::task::Wake for Nobody {
        fn wake(self: std::sync::Arc<Self>) {}
    }

    #[test]
    fn a_task_that_looks_often_waits_for_a_turn_once() {
        let turn = Turn::default();
        let Poll::Ready(_held) = poll(pin!(turn.take())) else { panic!("free at first") };
        let tasks = [(); 2].map(|()| Waker::from(std::sync::Arc::new(Nobody)));
        let mut all: Vec<_> = tasks.iter().map(|task| (task, Box::pin(turn.take()))).collect();
        for _ in 0..100 {
            for (task, waiting) in &mut all {
                assert!(waiting.as_mut().poll(&mut Context::from_waker(task)).is_pending());
            }
        }
        assert_eq!(turn.waiting.borrow().len(), tasks.len());
    }

    #[test]
    fn a_cancel_ends_the_race() {
        let cancel = Cancel::default();
        let forever: LocalFuture<'_, ()> = Box::pin(core::future::pending());
        let other = cancel.clone();
        let mut race = pin!(first(forever, Box::pin(async move { other.cancelled().await })));
        assert!(poll(race.as_mut()).is_pending());
        cancel.cancel();
        assert!(matches!(poll(race.as_mut()), Poll::Ready(First::Right(()))));
    }

    #[test]
    fn who_no_longer_waits_is_forgotten() {
        let cancel = Cancel::default();
        let mut kept = Box::pin(cancel.cancelled());
        for _ in 0..3 {
            let mut given_up = Box::pin(cancel.cancelled());
            assert!(poll(given_up.as_mut()).is_pending());
            assert!(poll(kept.as_mut()).is_pending());
            assert_eq!(cancel.0.waiting.borrow().len(), 2, "one place each, however often they look");
        }
        assert_eq!(cancel.0.waiting.borrow().len(), 1);
        cancel.cancel();
        assert!(poll(kept.as_mut()).is_ready());
        drop(kept);
        assert_eq!(cancel.0.waiting.borrow().len(), 0);
    }

    #[test]
    fn slots_go_to_the_urgent_first_and_come_back_from_who_gave_up() {
        let slots = Slots::new(1);
        let held = {
            let mut one = pin!(slots.take(false));
            let Poll::Ready(held) = poll(one.as_mut()) else { panic!("free at first") };
            held
        };
        let mut second = Box::pin(slots.take(false));
        let mut third = pin!(slots.take(false));
        let mut urgent = pin!(slots.take(true));
        assert!(poll(second.as_mut()).is_pending());
        assert!(poll(third.as_mut()).is_pending());
        assert!(poll(urgent.as_mut()).is_pending());
        drop(held);
        assert!(poll(second.as_mut()).is_pending(), "the urgent one goes first");
        let Poll::Ready(held) = poll(urgent.as_mut()) else { panic!("its turn") };
        drop(second);
        drop(held);
        assert!(poll(third.as_mut()).is_ready());
    }

    #[test]
    fn a_queue_keeps_the_order() {
        let queue = Queue::default();
        queue.push(1);
        queue.push(2);
        let both = async { (queue.next().await, queue.next().await) };
        assert_eq!(poll(pin!(both)), Poll::Ready((1, 2)));
    }
}
