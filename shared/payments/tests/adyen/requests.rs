use application::Gateway;
use domain::payment::{Charge, GatewayReference};
use domain::webhook::FactSubject;
use serde_json::{Value, json};

use crate::rotated::Rotated;
use crate::sandbox::refund;
use crate::scripted::{Asked, Scripted};
use crate::shop::{charge, gateway_with, reference, returned, told};

const KEY: Rotated = Rotated { current: Ok("AQE-1"), refreshed: Ok("AQE-1") };

/// What one operation sends, where the authorization was told.
async fn asked(call: impl AsyncFnOnce(&dyn Gateway, &Charge, &GatewayReference)) -> Vec<Asked> {
    let scripted = Scripted::answering(&[]).await;
    let facts = told(&[(FactSubject::Authorization, true, 8_999)]).await;
    let gateway = gateway_with(&scripted.address, KEY, facts, std::time::Duration::from_secs(60));
    call(&gateway, &charge("visa"), &reference()).await;
    let asked = scripted.asked();
    for asked in &asked {
        assert_eq!(asked.header("x-api-key"), "AQE-1");
        assert_eq!(asked.header("content-type"), "application/json");
    }
    asked
}

fn json_of(asked: &Asked) -> Value {
    serde_json::from_str(&asked.body).unwrap()
}

#[tokio::test]
async fn open_and_look_up_send_nothing() {
    assert!(asked(async |gateway, charge, _| drop(gateway.open(charge).await)).await.is_empty());
    assert!(asked(async |gateway, charge, own| drop(gateway.look_up(charge, own).await)).await.is_empty());
}

#[tokio::test]
async fn confirm_sends_the_frozen_charge_to_be_captured_by_hand() {
    let asked = asked(async |gateway, charge, own| drop(gateway.confirm(charge, own).await)).await;
    assert_eq!(asked[0].line, "POST /v71/payments");
    assert_eq!(asked[0].header("idempotency-key"), "pay:order:1:confirm");
    let expected = json!({
        "merchantAccount": "Shop",
        "amount": {"currency": "EUR", "value": 8999},
        "reference": "order-1",
        "paymentMethod": {"type": "scheme", "storedPaymentMethodId": "visa"},
        "shopperReference": "customer-ada",
        "shopperInteraction": "ContAuth",
        "recurringProcessingModel": "CardOnFile",
        "returnUrl": "https://shop.example/orders?id=1",
        "channel": "Web",
        "origin": "https://shop.example",
        "authenticationData": {"threeDSRequestData": {"nativeThreeDS": "disabled"}},
        "additionalData": {"manualCapture": "true"},
    });
    assert_eq!(json_of(&asked[0]), expected);
}

#[tokio::test]
async fn complete_sends_what_the_shopper_brought_back_and_nothing_without_it() {
    let sent = asked(async |gateway, charge, own| drop(gateway.complete(&returned(charge), own).await)).await;
    assert_eq!(sent[0].line, "POST /v71/payments/details");
    assert_eq!(sent[0].header("idempotency-key"), "pay:order:1:complete");
    assert_eq!(json_of(&sent[0]), json!({"details": {"redirectResult": "X6XtfGC3!Y=="}}));
    assert!(asked(async |gateway, charge, own| drop(gateway.complete(charge, own).await)).await.is_empty());
}

#[tokio::test]
async fn capture_names_the_payment_as_it_was_told_and_void_by_our_own_reference() {
    let capture = asked(async |gateway, charge, own| drop(gateway.capture(charge, own).await)).await;
    assert_eq!(capture[0].line, "POST /v71/payments/PSP1/captures");
    assert_eq!(capture[0].header("idempotency-key"), "pay:order:1:capture");
    let whole = json!({"merchantAccount": "Shop", "amount": {"currency": "EUR", "value": 8999}, "reference": "order-1"});
    assert_eq!(json_of(&capture[0]), whole);

    let void = asked(async |gateway, charge, own| drop(gateway.void(charge, own).await)).await;
    assert_eq!(void[0].line, "POST /v71/cancels");
    assert_eq!(void[0].header("idempotency-key"), "pay:order:1:void");
    let named = json!({"merchantAccount": "Shop", "paymentReference": "order-1", "reference": "order-1"});
    assert_eq!(json_of(&void[0]), named);
}

#[tokio::test]
async fn a_capture_finds_its_payment_by_repeating_it_where_nothing_was_told_yet() {
    let paid = r#"{"pspReference":"PSP9","resultCode":"Authorised","merchantReference":"order-1",
        "amount":{"currency":"EUR","value":8999}}"#;
    let scripted = Scripted::answering(&[(200, paid)]).await;
    crate::shop::gateway(&scripted.address).capture(&charge("visa"), &reference()).await;
    let asked = scripted.asked();
    assert_eq!(asked[0].line, "POST /v71/payments");
    assert_eq!(asked[0].header("idempotency-key"), "pay:order:1:confirm");
    assert_eq!(asked[1].line, "POST /v71/payments/PSP9/captures");
}

#[tokio::test]
async fn a_capture_finds_a_payment_that_was_completed_by_repeating_that() {
    let paid = r#"{"pspReference":"PSP9","resultCode":"Authorised","merchantReference":"order-1"}"#;
    let scripted = Scripted::answering(&[(200, paid)]).await;
    crate::shop::gateway(&scripted.address).capture(&returned(&charge("visa")), &reference()).await;
    let asked = scripted.asked();
    assert_eq!(asked[0].line, "POST /v71/payments/details");
    assert_eq!(asked[0].header("idempotency-key"), "pay:order:1:complete");
    assert_eq!(asked[1].line, "POST /v71/payments/PSP9/captures");
}

#[tokio::test]
async fn a_refund_names_its_payment_and_how_much_goes_back_under_its_own_key() {
    let refund = refund(&reference(), 2, 500);
    let asked = asked(async |gateway, _, _| {
        gateway.refund(&refund).await;
    })
    .await;
    assert_eq!(asked[0].line, "POST /v71/payments/PSP1/refunds");
    assert_eq!(asked[0].header("idempotency-key"), "refund:order:2");
    let part = json!({
        "merchantAccount": "Shop", "amount": {"currency": "EUR", "value": 500}, "reference": "order-1-refund-2",
    });
    assert_eq!(json_of(&asked[0]), part);
}
