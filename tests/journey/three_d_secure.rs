use crate::{audit, shop_with};

#[tokio::test]
async fn the_shopper_acts_at_the_gateway_and_the_order_becomes_paid() {
    let (shop, folder) = shop_with(&[("scarf", 1)], &["--hold-seconds", "1"]);
    let shopper = shop.shopper();
    let order = shopper.order("scarf", "pm_card_authenticationRequired").await;

    let waiting = shopper.watch(&order, "/payment/state", "action_required").await;
    assert_eq!(waiting["state"], "pending_payment");
    assert!(shop.charges().await.is_empty());
    let page = waiting["payment"]["next_action"]["url"].as_str().unwrap();
    assert_eq!(reqwest::get(page).await.unwrap().status(), 200);

    reqwest::Client::new().post(page).send().await.unwrap();
    shopper.watch(&order, "/state", "paid").await;
    assert_eq!(shop.charges().await.len(), 1);
    audit(shop, &folder);
}
