//! What errors and events must not repeat.

use super::*;
use crate::auth::Refused;

#[test]
fn an_answer_that_hands_out_secrets_is_never_quoted() {
    const KEY: &str = "wJalrXUtnFEMI-bPxRfiCY";
    let long = format!(r#"{{"code":"Success","data":{{"secretKey":"{KEY}","x":"{}"}}"#, "y".repeat(5_000));
    for (status, body) in [
        (200, format!(r#"{{"secretKey":"{KEY}","token":"{KEY}"}}"#)),
        (200, format!(r#"{{"data":{{"secretKey":"{KEY}"}}}}"#)),
        (200, format!(r#"{{"code":"Success","data":{{"secretKey":"{KEY}"}}"#)),
        (200, format!(r#"{{"code":"Success","data":"{KEY}"}}"#)),
        (200, format!(r#"{{"code":"Success","data":{{"secretKey":"{KEY}"}}}}"#)),
        (200, format!(r#"{{"code":"Other","data":{{"secretKey":"{KEY}"}}}}"#)),
        (200, long),
        (200, format!("secretKey={KEY}")),
        (200, format!("<Credentials><SecretKey>{KEY}</SecretKey></Credentials>")),
        (403, format!("secretKey={KEY}")),
        (503, format!("<SecretKey>{KEY}</SecretKey>")),
        (500, format!(r#"{{"secretKey":"{KEY}"}}"#)),
    ] {
        let mut all = case(Rc::new(NoAuth), (0..4).map(|_| answer(status, &[], &body)).collect());
        let told = Rc::new(RefCell::new(String::new()));
        let tell = told.clone();
        all.service.observer = Some(Rc::new(move |event| tell.borrow_mut().push_str(&format!("{event:?}"))));
        let arguments = [json!("img-1"), json!({"size": 1})];
        let error = call(&all, "prepareUpload", &arguments).unwrap_err();
        let shown = format!("{error:?}{}", told.borrow());
        assert!(!shown.contains(&KEY[..6]), "{shown}");
        assert!(error.message().contains(&status.to_string()) || error.kind() != Kind::Auth, "{error}");
    }
    let no = r#"{"requestId":"r-7","code":"IMG.InvalidParameter","message":"size"}"#;
    let all = case(Rc::new(NoAuth), vec![answer(400, &[], no)]);
    let error = call(&all, "prepareUpload", &[json!("img-1"), json!({"size": 1})]).unwrap_err();
    assert_eq!(error.details().request_id.as_deref(), Some("r-7"));
    assert!(error.message().contains("size (IMG.InvalidParameter"), "{error}");
}

#[test]
fn a_secret_is_taken_out_before_an_answer_is_cut() {
    for (name, mark) in [("deleteImage", "<p>"), ("getImage", "<p>"), ("getImage", "")] {
        let body = format!("{mark}{} secret-token-of-the-client", "x".repeat(150));
        let token = Token::fixed(Secret::new("secret-token-of-the-client".into()));
        let mut all = case(Rc::new(token), vec![answer(200, &[], &body)]);
        all.service.dialect = &crate::api::PLAIN;
        let operation = crate::api::openstack::find(name).unwrap();
        let error = run(all.service.call(operation, &[json!("i")], &CallOptions::default())).unwrap_err();
        assert!(!error.message().contains("secret"), "{error}");
    }
}

/// Remembers how much it was to look through.
struct Looking {
    secret: Secret,
    most: Cell<usize>,
}

impl Authenticator for Looking {
    fn sign<'a>(&'a self, request: &'a mut Request) -> LocalFuture<'a, Result<()>> {
        NoAuth.sign(request)
    }

    fn renew<'a>(&'a self, refused: &'a Refused) -> LocalFuture<'a, Result<bool>> {
        NoAuth.renew(refused)
    }

    fn scrub(&self, text: String) -> String {
        self.most.set(self.most.get().max(text.len()));
        self.secret.scrub(text)
    }

    fn close(&self) {}
}

#[test]
fn only_what_can_be_quoted_of_a_long_answer_is_looked_through() {
    let secret = format!("secret{}", "0123456789".repeat(1_000));
    let told = |status: u16, body: &str| {
        let looking = Rc::new(Looking { secret: Secret::new(secret.clone()), most: Cell::default() });
        let answers = (0..4).map(|_| answer(status, &[], body)).collect();
        let all = case(looking.clone(), answers);
        let error = call(&all, "listPrivateImages", &[json!({})]).unwrap_err();
        assert!(!error.message().contains("secret"), "{error}");
        (error, looking.most.get())
    };
    let apart = format!("{secret}{}", "x".repeat(30_000));
    let row = format!(r#"{{"imageId":"{apart}"}}"#);
    let list = vec![row; 10].join(",");
    let start = r#"{"requestId":"r","code":"Success","data":{"list":["#;
    let encoded = secret.replace('1', "%31");
    for (body, shown) in [
        (format!("{start}{list}"), "cut off"),
        (format!("{start}{list}]}}"), "cut off"),
        (format!("\n<p>{}", apart.repeat(20)), "***xxx"),
        (format!("é{}", apart.repeat(20)), "é***xxx"),
        // Where little is left, the half of one at the end is not.
        (format!("<p>{}", encoded.repeat(20)), "…"),
        (format!("é{}", format!("{secret}{encoded}").repeat(20)), "…"),
    ] {
        for status in [200, 401, 500] {
            let (error, most) = told(status, &body);
            assert!(most <= 176 * 1024 + 2, "{most} of {}", body.len());
            assert!(error.message().contains(shown) || status == 401, "{error}");
        }
    }
    // What JSON says may stand behind all the rest.
    let (error, _) = told(500, &format!(r#"{{"data":[{list}],"message":"it is {secret}","code":"X.1"}}"#));
    assert!(error.message().contains("it is *** (X.1"), "{error}");
}

#[test]
fn the_address_of_an_import_is_told_without_its_signature() {
    let image = |url: &str| {
        json!({"diskFormat":"qcow2","minDisk":10,"minRam":512,"name":"a","instruction":"64-bits","cpuArch":"x86",
            "osType":"linux","platform":"CentOS","visibility":"private","usage":"ecs","departmentId":"1",
            "tenantId":"2","osVersion":"8","imageUrl":url})
    };
    let told = Rc::new(RefCell::new(String::new()));
    let tell = told.clone();
    let no =
        r#"{"code":"IMG.X","message":"HTTPS://h/a?Signature=s3%2fcr3t%2bv4lue&x=s3/cr3t+v4lue is no image"}"#;
    let mut all = case(Rc::new(NoAuth), vec![answer(400, &[], no)]);
    all.service.observer = Some(Rc::new(move |event| tell.borrow_mut().push_str(&format!("{event:?}"))));
    for url in ["HTTPS://h/a?Signature=s3%2Fcr3t%2Bv4lue", "https:/h/a?Signature=s3%2Fcr3t%2Bv4lue"] {
        let error = call(&all, "importImage", &[image(url)]).unwrap_err();
        let shown = format!("{error:?}{}", told.borrow());
        assert!(!shown.contains("cr3t") && shown.contains("/h/a?"), "{shown}");
    }
    assert_eq!(all.canned.seen.borrow().len(), 1, "a scheme in capitals is one");
    let mut misspelt = image("https://h/a");
    if let Value::Object(members) = &mut misspelt {
        members.push(("imageurl".into(), "https://h/a?Signature=signature".into()));
    }
    let error = call(&all, "importImage", &[misspelt]).unwrap_err();
    assert_eq!(error.details().value.as_deref(), Some(r#""https://h/a?…""#));
}
