//! What an upload asks of the service, and what it makes of the answers.

use super::*;
use crate::api::PLAIN;
use crate::api::huawei_ims::{create_image, import_image_quick};
use crate::auth::NoAuth;
use crate::auth::secret::Secret;
use crate::http::{Failure, Response};
use crate::service::tests::{Canned, answer, case, run};

type Answers = Vec<core::result::Result<Response, Failure>>;

fn ok(body: &str) -> core::result::Result<Response, Failure> {
    answer(200, &[("content-type", "application/json")], body)
}

fn keys() -> Keys {
    Keys {
        access_key: "AK".into(),
        secret_key: Secret::new("SK".into()),
        session_token: Secret::new(String::new()),
    }
}

/// An upload to `own:k/disk.raw` that makes an image called `web`, and what its requests say.
fn upload(answers: Answers, more: &str) -> (Huawei, Rc<Canned>) {
    let mut case = case(Rc::new(NoAuth), answers);
    case.service.dialect = &PLAIN;
    let request = format!(r#"{{"name":"web","min_disk":40{more},"image_url":"own:k/disk.raw"}}"#);
    let huawei = Huawei {
        service: Rc::new(case.service),
        options: CallOptions::default(),
        creation: Some((&create_image::OPERATION, Value::parse(&request).unwrap())),
        image_url: "own:k/disk.raw".into(),
        domain: "https://obs.example.com".into(),
        keys: Rc::new(|| Box::pin(async { Ok(keys()) })),
        enterprise_project: None,
    };
    (huawei, case.canned)
}

fn urls(canned: &Canned) -> Vec<String> {
    let path = |url: &str| url.replacen("https://ims.example.com/base", "", 1);
    canned.seen.borrow().iter().map(|seen| format!("{} {}", seen.method.name(), path(&seen.url))).collect()
}

#[test]
fn the_place_is_the_callers_and_an_order_is_a_job() {
    let (huawei, canned) = upload(vec![ok(r#"{"job_id":"j-1"}"#)], "");
    let prepared = run(huawei.prepare("", 1)).unwrap();
    assert_eq!((prepared.bucket.as_str(), prepared.key.as_str()), ("own", "k/disk.raw"));
    assert_eq!(
        (prepared.domain.as_str(), prepared.keys.access_key.as_str()),
        ("https://obs.example.com", "AK")
    );
    assert_eq!(run(huawei.create()).unwrap(), Created::Order("j-1".into()));
    assert_eq!(urls(&canned), ["POST /v2/cloudimages/action"]);
}

#[test]
fn a_function_that_gives_no_keys_is_waited_for_as_long_as_a_call_and_not_longer_than_the_client_lives() {
    let (mut huawei, _) = upload(Vec::new(), "");
    huawei.keys = Rc::new(|| Box::pin(core::future::pending()));
    let error = run(huawei.prepare("", 1)).err().expect("no keys");
    assert_eq!((error.kind(), error.details().retryable), (Kind::Timeout, true));
    assert_eq!(error.message(), "obs.credentials gave no keys within 30000 ms");
    huawei.service.close();
    let error = run(huawei.prepare("", 1)).err().expect("no keys");
    assert_eq!((error.kind(), error.message()), (Kind::Aborted, "the client is closed"));
}

#[test]
fn another_creation_goes_to_another_address_with_the_clients_enterprise_project() {
    let (mut huawei, canned) = upload(vec![ok(r#"{"job_id":"j-1"}"#)], r#","os_version":"x""#);
    huawei.creation.as_mut().unwrap().0 = &import_image_quick::OPERATION;
    huawei.enterprise_project = Some("0".into());
    run(huawei.create()).unwrap();
    assert_eq!(urls(&canned), ["POST /v2/cloudimages/quickimport/action"]);
    let seen = canned.seen.borrow();
    let crate::http::Body::Bytes(bytes) = &seen[0].body else { panic!("no body") };
    let body = String::from_utf8_lossy(bytes);
    assert!(body.contains(r#""enterprise_project_id":"0""#) && body.contains("own:k/disk.raw"), "{body}");
}

#[test]
fn images_of_the_name_are_the_own_ones_unless_they_come_from_elsewhere() {
    let image = |id: &str, more: &str| format!(r#"{{"id":"{id}","name":"web","status":"saving"{more}}}"#);
    let list = [
        image("ours", r#","__data_origin":"file,own:k/disk.raw""#),
        image("untold", ""),
        image("empty", r#","__data_origin":"""#),
        image("of-a-server", r#","__data_origin":"instance,i-1""#),
        image("of-another-file", r#","__data_origin":"file,own:other.raw""#),
        r#"{"id":"killed","name":"web","status":"killed"}"#.to_owned(),
        r#"{"id":"other","name":"web2","status":"saving"}"#.to_owned(),
    ];
    let (huawei, canned) = upload(vec![ok(&format!(r#"{{"images":[{}]}}"#, list.join(",")))], "");
    assert_eq!(run(huawei.find()).unwrap(), ["ours", "untold", "empty"]);
    assert_eq!(urls(&canned), ["GET /v2/cloudimages?__imagetype=private&limit=100&name=web"]);
}

#[test]
fn a_full_page_is_not_the_last_and_the_requests_own_project_is_looked_into() {
    let page = |from: usize| {
        let all: Vec<String> = (from..from + 100)
            .map(|at| format!(r#"{{"id":"i-{at}","name":"web","status":"active"}}"#))
            .collect();
        format!(r#"{{"images":[{}]}}"#, all.join(","))
    };
    let answers = vec![ok(&page(0)), ok(r#"{"images":[]}"#)];
    let (huawei, canned) = upload(answers, r#","enterprise_project_id":"0""#);
    assert_eq!(run(huawei.find()).unwrap().len(), 100);
    assert!(
        urls(&canned)[1].contains("&enterprise_project_id=0&limit=100&marker=i-99"),
        "{:?}",
        urls(&canned)
    );
}

#[test]
fn a_job_tells_its_image_wherever_it_stands_and_fails_with_its_own_words() {
    let told = |body: &str| run(upload(vec![ok(body)], "").0.order("j-1")).unwrap();
    let running = told(r#"{"status":"RUNNING","entities":{}}"#);
    assert_eq!((running.image_id, running.done, running.failure), (None, false, None));
    let early = told(r#"{"status":"RUNNING","entities":{"image_id":"i-1"}}"#);
    assert_eq!((early.image_id.as_deref(), early.done), (Some("i-1"), false));
    let part = r#"{"status":"SUCCESS","entities":{"sub_jobs_result":[{"entities":{"image_id":"i-2"}}]}}"#;
    assert_eq!((told(part).image_id.as_deref(), told(part).done), (Some("i-2"), true));
    let failed = told(r#"{"status":"FAIL","error_code":"IMG.0055","fail_reason":"too small"}"#);
    let error = failed.failure.expect("a failure");
    assert_eq!((error.code(), error.kind()), (Some("IMG.0055"), Kind::Service));
    assert!(!failed.done && error.message().contains("too small"));
}

#[test]
fn an_image_is_shown_as_it_came_without_what_the_conversion_changed() {
    let list = r#"{"images":[{"id":"i-1","status":"active","size":7,"checksum":"abc","own":"kept"}]}"#;
    let facts = run(upload(vec![ok(list)], "").0.show("i-1")).unwrap();
    assert_eq!((facts.status.as_str(), facts.checksum.as_str(), facts.size), ("active", "", None));
    assert!(facts.json.contains(r#""own":"kept""#), "{}", facts.json);
    let error = run(upload(vec![ok(list)], "").0.show("i-2")).unwrap_err();
    assert!(crate::upload::session::is_gone(&error));
    assert_eq!((error.kind(), error.details().status), (Kind::Service, Some(404)));
}

#[test]
fn an_image_that_exists_is_registered_and_nothing_is_told_of_a_failure() {
    let (huawei, canned) = upload(vec![ok(r#"{"job_id":"j-7"}"#)], "");
    assert_eq!(run(huawei.report("i-1", false, None)).unwrap(), None);
    assert_eq!(run(huawei.report("i-1", true, None)).unwrap().as_deref(), Some("j-7"));
    assert_eq!(urls(&canned), ["PUT /v1/cloudimages/i-1/upload"]);
}

#[test]
fn what_is_being_made_can_be_deleted_later() {
    let refuse = |status| answer(status, &[], r#"{"message":"no"}"#);
    for (status, again) in [(409, true), (403, false)] {
        let error = run(upload(vec![refuse(status)], "").0.delete("i-1")).unwrap_err();
        assert_eq!(error.details().retryable, again, "{status}");
    }
    run(upload(vec![answer(204, &[], "")], "").0.delete("i-1")).unwrap();
}

#[test]
fn an_image_is_gone_where_the_list_says_so_not_where_a_gateway_does() {
    let page = || answer(404, &[("content-type", "application/json")], r#"{"message":"no Route matched"}"#);
    let list = |images: &str| ok(&format!("{{\"images\":[{images}]}}"));
    for (images, gone) in [("", true), (r#"{"id":"i-1","status":"active"}"#, false)] {
        let (huawei, canned) = upload(vec![page(), list(images)], "");
        let error = run(huawei.delete("i-1")).unwrap_err();
        assert_eq!(crate::upload::session::is_gone(&error), gone, "{}", error.message());
        assert_eq!(urls(&canned).len(), 2);
    }
}
