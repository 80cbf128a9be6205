//! The scheduled function that compares what the gateways list with what is posted.

use std::time::Duration;

use application::{Clock, Reconciliations};
use domain::Timestamp;
use domain::payment::GatewayName;
use lambda::{Invocation, SystemClock};
use serde_json::value::to_raw_value;
use serde_json::{Value, json};

use crate::endpoint::Counter;
use crate::events;
use crate::receive_webhook::{approved_at_paypal_as, captured_at_adyen_as};
use crate::request::{Request, event_file};
use crate::shop::{Shop, invoke};

/// How long ago comparing has begun in these shops.
const AGO: Duration = Duration::from_secs(60 * 60);

/// After how long what Adyen's reports say is complete, and what PayPal lists.
const REPORTED_AFTER: Duration = Duration::from_secs(3 * 24 * 60 * 60);
const LISTED_AFTER: Duration = Duration::from_secs(4 * 60 * 60);

/// Begins to compare what Stripe lists, an hour ago. Answers a time, in seconds, of which the list is complete.
pub(crate) async fn begin(shop: &Shop) -> i64 {
    begin_with(shop, GatewayName::Stripe, AGO).await
}

async fn begin_with(shop: &Shop, gateway: GatewayName, ago: Duration) -> i64 {
    let begin = SystemClock.now().minus(ago);
    let begun = shop.reconciliations().await.advance(gateway, None, begin).await.unwrap();
    assert!(!begun.is_replay());
    begin.as_millis() / 1_000 + 60
}

/// The same with what Adyen's reports say.
pub(crate) async fn begin_at_adyen(shop: &Shop) -> i64 {
    begin_with(shop, GatewayName::Adyen, REPORTED_AFTER + AGO).await
}

/// Money moves at Stripe without the shop's doing, and nobody is told.
pub(crate) async fn take(shop: &Shop, taking: Value) {
    tell_sandbox(shop, "charges", taking).await;
}

/// The same at Adyen, for the account that the template pays.
async fn take_at_adyen(shop: &Shop, reference: &str, amount: i64, at: i64) {
    let taking = json!({"merchant_account": "none", "reference": reference, "amount": amount, "currency": "EUR",
        "captured_at": at});
    tell_sandbox(shop, "adyen/charges", taking).await;
}

async fn tell_sandbox(shop: &Shop, path: &str, taking: Value) {
    let request = reqwest::Client::new().post(format!("{}/sandbox/{path}", shop.setting("STRIPE_ENDPOINT")));
    let answer = request.header("content-type", "application/json").body(taking.to_string()).send().await;
    assert_eq!(answer.unwrap().status(), 201);
}

/// The gateway's own book.
async fn charges(shop: &Shop) -> Value {
    let url = format!("{}/sandbox/charges", shop.setting("STRIPE_ENDPOINT"));
    serde_json::from_str(&reqwest::get(url).await.unwrap().text().await.unwrap()).unwrap()
}

async fn run(shop: &Shop, function: &str, file: &str) {
    invoke(shop.instance(function, &[]).await.as_ref(), &event_file(file)).await.unwrap();
}

async fn compare(shop: &Shop) {
    run(shop, "reconcile", "schedule/reconcile.json").await;
}

/// Every stored difference.
fn differences(shop: &Shop) -> Vec<Value> {
    let items = shop.records()["Orders"]["Items"].clone();
    let is_one = |item: &Value| item["pk"]["S"].as_str().unwrap().starts_with("difference#");
    items.as_array().unwrap().iter().filter(|item| is_one(item)).cloned().collect()
}

async fn until(shop: &Shop) -> Timestamp {
    until_with(shop, GatewayName::Stripe).await
}

async fn until_with(shop: &Shop, gateway: GatewayName) -> Timestamp {
    shop.reconciliations().await.reconciled(gateway).await.unwrap().unwrap().until
}

#[tokio::test]
async fn fault_100_money_for_no_order_of_ours_is_noted_once_however_often_it_is_compared() {
    let (shop, _) = events::shop(&[]).await;
    let at = begin(&shop).await;
    let stranger =
        json!({"order_id": "x", "attempt": "1", "amount": 4_200, "currency": "eur", "captured_at": at});
    take(&shop, stranger).await;
    let begun = until(&shop).await;
    compare(&shop).await;
    let found = differences(&shop);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((&found[0]["kind"]["S"], &found[0]["order_id"]["S"]), (&json!("unknown_order"), &json!("x")));
    assert_eq!(found[0]["amount"]["M"]["amount"]["N"], "4200");
    assert!(until(&shop).await > begun);

    // Somebody compares all of it again.
    let table = shop.reconciliations().await;
    let _again = table.advance(GatewayName::Stripe, Some(until(&shop).await), begun).await.unwrap();
    compare(&shop).await;
    assert_eq!(differences(&shop), found);
}

#[tokio::test]
async fn fault_100_money_that_was_taken_after_a_decline_and_never_told_of_goes_back() {
    let (shop, _) = events::shop(&[]).await;
    let at = begin(&shop).await;
    shop.succeed("create-reservation").await;
    let token = json!([{"gateway": "stripe", "token": "pm_card_chargeDeclined"}]);
    let order = shop.ask(&Request::of("checkout").with("/payment_methods", token)).await.text_at("/id");
    run(&shop, "capture-payment", "sqs/capture-payment.json").await;
    assert_eq!(shop.succeed("get-order").await.text_at("/state"), "payment_failed");
    let stored = shop.books().await.orders[0].order.clone();
    assert_eq!(stored.id.as_str(), order);
    let reference = stored.attempts[0].reference.clone().unwrap();
    take(&shop, json!({"payment_intent": reference.as_str(), "captured_at": at})).await;

    for _ in 0..2 {
        compare(&shop).await;
        assert!(shop.books().await.orders[0].order.has_orphan());
    }
    shop.succeed("cancel-order").await;
    run(&shop, "expire-reservation", "sqs/expire-reservation.json").await;
    run(&shop, "capture-payment", "sqs/capture-payment.json").await;
    let over = shop.books().await.orders[0].order.clone();
    assert!(!over.has_orphan(), "{:?}", over.refunds);
    let read = shop.succeed("get-order").await;
    assert_eq!(
        (read.text_at("/state"), read.text_at("/payment/state")),
        ("cancelled".into(), "refunded".into())
    );
    let book = charges(&shop).await;
    assert_eq!((&book[0]["captured"], &book[0]["after_no"]), (&book[0]["refunded"], &json!(true)));
    assert_eq!(differences(&shop), Vec::<Value>::new());
}

#[tokio::test]
async fn a_gateway_is_compared_once_it_is_offered() {
    let (shop, _) = events::shop(&[("STRIPE_PUBLIC_KEY", "pk_test_1")]).await;
    compare(&shop).await;
    let table = shop.reconciliations().await;
    assert!(until(&shop).await <= SystemClock.now());
    assert_eq!(table.reconciled(GatewayName::PayPal).await, Ok(None));
    assert_eq!(table.reconciled(GatewayName::Adyen).await, Ok(None));
}

#[tokio::test]
async fn a_run_that_the_gateway_does_not_answer_fails_and_leaves_the_comparison_where_it_was() {
    let (shop, _) = events::shop(&[]).await;
    begin(&shop).await;
    let begun = until(&shop).await;
    let instance = shop.instance("reconcile", &[("STRIPE_ENDPOINT", "http://127.0.0.1:1")]).await;
    assert!(invoke(instance.as_ref(), &event_file("schedule/reconcile.json")).await.is_err());
    assert_eq!(until(&shop).await, begun);
}

#[tokio::test]
async fn fault_100_what_adyens_report_has_of_no_order_is_noted_and_of_one_that_it_declined_goes_back() {
    let (shop, _) = events::shop(&[]).await;
    let at = begin_at_adyen(&shop).await;
    shop.succeed("create-reservation").await;
    let token = json!([{"gateway": "adyen", "token": "refused"}]);
    let checkout = Request::of("checkout").with("/payment_methods", token);
    let order = shop.ask(&checkout.with("/return_url", json!("https://shop.example/"))).await.text_at("/id");
    run(&shop, "capture-payment", "sqs/capture-payment.json").await;
    let total = shop.books().await.orders[0].order.totals.total.amount();
    take_at_adyen(&shop, "x-1", 4_200, at).await;
    take_at_adyen(&shop, &format!("{order}-1"), total, at + 10).await;
    take_at_adyen(&shop, "y-1", 4_300, at + 3 * 24 * 60 * 60).await;
    let begun = until_with(&shop, GatewayName::Adyen).await;
    compare(&shop).await;
    let found = differences(&shop);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((&found[0]["kind"]["S"], &found[0]["order_id"]["S"]), (&json!("unknown_order"), &json!("x")));
    // Adyen told of nothing and cannot be asked, so its report is its word.
    let orphaned = shop.books().await.orders[0].order.clone();
    assert!(orphaned.has_orphan(), "{:?}", orphaned.refunds);
    let until = until_with(&shop, GatewayName::Adyen).await;
    assert!(
        begun < until && until <= SystemClock.now().minus(REPORTED_AFTER),
        "the last days are not complete"
    );
}

#[tokio::test]
async fn reports_that_cannot_be_had_leave_the_comparison_where_it_was() {
    let (shop, _) = events::shop(&[]).await;
    begin_at_adyen(&shop).await;
    let begun = until_with(&shop, GatewayName::Adyen).await;
    let instance = shop.instance("reconcile", &[("ADYEN_REPORTS_ENDPOINT", "http://127.0.0.1:1")]).await;
    assert!(invoke(instance.as_ref(), &event_file("schedule/reconcile.json")).await.is_err());
    assert_eq!(until_with(&shop, GatewayName::Adyen).await, begun);
}

#[tokio::test]
async fn a_report_that_may_take_longer_than_is_left_is_not_asked_for() {
    let (shop, _) = events::shop(&[]).await;
    begin_at_adyen(&shop).await;
    let begun = until_with(&shop, GatewayName::Adyen).await;
    let reports = Counter::before(&shop.setting("ADYEN_REPORTS_ENDPOINT")).await;
    let instance = shop.instance("reconcile", &[("ADYEN_REPORTS_ENDPOINT", &reports.address)]).await;
    let event = to_raw_value(&event_file("schedule/reconcile.json")).unwrap();
    let short = Invocation {
        request_id: "8e5f0a3c-0000-4000-8000-000000000001".to_owned(),
        deadline: SystemClock.now().plus(Duration::from_secs(60)),
    };
    assert!(instance.invoke(&event, short).await.is_ok(), "the next run goes on");
    assert_eq!((reports.calls(), until_with(&shop, GatewayName::Adyen).await), (vec![], begun));
}

/// The order of this shop, paid by this method: at PayPal its shopper approves, and Adyen tells of the capture.
async fn paid(shop: &Shop, method: Value) -> String {
    shop.succeed("create-reservation").await;
    let checkout = Request::of("checkout").with("/payment_methods", json!([method]));
    let order = shop.ask(&checkout).await.text_at("/id");
    run(shop, "capture-payment", "sqs/capture-payment.json").await;
    let stored = shop.books().await.orders[0].order.clone();
    let reference = stored.attempts[0].reference.clone().unwrap();
    let (reference, total) = (reference.as_str(), stored.totals.total.amount());
    match stored.attempts[0].method.gateway() {
        GatewayName::Stripe => {}
        GatewayName::PayPal => {
            let page = format!("{}/sandbox/approve/{reference}", shop.setting("PAYPAL_ENDPOINT"));
            let shopper = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
            let answer = shopper.build().unwrap().post(page).form(&[("account", "pays")]).send().await;
            assert!(answer.unwrap().status().as_u16() < 400);
            let unit = json!({"custom_id": order, "invoice_id": format!("{order}-1")});
            let told = json!({"id": "WH-1-2", "event_type": "CHECKOUT.ORDER.APPROVED",
                "create_time": "2026-11-27T03:12:32Z", "resource": {"id": reference, "purchase_units": [unit]}});
            hear(shop, &approved_at_paypal_as(shop, &told.to_string()), "paypal", "WH-1-2").await;
        }
        GatewayName::Adyen => {
            let told = format!("CAPT2:{reference}:none:{order}-1:{total}:EUR:CAPTURE:true");
            hear(shop, &captured_at_adyen_as(&told), "adyen", "CAPT2-CAPTURE-true").await;
        }
    }
    assert_eq!(shop.succeed("get-order").await.text_at("/state"), "paid");
    order
}

/// What a gateway tells is received and applied.
async fn hear(shop: &Shop, told: &Request, gateway: &str, id: &str) {
    assert_eq!(shop.ask(told).await.status, 200);
    let mut event = event_file("sqs/apply-webhook.json");
    event["Records"][0]["body"] = json!(json!({"gateway": gateway, "event_id": id}).to_string());
    invoke(shop.instance("apply-webhook", &[]).await.as_ref(), &event).await.unwrap();
}

#[tokio::test]
async fn fault_79_a_dispute_that_no_webhook_told_of_is_learned_of_by_comparing_and_once() {
    for (gateway, method, complete_after) in [
        (GatewayName::Stripe, json!({"gateway": "stripe", "token": "pm_card_visa"}), Duration::ZERO),
        (GatewayName::PayPal, json!({"gateway": "paypal"}), LISTED_AFTER),
        (GatewayName::Adyen, json!({"gateway": "adyen", "token": "visa"}), REPORTED_AFTER),
    ] {
        let (shop, _) = events::shop(&[]).await;
        let begun = SystemClock.now().minus(complete_after + AGO);
        let at = begin_with(&shop, gateway, complete_after + AGO).await;
        let order = paid(&shop, method).await;
        tell_sandbox(&shop, "disputes", json!({"order_id": order, "withdrawn_at": at})).await;
        for _ in 0..2 {
            compare(&shop).await;
            assert_eq!(shop.succeed("get-order").await.text_at("/state"), "disputed", "{gateway:?}");
        }
        let disputed = shop.books().await.orders[0].order.clone();
        assert_eq!((disputed.disputes.len(), differences(&shop)), (1, vec![]), "{gateway:?}");

        // Somebody compares all of it again.
        let table = shop.reconciliations().await;
        let _again = table.advance(gateway, Some(until_with(&shop, gateway).await), begun).await.unwrap();
        compare(&shop).await;
        let again = shop.books().await.orders[0].order.clone();
        assert_eq!((again.version, differences(&shop)), (disputed.version, vec![]), "{gateway:?}");
    }
}
