//! The events of queues, stream and schedule, each given to its function as it stands in `events/`.

use std::collections::BTreeSet;

use sandbox_gateway::{Options, SandboxGateway};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::endpoint::{Message, Notes};
use crate::receive_webhook::{PAYPAL_WEBHOOK_ID, approved_at_paypal, captured_at_adyen, signed};
use crate::request::{Request, event_file};
use crate::shop::{Shop, Units, invoke};

const ORDER: &str = "BkYFe0KZx1UJElOMlvWbIw";
const RESERVATION: &str = "nVVsH2ODjZpL5FReuInUlw";

/// A shop whose queues, secrets and gateway answer, and the notes that its queues take.
pub(crate) async fn shop(settings: &[(&str, &str)]) -> (Shop, Notes) {
    let notes = Notes::start().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let gateway = format!("http://{}", listener.local_addr().unwrap());
    let sandbox = SandboxGateway::open(&Options::default()).unwrap();
    let paypal = sandbox.paypal_signer();
    tokio::spawn(sandbox.serve(listener, std::future::pending()));
    let queue = |name: &str| format!("{}/queue/{name}", notes.address);
    let (capture, expire) = (queue("capture-payment"), queue("expire-reservation"));
    let (apply, alerts) = (queue("apply-webhook"), queue("stock-alerts"));
    let mut all = vec![
        ("AWS_ENDPOINT_URL_SQS", notes.address.as_str()),
        ("AWS_ENDPOINT_URL_SECRETS_MANAGER", notes.address.as_str()),
        ("STRIPE_ENDPOINT", gateway.as_str()),
        ("PAYPAL_ENDPOINT", gateway.as_str()),
        ("PAYPAL_WEBHOOK_ID", PAYPAL_WEBHOOK_ID),
        ("ADYEN_ENDPOINT", gateway.as_str()),
        ("ADYEN_REPORTS_ENDPOINT", gateway.as_str()),
        ("CAPTURE_PAYMENT_QUEUE_URL", capture.as_str()),
        ("EXPIRE_RESERVATION_QUEUE_URL", expire.as_str()),
        ("APPLY_WEBHOOK_QUEUE_URL", apply.as_str()),
        ("STOCK_ALERTS_QUEUE_URL", alerts.as_str()),
    ];
    all.extend(settings);
    let mut shop = Shop::open_with(&all).await;
    shop.paypal = paypal;
    (shop, notes)
}

/// What a function answers to its event file.
async fn answer(shop: &Shop, function: &str, file: &str) -> Value {
    let instance = shop.instance(function, &[]).await;
    let answer = invoke(instance.as_ref(), &event_file(file)).await.unwrap();
    serde_json::from_str(answer.get()).unwrap()
}

fn message(queue: &str, body: Value) -> Message {
    Message { queue: queue.to_owned(), body }
}

#[tokio::test]
async fn capture_payment_takes_the_order_of_its_event_to_the_end_and_lets_an_unknown_one_go() {
    let (shop, _) = shop(&[]).await;
    assert_eq!(shop.order().await, ORDER);
    assert_eq!(
        answer(&shop, "capture-payment", "sqs/capture-payment.json").await,
        json!({"batchItemFailures": []})
    );
    assert_eq!(shop.succeed("get-order").await.text_at("/state"), "paid");
    assert_eq!(shop.units("SHIRT-FINAL-M").await, Units { available: 23, held: 0, sold: 2 });
}

#[tokio::test]
async fn capture_payment_takes_a_payment_at_paypal_as_far_as_its_shopper_must_approve() {
    let (shop, _) = shop(&[]).await;
    shop.succeed("create-reservation").await;
    let paypal = Request::of("checkout").with("/payment_methods", json!([{"gateway": "paypal"}]));
    assert_eq!(shop.ask(&paypal).await.text_at("/id"), ORDER);
    answer(&shop, "capture-payment", "sqs/capture-payment.json").await;
    let order = shop.succeed("get-order").await;
    assert_eq!(order.text_at("/payment/state"), "action_required");
    assert!(order.text_at("/payment/next_action/url").contains("/sandbox/approve/"));
}

#[tokio::test]
async fn capture_payment_twice_is_capture_payment_once() {
    let (shop, _) = shop(&[]).await;
    shop.order().await;
    answer(&shop, "capture-payment", "sqs/capture-payment.json").await;
    let before = shop.records();
    assert_eq!(
        answer(&shop, "capture-payment", "sqs/capture-payment.json").await,
        json!({"batchItemFailures": []})
    );
    assert_eq!(shop.records(), before);
}

/// The states of the stored events.
fn states(shop: &Shop) -> Vec<String> {
    told(shop, "state")
}

/// Why stored events were put aside.
fn reasons(shop: &Shop) -> Vec<String> {
    told(shop, "reason")
}

/// One attribute of the stored events.
fn told(shop: &Shop, name: &str) -> Vec<String> {
    let items = shop.records()["Orders"]["Items"].clone();
    let events = items.as_array().unwrap().iter().filter(|item| item.get("event_id").is_some());
    events.map(|item| item[name]["S"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn apply_webhook_takes_the_order_of_its_event_to_the_end_and_lets_an_unknown_event_go() {
    let (shop, _) = shop(&[]).await;
    assert_eq!(shop.order().await, ORDER);
    let told = Request::of("receive-webhook").event()["body"].as_str().unwrap().to_owned();
    assert_eq!(shop.ask(&signed(&told)).await.status, 200);
    for _ in 0..2 {
        let file = "sqs/apply-webhook.json";
        assert_eq!(answer(&shop, "apply-webhook", file).await, json!({"batchItemFailures": []}));
        assert_eq!(shop.succeed("get-order").await.text_at("/state"), "paid");
        assert_eq!(states(&shop), ["applied"]);
    }
    assert_eq!(shop.units("SHIRT-FINAL-M").await, Units { available: 23, held: 0, sold: 2 });
}

#[tokio::test]
async fn fault_30_an_event_of_another_mode_or_of_no_order_is_put_aside() {
    let stripe = Request::of("receive-webhook").event()["body"].as_str().unwrap().to_owned();
    for (gateway, id) in
        [("stripe", "evt_3Pq8XvGQ9RKHgCVd1nB2cYzK"), ("paypal", "WH-1-2"), ("adyen", "CAPT2-CAPTURE-true")]
    {
        let (live, _) = shop(&[("STRIPE_MODE", "live")]).await;
        live.order().await;
        let (orderless, _) = shop(&[]).await;
        for (shop, reason) in [(live, "other_mode"), (orderless, "unknown_order")] {
            let told = match gateway {
                "stripe" => signed(&stripe),
                "paypal" => approved_at_paypal(&shop),
                _ => captured_at_adyen(),
            };
            assert_eq!(shop.ask(&told).await.status, 200, "{gateway}");
            let mut event = event_file("sqs/apply-webhook.json");
            event["Records"][0]["body"] = json!(json!({"gateway": gateway, "event_id": id}).to_string());
            let instance = shop.instance("apply-webhook", &[]).await;
            let answer = invoke(instance.as_ref(), &event).await.unwrap();
            assert_eq!(answer.get(), json!({"batchItemFailures": []}).to_string(), "{gateway}");
            assert_eq!(states(&shop), ["quarantined"], "{gateway}");
            assert_eq!(reasons(&shop), [reason], "{gateway}");
            assert_eq!(shop.units("SHIRT-FINAL-M").await.sold, 0);
        }
    }
}

#[tokio::test]
async fn apply_webhook_does_not_start_in_a_mode_that_it_does_not_know() {
    let shop = Shop::open().await;
    assert!(shop.does_not_start("apply-webhook", &[("STRIPE_MODE", "production")]).await);
}

#[tokio::test]
async fn expire_reservation_gives_back_what_is_overdue() {
    let (shop, notes) = shop(&[("HOLD_SECONDS", "1")]).await;
    assert_eq!(shop.lapsed_reservation().await.text_at("/id"), RESERVATION);
    let file = "sqs/expire-reservation.json";
    assert_eq!(answer(&shop, "expire-reservation", file).await, json!({"batchItemFailures": []}));
    assert_eq!(shop.units("SHIRT-FINAL-M").await, Units { available: 25, held: 0, sold: 0 });
    assert_eq!(notes.messages(), []);
}

#[tokio::test]
async fn expire_reservation_that_comes_early_sends_itself_on() {
    let (shop, notes) = shop(&[]).await;
    shop.succeed("create-reservation").await;
    let file = "sqs/expire-reservation.json";
    assert_eq!(answer(&shop, "expire-reservation", file).await, json!({"batchItemFailures": []}));
    assert_eq!(shop.units("SHIRT-FINAL-M").await.held, 2);
    assert_eq!(notes.messages(), [message("expire-reservation", json!({ "reservation_id": RESERVATION }))]);
}

#[tokio::test]
async fn relay_turns_the_new_order_of_its_event_into_a_message() {
    let (shop, notes) = shop(&[]).await;
    assert_eq!(answer(&shop, "relay", "stream/relay.json").await, json!({"batchItemFailures": []}));
    assert_eq!(notes.messages(), [message("capture-payment", json!({ "order_id": ORDER }))]);
}

#[tokio::test]
async fn relay_says_that_a_sku_is_sold_out_to_whoever_is_to_hear_of_it() {
    let (shop, notes) = shop(&[]).await;
    let last = Request::of("create-reservation").body(r#"{"lines":[{"sku":"SCARF","quantity":3}]}"#);
    let held = shop.ask(&last).await;
    assert_eq!(held.status, 201, "{held:?}");
    let stored = shop.records()["Orders"]["Items"].clone();
    let is_alert =
        |item: &&Value| item["pk"]["S"].as_str().is_some_and(|key| key.starts_with("stock-alert#"));
    let alert = stored.as_array().unwrap().iter().find(is_alert).expect("a crossing is written down").clone();

    let mut event = event_file("stream/relay.json");
    event["Records"][0]["dynamodb"]["NewImage"] = alert;
    let relay = shop.instance("relay", &[]).await;
    let answer = invoke(relay.as_ref(), &event).await.unwrap();
    assert_eq!(serde_json::from_str::<Value>(answer.get()).unwrap(), json!({"batchItemFailures": []}));
    let [Message { queue, body }] = &notes.messages()[..] else { panic!("{:?}", notes.messages()) };
    assert_eq!(queue, "stock-alerts");
    assert_eq!(
        (&body["sku"], &body["number"], &body["kind"]),
        (&json!("SCARF"), &json!(1), &json!("sold_out"))
    );
}

#[tokio::test]
async fn the_event_of_the_stream_shows_an_order_as_it_is_stored() {
    let (shop, _) = shop(&[]).await;
    shop.order().await;
    let names = |item: &Value| -> BTreeSet<String> { item.as_object().unwrap().keys().cloned().collect() };
    let image = event_file("stream/relay.json")["Records"][0]["dynamodb"]["NewImage"].clone();
    let stored = shop.records()["Orders"]["Items"].clone();
    let stored = stored.as_array().unwrap().iter().find(|item| item.get("attempts").is_some()).unwrap();
    assert_eq!(names(&image), names(stored));
    for name in
        ["pk", "order_id", "reservation_id", "caller", "lines", "totals", "contact", "shipping_address"]
    {
        assert_eq!(image[name], stored[name], "{name}");
    }
}

#[tokio::test]
async fn sweep_wakes_the_worker_of_what_is_overdue() {
    let (shop, notes) = shop(&[("HOLD_SECONDS", "1")]).await;
    assert_eq!(answer(&shop, "sweep", "schedule/sweep.json").await, Value::Null);
    assert_eq!(notes.messages(), []);

    shop.lapsed_reservation().await;
    assert_eq!(answer(&shop, "sweep", "schedule/sweep.json").await, Value::Null);
    assert_eq!(notes.messages(), [message("expire-reservation", json!({ "reservation_id": RESERVATION }))]);
}

#[tokio::test]
async fn a_message_that_a_worker_cannot_work_fails_alone() {
    let (shop, _) = shop(&[]).await;
    let mut event = event_file("sqs/capture-payment.json");
    event["Records"][1]["body"] = json!("poison");
    let instance = shop.instance("capture-payment", &[]).await;
    let answer = invoke(instance.as_ref(), &event).await.unwrap();
    let poisoned = &event["Records"][1]["messageId"];
    assert_eq!(
        serde_json::from_str::<Value>(answer.get()).unwrap(),
        json!({"batchItemFailures": [{ "itemIdentifier": poisoned }]})
    );
}

#[test]
fn the_events_tell_one_story() {
    let id = |operation, parameter: &str| Request::of(operation).event()["pathParameters"][parameter].clone();
    assert_eq!(id("get-order", "order_id"), ORDER);
    assert_eq!(id("get-reservation", "reservation_id"), RESERVATION);
    assert_eq!(Request::of("checkout").json()["reservation_id"], RESERVATION);
    let told = Request::of("receive-webhook").json();
    assert_eq!(told["data"]["object"]["metadata"]["order_id"], ORDER);
    let message = event_file("sqs/apply-webhook.json")["Records"][0]["body"].clone();
    let message: Value = serde_json::from_str(message.as_str().unwrap()).unwrap();
    assert_eq!(message["event_id"], told["id"]);
}

#[tokio::test]
async fn fault_89_a_function_without_one_of_its_settings_does_not_start_and_names_it() {
    let shop = Shop::open().await;
    let starts = shop.starts_without_a_setting().await;
    assert!(starts.len() > 20, "{starts:?}");
    for (function, setting, error) in starts {
        let error = error.unwrap_or_else(|| panic!("{function} starts without {setting}"));
        assert!(error.contains(&setting), "{function} without {setting}: {error}");
    }
}
