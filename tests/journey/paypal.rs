use reqwest::StatusCode;
use serde_json::{Value, json};
use tests::Shopper;

use crate::{audit, captured, shop_with};

/// Waits until the order says where its shopper approves, approves there with this account, and answers where that was.
pub(crate) async fn approve(shopper: &Shopper, order: &Value, account: &str) -> String {
    let waiting = shopper.watch(order, "/payment/state", "action_required").await;
    assert_eq!(waiting["state"], "pending_payment");
    assert_eq!(waiting["payment"]["gateway"], "paypal");
    let page = waiting["payment"]["next_action"]["url"].as_str().unwrap().to_owned();
    approve_at(&page, account).await;
    page
}

/// Approves on PayPal's page.
pub(crate) async fn approve_at(page: &str, account: &str) {
    let answer = reqwest::Client::new().post(page).form(&[("account", account)]).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
}

#[tokio::test]
async fn the_shopper_approves_at_paypal_and_the_order_becomes_paid() {
    let (shop, folder) = shop_with(&[("scarf", 1)], &["--hold-seconds", "1"]);
    let shopper = shop.shopper();
    let order = shopper.order_by("scarf", &json!([{"gateway": "paypal"}])).await;
    assert!(shop.charges().await.is_empty());
    approve(&shopper, &order, "pays").await;
    let paid = shopper.watch(&order, "/state", "paid").await;
    assert_eq!(paid["payment"]["state"], "captured");
    assert_eq!(shop.charges().await, [captured(&paid["id"], &paid["totals"]["total"])]);
    audit(shop, &folder);
}

#[tokio::test]
async fn fault_61_an_authorization_whose_answer_was_lost_is_found_and_captured_once() {
    let (shop, folder) = shop_with(&[("scarf", 1)], &[]);
    let shopper = shop.shopper();
    let order = shopper.order_by("scarf", &json!([{"gateway": "paypal"}])).await;
    approve(&shopper, &order, "timeout_after_authorization").await;
    shopper.watch(&order, "/payment/state", "being_confirmed").await;
    shopper.watch(&order, "/state", "paid").await;
    assert_eq!(shop.charges().await.len(), 1);
    audit(shop, &folder);
}

#[tokio::test]
async fn fault_60_an_authorization_that_was_never_made_is_made_again_and_charges_once() {
    let (shop, folder) = shop_with(&[("scarf", 1)], &[]);
    let shopper = shop.shopper();
    let order = shopper.order_by("scarf", &json!([{"gateway": "paypal"}])).await;
    let page = approve(&shopper, &order, "timeout_before_authorization").await;
    shopper.watch(&order, "/payment/state", "being_confirmed").await;
    assert!(shop.charges().await.is_empty());

    // PayPal answers again.
    approve_at(&page, "pays").await;
    shopper.watch(&order, "/state", "paid").await;
    assert_eq!(shop.charges().await.len(), 1);
    audit(shop, &folder);
}

#[tokio::test]
async fn fault_68_after_a_soft_decline_at_stripe_the_shopper_is_asked_at_paypal() {
    let (shop, folder) = shop_with(&[("scarf", 1)], &[]);
    let shopper = shop.shopper();
    let methods = json!([{"gateway": "stripe", "token": "pm_card_chargeDeclined"}, {"gateway": "paypal"}]);
    let order = shopper.order_by("scarf", &methods).await;
    approve(&shopper, &order, "pays").await;
    let paid = shopper.watch(&order, "/state", "paid").await;
    assert_eq!(paid["payment"]["attempts"], 2);
    assert_eq!(shop.charges().await.len(), 1);
    audit(shop, &folder);
}

#[tokio::test]
async fn fault_69_after_a_hard_decline_at_stripe_nobody_is_asked_at_paypal() {
    let (shop, folder) = shop_with(&[("scarf", 1)], &[]);
    let shopper = shop.shopper();
    let token = "pm_card_chargeDeclinedFraudulent";
    let methods = json!([{"gateway": "stripe", "token": token}, {"gateway": "paypal"}]);
    let order = shopper.order_by("scarf", &methods).await;
    let failed = shopper.watch(&order, "/state", "payment_failed").await;
    assert_eq!(
        (&failed["payment"]["gateway"], &failed["payment"]["attempts"]),
        (&json!("stripe"), &json!(1))
    );
    audit(shop, &folder);
}

#[tokio::test]
async fn an_account_that_declines_leaves_the_units_held_for_another_method() {
    let (shop, folder) = shop_with(&[("scarf", 1)], &[]);
    let shopper = shop.shopper();
    let order = shopper.order_by("scarf", &json!([{"gateway": "paypal"}])).await;
    approve(&shopper, &order, "declines").await;
    let failed = shopper.watch(&order, "/state", "payment_failed").await;
    assert_eq!(failed["payment"]["decline"]["code"], "instrument_declined");
    assert_eq!(shopper.pay_with(&tests::key(), &order, "pm_card_visa").await.status, 202);
    shopper.watch(&order, "/state", "paid").await;
    assert_eq!(shop.charges().await.len(), 1);
    audit(shop, &folder);
}
