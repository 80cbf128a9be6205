use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use tests::{Shop, Shopper};

use crate::adyen::order as order_at_adyen;
use crate::cancels::cancel;
use crate::endings::hold_when_free;
use crate::{audit, shop_with};

/// The only dispute in the gateway's book.
async fn dispute(shop: &Shop) -> Value {
    shop.charges().await[0]["disputes"][0].clone()
}

/// Somebody decides about it.
async fn decide(shop: &Shop, decision: &str) {
    let id = dispute(shop).await["id"].as_str().unwrap().to_owned();
    let url = format!("{}/sandbox/disputes/{id}/{decision}", shop.sandbox);
    assert_eq!(Client::new().post(url).send().await.unwrap().status(), StatusCode::NO_CONTENT);
}

/// A scarf that is paid for with a card whose owner demands the money back at once.
async fn disputed(shopper: &Shopper) -> Value {
    let order = shopper.order("scarf", "pm_card_createDispute").await;
    let disputed = shopper.watch(&order, "/state", "disputed").await;
    assert_eq!(disputed["payment"]["state"], "captured");
    order
}

#[tokio::test]
async fn fault_79_an_order_is_disputed_until_that_is_won_and_is_paid_then() {
    let (shop, folder) = shop_with(&[("scarf", 1)], &[]);
    let shopper = shop.shopper();
    let order = disputed(&shopper).await;
    assert_eq!(dispute(&shop).await["state"], "open");
    decide(&shop, "won").await;
    shopper.watch(&order, "/state", "paid").await;
    audit(shop, &folder);
}

#[tokio::test]
async fn fault_79_evidence_that_loses_leaves_a_cancelled_order_without_a_refund_and_its_unit_for_sale() {
    let (shop, folder) = shop_with(&[("scarf", 1)], &[]);
    let shopper = shop.shopper();
    let order = disputed(&shopper).await;
    let cancelled = cancel(&shopper, &order).await;
    assert_eq!((cancelled.status, &cancelled.body["state"]), (StatusCode::ACCEPTED, &json!("disputed")));
    let id = dispute(&shop).await["id"].as_str().unwrap().to_owned();
    let evidence = Client::new()
        .post(format!("{}/v1/disputes/{id}", shop.sandbox))
        .bearer_auth("sk_test_1")
        .form(&[("evidence[uncategorized_text]", "losing_evidence"), ("submit", "true")]);
    assert_eq!(evidence.send().await.unwrap().status(), StatusCode::OK);
    let over = shopper.watch(&order, "/state", "cancelled").await;
    assert_eq!(over["payment"]["state"], "refunded", "the shopper has the money, by the bank");
    assert_eq!(shop.charges().await[0]["refunded"], 0);
    hold_when_free(&shop.shopper(), "scarf").await;
    audit(shop, &folder);
}

#[tokio::test]
async fn fault_79_a_cancelled_order_is_given_back_once_its_dispute_is_won() {
    let (shop, folder) = shop_with(&[("scarf", 1)], &[]);
    let shopper = shop.shopper();
    let order = disputed(&shopper).await;
    assert_eq!(cancel(&shopper, &order).await.status, StatusCode::ACCEPTED);
    assert_eq!(shop.charges().await[0]["refunded"], 0, "nothing goes back while it is open");
    decide(&shop, "won").await;
    shopper.watch(&order, "/state", "cancelled").await;
    let charge = shop.charges().await.remove(0);
    assert_eq!(charge["refunded"], charge["captured"]);
    audit(shop, &folder);
}

#[tokio::test]
async fn fault_28_29_79_events_of_a_dispute_that_come_twice_late_or_out_of_order_change_nothing() {
    let (shop, folder) = shop_with(&[("scarf", 1)], &[]);
    let shopper = shop.shopper();
    let faults = json!({"webhook": [
        {"fault": "duplicated", "times": 2}, {"fault": "reordered", "times": 1}, {"fault": "not_sent", "times": 1},
        {"fault": "delayed", "times": 1, "milliseconds": 500}, {"fault": "duplicated", "times": 2},
    ]});
    shop.plan_faults(&faults).await;
    let order = shopper.order("scarf", "pm_card_createDispute").await;
    shopper.watch(&order, "/payment/state", "captured").await;
    decide(&shop, "won").await;
    shopper.watch(&order, "/state", "paid").await;
    audit(shop, &folder);
}

#[tokio::test]
async fn fault_79_a_chargeback_that_adyen_tells_of_is_a_dispute_until_it_is_reversed() {
    let (shop, folder) = shop_with(&[("scarf", 1)], &[]);
    let shopper = shop.shopper();
    let order = order_at_adyen(&shopper, "chargeback").await;
    shopper.watch(&order, "/state", "disputed").await;
    decide(&shop, "won").await;
    shopper.watch(&order, "/state", "paid").await;
    audit(shop, &folder);
}
