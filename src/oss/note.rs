//! What uploads learned of their store, kept by the client for `diagnose()`. It holds no key.

use super::Place;
use core::cell::RefCell;
use std::rc::Rc;

/// The store of the last upload.
#[derive(Clone, Debug)]
pub struct StoreNote {
    /// As the upload speaks to it: region and clock corrected.
    pub place: Place,
    /// Whether the ETag of a stored part could be read; none before the first one.
    pub etag_readable: Option<bool>,
}

/// The note that the uploads of a client share.
#[derive(Clone, Default)]
pub struct StoreNotes(Rc<RefCell<Option<StoreNote>>>);

impl StoreNotes {
    /// To be called when `upload-prepare` named the place, and when region or clock were corrected.
    pub fn place(&self, place: &Place) {
        let mut note = self.0.borrow_mut();
        let known = note.take().filter(|note| note.place.endpoint == place.endpoint);
        let etag_readable = known.and_then(|note| note.etag_readable);
        *note = Some(StoreNote { place: place.clone(), etag_readable });
    }

    /// To be called when a part or an object was stored.
    pub fn stored(&self, etag_readable: bool) {
        if let Some(note) = self.0.borrow_mut().as_mut() {
            note.etag_readable = Some(etag_readable);
        }
    }

    pub fn last(&self) -> Option<StoreNote> {
        self.0.borrow().clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::url::Endpoint;
    use crate::oss::Addressing;

    #[test]
    fn what_is_known_of_a_store_stays_until_another_one_is_used() {
        let place = |endpoint: &str| Place {
            endpoint: Endpoint::parse(endpoint, "domain").unwrap(),
            signing_endpoint: None,
            bucket: "b".into(),
            key: "k".into(),
            region: "r".into(),
            addressing: Addressing::Path,
            clock_skew_ms: 0.0,
        };
        let notes = StoreNotes::default();
        notes.stored(true);
        assert!(notes.last().is_none(), "nothing is known before there is a place");
        notes.place(&place("https://one"));
        assert_eq!(notes.last().unwrap().etag_readable, None);
        notes.stored(false);
        notes.place(&place("https://one"));
        assert_eq!(notes.last().unwrap().etag_readable, Some(false));
        notes.place(&place("https://two"));
        assert_eq!(notes.last().unwrap().etag_readable, None);
    }
}
