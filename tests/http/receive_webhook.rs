use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::endpoint::{ADYEN_HMAC_KEY, WEBHOOK_SECRET};
use crate::events;
use crate::request::Request;
use crate::shop::Shop;

/// The shop's webhook at PayPal.
pub(crate) const PAYPAL_WEBHOOK_ID: &str = "1JE4291016473214C";

const NOT_AUTHENTIC: (u16, &str) = (400, "webhook-not-authentic");

pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// What Stripe signs at a time, with its own endpoint's secret.
pub(crate) fn signature(seconds: u64, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, WEBHOOK_SECRET.as_bytes());
    let tag = hmac::sign(&key, format!("{seconds}.{body}").as_bytes());
    let hex: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={seconds},v1={hex}")
}

/// A webhook with this body, signed now.
pub(crate) fn signed(body: &str) -> Request {
    Request::of("receive-webhook").body(body).header("Stripe-Signature", &signature(now(), body))
}

/// The body of the event, as it stands in `events/`.
fn body() -> String {
    Request::of("receive-webhook").event()["body"].as_str().unwrap().to_owned()
}

/// The events that are stored.
fn webhooks(shop: &Shop) -> Vec<Value> {
    let orders = shop.records()["Orders"]["Items"].clone();
    let is_webhook = |item: &Value| item["pk"]["S"].as_str().unwrap().starts_with("webhook#");
    orders.as_array().unwrap().iter().filter(|item| is_webhook(item)).cloned().collect()
}

async fn assert_refused(shop: &Shop, requests: impl IntoIterator<Item = Request>) {
    for request in requests {
        let answer = shop.ask(&request).await;
        let (status, slug, _) = answer.refusal();
        assert_eq!((status, slug.as_str()), NOT_AUTHENTIC, "{request}");
    }
    assert_eq!(webhooks(shop), Vec::<Value>::new());
}

#[tokio::test]
async fn fault_28_an_event_is_stored_once_with_the_wake_of_its_worker_and_nothing_about_a_person() {
    let (shop, _) = events::shop(&[]).await;
    let first = shop.ask(&signed(&body())).await;
    assert_eq!((first.status, first.text.as_str()), (200, ""));
    let stored = webhooks(&shop);
    for again in [signed(&body()), signed(&body().replace("requires_capture", "succeeded"))] {
        assert_eq!(shop.ask(&again).await.status, 200);
        assert_eq!(webhooks(&shop), stored);
    }
    let mut item = stored[0].clone();
    let received_at = item.as_object_mut().unwrap().remove("received_at").unwrap();
    assert_eq!(item.as_object_mut().unwrap().remove("wake_at").unwrap(), received_at);
    assert!(item.as_object_mut().unwrap().remove("wake_shard").is_some(), "the sweeper finds it");
    assert_eq!(
        item,
        json!({
            "pk": {"S": "webhook#stripe#evt_3Pq8XvGQ9RKHgCVd1nB2cYzK"},
            "gateway": {"S": "stripe"},
            "event_id": {"S": "evt_3Pq8XvGQ9RKHgCVd1nB2cYzK"},
            "kind": {"S": "payment_intent.amount_capturable_updated"},
            "about": {"S": "payment"},
            "reference": {"S": "pi_3Pq8XvGQ9RKHgCVd1aAbBcCd"},
            "order_id": {"S": "BkYFe0KZx1UJElOMlvWbIw"},
            "attempt": {"N": "1"},
            "mode": {"S": "test"},
            "created_at": {"N": "1795285920000"},
            "state": {"S": "received"},
            "wake": {"M": {"queue": {"S": "apply-webhook"}, "at": received_at}},
        })
    );
}

#[tokio::test]
async fn fault_26_a_webhook_that_is_not_authentic_is_refused_and_nothing_is_written() {
    let (shop, _) = events::shop(&[]).await;
    let (seconds, body) = (now(), body());
    let right = signature(seconds, &body);
    let webhook = |header: &str| Request::of("receive-webhook").header("Stripe-Signature", header);
    assert_refused(
        &shop,
        [
            Request::of("receive-webhook").without_header("Stripe-Signature"),
            webhook(""),
            webhook(&right.replace("v1", "v0")),
            webhook(&right.replace("v1=", "v1=0")),
            webhook(&signature(seconds, "{}")),
            webhook(&right).body(""),
            webhook(&right).body(&body.replace("17998", "1")),
        ],
    )
    .await;
    let several = format!("{},{}", signature(seconds, "{}"), right.split_once(',').unwrap().1);
    assert_eq!(shop.ask(&webhook(&several)).await.status, 200);
}

#[tokio::test]
async fn fault_27_a_webhook_signed_too_long_ago_or_in_the_future_is_refused() {
    let (shop, _) = events::shop(&[]).await;
    let webhook =
        |seconds| Request::of("receive-webhook").header("Stripe-Signature", &signature(seconds, &body()));
    assert_refused(&shop, [Request::of("receive-webhook"), webhook(now() - 310), webhook(now() + 310)]).await;
    for seconds in [now() - 290, now() + 290] {
        assert_eq!(shop.ask(&webhook(seconds)).await.status, 200);
    }
}

#[tokio::test]
async fn fault_31_the_signature_is_of_the_bytes_that_came_however_api_gateway_hands_them_over() {
    let (shop, _) = events::shop(&[]).await;
    let spaced = body().replace("\":", "\" : ").replace("eur", "\\u0065ur");
    let encoded = signed(&spaced).base64_body(&STANDARD.encode(&spaced));
    for request in [signed(&spaced), encoded.clone(), encoded.without_header("Content-Type")] {
        assert_eq!(shop.ask(&request).await.status, 200, "{request}");
    }
    assert_eq!(webhooks(&shop).len(), 1);

    let (shop, _) = events::shop(&[]).await;
    let reserialised: Value = serde_json::from_str(&spaced).unwrap();
    assert_refused(&shop, [signed(&spaced).body(&reserialised.to_string())]).await;
    assert_eq!(shop.ask(&signed(&spaced).base64_body("no base64!")).await.refusal().1, "malformed-json");
}

#[tokio::test]
async fn what_looks_like_card_data_and_a_field_that_nobody_knows_are_the_gateways_business() {
    let (shop, _) = events::shop(&[]).await;
    let rich = body().replacen('{', r#"{"note":"4242 4242 4242 4242","cvc":"123","next_year":[1],"#, 1);
    assert_eq!(shop.ask(&signed(&rich)).await.status, 200);
    let stored = serde_json::to_string(&webhooks(&shop)).unwrap();
    assert!(stored.contains("evt_3Pq8XvGQ9RKHgCVd1nB2cYzK") && !stored.contains("4242"), "{stored}");
}

#[tokio::test]
async fn an_authentic_event_that_the_shop_does_not_follow_is_answered_and_not_stored() {
    let (shop, _) = events::shop(&[]).await;
    let customer = body().replace(r#""object":"payment_intent""#, r#""object":"customer""#);
    assert_eq!(shop.ask(&signed(&customer)).await.status, 200);
    assert_eq!(webhooks(&shop), Vec::<Value>::new());
}

#[tokio::test]
async fn an_authentic_event_that_cannot_be_read_is_our_fault_and_comes_again() {
    let (shop, _) = events::shop(&[]).await;
    for body in ["", "{}", "\u{0}", "[[[[", &body().replace("evt_3", "evt 3")] {
        assert_eq!(shop.ask(&signed(body)).await.refusal().0, 500, "{body:?}");
    }
    assert_eq!(webhooks(&shop), Vec::<Value>::new());
}

#[tokio::test]
async fn a_gateway_that_the_shop_does_not_have_tells_nothing() {
    let (shop, _) = events::shop(&[]).await;
    for name in ["cash", "Stripe", "stripe%20", ""] {
        assert_eq!(shop.ask(&signed(&body()).path(name)).await.refusal().0, 404, "{name}");
    }
    assert_eq!(webhooks(&shop), Vec::<Value>::new());
}

#[tokio::test]
async fn a_body_over_64_kib_is_not_looked_at() {
    let (shop, _) = events::shop(&[]).await;
    let answer = shop.ask(&signed(&" ".repeat(64 * 1024 + 1))).await;
    assert_eq!(answer.refusal().1, "payload-too-large");
}

/// What Adyen tells of a capture by these fields, signed over those with its own account's key.
fn told_by_adyen(fields: &str, signed: &str) -> Request {
    assert_eq!(ADYEN_HMAC_KEY, "0A0B0C0D0E0F1011");
    let key = hmac::Key::new(hmac::HMAC_SHA256, &[10, 11, 12, 13, 14, 15, 16, 17]);
    let signature = STANDARD.encode(hmac::sign(&key, signed.as_bytes()));
    let fields: Vec<&str> = fields.split(':').collect();
    let value: i64 = fields[4].parse().unwrap();
    let body = json!({ "live": "false", "notificationItems": [{ "NotificationRequestItem": {
        "additionalData": { "hmacSignature": signature }, "pspReference": fields[0], "originalReference": fields[1],
        "merchantAccountCode": fields[2], "merchantReference": fields[3], "eventCode": fields[6],
        "success": fields[7], "amount": { "value": value, "currency": fields[5] },
        "eventDate": "2026-11-27T01:00:00+01:00",
    } }] });
    Request::of("receive-webhook").path("adyen").body(&body.to_string())
}

/// The fields of one.
const CAPTURED: &str = "CAPT2:PSP1:none:order-1:8999:EUR:CAPTURE:true";

/// The same, rightly signed.
pub(crate) fn captured_at_adyen() -> Request {
    captured_at_adyen_as(CAPTURED)
}

/// Another one, rightly signed.
pub(crate) fn captured_at_adyen_as(fields: &str) -> Request {
    told_by_adyen(fields, fields)
}

#[tokio::test]
async fn fault_26_28_what_adyen_tells_is_kept_once_with_its_fact_and_a_forgery_is_not() {
    let (shop, _) = events::shop(&[]).await;
    assert_refused(&shop, [told_by_adyen(CAPTURED, &CAPTURED.replace("8999", "1"))]).await;
    for _ in 0..2 {
        assert_eq!(shop.ask(&captured_at_adyen()).await.status, 200);
    }
    let stored = webhooks(&shop);
    assert_eq!(stored.len(), 1);
    assert_eq!(stored[0]["pk"], json!({"S": "webhook#adyen#CAPT2-CAPTURE-true"}));
    let fact = json!({"M": {
        "subject": {"S": "capture"}, "success": {"BOOL": true}, "payment": {"S": "PSP1"},
        "amount": {"M": {"amount": {"N": "8999"}, "currency": {"S": "EUR"}}},
    }});
    assert_eq!(stored[0]["fact"], fact);
    let orders = shop.records()["Orders"]["Items"].clone();
    let facts = orders.as_array().unwrap().iter().find(|item| item["pk"]["S"] == "facts#adyen#order-1");
    assert_eq!(facts.unwrap()["fact:CAPT2-CAPTURE-true"], fact);
}

/// What PayPal tells of an order of its own that a shopper has approved.
const APPROVED: &str = r#"{"id":"WH-1-2","event_type":"CHECKOUT.ORDER.APPROVED","create_time":"2026-11-27T03:12:32Z",
    "resource":{"id":"9JL52742K01513702","purchase_units":[{"custom_id":"order","invoice_id":"order-1"}],
    "payer":{"email_address":"ann@example.com"}}}"#;

/// What PayPal tells as the shop hears it, with a certificate that is served at this address.
fn told_by_paypal(shop: &Shop, address: &str, body: &str) -> Request {
    let headers = shop.paypal.headers(address, PAYPAL_WEBHOOK_ID, body.as_bytes()).unwrap();
    let request = Request::of("receive-webhook").path("paypal").body(body);
    headers.iter().fold(request, |request, (name, value)| request.header(name, value))
}

/// The same, rightly signed.
pub(crate) fn approved_at_paypal(shop: &Shop) -> Request {
    approved_at_paypal_as(shop, APPROVED)
}

/// Another one, rightly signed.
pub(crate) fn approved_at_paypal_as(shop: &Shop, body: &str) -> Request {
    told_by_paypal(shop, &shop.setting("PAYPAL_ENDPOINT"), body)
}

#[tokio::test]
async fn fault_26_28_what_paypal_tells_is_kept_once_and_a_forgery_is_not() {
    let (shop, _) = events::shop(&[]).await;
    let right = approved_at_paypal(&shop);
    let another =
        shop.paypal.headers(&shop.setting("PAYPAL_ENDPOINT"), "ANOTHER", APPROVED.as_bytes()).unwrap();
    assert_refused(
        &shop,
        [
            right.clone().body(&APPROVED.replace("order-1", "order-2")),
            right.clone().without_header("PAYPAL-TRANSMISSION-SIG"),
            right.clone().header("PAYPAL-TRANSMISSION-TIME", "2026-11-27T03:12:34Z"),
            right.clone().header("PAYPAL-TRANSMISSION-SIG", &another[4].1),
            told_by_paypal(&shop, "https://api.paypal.com", APPROVED),
            told_by_paypal(&shop, "https://paypal.example", APPROVED),
        ],
    )
    .await;
    for _ in 0..2 {
        assert_eq!(shop.ask(&right).await.status, 200);
    }
    let stored = webhooks(&shop);
    assert_eq!(stored.len(), 1);
    for (name, value) in [
        ("pk", json!({"S": "webhook#paypal#WH-1-2"})),
        ("kind", json!({"S": "CHECKOUT.ORDER.APPROVED"})),
        ("reference", json!({"S": "9JL52742K01513702"})),
        ("order_id", json!({"S": "order"})),
        ("attempt", json!({"N": "1"})),
        ("mode", json!({"S": "test"})),
    ] {
        assert_eq!(stored[0][name], value);
    }
    assert!(!serde_json::to_string(&stored).unwrap().contains("ann@example.com"));
}

#[tokio::test]
async fn a_certificate_that_cannot_be_fetched_is_our_fault_and_the_event_comes_again() {
    let nobody = "http://127.0.0.1:1";
    let (shop, _) = events::shop(&[("PAYPAL_ENDPOINT", nobody)]).await;
    assert_eq!(shop.ask(&told_by_paypal(&shop, nobody, APPROVED)).await.refusal().0, 503);
    assert_eq!(webhooks(&shop), Vec::<Value>::new());
}

#[tokio::test]
async fn without_a_webhook_at_paypal_nothing_that_it_tells_is_taken() {
    let (shop, _) = events::shop(&[("PAYPAL_WEBHOOK_ID", "")]).await;
    assert_eq!(shop.ask(&approved_at_paypal(&shop)).await.refusal().0, 404);
    assert_eq!(webhooks(&shop), Vec::<Value>::new());
}
