use std::time::Duration;

use application::{Failure, Gateway};
use domain::fraud::Risk;
use domain::payment::{Decline, Outcome, Retry};

use crate::intent::intent;
use crate::rotated::Rotated;
use crate::scripted::Scripted;
use crate::shop::{Shop, charge, gateway, gateway_with, impatient, reference};

#[tokio::test]
async fn opened_authorized_captured_is_the_good_way_and_each_step_may_be_repeated() {
    let shop = Shop::start().await;
    let charge = charge("pm_card_visa");
    let reference = shop.opened(&charge).await;
    assert_eq!(shop.opened(&charge).await, reference);
    assert_eq!(
        shop.gateway.look_up(&charge, &reference).await,
        Outcome::Unknown,
        "it may still be confirmed"
    );

    for _ in 0..2 {
        assert_eq!(shop.gateway.confirm(&charge, &reference).await, Outcome::Authorized);
    }
    assert_eq!(shop.gateway.look_up(&charge, &reference).await, Outcome::Authorized);

    for _ in 0..2 {
        assert_eq!(shop.gateway.capture(&charge, &reference).await, Outcome::Captured);
    }
    assert_eq!(shop.gateway.look_up(&charge, &reference).await, Outcome::Captured);
    assert_eq!(shop.sandbox.charges().await, 1);
}

#[tokio::test]
async fn requires_action_says_where_to_go_and_a_look_up_sees_that_it_was_done() {
    let shop = Shop::start().await;
    let mut charge = charge("pm_card_authenticationRequired");
    charge.return_url = Some("https://shop.example/orders/order".parse().unwrap());
    let reference = shop.opened(&charge).await;
    let url = format!("{}/sandbox/authenticate/{}", shop.sandbox.address, reference.as_str());
    let action = Outcome::RequiresAction { url: url.clone() };
    assert_eq!(shop.gateway.confirm(&charge, &reference).await, action);
    assert_eq!(shop.gateway.look_up(&charge, &reference).await, action);

    let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    browser.post(url).send().await.unwrap();
    assert_eq!(shop.gateway.look_up(&charge, &reference).await, Outcome::Authorized);
}

#[tokio::test]
async fn declined_softly_or_hard_now_and_on_every_look_up() {
    for (token, code, retry) in [
        ("pm_card_chargeDeclined", "generic_decline", Retry::OtherMethod),
        ("pm_card_chargeDeclinedFraudulent", "fraudulent", Retry::None),
    ] {
        let shop = Shop::start().await;
        let charge = charge(token);
        let reference = shop.opened(&charge).await;
        let declined = Outcome::Declined(Decline { code: code.to_owned(), retry });
        assert_eq!(shop.gateway.confirm(&charge, &reference).await, declined);
        assert_eq!(shop.gateway.look_up(&charge, &reference).await, declined);
    }
}

#[tokio::test]
async fn voided_is_final() {
    let shop = Shop::start().await;
    let charge = charge("pm_card_visa");
    let reference = shop.opened(&charge).await;
    for _ in 0..2 {
        assert_eq!(shop.gateway.void(&charge, &reference).await, Outcome::Voided);
    }
    assert_eq!(shop.gateway.confirm(&charge, &reference).await, Outcome::Unknown);
    assert_eq!(shop.gateway.look_up(&charge, &reference).await, Outcome::Voided);
    assert_eq!(shop.sandbox.charges().await, 0);
}

#[tokio::test]
async fn a_void_that_comes_after_the_capture_proves_nothing_and_a_look_up_tells() {
    let shop = Shop::start().await;
    let charge = charge("pm_card_visa");
    let reference = shop.opened(&charge).await;
    shop.gateway.confirm(&charge, &reference).await;
    shop.gateway.capture(&charge, &reference).await;
    assert_eq!(shop.gateway.void(&charge, &reference).await, Outcome::Unknown);
    assert_eq!(shop.gateway.look_up(&charge, &reference).await, Outcome::Captured);
}

#[tokio::test]
async fn not_sent_when_the_secret_cannot_be_read_or_written_into_a_request() {
    let scripted = Scripted::answering(&[]).await;
    for current in [Err(Failure::Unavailable), Ok("sk\n")] {
        let secrets = Rotated { current, refreshed: Err(Failure::Unavailable) };
        let gateway = gateway_with(&scripted.address, secrets, Duration::from_secs(60));
        assert_eq!(gateway.open(&charge("pm_card_visa")).await, Outcome::NotSent);
    }
    assert!(scripted.asked().is_empty());
}

#[tokio::test]
async fn unknown_when_the_answer_never_comes() {
    let shop = Shop::start().await;
    shop.sandbox.plan(r#"{"open":[{"fault":"silent_before","times":1}]}"#).await;
    assert_eq!(impatient(&shop.sandbox.address).open(&charge("pm_card_visa")).await, Outcome::Unknown);
}

#[tokio::test]
async fn unknown_while_the_gateway_is_not_done_or_does_not_say_where_to_go() {
    let elsewhere = intent("requires_capture").replace("pi_1", "pi_2");
    let no_address = intent("requires_action");
    let bad_address = no_address.replace(
        r#""status""#,
        r#""next_action":{"type":"redirect_to_url","redirect_to_url":{"url":"javascript:alert(1)"}},"status""#,
    );
    for body in [
        intent("processing"),
        intent("requires_confirmation"),
        intent("requires_payment_method"),
        no_address,
        bad_address,
        elsewhere,
    ] {
        let scripted = Scripted::answering(&[(200, &body)]).await;
        let outcome = gateway(&scripted.address).confirm(&charge("pm_card_visa"), &reference()).await;
        assert_eq!(outcome, Outcome::Unknown, "{body}");
    }
}

#[tokio::test]
async fn an_answer_of_more_than_64_kib_is_not_read() {
    let body = intent("requires_capture")
        .replace("pi_1\"", &format!("pi_1\",\"padding\":\"{}\"", "x".repeat(4 << 20)));
    let scripted = Scripted::answering(&[(200, &body)]).await;
    let outcome = gateway(&scripted.address).confirm(&charge("pm_card_visa"), &reference()).await;
    assert_eq!(outcome, Outcome::Unknown);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let scripted = Scripted::answering(&[(307, ""), (200, &intent("requires_capture"))]).await;
    let outcome = gateway(&scripted.address).confirm(&charge("pm_card_visa"), &reference()).await;
    assert_eq!(outcome, Outcome::Unknown);
    assert_eq!(scripted.asked().len(), 1);
}

#[tokio::test]
async fn what_is_not_valid_is_declined_at_opening_and_unknown_later() {
    let invalid = r#"{"error":{"type":"invalid_request_error","code":"amount_too_small"}}"#;
    let scripted = Scripted::answering(&[(400, invalid), (400, invalid), (404, invalid)]).await;
    let (gateway, charge) = (gateway(&scripted.address), charge("pm_card_visa"));
    let declined = Decline { code: "amount_too_small".to_owned(), retry: Retry::OtherMethod };
    assert_eq!(gateway.open(&charge).await, Outcome::Declined(declined));
    assert_eq!(gateway.capture(&charge, &reference()).await, Outcome::Unknown);
    assert_eq!(gateway.open(&charge).await, Outcome::Unknown);
}

#[tokio::test]
async fn an_endpoint_that_is_no_address_is_refused_at_once() {
    for endpoint in ["", "api.stripe.com", "file:///etc/passwd"] {
        let secrets = std::sync::Arc::new(Rotated { current: Ok("sk_1"), refreshed: Ok("sk_1") });
        let name = application::SecretName("stripe".to_owned());
        let made = payments::stripe::StripeGateway::new(endpoint, secrets, name, Duration::from_secs(1));
        assert!(made.is_err(), "{endpoint}");
    }
}

#[tokio::test]
async fn what_radar_doubts_is_authorized_at_that_risk_by_its_answer_and_by_a_look_up() {
    for (token, risk) in
        [("pm_card_riskLevelElevated", Risk::Elevated), ("pm_card_riskLevelHighest", Risk::Highest)]
    {
        let shop = Shop::start().await;
        let charge = charge(token);
        let reference = shop.opened(&charge).await;
        let doubted = Outcome::AuthorizedAtRisk(risk);
        assert_eq!(shop.gateway.confirm(&charge, &reference).await, doubted);
        assert_eq!(shop.gateway.look_up(&charge, &reference).await, doubted);
        assert_eq!(shop.gateway.void(&charge, &reference).await, Outcome::Voided);
    }
}
