//! Which images the uploads of this process have for their own: where the answer to a creation was lost, an image that is new
//! may be what another upload has just created.

use core::cell::{Cell, RefCell};
use core::future::poll_fn;
use core::task::{Poll, Waker};

/// All uploads of the process.
#[derive(Default)]
struct Registry {
    last: u64,
    /// Images, each with its upload.
    images: Vec<(String, u64)>,
    /// Uploads that wait for the answer to a creation.
    creating: Vec<u64>,
    waiting: Vec<Waker>,
}

thread_local! {
    static ALL: RefCell<Registry> = RefCell::default();
}

fn with<T>(work: impl FnOnce(&mut Registry) -> T) -> T {
    ALL.with(|all| work(&mut all.borrow_mut()))
}

/// One upload's.
pub struct Claims {
    own: u64,
    created: Cell<bool>,
}

impl Default for Claims {
    fn default() -> Self {
        let own = with(|all| {
            all.last += 1;
            all.last
        });
        Claims { own, created: Cell::new(false) }
    }
}

/// A creation under way; over when dropped.
pub struct Creating(u64);

impl Drop for Creating {
    fn drop(&mut self) {
        let waiting = with(|all| {
            all.creating.retain(|upload| *upload != self.0);
            core::mem::take(&mut all.waiting)
        });
        waiting.into_iter().for_each(Waker::wake);
    }
}

impl Claims {
    /// It is this upload's from now on, whoever had it before.
    pub fn claim(&self, image: &str) {
        with(|all| match all.images.iter_mut().find(|(known, _)| known == image) {
            Some((_, upload)) => *upload = self.own,
            None => all.images.push((image.to_owned(), self.own)),
        });
    }

    pub fn is_anothers(&self, image: &str) -> bool {
        with(|all| all.images.iter().any(|(known, upload)| known == image && *upload != self.own))
    }

    /// It has its file, or is gone: nobody takes it for a new one any more.
    pub fn give_up(&self) {
        with(|all| all.images.retain(|(_, upload)| *upload != self.own));
    }

    pub fn creating(&self) -> Creating {
        self.created.set(true);
        with(|all| all.creating.push(self.own));
        Creating(self.own)
    }

    /// Whether this upload has asked for an image.
    pub fn has_created(&self) -> bool {
        self.created.get()
    }

    /// Waits until the creations of others that are under way now have ended.
    pub async fn others_settled(&self) {
        let others: Vec<u64> =
            with(|all| all.creating.iter().copied().filter(|upload| *upload != self.own).collect());
        poll_fn(|context| {
            with(|all| {
                if !others.iter().any(|upload| all.creating.contains(upload)) {
                    return Poll::Ready(());
                }
                all.waiting.push(context.waker().clone());
                Poll::Pending
            })
        })
        .await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::future::Future;
    use core::pin::pin;
    use core::task::Context;

    #[test]
    fn an_image_is_of_who_claims_it_last() {
        let (one, other) = (Claims::default(), Claims::default());
        one.claim("img-1");
        assert!(other.is_anothers("img-1") && !one.is_anothers("img-1") && !other.is_anothers("img-2"));
        other.claim("img-1");
        assert!(one.is_anothers("img-1") && !other.is_anothers("img-1"));
        other.give_up();
        assert!(!one.is_anothers("img-1"));
    }

    #[test]
    fn creations_of_others_are_waited_for_and_later_ones_are_not() {
        let (one, other, third) = (Claims::default(), Claims::default(), Claims::default());
        let _own = one.creating();
        let creating = other.creating();
        let mut settled = pin!(one.others_settled());
        let mut context = Context::from_waker(Waker::noop());
        assert!(settled.as_mut().poll(&mut context).is_pending());
        let _later = third.creating();
        drop(creating);
        assert!(settled.as_mut().poll(&mut context).is_ready());
        assert!(one.has_created() && !Claims::default().has_created());
    }
}
