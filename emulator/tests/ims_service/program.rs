//! The program itself: its command line, what stands before every operation, the control paths, static files.

use std::process::{Command, Output};

use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::*;

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ims-emulator")).args(arguments).output().unwrap()
}

#[test]
fn bad_arguments_end_with_2_and_a_line_on_stderr() {
    for arguments in
        [&["--nonsense"][..], &["--port", "x"], &["--port"], &["--credential-ttl", "0"], &["--www", "/no"]]
    {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty());
        let complaint = String::from_utf8(output.stderr).unwrap();
        assert!(complaint.contains(arguments[0]) && complaint.lines().count() == 1, "{complaint}");
    }
    let help = String::from_utf8(run(&["--help"]).stdout).unwrap();
    assert!(help.contains("--seed-demo"));
}

#[test]
fn a_port_in_use_is_named() {
    let emulator = Emulator::start(&[]);
    let port = emulator.ims.rsplit(':').next().unwrap();
    let data = TempDir::new().unwrap();
    let output = run(&["--port", port, "--data", data.path().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert!(complaint.contains("--port") && complaint.contains(port), "{complaint}");
}

#[test]
fn a_data_folder_is_for_one_emulator_at_a_time() {
    let emulator = Emulator::start(&[]);
    let output = run(&["--data", emulator.data().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("another emulator"));
}

#[test]
fn sigterm_ends_it_cleanly() {
    assert_eq!(Emulator::start(&[]).terminate(), Some(0));
}

#[tokio::test]
async fn the_region_is_required() {
    let emulator = Emulator::start(&["--region", "region9"]);
    let client = emulator.client().without_headers();
    let path = "images?current=1&size=1";
    assert!(client.get(path).await.error("IMG.InvalidParameter").contains("x-regionid"));
    let wrong = client.clone().with("x-regionid", "region0").get(path).await;
    assert!(wrong.error("IMG.InvalidParameter").contains("region9"));
    let right = client.with("x-regionid", "region9");
    right.get(path).await.success();
    right.get(&format!("{path}&requestInfo=region9")).await.success();
    let wrong = right.get(&format!("{path}&requestInfo=region0")).await;
    assert!(wrong.error("IMG.InvalidParameter").contains("requestInfo"));
}

#[tokio::test]
async fn the_token_is_required_where_there_is_one() {
    let emulator = Emulator::start(&["--token", "s3cret"]);
    for client in [emulator.client(), emulator.client().with("x-auth-token", "wrong")] {
        for path in ["images?current=1&size=1", "/_emulator/store-credentials"] {
            let answer = client.get(path).await;
            assert_eq!((answer.status.as_u16(), &answer.body["error"]["code"]), (401, &json!(401)));
            assert!(!answer.body.to_string().contains("s3cret"));
        }
    }
    emulator.client().with("x-auth-token", "s3cret").get("images?current=1&size=1").await.success();
    let info = emulator.client().get("/_emulator/info").await.body;
    assert_eq!(info["tokenRequired"], true);
    assert!(!info.to_string().contains("s3cret"));
}

#[tokio::test]
async fn web_pages_do_not_get_the_stores_own_keys() {
    let emulator = Emulator::start(&[]);
    let page = emulator.client().with("origin", "http://console.example");
    page.get("/_emulator/store-credentials").await.error("IMG.OperationDenied.Identity");
    // A page's GET of its own origin says no Origin, and neither does one whose name leads to this machine.
    for (name, value) in [("sec-fetch-site", "same-origin"), ("host", "rebound.example")] {
        let page = emulator.client().with(name, value);
        page.get("/_emulator/store-credentials").await.error("IMG.OperationDenied.Identity");
    }
    let tool = emulator.client().get("/_emulator/store-credentials").await;
    assert!(!text(&tool.body, "secretKey").is_empty());
}

#[tokio::test]
async fn unknown_paths_and_methods_are_json_too() {
    let emulator = Emulator::start(&[]);
    let client = emulator.client();
    for path in [
        "/",
        "/api/image/v1/nothing",
        "/api/image/v1/images/a/b",
        "/_emulator/nothing",
        "/api/image/v2/images",
    ] {
        let answer = client.get(path).await;
        assert_eq!((answer.status.as_u16(), &answer.body["code"]), (404, &json!("NotFound")), "{path}");
        assert_eq!(answer.headers["x-request-id"], text(&answer.body, "requestId"));
    }
    let answer = client.delete("images?current=1&size=1").await;
    assert_eq!((answer.status.as_u16(), &answer.body["code"]), (405, &json!("MethodNotAllowed")));
}

#[tokio::test]
async fn bodies_must_be_json_of_a_sane_size() {
    let emulator = Emulator::start(&[]);
    let client = emulator.client();
    let post = |body: String, content_type: &str| {
        client.request(Method::POST, "private-images").header("content-type", content_type).body(body)
    };
    let json = "application/json";
    let message = client.send(post("{".to_owned(), json)).await.error("IMG.InvalidParameter");
    assert!(message.contains("body: is not JSON"), "{message}");
    assert!(client.send(post("[]".to_owned(), json)).await.error("IMG.InvalidParameter").contains("body"));
    let message = client.send(post(image().to_string(), "text/plain")).await.error("IMG.InvalidParameter");
    assert!(message.contains("Content-Type"), "{message}");
    client.send(post(image().to_string(), "application/json; charset=utf-8")).await.success();
    let answer = client.send(post(format!("\"{}\"", "x".repeat(2 << 20)), json)).await;
    assert_eq!((answer.status.as_u16(), &answer.body["code"]), (413, &json!("IMG.InvalidParameter")));
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    client.send(post(deep, json)).await.error("IMG.InvalidParameter");
}

#[tokio::test]
async fn demo_data_is_real_and_made_once() {
    let emulator = Emulator::start(&["--seed-demo"]);
    let path = "private-images?current=1&size=100";
    let first = emulator.client().get(path).await.success();
    let states: Vec<&str> =
        first["list"].as_array().unwrap().iter().map(|image| text(image, "status")).collect();
    for state in ["queued", "active", "killed"] {
        assert!(states.contains(&state), "{state} is missing in {states:?}");
    }
    let file = emulator.client().download("img-demoprivate001").await;
    assert_eq!(&file[..4], b"QFI\xfb");
    let image = emulator.client().find("img-demoprivate001").await.unwrap();
    assert_eq!((&image["checksum"], &image["size"]), (&json!(md5_of(&file)), &json!(file.len())));
    for client in [emulator.client(), emulator.partner()] {
        let shared = client.get("shared-images?current=1&size=10").await.success();
        assert_eq!(shared["total"], 1);
    }
    emulator.client().delete("private-images/img-demoprivate001").await.success();
    let emulator = emulator.kill_and_restart(&["--seed-demo"]);
    let second = emulator.client().get(path).await.success();
    assert_eq!(second["total"], first["total"].as_i64().unwrap() - 1, "what was deleted stays deleted");
}

#[tokio::test]
async fn the_info_tells_a_page_what_it_needs() {
    let emulator = Emulator::start(&["--quota", "5", "--credential-ttl", "60"]);
    let info = emulator.client().without_headers().get("/_emulator/info").await.body;
    assert_eq!((&info["region"], &info["ossRegion"]), (&json!("region0"), &json!("us-east-1")));
    assert_eq!((text(&info, "ims"), text(&info, "oss")), (emulator.ims.as_str(), emulator.oss.as_str()));
    assert_eq!((&info["quota"], &info["credentialTtlSeconds"]), (&json!(5), &json!(60)));
    assert_eq!(info["tenants"][1]["userId"], PARTNER_USER);
    assert!(emulator.data().join("ims.sqlite").exists());
}

#[tokio::test]
async fn a_folder_is_served_with_types_policy_and_deep_links() {
    let www = TempDir::new().unwrap();
    std::fs::create_dir(www.path().join("assets")).unwrap();
    for (name, content) in
        [("index.html", "<p>page"), ("assets/a.js", "1"), ("assets/b.wasm", "\0asm"), ("assets/c.css", "p{}")]
    {
        std::fs::write(www.path().join(name), content).unwrap();
    }
    let emulator = Emulator::start(&["--www", www.path().to_str().unwrap()]);
    let get = async |path: &str| emulator.client().without_headers().raw(path).await;
    for (path, content_type) in [
        ("/", "text/html"),
        ("/images/img-1", "text/html"),
        ("/assets/a.js", "text/javascript"),
        ("/assets/b.wasm", "application/wasm"),
        ("/assets/c.css", "text/css"),
    ] {
        let response = get(path).await;
        assert_eq!(response.status(), 200, "{path}");
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        assert!(header("content-type").starts_with(content_type), "{path}: {}", header("content-type"));
        let policy = header("content-security-policy");
        assert!(policy.contains("'wasm-unsafe-eval'") && policy.contains(&emulator.oss), "{policy}");
        assert_eq!(header("x-content-type-options"), "nosniff");
    }
    assert_eq!(get("/assets/missing.js").await.status(), 404);
    for path in ["/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc%2fpasswd"] {
        let text = get(path).await.text().await.unwrap();
        assert!(!text.contains("root:"), "{path}");
    }
    let api = emulator.client().get("/api/nothing").await;
    assert_eq!((api.status.as_u16(), &api.body["code"]), (404, &json!("NotFound")));
    assert_eq!(api.body["data"], Value::Null);
}
