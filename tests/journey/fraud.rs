use reqwest::Method;
use serde_json::json;
use tests::key;

use crate::{audit, shop_with};

#[tokio::test]
async fn a_burst_of_declined_cards_ends_in_refusals_that_look_like_any_other() {
    let (shop, folder) = shop_with(&[("scarf", 3)], &[]);
    let tester = shop.shopper();
    let order = tester.order("scarf", "pm_card_chargeDeclined").await;
    for _ in 2..=5 {
        tester.watch(&order, "/state", "payment_failed").await;
        assert_eq!(tester.pay_with(&key(), &order, "pm_card_chargeDeclined").await.status, 202);
    }
    tester.watch(&order, "/state", "payment_failed").await;

    let again = tester.order("scarf", "pm_card_visa").await;
    let refused = tester.watch(&again, "/state", "payment_failed").await;
    let decline = &refused["payment"]["decline"];
    assert_eq!((&decline["code"], &decline["retry"]), (&json!("generic_decline"), &json!("none")));
    assert!(shop.charges().await.is_empty(), "a good card of a card tester was charged");

    // Somebody else is not concerned.
    let shopper = shop.shopper();
    let bought = shopper.order("scarf", "pm_card_visa").await;
    shopper.watch(&bought, "/state", "paid").await;
    audit(shop, &folder);
}

#[tokio::test]
async fn a_very_large_first_order_is_authorized_and_not_captured_and_its_shopper_may_cancel_it() {
    let (shop, folder) = shop_with(&[("scarf", 30)], &[]);
    let shopper = shop.shopper();
    let held = shopper.hold(&key(), "scarf", 23).await.body;
    let order = shopper.check_out(&key(), &held, "pm_card_visa").await.body;
    let waiting = shopper.watch(&order, "/payment/state", "being_confirmed").await;
    assert_eq!(waiting["state"], "pending_payment");
    let charges = shop.charges().await;
    assert!(charges.iter().all(|charge| charge["captured"] == json!(0)), "{charges:?}");
    assert_eq!(shop.shopper().hold(&key(), "scarf", 8).await.status, 409, "its units stay held");

    let path = format!("/orders/{}/cancel", order["id"].as_str().unwrap());
    assert_eq!(shopper.ask(Method::POST, &path, None, None).await.status, 202);
    let over = shopper.watch(&order, "/state", "cancelled").await;
    assert_eq!(over["payment"]["state"], "voided");
    assert!(shop.charges().await.iter().all(|charge| charge["captured"] == json!(0)));
    audit(shop, &folder);
}

#[tokio::test]
async fn a_card_that_the_gateway_doubts_is_authorized_and_waits_for_a_person() {
    let (shop, folder) = shop_with(&[("scarf", 1)], &[]);
    let shopper = shop.shopper();
    let order = shopper.order("scarf", "pm_card_riskLevelElevated").await;
    let waiting = shopper.watch(&order, "/payment/state", "being_confirmed").await;
    assert_eq!(waiting["state"], "pending_payment");
    assert!(shop.charges().await.is_empty());

    let path = format!("/orders/{}/cancel", order["id"].as_str().unwrap());
    assert_eq!(shopper.ask(Method::POST, &path, None, None).await.status, 202);
    let over = shopper.watch(&order, "/state", "cancelled").await;
    assert_eq!(over["payment"]["state"], "voided");
    assert!(shop.charges().await.is_empty());
    audit(shop, &folder);
}

#[tokio::test]
async fn a_card_that_the_gateway_warns_of_is_voided_and_its_shopper_may_bring_another() {
    let (shop, folder) = shop_with(&[("scarf", 1)], &[]);
    let shopper = shop.shopper();
    let methods = json!([{"gateway": "stripe", "token": "pm_card_riskLevelHighest"}, {"gateway": "paypal"}]);
    let order = shopper.order_by("scarf", &methods).await;
    let refused = shopper.watch(&order, "/state", "payment_failed").await;
    let decline = &refused["payment"]["decline"];
    assert_eq!((&decline["code"], &decline["retry"]), (&json!("generic_decline"), &json!("none")));
    assert_eq!(refused["payment"]["attempts"], 1, "another gateway was asked by itself");
    assert!(shop.charges().await.is_empty());

    assert_eq!(shopper.pay_with(&key(), &order, "pm_card_visa").await.status, 202);
    shopper.watch(&order, "/state", "paid").await;
    assert_eq!(shop.charges().await.len(), 1);
    audit(shop, &folder);
}
