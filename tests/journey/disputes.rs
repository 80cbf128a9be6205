use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use tests::{Shop, Shopper};

use crate::adyen::order as order_at_adyen;
use crate::cancels::cancel;
use crate::endings::hold_when_free;
use crate::paypal::approve;
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

/// Where an order is paid.
#[derive(Clone, Copy, Debug)]
enum Gateway {
    Stripe,
    PayPal,
    Adyen,
}

const GATEWAYS: [Gateway; 3] = [Gateway::Stripe, Gateway::PayPal, Gateway::Adyen];

/// A scarf that is paid for by somebody who demands the money back at once.
async fn ordered(shopper: &Shopper, gateway: Gateway) -> Value {
    match gateway {
        Gateway::Stripe => shopper.order("scarf", "pm_card_createDispute").await,
        Gateway::PayPal => {
            let order = shopper.order_by("scarf", &json!([{"gateway": "paypal"}])).await;
            approve(shopper, &order, "disputes").await;
            order
        }
        Gateway::Adyen => order_at_adyen(shopper, "chargeback").await,
    }
}

/// The same, until the shop knows.
async fn disputed(shopper: &Shopper, gateway: Gateway) -> Value {
    let order = ordered(shopper, gateway).await;
    let disputed = shopper.watch(&order, "/state", "disputed").await;
    assert_eq!(disputed["payment"]["state"], "captured");
    order
}

/// It is lost, the shopper has the money by that alone, and the unit is for sale.
async fn is_lost_and_over(shop: &Shop, shopper: &Shopper, order: &Value) {
    let over = shopper.watch(order, "/state", "cancelled").await;
    assert_eq!(over["payment"]["state"], "refunded", "the shopper has the money, by the bank");
    assert_eq!(shop.charges().await[0]["refunded"], 0);
    hold_when_free(&shop.shopper(), "scarf").await;
}

#[tokio::test]
async fn fault_79_an_order_is_disputed_until_that_is_won_and_is_paid_then() {
    for gateway in GATEWAYS {
        let (shop, folder) = shop_with(&[("scarf", 1)], &[]);
        let shopper = shop.shopper();
        let order = disputed(&shopper, gateway).await;
        assert_eq!(dispute(&shop).await["state"], "open", "{gateway:?}");
        decide(&shop, "won").await;
        shopper.watch(&order, "/state", "paid").await;
        audit(shop, &folder);
    }
}

#[tokio::test]
async fn fault_79_evidence_that_loses_leaves_a_cancelled_order_without_a_refund_and_its_unit_for_sale() {
    let (shop, folder) = shop_with(&[("scarf", 1)], &[]);
    let shopper = shop.shopper();
    let order = disputed(&shopper, Gateway::Stripe).await;
    let cancelled = cancel(&shopper, &order).await;
    assert_eq!((cancelled.status, &cancelled.body["state"]), (StatusCode::ACCEPTED, &json!("disputed")));
    let id = dispute(&shop).await["id"].as_str().unwrap().to_owned();
    let evidence = Client::new()
        .post(format!("{}/v1/disputes/{id}", shop.sandbox))
        .bearer_auth("sk_test_1")
        .form(&[("evidence[uncategorized_text]", "losing_evidence"), ("submit", "true")]);
    assert_eq!(evidence.send().await.unwrap().status(), StatusCode::OK);
    is_lost_and_over(&shop, &shopper, &order).await;
    audit(shop, &folder);
}

#[tokio::test]
async fn fault_79_a_dispute_that_is_lost_leaves_a_cancelled_order_without_a_refund_and_its_unit_for_sale() {
    for gateway in [Gateway::PayPal, Gateway::Adyen] {
        let (shop, folder) = shop_with(&[("scarf", 1)], &[]);
        let shopper = shop.shopper();
        let order = disputed(&shopper, gateway).await;
        assert_eq!(cancel(&shopper, &order).await.body["state"], "disputed", "{gateway:?}");
        decide(&shop, "lost").await;
        is_lost_and_over(&shop, &shopper, &order).await;
        audit(shop, &folder);
    }
}

#[tokio::test]
async fn fault_79_a_cancelled_order_is_given_back_once_its_dispute_is_won() {
    for gateway in GATEWAYS {
        let (shop, folder) = shop_with(&[("scarf", 1)], &[]);
        let shopper = shop.shopper();
        let order = disputed(&shopper, gateway).await;
        assert_eq!(cancel(&shopper, &order).await.status, StatusCode::ACCEPTED);
        assert_eq!(shop.charges().await[0]["refunded"], 0, "nothing goes back while it is open: {gateway:?}");
        decide(&shop, "won").await;
        shopper.watch(&order, "/state", "cancelled").await;
        let charge = shop.charges().await.remove(0);
        assert_eq!(charge["refunded"], charge["captured"], "{gateway:?}");
        audit(shop, &folder);
    }
}

#[tokio::test]
async fn fault_28_29_79_events_of_a_dispute_that_come_twice_late_or_out_of_order_change_nothing() {
    let twice = json!({"fault": "duplicated", "times": 2});
    let overtaken = json!({"fault": "reordered", "times": 1});
    let late = json!({"fault": "delayed", "times": 1, "milliseconds": 500});
    for gateway in GATEWAYS {
        let (shop, folder) = shop_with(&[("scarf", 1)], &[]);
        let shopper = shop.shopper();
        let mut faults = vec![twice.clone(), overtaken.clone(), late.clone(), twice.clone()];
        // What is never told at Adyen is never known: nobody can be asked there.
        if !matches!(gateway, Gateway::Adyen) {
            faults.insert(2, json!({"fault": "not_sent", "times": 1}));
        }
        shop.plan_faults(&json!({ "webhook": faults })).await;
        let order = ordered(&shopper, gateway).await;
        shopper.watch(&order, "/payment/state", "captured").await;
        decide(&shop, "won").await;
        shopper.watch(&order, "/state", "paid").await;
        audit(shop, &folder);
    }
}
