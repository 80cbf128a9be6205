use reqwest::{Method, StatusCode};

use crate::client::{Sandbox, opening};

#[tokio::test]
async fn a_good_card_is_opened_authorized_and_captured() {
    let sandbox = Sandbox::start().await;
    let opened = sandbox.open("pm_card_visa").await;
    assert_eq!(opened.state(), "requires_confirmation");
    assert_eq!(opened.body["metadata"]["order_id"], "order");
    let id = opened.id();

    let confirmed = sandbox.advance(id, "confirm").await;
    assert_eq!(confirmed.state(), "requires_capture");
    assert_eq!(confirmed.body["amount_capturable"], 8999);
    assert_eq!(confirmed.body["amount_received"], 0);

    let captured = sandbox.advance(id, "capture").await;
    assert_eq!(captured.state(), "succeeded");
    assert_eq!(captured.body["amount_capturable"], 0);
    assert_eq!(captured.body["amount_received"], 8999);
    assert_eq!(captured.body["latest_charge"], confirmed.body["latest_charge"]);
    assert_eq!(sandbox.look_up(id).await.body, captured.body);
}

#[tokio::test]
async fn each_decline_says_why() {
    for (token, why) in
        [("pm_card_chargeDeclined", "generic_decline"), ("pm_card_chargeDeclinedFraudulent", "fraudulent")]
    {
        let sandbox = Sandbox::start().await;
        let id = sandbox.opened(token).await;
        let declined = sandbox.advance(&id, "confirm").await;
        assert_eq!(declined.status, StatusCode::PAYMENT_REQUIRED);
        assert_eq!(declined.body["error"]["type"], "card_error");
        assert_eq!(declined.code(), "card_declined");
        assert_eq!(declined.body["error"]["decline_code"], why);
        assert_eq!(declined.body["error"]["payment_intent"]["id"], id);

        let seen = sandbox.look_up(&id).await;
        assert_eq!(seen.state(), "requires_payment_method");
        assert_eq!(seen.body["last_payment_error"]["decline_code"], why);
    }
}

#[tokio::test]
async fn a_card_that_is_captured_after_its_decline_is_charged_and_the_book_says_so() {
    let sandbox = Sandbox::start().await;
    let id = sandbox.opened("pm_card_visa_capturedAfterDecline").await;
    assert_eq!(sandbox.advance(&id, "confirm").await.status, StatusCode::PAYMENT_REQUIRED);
    assert_eq!(sandbox.look_up(&id).await.state(), "succeeded");
    assert_eq!(sandbox.charges().await[0]["after_no"], true);
}

#[tokio::test]
async fn a_cancel_is_final() {
    let sandbox = Sandbox::start().await;
    let id = sandbox.opened("pm_card_visa").await;
    sandbox.advance(&id, "confirm").await;
    assert_eq!(sandbox.advance(&id, "cancel").await.state(), "canceled");
    for later in ["confirm", "capture"] {
        let refused = sandbox.send(&format!("/{id}/{later}"), &format!("another-{later}"), &[]).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{later}");
        assert_eq!(refused.code(), "payment_intent_unexpected_state", "{later}");
        assert_eq!(refused.body["error"]["payment_intent"]["status"], "canceled");
    }
    assert_eq!(sandbox.look_up(&id).await.state(), "canceled");
    assert_eq!(sandbox.charges().await, serde_json::json!([]));
}

#[tokio::test]
async fn what_was_captured_cannot_be_cancelled() {
    let sandbox = Sandbox::start().await;
    let id = sandbox.opened("pm_card_visa").await;
    sandbox.advance(&id, "confirm").await;
    sandbox.advance(&id, "capture").await;
    assert_eq!(sandbox.advance(&id, "cancel").await.code(), "payment_intent_unexpected_state");
    assert_eq!(sandbox.look_up(&id).await.state(), "succeeded");
}

#[tokio::test]
async fn authentication_is_completed_by_a_post_to_its_page() {
    let sandbox = Sandbox::start().await;
    let id = sandbox.opened("pm_card_authenticationRequired").await;
    let back = [("return_url", "https://shop.example/orders/1?from=bank")];
    let asked = sandbox.send(&format!("/{id}/confirm"), "confirm", &back).await;
    assert_eq!(asked.state(), "requires_action");
    let url = asked.body["next_action"]["redirect_to_url"]["url"].as_str().unwrap();
    assert_eq!(url, format!("{}/sandbox/authenticate/{id}", sandbox.address));

    let page = sandbox.browse(Method::GET, url).await.text().await.unwrap();
    assert!(page.contains("<form method=post>"));
    assert_eq!(
        sandbox.look_up(&id).await.state(),
        "requires_action",
        "looking at the page agrees to nothing"
    );

    let done = sandbox.browse(Method::POST, url).await;
    assert_eq!(done.status(), StatusCode::SEE_OTHER);
    assert_eq!(done.headers()["location"], back[0].1);
    assert_eq!(sandbox.look_up(&id).await.state(), "requires_capture");
    assert_eq!(sandbox.browse(Method::POST, url).await.status(), StatusCode::SEE_OTHER, "twice is as good");
}

#[tokio::test]
async fn authentication_comes_too_late_after_a_cancel() {
    let sandbox = Sandbox::start().await;
    let id = sandbox.opened("pm_card_authenticationRequired").await;
    let asked = sandbox.advance(&id, "confirm").await;
    let url = asked.body["next_action"]["redirect_to_url"]["url"].as_str().unwrap();
    sandbox.advance(&id, "cancel").await;
    assert_eq!(sandbox.browse(Method::POST, url).await.status(), StatusCode::CONFLICT);
    assert_eq!(sandbox.look_up(&id).await.state(), "canceled");
}

#[tokio::test]
async fn a_timeout_after_the_charge_authorizes_and_only_a_look_up_says_so() {
    let sandbox = Sandbox::start().await;
    let id = sandbox.opened("pm_card_visa_timeoutAfterCharge").await;
    let waiting = tokio::spawn(sandbox.post(&format!("/{id}/confirm"), "confirm", &[]).send());
    sandbox.eventually(async || sandbox.look_up(&id).await.state() == "requires_capture").await;
    assert!(!waiting.is_finished());
    waiting.abort();
    let again = sandbox.advance(&id, "confirm").await;
    assert_eq!((again.state(), again.replayed), ("requires_capture", true));
    assert_eq!(sandbox.advance(&id, "capture").await.state(), "succeeded");
}

#[tokio::test]
async fn a_timeout_before_the_charge_answers_only_the_cancel() {
    let sandbox = Sandbox::start().await;
    let id = sandbox.opened("pm_card_visa_timeoutBeforeCharge").await;
    let waiting = tokio::spawn(sandbox.post(&format!("/{id}/confirm"), "confirm", &[]).send());
    assert_eq!(sandbox.look_up(&id).await.state(), "requires_confirmation");
    assert_eq!(sandbox.advance(&id, "cancel").await.state(), "canceled");
    waiting.abort();
    assert_eq!(sandbox.charges().await, serde_json::json!([]));
}

#[tokio::test]
async fn parameters_are_known_valid_and_complete_or_refused() {
    let sandbox = Sandbox::start().await;
    let changed = |name: &'static str, value: &'static str| {
        opening("pm_card_visa").map(|(known, old)| if known == name { (known, value) } else { (known, old) })
    };
    let cases = [
        (changed("amount", "0"), "parameter_invalid_integer"),
        (changed("amount", "89.99"), "parameter_invalid_integer"),
        (changed("amount", "100000000"), "amount_too_large"),
        (changed("payment_method", "pm_card_nobody"), "resource_missing"),
    ];
    for (form, code) in cases {
        let refused = sandbox.send("", "key", &form).await;
        assert_eq!((refused.status, refused.code()), (StatusCode::BAD_REQUEST, code));
    }
    assert_eq!(sandbox.send("", "key", &[("capture_method", "manual")]).await.code(), "parameter_missing");
    let id = sandbox.opened("pm_card_visa").await;
    let refused = sandbox.send(&format!("/{id}/capture"), "key", &[("amount", "1")]).await;
    assert_eq!(refused.code(), "parameter_unknown");
    assert_eq!(sandbox.look_up("pi_nobody").await.status, StatusCode::NOT_FOUND);
}
