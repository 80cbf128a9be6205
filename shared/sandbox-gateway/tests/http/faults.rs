use reqwest::StatusCode;

use crate::client::Sandbox;

#[tokio::test]
async fn silent_before_does_nothing_and_silent_after_does_it() {
    let sandbox = Sandbox::start().await;
    let id = sandbox.opened("pm_card_visa").await;
    sandbox.plan(r#"{"confirm":[{"fault":"silent_before","times":1}]}"#).await;
    sandbox.hang_up_on(&id, "confirm").await;
    assert_eq!(sandbox.look_up(&id).await.state(), "requires_confirmation");

    sandbox.plan(r#"{"cancel":[{"fault":"silent_after","times":1}]}"#).await;
    sandbox.hang_up_on(&id, "cancel").await;
    sandbox.eventually(async || sandbox.look_up(&id).await.state() == "canceled").await;
}

#[tokio::test]
async fn a_key_is_free_again_once_a_silent_request_was_given_up() {
    let sandbox = Sandbox::start().await;
    let id = sandbox.opened("pm_card_visa").await;
    sandbox.plan(r#"{"confirm":[{"fault":"silent_before","times":1}]}"#).await;
    sandbox.hang_up_on(&id, "confirm").await;
    sandbox.eventually(async || sandbox.advance(&id, "confirm").await.status == StatusCode::OK).await;
}

#[tokio::test]
async fn a_plain_500_may_be_repeated_and_a_cached_500_is_repeated_for_ever() {
    let sandbox = Sandbox::start().await;
    let id = sandbox.opened("pm_card_visa").await;
    sandbox
        .plan(
            r#"{"confirm":[{"fault":"status_500","times":1}],"capture":[{"fault":"cached_500","times":1}]}"#,
        )
        .await;
    assert_eq!(sandbox.advance(&id, "confirm").await.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(sandbox.advance(&id, "confirm").await.state(), "requires_capture");

    assert_eq!(sandbox.advance(&id, "capture").await.status, StatusCode::INTERNAL_SERVER_ERROR);
    let again = sandbox.advance(&id, "capture").await;
    assert_eq!((again.status, again.replayed), (StatusCode::INTERNAL_SERVER_ERROR, true));
    assert_eq!(sandbox.look_up(&id).await.state(), "requires_capture", "it was never done");
}

#[tokio::test]
async fn garbage_hides_what_was_done() {
    let sandbox = Sandbox::start().await;
    let id = sandbox.opened("pm_card_visa").await;
    sandbox
        .plan(r#"{"confirm":[{"fault":"garbage","times":1}],"look_up":[{"fault":"garbage","times":1}]}"#)
        .await;
    let confirmed = sandbox.advance(&id, "confirm").await;
    assert_eq!((confirmed.status, confirmed.body), (StatusCode::OK, serde_json::Value::Null));
    assert_eq!(sandbox.look_up(&id).await.body, serde_json::Value::Null);
    assert_eq!(sandbox.look_up(&id).await.state(), "requires_capture");
}

#[tokio::test]
async fn a_late_request_comes_after_its_client_has_gone_and_a_cancel_keeps_it_out() {
    let sandbox = Sandbox::start().await;
    let id = sandbox.opened("pm_card_visa").await;
    sandbox.plan(r#"{"confirm":[{"fault":"late","times":1,"milliseconds":300}]}"#).await;
    sandbox.hang_up_on(&id, "confirm").await;
    assert_eq!(sandbox.advance(&id, "cancel").await.state(), "canceled");
    // Its key is in use until the late request has come.
    sandbox.eventually(async || sandbox.advance(&id, "confirm").await.status != StatusCode::CONFLICT).await;
    assert_eq!(sandbox.look_up(&id).await.state(), "canceled");
}

#[tokio::test]
async fn cleared_faults_strike_nobody() {
    let sandbox = Sandbox::start().await;
    sandbox.plan(r#"{"open":[{"fault":"status_429","times":9}]}"#).await;
    sandbox.clear_faults().await;
    assert_eq!(sandbox.open("pm_card_visa").await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_gateway_stops_although_it_holds_a_request() {
    let sandbox = Sandbox::start().await;
    let id = sandbox.opened("pm_card_visa").await;
    sandbox.plan(r#"{"confirm":[{"fault":"silent_after","times":1}]}"#).await;
    let waiting = tokio::spawn(sandbox.post(&format!("/{id}/confirm"), "confirm", &[]).send());
    sandbox.eventually(async || sandbox.look_up(&id).await.state() == "requires_capture").await;
    sandbox.stop().await;
    assert_eq!(waiting.await.unwrap().unwrap().status(), StatusCode::GATEWAY_TIMEOUT);
}
