//! What each job of a session does: asks the service or the store, puts a checkpoint down, digests a part.

use super::Driver;
use crate::error::{Error, Kind, Result};
use crate::md5::Md5;
use crate::oss::trouble::{Remedy, Trouble};
use crate::oss::{self, Ask, xml};
use crate::platform::LocalFuture;
use crate::task::{First, Queue, first};
use crate::upload::backend::Created;
use crate::upload::checkpoint::NotKept;
use crate::upload::digest;
use crate::upload::session::types::*;
use std::rc::Rc;

/// Whoever takes an upload back, and holds its lock, waits so long for a store of checkpoints that does not answer.
const CONFIRMING_MS: f64 = 5_000.0;

impl Driver {
    pub(super) async fn perform(
        self: &Rc<Self>,
        id: u64,
        job: Job,
        queue: &Queue<Event>,
    ) -> core::result::Result<Outcome, Trouble> {
        let image_id = self.image_id.borrow().clone();
        Ok(match job {
            Job::FindImages => {
                let found = self.backend.find().await.map_err(service)?;
                // One of them may be of another upload's creation that is still under way.
                if self.claims.has_created() && !found.is_empty() {
                    self.claims.others_settled().await;
                }
                Outcome::Found(found)
            }
            Job::Save { checkpoint, confirms: false } => self.save(checkpoint, queue).await?,
            Job::Save { checkpoint, .. } => {
                let keeper = self.keeper.borrow().clone();
                if let Some(keeper) = keeper
                    && !keeper.lock.is_held().await
                {
                    queue.push(Event::TakenOver);
                    return Ok(Outcome::Done);
                }
                let (driver, queue) = (self.clone(), queue.clone());
                let mut saving: LocalFuture<'static, _> =
                    Box::pin(async move { driver.save(checkpoint, &queue).await });
                let late = self.platform.sleep(CONFIRMING_MS);
                let ended = first(Box::pin(&mut saving), late).await;
                match ended {
                    First::Left(saved) => saved?,
                    First::Right(()) => {
                        // What is put down next, or removed, waits for its turn: this must not come last.
                        self.platform.spawn(Box::pin(async move {
                            let _ = saving.await;
                        }));
                        Outcome::Done
                    }
                }
            }
            Job::CreateImage => {
                let _creating = self.claims.creating();
                match self.backend.create().await.map_err(service)? {
                    Created::Image(image_id) => {
                        self.claims.claim(&image_id);
                        Outcome::ImageCreated { image_id }
                    }
                    Created::Order(order) => Outcome::Ordered { order },
                }
            }
            Job::ShowOrder { order } => Outcome::Order(self.backend.order(&order).await.map_err(service)?),
            Job::ShowImage => Outcome::Image(self.backend.show(&image_id).await.map_err(service)?),
            Job::Prepare => {
                let prepared = self.backend.prepare(&image_id, self.plan.size).await.map_err(service)?;
                Outcome::Prepared { place: self.settle(prepared).map_err(unusable)? }
            }
            Job::Report { success, upload_id } => {
                let report = self.backend.report(&image_id, success, upload_id.as_deref());
                match report.await.map_err(service)? {
                    Some(order) => Outcome::Ordered { order },
                    None => Outcome::Done,
                }
            }
            Job::DeleteImage => {
                self.backend.delete(&image_id).await.map_err(service)?;
                Outcome::Done
            }
            Job::HashPart { index, file } => self.hash(index, file).await.map_err(service)?,
            Job::SendPart { index, upload_id } => {
                let (offset, length) = self.plan.range(index);
                let body = self.source.body(offset, length).await.map_err(service)?;
                let ask = Ask::UploadPart { number: index + 1, upload_id: &upload_id, body };
                let sent = self.send_bytes(id, ask, queue).await;
                self.blame(sent, offset).await?
            }
            Job::PutObject => {
                let body = self.source.body(0, self.plan.size).await.map_err(service)?;
                let sent = self.send_bytes(id, Ask::PutObject { body }, queue).await;
                self.blame(sent, 0).await?
            }
            Job::CheckSource => {
                self.source.check().await.map_err(service)?;
                if let Some(identity) = &self.settings.identity {
                    identity.expect(&*self.source).await.map_err(service)?;
                }
                Outcome::Done
            }
            Job::CreateMultipartUpload => {
                let (_, text) = self.ask(Ask::CreateMultipartUpload).await?;
                Outcome::MultipartCreated { upload_id: oss::upload_id(&text).map_err(service)? }
            }
            Job::ListParts { upload_id, marker } => {
                let (_, text) = self.ask(Ask::ListParts { upload_id: &upload_id, marker }).await?;
                let page = xml::parts_page(&text, marker)
                    .ok_or_else(|| Error::new(Kind::Protocol, "the store's list of parts cannot be read"));
                Outcome::Parts(page.map_err(service)?)
            }
            Job::CompleteMultipartUpload { upload_id, parts } => {
                let ask = Ask::CompleteMultipartUpload { upload_id: &upload_id, parts: &parts };
                let (headers, text) = self.ask(ask).await?;
                self.completed(&headers, &text)?
            }
            Job::HeadObject => {
                let (headers, _) = self.ask(Ask::HeadObject).await?;
                let size = headers.get("content-length").and_then(crate::text::whole_number);
                Outcome::Object { size, etag: headers.get("etag").map(str::to_owned) }
            }
            Job::AbortMultipartUpload { upload_id } => {
                self.ask(Ask::AbortMultipartUpload { upload_id: &upload_id }).await?;
                Outcome::Done
            }
            Job::ListMultipartUploads => {
                let key = self.place.borrow().as_ref().map(|place| place.key.clone()).unwrap_or_default();
                let (_, text) = self.ask(Ask::ListMultipartUploads).await?;
                let found = xml::uploads_of(&text, &key);
                let none = || Error::new(Kind::Protocol, "the store's list of uploads cannot be read");
                Outcome::Uploads(found.ok_or_else(none).map_err(service)?)
            }
            Job::DeleteObject => {
                self.ask(Ask::DeleteObject).await?;
                Outcome::Done
            }
        })
    }

    /// A browser that cannot read a file says no more than that the connection broke.
    async fn blame(
        &self,
        sent: core::result::Result<Outcome, Trouble>,
        offset: u64,
    ) -> core::result::Result<Outcome, Trouble> {
        if matches!(&sent, Err(trouble) if trouble.error.details().status.is_none()) {
            self.source.read(offset, 1).await.map_err(service)?;
        }
        sent
    }

    async fn save(&self, checkpoint: String, queue: &Queue<Event>) -> core::result::Result<Outcome, Trouble> {
        let _turn = self.writing.take().await;
        let keeper = self.keeper.borrow().clone();
        if let Some(keeper) = keeper {
            match keeper.write(Some(checkpoint)).await {
                Ok(()) => {}
                Err(NotKept::TakenOver) => queue.push(Event::TakenOver),
                Err(NotKept::Failed(error)) => return Err(service(error)),
            }
        }
        Ok(Outcome::Done)
    }

    async fn hash(&self, index: u32, file: Option<String>) -> Result<Outcome> {
        let (offset, length) = self.plan.range(index);
        let mut whole = file.map(|state| Md5::restore(&state).unwrap_or_default());
        let part = digest::part(&*self.source, offset, length, whole.as_mut()).await?;
        let last = index + 1 == self.plan.count;
        let file = whole
            .map(|md5| FileDigest { state: md5.save(), whole: if last { Some(md5.finish()) } else { None } });
        Ok(Outcome::Hashed { part, file })
    }
}

/// A place, or keys, that the service names for good: asking again gives no others.
pub(super) fn unusable(error: Error) -> Trouble {
    Trouble { remedy: Remedy::GiveUp, error: error.during("prepareUpload") }
}

/// A failure of anything but the store: worth another try where the error says so.
pub(super) fn service(error: Error) -> Trouble {
    // An answer that is none (cut off, a proxy's page) says nothing about the upload: it is asked for again.
    let again = error.details().retryable || error.kind() == Kind::Protocol;
    let remedy = if again { Remedy::Wait { retry_after_ms: None } } else { Remedy::GiveUp };
    Trouble { remedy, error }
}
