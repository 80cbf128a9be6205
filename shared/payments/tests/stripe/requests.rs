use application::Gateway;
use domain::payment::{Charge, GatewayReference};

use crate::scripted::{Asked, Scripted};
use crate::shop::{charge, gateway};

/// What one call sends.
async fn asked(call: impl AsyncFnOnce(&dyn Gateway, &Charge, &GatewayReference)) -> Asked {
    let scripted = Scripted::answering(&[]).await;
    let mut charge = charge("pm_card_visa");
    charge.return_url = Some("https://shop.example/orders?id=1&from=bank".parse().unwrap());
    call(&gateway(&scripted.address), &charge, &"pi_1".parse().unwrap()).await;
    let asked = scripted.asked();
    assert_eq!(asked.len(), 1);
    let asked = asked[0].clone();
    assert_eq!(asked.header("authorization"), "Bearer sk_test_1");
    assert!(asked.header("stripe-version").starts_with("2026-"));
    asked
}

fn form(asked: &Asked) -> Vec<(String, String)> {
    assert_eq!(asked.header("content-type"), "application/x-www-form-urlencoded");
    form_urlencoded::parse(asked.body.as_bytes()).into_owned().collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test]
async fn open_sends_the_frozen_charge_and_nothing_else() {
    let asked = asked(async |gateway, charge, _| drop(gateway.open(charge).await)).await;
    assert_eq!(asked.line, "POST /v1/payment_intents");
    assert_eq!(asked.header("idempotency-key"), "pay:order:1:open");
    let expected = pairs(&[
        ("amount", "8999"),
        ("currency", "eur"),
        ("payment_method", "pm_card_visa"),
        ("capture_method", "manual"),
        ("metadata[order_id]", "order"),
        ("metadata[attempt]", "1"),
        ("allowed_payment_method_types[]", "card"),
        ("allowed_payment_method_types[]", "klarna"),
    ]);
    assert_eq!(form(&asked), expected);
}

#[tokio::test]
async fn confirm_sends_where_the_shopper_comes_back_to_and_asks_for_the_charge() {
    let asked = asked(async |gateway, charge, intent| drop(gateway.confirm(charge, intent).await)).await;
    assert_eq!(asked.line, "POST /v1/payment_intents/pi_1/confirm");
    assert_eq!(asked.header("idempotency-key"), "pay:order:1:confirm");
    let return_url = ("return_url", "https://shop.example/orders?id=1&from=bank");
    assert_eq!(form(&asked), pairs(&[return_url, ("expand[]", "latest_charge")]));
}

#[tokio::test]
async fn capture_and_void_send_no_field() {
    let capture = asked(async |gateway, charge, intent| drop(gateway.capture(charge, intent).await)).await;
    assert_eq!(capture.line, "POST /v1/payment_intents/pi_1/capture");
    assert_eq!(capture.header("idempotency-key"), "pay:order:1:capture");
    assert_eq!(capture.body, "");

    let void = asked(async |gateway, charge, intent| drop(gateway.void(charge, intent).await)).await;
    assert_eq!(void.line, "POST /v1/payment_intents/pi_1/cancel");
    assert_eq!(void.header("idempotency-key"), "pay:order:1:void");
    assert_eq!(void.body, "");
}

#[tokio::test]
async fn look_up_is_a_read_without_a_key() {
    let asked = asked(async |gateway, charge, intent| drop(gateway.look_up(charge, intent).await)).await;
    assert_eq!(asked.line, "GET /v1/payment_intents/pi_1?expand[]=latest_charge");
    assert_eq!(asked.header("idempotency-key"), "");
    assert_eq!(asked.body, "");
}
