//! Members: shared with in batches, answering, seen by both sides, in both families.

use reqwest::Method;
use serde_json::json;

use crate::support::*;

/// Every operation on members once.
pub async fn scenario(cloud: &Cloud) {
    let (demo, partner) = (cloud.demo().await, cloud.partner().await);
    let image = demo.image("shared with a partner").await;
    let batch = json!({ "images": [image], "projects": [PARTNER_PROJECT] });
    let job = demo.job(Method::POST, "/v1/cloudimages/members", batch.clone()).await;
    assert_eq!(job["job_type"], "imsAddImageMembersJob");
    let result = &job["entities"]["results"][0];
    assert_eq!((&result["image_id"], &result["status"]), (&json!(image), &json!("success")));
    let waiting = "/v2/cloudimages?member_status=pending&visibility=shared&__imagetype=shared";
    let accepted = "/v2/cloudimages?member_status=accepted&visibility=shared&__imagetype=shared";
    let count = async |path: &str| partner.get(path).await.ok()["images"].as_array().unwrap().len();
    assert_eq!((count(waiting).await, count(accepted).await), (1, 0));
    let answer = json!({ "images": [image], "project_id": PARTNER_PROJECT, "status": "accepted" });
    let id = text(&partner.put("/v1/cloudimages/members", answer).await.ok(), "job_id");
    assert!(cloud.advance(3).await.is_empty());
    let job = partner.get(&format!("/v1/{PARTNER_PROJECT}/jobs/{id}")).await.ok();
    assert_eq!(job["job_type"], "imsUpdateImageMembersJob");
    assert_eq!((count(waiting).await, count(accepted).await), (0, 1));
    let list = demo.get(&format!("/v1/{PROJECT}/cloudimages/{image}/members?limit=1")).await.ok();
    let member = &list["members"][0];
    assert_eq!((&member["member_id"], &member["status"]), (&json!(PARTNER_PROJECT), &json!("accepted")));
    assert_eq!(list["page_info"]["current_count"], 1);
    let path = format!("/v1/{PROJECT}/cloudimages/{image}/members/{PARTNER_PROJECT}");
    assert_eq!(demo.get(&path).await.ok()["image_id"], json!(image));
    // A member that accepted it may copy it.
    partner.post(&format!("/v1/cloudimages/{image}/copy"), json!({ "name": "mine now" })).await.ok();
    assert!(cloud.advance(3).await.is_empty());
    let job = demo.job(Method::DELETE, "/v1/cloudimages/members", batch).await;
    assert_eq!(
        (&job["job_type"], &job["entities"]["results"]),
        (&json!("imsDelImageMembersJob"), &json!([]))
    );
    demo.get(&path).await.img(404, "IMG.0144");

    let members = format!("/v2/images/{image}/members");
    let one = format!("{members}/{PARTNER_PROJECT}");
    assert_eq!(demo.post(&members, json!({ "member": PARTNER_PROJECT })).await.ok()["status"], "pending");
    assert_eq!(demo.get(&members).await.ok()["members"].as_array().unwrap().len(), 1);
    assert_eq!(partner.put(&one, json!({ "status": "rejected" })).await.ok()["status"], "rejected");
    assert_eq!(partner.get(&one).await.ok()["member_id"], PARTNER_PROJECT);
    demo.delete(&one).await.is(204);
    demo.delete(&one).await.page(404);
}

#[tokio::test]
async fn member_operations_do_what_they_say() {
    scenario(&Cloud::start()).await;
}

#[tokio::test]
async fn sharing_is_bounded_and_for_owners_only() {
    let cloud = Cloud::start();
    let (demo, partner) = (cloud.demo().await, cloud.partner().await);
    let image = demo.image("one").await;
    let job = demo
        .job(
            Method::POST,
            "/v1/cloudimages/wholeimages/action",
            json!({ "name": "w", "instance_id": SERVER }),
        )
        .await;
    let whole = text(&job["entities"], "image_id");
    let queued = text(&demo.post("/v2/images", json!({})).await.body, "id");
    let many: Vec<String> = (0..257).map(|number| format!("project-{number}")).collect();
    for (body, status, code) in [
        (json!({ "images": [], "projects": ["p"] }), 400, "IMG.0001"),
        (json!({ "images": [image] }), 400, "IMG.0001"),
        (json!({ "images": [image], "projects": [PROJECT] }), 400, "IMG.0076"),
        (json!({ "images": [image], "domains": [DOMAIN] }), 400, "IMG.0076"),
        (json!({ "images": [image, image], "projects": ["p"] }), 400, "IMG.0001"),
        (json!({ "images": [image], "projects": many }), 400, "IMG.0001"),
        (json!({ "images": [image], "projects": many[..256], "domains": ["d"] }), 400, "IMG.0088"),
        (json!({ "images": [PUBLIC_IMAGE], "projects": ["p"] }), 400, "IMG.0089"),
        (json!({ "images": [whole], "projects": ["p"] }), 400, "IMG.0135"),
        (json!({ "images": [queued], "projects": ["p"] }), 400, "IMG.0046"),
        (json!({ "images": ["none"], "projects": ["p"] }), 404, "IMG.0144"),
    ] {
        demo.post("/v1/cloudimages/members", body).await.img(status, code);
    }
    let foreign = json!({ "images": [image], "projects": ["p"] });
    partner.post("/v1/cloudimages/members", foreign).await.img(404, "IMG.0144");
    let answer = json!({ "images": [image], "project_id": PARTNER_PROJECT, "status": "accepted" });
    partner.put("/v1/cloudimages/members", answer.clone()).await.img(404, "IMG.0144");
    demo.put("/v1/cloudimages/members", answer.clone()).await.img(400, "IMG.0030");
    partner
        .put("/v1/cloudimages/members", merged(answer, json!({ "status": "maybe" })))
        .await
        .img(400, "IMG.0001");
    let members = format!("/v2/images/{image}/members");
    demo.post(&members, json!({ "member": "" })).await.page(400);
    demo.post(&members, json!({})).await.page(400);
    demo.post(&members, json!({ "member": PROJECT })).await.page(400);
    partner.post(&members, json!({ "member": "p" })).await.page(404);
    demo.post(&format!("/v2/images/{PUBLIC_IMAGE}/members"), json!({ "member": "p" })).await.page(403);
    demo.post(&members, json!({ "member": PARTNER_PROJECT })).await.ok();
    demo.post(&members, json!({ "member": PARTNER_PROJECT })).await.page(409);
    partner.post(&members, json!({ "member": "p" })).await.page(403);
    let one = format!("{members}/{PARTNER_PROJECT}");
    demo.put(&one, json!({ "status": "accepted" })).await.page(403);
    partner.put(&one, json!({ "status": "maybe" })).await.page(400);
    partner.put(&one, json!({})).await.page(400);
    partner.delete(&format!("/v2/images/{image}")).await.page(403);
}

#[tokio::test]
async fn a_domain_is_asked_nothing_and_keeps_the_image_from_being_deleted() {
    let cloud = Cloud::start();
    let (demo, partner) = (cloud.demo().await, cloud.partner().await);
    let image = demo.image("for a domain").await;
    let organization = "organizations::6c03:ou:o-z514/ou-qdjr";
    let body = json!({ "images": [image], "domains": [PARTNER_DOMAIN], "organizations": [organization] });
    demo.job(Method::POST, "/v1/cloudimages/members", body.clone()).await;
    assert_eq!(partner.get(&format!("/v2/images/{image}")).await.ok()["__imagetype"], "shared");
    let list = demo.get(&format!("/v1/{PROJECT}/cloudimages/{image}/members")).await.ok();
    assert_eq!(
        (&list["members"][0]["member_type"], &list["members"][0]["status"]),
        (&json!("domain"), &json!("accepted"))
    );
    assert_eq!(
        (&list["members"][1]["urn"], &list["members"][1]["member_id"]),
        (&json!(organization), &json!("ou-qdjr"))
    );
    assert!(demo.delete(&format!("/v2/images/{image}")).await.page(403).contains("shared with a domain"));
    demo.job(Method::DELETE, "/v1/cloudimages/members", body).await;
    demo.delete(&format!("/v2/images/{image}")).await.is(204);
}
