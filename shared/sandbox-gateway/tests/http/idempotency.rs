use reqwest::StatusCode;

use crate::client::{Sandbox, opening, reply};

#[tokio::test]
async fn the_same_key_and_body_is_answered_the_same_again_and_done_once() {
    let sandbox = Sandbox::start().await;
    let first = sandbox.open("pm_card_visa").await;
    let again = sandbox.open("pm_card_visa").await;
    assert!(!first.replayed && again.replayed);
    assert_eq!((first.status, first.body), (again.status, again.body));
}

#[tokio::test]
async fn a_decline_is_replayed_too() {
    let sandbox = Sandbox::start().await;
    let id = sandbox.opened("pm_card_chargeDeclined").await;
    let first = sandbox.advance(&id, "confirm").await;
    let again = sandbox.advance(&id, "confirm").await;
    assert_eq!(first.status, StatusCode::PAYMENT_REQUIRED);
    assert!(again.replayed);
    assert_eq!(first.body, again.body);
}

#[tokio::test]
async fn the_same_key_with_another_body_or_endpoint_is_an_idempotency_error() {
    let sandbox = Sandbox::start().await;
    let id = sandbox.opened("pm_card_visa").await;
    let other_body = sandbox.open("pm_card_chargeDeclined").await;
    let other_endpoint = sandbox.send(&format!("/{id}/confirm"), "open", &[]).await;
    for refused in [other_body, other_endpoint] {
        assert_eq!(refused.status, StatusCode::BAD_REQUEST);
        assert_eq!(refused.body["error"]["type"], "idempotency_error");
    }
    assert_eq!(sandbox.look_up(&id).await.state(), "requires_confirmation");
}

#[tokio::test]
async fn a_refusal_before_anything_ran_leaves_the_key_free() {
    let sandbox = Sandbox::start().await;
    sandbox.plan(r#"{"open":[{"fault":"status_429","times":1}]}"#).await;
    assert_eq!(sandbox.open("pm_card_visa").await.status, StatusCode::TOO_MANY_REQUESTS);

    let nobody = sandbox.post_without_secret("", "open", &opening("pm_card_visa"));
    assert_eq!(reply(nobody).await.status, StatusCode::UNAUTHORIZED);
    let public = sandbox.post_without_secret("", "open", &opening("pm_card_visa")).bearer_auth("pk_test_1");
    assert_eq!(reply(public).await.status, StatusCode::UNAUTHORIZED);

    assert_eq!(sandbox.send("", "open", &[("colour", "red")]).await.code(), "parameter_unknown");
    assert_eq!(sandbox.send("", "open", &opening("pm_card_nobody")).await.code(), "resource_missing");

    let opened = sandbox.open("pm_card_visa").await;
    assert_eq!((opened.status, opened.replayed), (StatusCode::OK, false));
}

#[tokio::test]
async fn a_key_is_in_use_until_its_first_request_has_ended() {
    let sandbox = Sandbox::start().await;
    let id = sandbox.opened("pm_card_visa").await;
    sandbox.plan(r#"{"confirm":[{"fault":"late","times":1,"milliseconds":300}]}"#).await;
    sandbox.hang_up_on(&id, "confirm").await;
    let mut answers = vec![];
    sandbox
        .eventually(async || {
            answers.push(sandbox.advance(&id, "confirm").await);
            answers.last().is_some_and(|answer| answer.status == StatusCode::OK)
        })
        .await;
    let last = answers.pop().unwrap();
    assert!(last.replayed, "the late request had the key");
    assert!(answers.iter().all(|answer| answer.status == StatusCode::CONFLICT));
    assert!(answers.iter().all(|answer| answer.code() == "idempotency_key_in_use"));
}
