//! Tokens: asked for once, renewed once, forgotten on close.

use super::*;
use crate::http::Method;
use core::cell::Cell;
use core::future::Future;
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use std::rc::Rc;

fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the future waits for something"),
    }
}

fn counted() -> (Token, Rc<Cell<u32>>) {
    let asked = Rc::new(Cell::new(0));
    let count = asked.clone();
    let token = Token::from_source(Rc::new(move || {
        count.set(count.get() + 1);
        let text = format!("token-{}", count.get());
        Box::pin(async move { Ok(Secret::new(text).into()) })
    }));
    (token, asked)
}

fn refused(signed: &Request) -> Refused {
    Refused { request: signed.clone(), date: None, message: String::new() }
}

fn request() -> Request {
    Request::new(Method::Get, "https://h/".into())
}

#[test]
fn a_token_is_asked_for_once_and_renewed_for_all_who_were_refused() {
    let (token, asked) = counted();
    let (mut one, mut two) = (request(), request());
    now(token.sign(&mut one)).unwrap();
    now(token.sign(&mut two)).unwrap();
    assert_eq!((asked.get(), one.headers.get("x-auth-token")), (1, Some("token-1")));
    let (first, second) = (refused(&one), refused(&two));
    assert!(now(token.renew(&first)).unwrap());
    now(token.sign(&mut one)).unwrap();
    assert!(now(token.renew(&second)).unwrap());
    now(token.sign(&mut two)).unwrap();
    assert_eq!(two.headers.get("x-auth-token"), Some("token-2"));
    assert_eq!(asked.get(), 2, "the second refusal finds the token that the first one got");
    assert_eq!(token.scrub("token-2 is wrong".into()), "*** is wrong");
    assert_eq!(
        token.scrub("token-1 is wrong".into()),
        "*** is wrong",
        "a slow call may be answered by it yet"
    );
}

#[test]
fn after_close_nothing_is_signed() {
    let (token, _) = counted();
    let mut one = request();
    now(token.sign(&mut one)).unwrap();
    token.close();
    assert_eq!(token.scrub("token-1".into()), "token-1", "it is forgotten");
    assert_eq!(now(token.sign(&mut request())).unwrap_err().kind(), Kind::Auth);
    assert!(!now(token.renew(&refused(&one))).unwrap());
    let fixed = Token::fixed(Secret::new("fixed-token".into()));
    now(fixed.sign(&mut one)).unwrap();
    assert_eq!(one.headers.get("x-auth-token"), Some("fixed-token"));
    assert!(!now(fixed.renew(&refused(&one))).unwrap(), "a fixed token has no successor");
}

#[test]
fn fixed_headers_are_set_and_forgotten() {
    let headers = FixedHeaders::new(vec![("Authorization".into(), Secret::new("Basic abcdef".into()))]);
    let mut one = request();
    now(headers.sign(&mut one)).unwrap();
    assert_eq!(one.headers.get("authorization"), Some("Basic abcdef"));
    assert_eq!(headers.scrub("Basic abcdef?".into()), "***?");
    headers.close();
    let mut two = request();
    now(headers.sign(&mut two)).unwrap();
    assert_eq!(two.headers.iter().count(), 0);
}

#[test]
fn who_waited_is_told_of_the_failure_too() {
    let asked = Rc::new(Cell::new(0));
    let count = asked.clone();
    let gate = crate::task::Cancel::default();
    let open = gate.clone();
    let token = Token::from_source(Rc::new(move || {
        count.set(count.get() + 1);
        let (open, fails) = (open.clone(), count.get() == 1);
        Box::pin(async move {
            open.cancelled().await;
            if fails {
                Err(Error::new(Kind::Auth, "wrong password"))
            } else {
                Ok(Secret::new("t".into()).into())
            }
        })
    }));
    let mut requests: Vec<Request> = (0..20).map(|_| request()).collect();
    let mut calls: Vec<_> = requests.iter_mut().map(|request| token.sign(request)).collect();
    let poll = |calls: &mut Vec<LocalFuture<'_, Result<()>>>| -> Vec<Option<Result<()>>> {
        let mut context = Context::from_waker(Waker::noop());
        calls
            .iter_mut()
            .map(|call| match call.as_mut().poll(&mut context) {
                Poll::Ready(done) => Some(done),
                Poll::Pending => None,
            })
            .collect()
    };
    assert!(poll(&mut calls).iter().all(Option::is_none));
    gate.cancel();
    for done in poll(&mut calls) {
        assert_eq!(done.unwrap().unwrap_err().message(), "wrong password");
    }
    drop(calls);
    assert_eq!(asked.get(), 1, "twenty calls, one wrong password");
    now(token.sign(&mut request())).unwrap();
    assert_eq!(asked.get(), 2, "a later call asks again");
}
