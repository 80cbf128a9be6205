use application::Gateway;
use domain::payment::{Charge, GatewayReference, Outcome};
use serde_json::{Value, json};

use crate::order::{authorization, order};
use crate::sandbox::money;
use crate::scripted::Asked;
use crate::shop::{charge, gateway, reference, scripted};

/// What one operation sends after its token.
async fn asked(call: impl AsyncFnOnce(&dyn Gateway, &Charge, &GatewayReference)) -> Vec<Asked> {
    let authorized = order("COMPLETED", &authorization("CREATED"));
    let scripted = scripted(&[(200, &authorized)]).await;
    let mut charge = charge();
    charge.return_url = Some("https://shop.example/orders?id=1&from=paypal".parse().unwrap());
    call(&gateway(&scripted.address), &charge, &reference()).await;
    let mut asked = scripted.asked();
    let token = asked.remove(0);
    assert_eq!(token.line, "POST /v1/oauth2/token");
    assert_eq!(token.header("authorization"), "Basic c2hvcDpzZWNyZXQ=");
    assert_eq!(token.body, "grant_type=client_credentials");
    for asked in &asked {
        assert_eq!(asked.header("authorization"), "Bearer A21AA-1");
    }
    asked
}

fn json_of(asked: &Asked) -> Value {
    assert_eq!(asked.header("content-type"), "application/json");
    assert_eq!(asked.header("prefer"), "return=representation");
    serde_json::from_str(&asked.body).unwrap()
}

#[tokio::test]
async fn open_sends_the_frozen_charge_and_where_the_shopper_comes_back_to() {
    let asked = asked(async |gateway, charge, _| drop(gateway.open(charge).await)).await;
    assert_eq!(asked[0].line, "POST /v2/checkout/orders");
    assert_eq!(asked[0].header("paypal-request-id"), "pay:order:1:open");
    let back = "https://shop.example/orders?id=1&from=paypal";
    let expected = json!({
        "intent": "AUTHORIZE",
        "purchase_units": [{
            "custom_id": "order",
            "invoice_id": "order-1",
            "amount": {"currency_code": "EUR", "value": "89.99"},
        }],
        "payment_source": {"paypal": {"experience_context": {
            "user_action": "PAY_NOW",
            "shipping_preference": "NO_SHIPPING",
            "return_url": back,
            "cancel_url": back,
        }}},
    });
    assert_eq!(json_of(&asked[0]), expected);
}

#[tokio::test]
async fn confirm_authorizes_the_order() {
    let asked = asked(async |gateway, charge, order| drop(gateway.confirm(charge, order).await)).await;
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].line, "POST /v2/checkout/orders/ORDER1/authorize");
    assert_eq!(asked[0].header("paypal-request-id"), "pay:order:1:confirm");
    assert_eq!(json_of(&asked[0]), json!({}));
}

#[tokio::test]
async fn capture_and_void_look_for_the_authorization_and_change_that() {
    let capture = asked(async |gateway, charge, order| drop(gateway.capture(charge, order).await)).await;
    assert_eq!(capture[0].line, "GET /v2/checkout/orders/ORDER1");
    assert_eq!(capture[1].line, "POST /v2/payments/authorizations/AUTH1/capture");
    assert_eq!(capture[1].header("paypal-request-id"), "pay:order:1:capture");
    let whole = json!({"amount": {"currency_code": "EUR", "value": "89.99"}, "final_capture": true});
    assert_eq!(json_of(&capture[1]), whole);

    let void = asked(async |gateway, charge, order| drop(gateway.void(charge, order).await)).await;
    assert_eq!(void[0].line, "GET /v2/checkout/orders/ORDER1");
    assert_eq!(void[1].line, "POST /v2/payments/authorizations/AUTH1/void");
    assert_eq!(void[1].header("paypal-request-id"), "pay:order:1:void");
    assert_eq!(json_of(&void[1]), json!({}));
}

#[tokio::test]
async fn a_capture_that_follows_its_confirm_need_not_look_for_the_authorization_and_the_next_one_does() {
    let held = order("COMPLETED", &authorization("CREATED"));
    let scripted = scripted(&[(201, &held), (500, "{}"), (200, &held)]).await;
    let (gateway, charge, order) = (gateway(&scripted.address), charge(), reference());
    assert_eq!(gateway.confirm(&charge, &order).await, Outcome::Authorized);
    for _ in 0..2 {
        gateway.capture(&charge, &order).await;
    }
    let lines: Vec<_> = scripted.asked().into_iter().map(|asked| asked.line).collect();
    let capture = "POST /v2/payments/authorizations/AUTH1/capture";
    assert_eq!(
        lines[lines.len() - 4..],
        ["POST /v2/checkout/orders/ORDER1/authorize", capture, "GET /v2/checkout/orders/ORDER1", capture,]
    );
}

#[tokio::test]
async fn look_up_is_a_read_without_an_id() {
    let asked = asked(async |gateway, charge, order| drop(gateway.look_up(charge, order).await)).await;
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].line, "GET /v2/checkout/orders/ORDER1");
    assert_eq!(asked[0].header("paypal-request-id"), "");
    assert_eq!(asked[0].body, "");
}

#[tokio::test]
async fn one_token_serves_many_calls() {
    let scripted = scripted(&[]).await;
    let gateway = gateway(&scripted.address);
    for _ in 0..3 {
        gateway.look_up(&charge(), &reference()).await;
    }
    let tokens = scripted.asked().iter().filter(|asked| asked.line.contains("oauth2")).count();
    assert_eq!(tokens, 1);
}

#[tokio::test]
async fn a_currency_without_cents_is_written_without_a_point() {
    let scripted = scripted(&[]).await;
    let yen = Charge { amount: money(8999, "JPY"), ..charge() };
    gateway(&scripted.address).open(&yen).await;
    let amount = &json_of(&scripted.asked()[1])["purchase_units"][0]["amount"];
    assert_eq!(*amount, json!({"currency_code": "JPY", "value": "8999"}));
}
