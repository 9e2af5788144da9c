//! Presigned URLs, made by another implementation.

use std::time::Duration;

use rusty_s3::{Bucket, S3Action, UrlStyle};

use crate::support::{Cloud, Reply, send};

fn bucket(cloud: &Cloud, region: &str) -> Bucket {
    let endpoint = format!("http://{}", cloud.oss).parse().unwrap();
    Bucket::new(endpoint, UrlStyle::Path, "images".to_owned(), region.to_owned()).unwrap()
}

fn keys(credentials: &ims_emulator::store::Credentials) -> rusty_s3::Credentials {
    let (key, secret) = (&credentials.access_key, &credentials.secret_key);
    if credentials.token.is_empty() {
        rusty_s3::Credentials::new(key, secret)
    } else {
        rusty_s3::Credentials::new_with_token(key, secret, &credentials.token)
    }
}

async fn follow(cloud: &Cloud, method: &str, url: &url::Url, body: &[u8]) -> Reply {
    let target = &url[url::Position::BeforePath..];
    send(cloud.oss, method, target, &[], body).await.unwrap()
}

#[tokio::test]
async fn a_whole_upload_goes_by_presigned_urls() {
    let cloud = Cloud::start().await;
    let issued = cloud.store.issue_credentials("images", "a b+c/镜像", None).unwrap();
    let (bucket, keys) = (bucket(&cloud, "us-east-1"), keys(&issued));
    let valid = Duration::from_secs(60);
    let key = "a b+c/镜像";
    let begun =
        follow(&cloud, "POST", &bucket.create_multipart_upload(Some(&keys), key).sign(valid), b"").await;
    let upload = rusty_s3::actions::CreateMultipartUpload::parse_response(begun.text()).unwrap();
    let upload = upload.upload_id().to_owned();
    let part = bucket.upload_part(Some(&keys), key, 1, &upload).sign(valid);
    let etag = follow(&cloud, "PUT", &part, b"content").await.header("etag").unwrap().to_owned();
    let list = bucket.list_parts(Some(&keys), key, &upload).sign(valid);
    let parts =
        rusty_s3::actions::ListParts::parse_response(follow(&cloud, "GET", &list, b"").await.text()).unwrap();
    assert_eq!(
        (parts.parts[0].number, parts.parts[0].etag.clone(), parts.parts[0].size),
        (1, etag.clone(), 7)
    );
    let completion =
        bucket.complete_multipart_upload(Some(&keys), key, &upload, std::iter::once(etag.as_str()));
    let url = completion.sign(valid);
    let body = completion.body();
    let done = follow(&cloud, "POST", &url, body.as_bytes()).await;
    assert_eq!(done.status, 200, "{}", done.text());
    let got = follow(&cloud, "GET", &bucket.get_object(Some(&keys), key).sign(valid), b"").await;
    assert_eq!(got.text(), "content");
}

#[tokio::test]
async fn presigned_urls_are_refused_as_they_should_be() {
    let cloud = Cloud::start().await;
    let valid = Duration::from_secs(60);
    let get = |credentials: &ims_emulator::store::Credentials, region: &str| {
        bucket(&cloud, region).get_object(Some(&keys(credentials)), "k").sign(valid)
    };
    let issued = cloud.store.issue_credentials("images", "k", None).unwrap();
    follow(&cloud, "GET", &get(&issued, "us-east-1"), b"").await.is_error(404, "NoSuchKey");
    let reply = follow(&cloud, "GET", &get(&issued, "elsewhere"), b"").await;
    reply.is_error(400, "AuthorizationQueryParametersError");
    assert_eq!(reply.element("Region"), "us-east-1");
    let without_token = ims_emulator::store::Credentials { token: String::new(), ..issued.clone() };
    follow(&cloud, "GET", &get(&without_token, "us-east-1"), b"").await.is_error(400, "InvalidToken");
    let wrong_secret = ims_emulator::store::Credentials { secret_key: "x".to_owned(), ..issued.clone() };
    follow(&cloud, "GET", &get(&wrong_secret, "us-east-1"), b"").await.is_error(403, "SignatureDoesNotMatch");
    // Another method or key than signed.
    let url = get(&issued, "us-east-1");
    follow(&cloud, "PUT", &url, b"x").await.is_error(403, "SignatureDoesNotMatch");
    let other = bucket(&cloud, "us-east-1").get_object(Some(&keys(&issued)), "other").sign(valid);
    follow(&cloud, "GET", &other, b"").await.is_error(403, "AccessDenied");
    // Too long, too late, too early: by the store's clock.
    let long = bucket(&cloud, "us-east-1")
        .get_object(Some(&keys(&issued)), "k")
        .sign(Duration::from_secs(8 * 24 * 3600));
    follow(&cloud, "GET", &long, b"").await.is_error(400, "AuthorizationQueryParametersError");
    cloud.store.clock().set_skew(61_000 * 5);
    let reply = follow(&cloud, "GET", &url, b"").await;
    reply.is_error(403, "AccessDenied");
    assert_eq!(reply.element("Message"), "Request has expired");
    cloud.store.clock().set_skew(-1_000_000);
    assert_eq!(follow(&cloud, "GET", &url, b"").await.element("Message"), "Request is not valid yet");
}
