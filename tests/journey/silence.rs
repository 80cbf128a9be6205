use crate::{audit, shop_with};

#[tokio::test]
async fn a_charge_whose_answer_was_lost_is_found_and_made_once() {
    let (shop, folder) = shop_with(&[("scarf", 1)], &[]);
    let shopper = shop.shopper();
    let order = shopper.order("scarf", "pm_card_visa_timeoutAfterCharge").await;
    shopper.watch(&order, "/payment/state", "being_confirmed").await;
    shopper.watch(&order, "/state", "paid").await;
    assert_eq!(shop.charges().await.len(), 1);
    audit(shop, &folder);
}

#[tokio::test]
async fn a_gateway_that_never_charged_and_never_answered_ends_in_a_confirmed_cancel() {
    let (shop, folder) = shop_with(&[("scarf", 1)], &[]);
    let shopper = shop.shopper();
    let order = shopper.order("scarf", "pm_card_visa_timeoutBeforeCharge").await;
    shopper.watch(&order, "/payment/state", "being_confirmed").await;
    let failed = shopper.watch(&order, "/state", "payment_failed").await;
    assert_eq!(failed["payment"]["state"], "voided");
    assert!(shop.charges().await.is_empty());
    audit(shop, &folder);
}
