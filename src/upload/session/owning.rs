//! Whose the object is that stands in the caller's own bucket: others may put theirs under a key that the caller has chosen.

use super::Session;
use crate::oss::plain_etag;

impl Session {
    /// The object's name was made for this upload: what is there is its own.
    pub(super) fn is_alone(&self) -> bool {
        self.config.imports.as_ref().is_some_and(|imports| imports.fresh)
    }

    /// What the store answered to what made the object.
    pub(super) fn note_etag(&mut self, etag: Option<&str>) {
        if self.imports() {
            self.importing.etag = etag.map(plain_etag);
        }
    }

    /// Whether the object in the caller's bucket is known to be this upload's: it was looked at, or this run has put it
    /// where nothing stood.
    pub(super) fn is_known_as_own(&self) -> bool {
        let stood = self.importing.stood.as_deref().is_some_and(|stood| !stood.is_empty());
        self.completed && (self.importing.is_own || !(stood || self.restored))
    }

    /// Whether what is there now stood there before anything was sent.
    pub(super) fn stood_before(&self, etag: Option<&str>) -> bool {
        let stood = self.importing.stood.as_deref().filter(|stood| !stood.is_empty());
        stood.is_some() && stood == etag.map(plain_etag).as_deref()
    }

    /// Whether the object in the caller's own bucket is what this upload has put there. The ETag tells where it is known
    /// and says something; where it is not, what came there since counts only in the run that sent it.
    pub(super) fn is_own_object(&self, etag: Option<&str>) -> bool {
        if self.is_alone() {
            return true;
        }
        let etag = etag.map(plain_etag);
        if let (Some(own), Some(etag)) = (&self.importing.etag, &etag) {
            return own == etag;
        }
        if let (Some(own), Some(etag)) = (self.expected_etag(), &etag)
            && (own == *etag || self.is_comparable(etag))
        {
            return own == *etag;
        }
        let instead = match (self.importing.stood.as_deref(), &etag) {
            (Some(""), _) => true,
            (Some(stood), Some(etag)) => stood != etag,
            _ => false,
        };
        instead && !self.restored
    }
}
