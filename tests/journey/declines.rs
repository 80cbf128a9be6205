use serde_json::json;
use tests::key;

use crate::cancels::cancel;
use crate::{audit, shop_with};

#[tokio::test]
async fn fault_68_after_a_soft_decline_another_card_pays_on_the_same_hold() {
    let (shop, folder) = shop_with(&[("scarf", 1)], &[]);
    let shopper = shop.shopper();
    let order = shopper.order("scarf", "pm_card_chargeDeclined").await;

    let failed = shopper.watch(&order, "/state", "payment_failed").await;
    assert_eq!(failed["payment"]["state"], "declined");
    assert_eq!(failed["payment"]["decline"]["code"], "generic_decline");
    assert!(failed["payment"]["retry_until"].is_string());
    assert_eq!(shop.shopper().hold(&key(), "scarf", 1).await.status, 409, "the hold is kept");

    let again = key();
    let accepted = shopper.pay_with(&again, &order, "pm_card_visa").await;
    assert_eq!(accepted.status, 202, "{}", accepted.body);
    let paid = shopper.watch(&order, "/state", "paid").await;
    assert_eq!(paid["payment"]["attempts"], json!(2));

    let repeated = shopper.pay_with(&again, &order, "pm_card_visa").await;
    assert_eq!((repeated.status.as_u16(), repeated.replayed), (202, true));
    let reused = shopper.pay_with(&again, &order, "pm_card_mastercard").await;
    assert_eq!(reused.status, 422);
    assert_eq!(shop.charges().await.len(), 1);
    audit(shop, &folder);
}

#[tokio::test]
async fn fault_69_a_hard_decline_charges_nothing_and_still_lets_the_shopper_take_another_card() {
    let (shop, folder) = shop_with(&[("scarf", 1)], &[]);
    let shopper = shop.shopper();
    let order = shopper.order("scarf", "pm_card_chargeDeclinedFraudulent").await;

    let failed = shopper.watch(&order, "/state", "payment_failed").await;
    assert_eq!(failed["payment"]["decline"]["code"], "fraudulent");
    assert_eq!(failed["payment"]["decline"]["retry"], "none");
    assert!(shop.charges().await.is_empty());

    assert_eq!(shopper.pay_with(&key(), &order, "pm_card_visa").await.status, 202);
    shopper.watch(&order, "/state", "paid").await;
    assert_eq!(shop.charges().await.len(), 1);
    audit(shop, &folder);
}

#[tokio::test]
async fn fault_62_what_a_gateway_takes_after_it_has_said_no_goes_back_and_nobody_is_told_otherwise() {
    let (shop, folder) = shop_with(&[("scarf", 1)], &[]);
    let shopper = shop.shopper();
    let order = shopper.order("scarf", "pm_card_visa_capturedAfterDecline").await;
    let found = shopper.watch(&order, "/payment/state", "being_confirmed").await;
    assert_eq!((&found["state"], &found["payment"]["decline"]), (&json!("payment_failed"), &json!(null)));
    assert_eq!(cancel(&shopper, &order).await.status, 202);
    let over = shopper.watch(&order, "/payment/state", "refunded").await;
    assert_eq!(over["state"], "cancelled");
    let charges = shop.charges().await;
    assert_eq!(charges[0]["after_no"], json!(true));
    assert_eq!(charges[0]["refunded"], charges[0]["captured"]);
    audit(shop, &folder);
}

#[tokio::test]
async fn an_order_takes_five_attempts_and_no_sixth() {
    let (shop, folder) = shop_with(&[("scarf", 1)], &[]);
    let shopper = shop.shopper();
    let order = shopper.order("scarf", "pm_card_chargeDeclined").await;
    for _ in 2..=5 {
        shopper.watch(&order, "/state", "payment_failed").await;
        let accepted = shopper.pay_with(&key(), &order, "pm_card_chargeDeclined").await;
        assert_eq!(accepted.status, 202, "{}", accepted.body);
    }
    let failed = shopper.watch(&order, "/state", "payment_failed").await;
    assert_eq!(failed["payment"]["attempts"], json!(5));
    let refused = shopper.pay_with(&key(), &order, "pm_card_visa").await;
    assert_eq!(
        (refused.status.as_u16(), &refused.body["type"]),
        (409, &json!("/problems/order-not-payable"))
    );
    audit(shop, &folder);
}
