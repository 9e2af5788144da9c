//! What an earlier run's checkpoint has become of at the service, looked at before anything is taken back.

use super::backend::Backend;
use super::session::is_gone;
use crate::error::{Error, Kind, Result};
use crate::json::Value;
use crate::oss::is_md5;

/// How the image of an upload stands that an earlier run has left.
#[derive(Debug, PartialEq)]
pub enum Standing {
    /// What there is of it is to be taken back.
    Open,
    /// It was ordered, made, and is not there any more.
    Gone,
    /// It stays, or was of other bytes and is deleted. What is to be said where the upload is forgotten: that it is
    /// finished with other bytes and, as far as is known, not by this upload; that nobody knows what was ordered.
    Settled(Option<Error>),
}

/// Looks at the image of a session's kept state. One that is finished stays, unless it is of other bytes and this upload has
/// made and finished it. What is still being made, and a service that cannot be reached, refuse: nothing can be taken back meanwhile,
/// and nothing is forgotten.
pub async fn look(service: &dyn Backend, session: &Value) -> Result<Standing> {
    let text = |name: &str| session.get(name).and_then(Value::as_str);
    let is = |name: &str| session.get(name) == Some(&Value::Bool(true));
    let busy = |message: String| Err(Error::new(Kind::Service, message).resumable().retryable(true));
    if let Some(id) = text("imageId") {
        return match service.show(id).await {
            Ok(facts) if facts.status == "saving" => {
                busy(format!("the service is still saving the image {id}; ask for it later"))
            }
            Ok(facts) if facts.status == "active" => {
                let checksum = crate::text::trim(&facts.checksum).to_ascii_lowercase();
                let Some(read) = text("md5").filter(|read| is_md5(&checksum) && *read != checksum) else {
                    return Ok(Standing::Settled(None));
                };
                // Somebody else may have filled the image that waited for this upload's file.
                if is("created") && is("reported") {
                    return match service.delete(id).await {
                        Err(error) if !is_gone(&error) => Err(error),
                        _ => Ok(Standing::Settled(None)),
                    };
                }
                let what = match is("reported") {
                    true => "delete the image if nobody needs it, then discard again",
                    false => "the upload is forgotten, the image stays: if nobody needs it, delete it",
                };
                let message = format!(
                    "the image {id} is finished, and not with this file: its checksum is {checksum}, the file's MD5 \
                     {read}; {what}"
                );
                let error = Error::new(Kind::Integrity, message);
                if is("reported") { Err(error) } else { Ok(Standing::Settled(Some(error))) }
            }
            Ok(_) => Ok(Standing::Open),
            Err(error) if is_gone(&error) && (text("order").is_some() || !is("created")) => {
                Ok(Standing::Gone)
            }
            Err(error) if is_gone(&error) => Ok(Standing::Open),
            Err(error) => Err(error),
        };
    }
    // Cut off between the order and the first that was heard of it.
    let Some(order) = text("order") else { return Ok(Standing::Open) };
    match service.order(order).await {
        Ok(facts) if facts.done => Ok(Standing::Settled(None)),
        Ok(facts) if facts.failure.is_none() => {
            busy(format!("the service is still making the image: the job {order} goes on; ask for it later"))
        }
        Err(error)
            if error.details().status == Some(404)
                && error.code().is_some_and(|code| code.starts_with("IMG.")) =>
        {
            let message = format!(
                "the service has forgotten the job {order}; the upload is forgotten, too: an image that the job has made \
                 stays, and the object, unless it was to be deleted"
            );
            Ok(Standing::Settled(Some(Error::new(Kind::Service, message))))
        }
        Err(error) => Err(error),
        Ok(_) => Ok(Standing::Open),
    }
}

/// Whether something of the upload may be left in the caller's own bucket when its image is finished: parts that nobody put
/// together, and the object where that is to go.
pub fn is_in_bucket(session: &Value, delete_object: bool) -> bool {
    // Only where images are made of such objects there are orders.
    let Some(order) = session.get("order") else { return false };
    let is_open = session.get("uploadId").and_then(Value::as_str).is_some()
        && session.get("completed") != Some(&Value::Bool(true))
        && order.as_str().is_none();
    delete_object || is_open
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::LocalFuture;
    use crate::service::tests::run;
    use crate::upload::backend::{Created, Prepared};
    use crate::upload::session::types::{ImageFacts, OrderFacts};
    use core::cell::RefCell;

    /// A service that knows one image and one order.
    struct Service {
        image: Result<ImageFacts>,
        order: Result<OrderFacts>,
        deleted: RefCell<Vec<String>>,
    }

    fn service(image: Result<ImageFacts>, order: Result<OrderFacts>) -> Service {
        Service { image, order, deleted: RefCell::default() }
    }

    fn of_this_status(status: &str) -> ImageFacts {
        ImageFacts { status: status.to_owned(), ..ImageFacts::default() }
    }

    fn failed(status: u16) -> Error {
        Error::new(Kind::Service, "no").with_status(status)
    }

    fn unknown(code: &str) -> Error {
        failed(404).with_code(code)
    }

    impl Backend for Service {
        fn create(&self) -> LocalFuture<'_, Result<Created>> {
            unreachable!("nothing is created")
        }
        fn find(&self) -> LocalFuture<'_, Result<Vec<String>>> {
            unreachable!("nothing is looked for")
        }
        fn show<'a>(&'a self, _: &'a str) -> LocalFuture<'a, Result<ImageFacts>> {
            Box::pin(async { self.image.clone() })
        }
        fn prepare<'a>(&'a self, _: &'a str, _: u64) -> LocalFuture<'a, Result<Prepared>> {
            unreachable!("no keys are needed")
        }
        fn report<'a>(
            &'a self,
            _: &'a str,
            _: bool,
            _: Option<&'a str>,
        ) -> LocalFuture<'a, Result<Option<String>>> {
            unreachable!("nothing is reported")
        }
        fn order<'a>(&'a self, _: &'a str) -> LocalFuture<'a, Result<OrderFacts>> {
            Box::pin(async { self.order.clone() })
        }
        fn delete<'a>(&'a self, id: &'a str) -> LocalFuture<'a, Result<()>> {
            self.deleted.borrow_mut().push(id.to_owned());
            Box::pin(async { Ok(()) })
        }
    }

    fn standing(service: &Service, session: &str) -> Result<Standing> {
        run(look(service, &Value::parse(session).unwrap()))
    }

    const OF_AN_IMAGE: &str = "{\"imageId\":\"img-1\",\"order\":\"job-1\"}";
    const OF_AN_ORDER: &str = "{\"imageId\":null,\"order\":\"job-1\"}";

    #[test]
    fn an_image_that_is_finished_stays_and_one_that_is_saved_is_waited_for() {
        let of = |image| standing(&service(image, Err(failed(500))), OF_AN_IMAGE);
        assert_eq!(of(Ok(of_this_status("active"))), Ok(Standing::Settled(None)));
        assert_eq!(of(Ok(of_this_status("queued"))), Ok(Standing::Open));
        assert_eq!(of(Err(unknown("IMG.0144"))), Ok(Standing::Gone));
        assert_eq!(of(Err(failed(404))).unwrap_err().details().status, Some(404), "a gateway's");
        assert_eq!(of(Err(failed(503))).unwrap_err().details().status, Some(503));
        let never_ordered = service(Err(unknown("IMG.DBGet.NoData")), Err(failed(500)));
        let found = standing(&never_ordered, "{\"imageId\":\"img-1\"}");
        assert_eq!(found, Ok(Standing::Gone), "whose it was does not matter any more");
        let made = standing(&never_ordered, "{\"imageId\":\"img-1\",\"created\":true}");
        assert_eq!(made, Ok(Standing::Open), "a service that has not heard of it yet is told");
        let busy = of(Ok(of_this_status("saving"))).unwrap_err();
        assert!(busy.details().resumable && busy.details().retryable);
    }

    #[test]
    fn an_order_whose_image_was_never_heard_of_is_asked_first() {
        let of = |order| standing(&service(Err(failed(500)), order), OF_AN_ORDER);
        let done = OrderFacts { done: true, ..OrderFacts::default() };
        assert_eq!(of(Ok(done)), Ok(Standing::Settled(None)));
        let failure = Some(failed(400));
        assert_eq!(of(Ok(OrderFacts { failure, ..OrderFacts::default() })), Ok(Standing::Open));
        let forgotten = of(Err(unknown("IMG.0023")));
        assert!(
            matches!(&forgotten, Ok(Standing::Settled(Some(error))) if error.message().contains("job-1"))
        );
        assert_eq!(of(Err(failed(404))).unwrap_err().details().status, Some(404), "a gateway's");
        assert_eq!(of(Err(failed(503))).unwrap_err().details().status, Some(503));
        let busy = of(Ok(OrderFacts::default())).unwrap_err();
        assert!(busy.details().resumable && busy.message().contains("job-1"), "{}", busy.message());
        let none = service(Err(failed(500)), Err(failed(500)));
        assert_eq!(standing(&none, "{\"imageId\":null}"), Ok(Standing::Open), "nothing was begun");
    }

    #[test]
    fn parts_and_an_object_that_is_to_go_are_looked_for_in_the_callers_bucket_only() {
        let of = |members: &str, deletes| is_in_bucket(&Value::parse(members).unwrap(), deletes);
        let parts = "{\"uploadId\":\"u\",\"completed\":false,\"order\":null}";
        assert!(of(parts, false) && of(parts, true));
        for done in [
            "{\"uploadId\":\"u\",\"completed\":true,\"order\":null}",
            "{\"uploadId\":\"u\",\"completed\":false,\"order\":\"job-1\"}",
            "{\"uploadId\":null,\"completed\":false,\"order\":null}",
        ] {
            assert!(!of(done, false) && of(done, true), "{done}");
        }
        assert!(!of("{\"uploadId\":\"u\",\"completed\":false}", false), "the service's own store");
    }

    #[test]
    fn an_image_of_other_bytes_is_deleted_where_this_upload_finished_it_and_told_of_where_not() {
        let (own, other) = ("0".repeat(32), "1".repeat(32));
        let found = |checksum: &str, created: bool, reported: bool| {
            let image = ImageFacts { checksum: checksum.to_owned(), ..of_this_status("active") };
            let service = service(Ok(image), Err(failed(500)));
            let session = format!(
                "{{\"imageId\":\"img-1\",\"created\":{created},\"reported\":{reported},\"md5\":\"{own}\"}}"
            );
            let standing = standing(&service, &session);
            (standing, service.deleted.take().len())
        };
        assert_eq!(found(&own.to_uppercase(), true, true), (Ok(Standing::Settled(None)), 0));
        assert_eq!(found("", true, true), (Ok(Standing::Settled(None)), 0), "nothing to compare with");
        assert_eq!(found(&other, true, true), (Ok(Standing::Settled(None)), 1));
        for (created, reported) in [(false, false), (false, true), (true, false)] {
            let (standing, deleted) = found(&other, created, reported);
            assert_eq!(
                (standing.is_err(), deleted),
                (reported, 0),
                "nothing is forgotten of what it has finished"
            );
            let (Ok(Standing::Settled(Some(error))) | Err(error)) = standing else {
                panic!("{created}, {reported}")
            };
            assert!(
                error.kind() == Kind::Integrity && error.message().contains(&other),
                "{}",
                error.message()
            );
        }
    }
}
