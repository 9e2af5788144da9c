//! The driver's side that faces the object store: signs, sends, reads answers.

use super::jobs::service;
use super::{COMPLETE_TIMEOUT_MS, Driver, STORE_TIMEOUT_MS};
use crate::error::{Error, Kind, Result};
use crate::http::url::Endpoint;
use crate::http::{Failure, Headers};
use crate::oss::trouble::{Remedy, Trouble};
use crate::oss::{Addressing, Ask, Place, check_place, xml};
use crate::service::RequestEvent;
use crate::task::{First, Queue, Slot, first};
use crate::text;
use crate::upload::backend::Prepared;
use crate::upload::session::types::*;
use std::rc::Rc;

impl Driver {
    /// 200 does not mean that it worked: the body may be an error, because the store starts to answer before it has
    /// put the object together.
    pub(super) fn completed(&self, headers: &Headers, text: &str) -> core::result::Result<Outcome, Trouble> {
        let name = "CompleteMultipartUpload";
        match xml::root(text).as_deref() {
            Some("CompleteMultipartUploadResult") => {
                Ok(Outcome::Completed { etag: xml::find(text, "ETag").filter(|etag| !etag.is_empty()) })
            }
            Some("Error") => {
                let keys = self.keys.borrow();
                let Some(keys) = &*keys else { return Err(unknown()) };
                let mut trouble = Trouble::answered(name, 200, headers, text, keys, self.platform.now());
                let is_final =
                    trouble.error.code() == Some("NoSuchBucket") || trouble.error.kind() == Kind::Protocol;
                if trouble.remedy == Remedy::GiveUp && !is_final {
                    trouble.remedy = Remedy::Wait { retry_after_ms: None };
                }
                Err(trouble)
            }
            _ => Err(Trouble::lost(Failure::network(format!("the store's answer to {name} is cut off")))),
        }
    }

    /// Keeps the keys and gives the place as a text.
    pub(super) fn settle(&self, prepared: Prepared) -> Result<String> {
        check_place(&prepared.bucket, &prepared.key)?;
        prepared.keys.check()?;
        let domain = match text::contains(&prepared.domain, "://") {
            true => prepared.domain,
            false => format!("{}://{}", if self.settings.secure { "https" } else { "http" }, prepared.domain),
        };
        let endpoint = match &self.settings.store.endpoint {
            Some(endpoint) => endpoint.clone(),
            None => Endpoint::parse(&domain, "domain").map_err(|error| {
                Error::new(
                    Kind::Protocol,
                    format!("upload-prepare names a store that cannot be used: {error}"),
                )
            })?,
        };
        let text = format!("{domain} {} {}", prepared.bucket, prepared.key);
        let mut place = self.place.borrow_mut();
        let before = place.take();
        // What the store corrected stays corrected; how another one wants the bucket to be named is not known.
        let same = before.as_ref().filter(|before| before.endpoint == endpoint);
        let addressing = same.map(|same| same.addressing).or(self.settings.store.addressing);
        let (region, clock_skew_ms) = match before {
            Some(place) => (place.region, place.clock_skew_ms),
            None => (self.settings.store.region.clone().unwrap_or_else(|| "us-east-1".to_owned()), 0.0),
        };
        *place = Some(Place {
            endpoint,
            signing_endpoint: self.settings.store.signing_endpoint.clone(),
            bucket: prepared.bucket,
            key: prepared.key,
            region,
            addressing: addressing.unwrap_or(Addressing::Path),
            clock_skew_ms,
        });
        if let Some(place) = place.as_ref() {
            self.settings.notes.place(place);
        }
        *self.keys.borrow_mut() = Some(prepared.keys);
        Ok(text)
    }

    pub(super) async fn send_bytes(
        &self,
        id: u64,
        ask: Ask<'_>,
        queue: &Queue<Event>,
    ) -> core::result::Result<Outcome, Trouble> {
        let _slot = self.slot(false).await;
        queue.push(Event::Began { id });
        let queue = queue.clone();
        let on_sent: crate::http::OnSent = Rc::new(move |bytes| queue.push(Event::Sent { id, bytes }));
        let (headers, _) = self.exchange(ask, Some(on_sent)).await?;
        let etag = headers.get("etag").map(str::to_owned);
        self.settings.notes.stored(etag.is_some());
        Ok(Outcome::Stored { etag })
    }

    /// Waits for a connection where they are few: small requests go before parts.
    async fn slot(&self, urgent: bool) -> Option<Slot> {
        let slots = {
            let place = self.place.borrow();
            let authority = place.as_ref().map(|place| place.endpoint.authority.as_str());
            self.settings.slots.as_ref().zip(authority).map(|(slots, authority)| slots(authority))
        }?;
        Some(slots.take(urgent).await)
    }

    /// A small request, within its time.
    pub(super) async fn ask(&self, ask: Ask<'_>) -> core::result::Result<(Headers, String), Trouble> {
        let limit = match ask {
            Ask::CompleteMultipartUpload { .. } => COMPLETE_TIMEOUT_MS,
            _ => STORE_TIMEOUT_MS,
        };
        let _slot = self.slot(true).await;
        match first(Box::pin(self.exchange(ask, None)), self.platform.sleep(limit)).await {
            First::Left(done) => done,
            First::Right(()) => Err(Trouble::lost(Failure::new(
                Kind::Timeout,
                format!("the object store does not answer within {} ms", limit as u64),
                true,
            ))),
        }
    }

    /// Signs, sends, reads; every answer that is no success becomes a trouble.
    async fn exchange(
        &self,
        ask: Ask<'_>,
        on_sent: Option<crate::http::OnSent>,
    ) -> core::result::Result<(Headers, String), Trouble> {
        let name = ask.name();
        let started = self.platform.now();
        // New keys may come while this request is under way: what its answer repeats are these.
        let Some(keys) = self.keys.borrow().clone() else { return Err(unknown()) };
        let mut request = match self.place.borrow().as_ref() {
            Some(place) => place.request(ask, &keys, started),
            None => return Err(unknown()),
        };
        request.on_sent = on_sent;
        let (method, url) = (request.method.name(), request.url.clone());
        let outcome = self.transport.send(request).await;
        let (status, done) = match outcome {
            Err(failure) => (None, Err(Trouble::lost(failure).without(&keys))),
            Ok(response) => {
                let (status, headers, redirected) =
                    (response.status, response.headers.clone(), response.opaque_redirect);
                let done = match response.body.whole().await {
                    Err(failure) => Err(Trouble::lost(failure)),
                    Ok(bytes) => {
                        // The list of 10,000 parts is not copied for being right.
                        let text = crate::text::of_bytes(bytes);
                        if (200..300).contains(&status) && !redirected {
                            Ok((headers, text))
                        } else {
                            Err(Trouble::answered(name, status, &headers, &text, &keys, self.platform.now()))
                        }
                    }
                };
                (Some(status), done)
            }
        };
        if let Some(observer) = &self.settings.observer {
            observer(&RequestEvent {
                operation: name.to_owned(),
                method,
                url,
                attempt: 1,
                status,
                duration_ms: self.platform.now() - started,
                error: done.as_ref().err().map(|trouble| trouble.error.message().to_owned()),
            });
        }
        done
    }
}

/// The store is asked before it is known.
fn unknown() -> Trouble {
    service(Error::new(Kind::Internal, "the store is asked before it is known"))
}
