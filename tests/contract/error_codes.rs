//! Every error code of the document is known, and arrives as what it is.

use crate::fakes::call;
use crate::fixtures::{self, examples};
use ims_client::api::cecloud::error_codes::{ERROR_CODES, SUCCESS, meaning};
use ims_client::error::Kind;
use serde_json::json;
use std::collections::BTreeMap;

/// The document's codes: status and Chinese meanings. `DownloadNotAllowed` stands there twice.
fn documented() -> BTreeMap<String, (u64, Vec<String>)> {
    let mut codes: BTreeMap<String, (u64, Vec<String>)> = BTreeMap::new();
    for entry in fixtures::json("error-codes.json").as_array().expect("a list") {
        let code = entry["code"].as_str().expect("a code").to_owned();
        let status = entry["status"].as_u64().expect("a status");
        let found = codes.entry(code).or_insert((status, Vec::new()));
        assert_eq!(found.0, status, "{entry}");
        found.1.push(entry["meaning"].as_str().expect("a meaning").to_owned());
    }
    codes
}

#[test]
fn the_table_is_the_document_s() {
    let documented = documented();
    assert_eq!(ERROR_CODES.len(), documented.len(), "each code once, and none of our own");
    for known in ERROR_CODES {
        let (status, meanings) =
            documented.get(known.code).unwrap_or_else(|| panic!("{} is invented", known.code));
        assert_eq!(u64::from(known.status), *status, "{}", known.code);
        assert_eq!(known.zh, meanings.join("；"), "{}", known.code);
        assert!(!known.en.is_empty() && known.en.is_ascii(), "{}: English", known.code);
        assert_eq!(meaning(known.code), Some(known.en));
    }
    assert_eq!(meaning("IMG.Unheard.Of"), None);
}

#[test]
fn every_code_reaches_the_caller_of_every_operation() {
    for (code, (status, meanings)) in documented().into_iter().filter(|(code, _)| code != SUCCESS) {
        for example in examples().iter().filter(|example| example.response().is_some()) {
            let text =
                json!({"requestId": "9c0f", "code": code, "message": meanings[0], "data": null}).to_string();
            // The document's status, and 200 with an error inside, as some gateways make of it.
            for status in [u16::try_from(status).unwrap(), 200] {
                let outcome = call(example.operation(), &example.arguments(), status, &text);
                let error = outcome.result.unwrap_err();
                let details = error.details();
                assert_eq!(details.kind, Kind::Service, "{code}");
                assert_eq!(details.code.as_deref(), Some(code.as_str()));
                assert_eq!(details.status, Some(status), "{code}");
                assert_eq!(details.request_id.as_deref(), Some("9c0f"), "{code}");
                assert_eq!(details.operation, example.method_of_class());
                for part in [meanings[0].as_str(), meaning(&code).expect("a meaning"), code.as_str()] {
                    assert!(error.message().contains(part), "{part:?} in {error}");
                }
            }
        }
    }
}

/// The three codes that blame the service are worth another try, where a second request does no harm.
#[test]
fn only_codes_that_blame_the_service_are_tried_again() {
    for (code, (_, meanings)) in documented().into_iter().filter(|(code, _)| code != SUCCESS) {
        let text = json!({"requestId": "r", "code": code, "message": meanings[0]}).to_string();
        let blamed = ["IMG.Internal.Error", "IMG.DBGet.Fail", "IMG.DBUpdate.Fail"].contains(&code.as_str());
        for (method, most) in [("getImage", 3), ("createImage", 1)] {
            let example = fixtures::example(method);
            let outcome = call(example.operation(), &example.arguments(), 400, &text);
            assert_eq!(outcome.sent.len(), if blamed { most } else { 1 }, "{method} {code}");
            assert_eq!(outcome.result.unwrap_err().details().retryable, blamed, "{method} {code}");
        }
    }
}

/// A code that the document does not list is handed on, not guessed at.
#[test]
fn an_unknown_code_is_kept() {
    let example = fixtures::example("getImage");
    let text = r#"{"requestId":"r","code":"IMG.Unheard.Of","message":"?"}"#;
    let error = call(example.operation(), &example.arguments(), 400, text).result.unwrap_err();
    assert_eq!((error.kind(), error.code()), (Kind::Service, Some("IMG.Unheard.Of")));
    assert!(error.message().contains("(IMG.Unheard.Of)"), "{error}");
}
