use reqwest::Method;
use serde_json::{Value, json};
use tests::{Answer, Shopper, key};

use crate::endings::hold_when_free;
use crate::{audit, shop_with};

pub(crate) async fn cancel(shopper: &Shopper, order: &Value) -> Answer {
    let path = format!("/orders/{}/cancel", order["id"].as_str().unwrap());
    shopper.ask(Method::POST, &path, None, None).await
}

#[tokio::test]
async fn a_paid_order_is_cancelled_its_money_goes_back_and_its_unit_is_sold_again() {
    let (shop, folder) = shop_with(&[("scarf", 1)], &[]);
    let (first, second) = (shop.shopper(), shop.shopper());
    let order = first.order("scarf", "pm_card_visa").await;
    first.watch(&order, "/state", "paid").await;
    assert_eq!(cancel(&second, &order).await.status, 404, "it is not theirs");
    assert_eq!(cancel(&first, &order).await.status, 202);
    let over = first.watch(&order, "/state", "cancelled").await;
    assert_eq!((&over["payment"]["state"], &over["payment"]["decline"]), (&json!("refunded"), &Value::Null));
    assert_eq!(cancel(&first, &order).await.body["state"], "cancelled");

    let held = hold_when_free(&second, "scarf").await;
    let again = second.check_out(&key(), &held, "pm_card_visa").await.body;
    second.watch(&again, "/state", "paid").await;
    let moved: Vec<_> =
        shop.charges().await.iter().map(|one| (one["captured"].clone(), one["refunded"].clone())).collect();
    assert_eq!(moved.len(), 2);
    assert_eq!(moved[0].0, moved[0].1, "the first went back in full");
    assert_eq!(moved[1].1, json!(0));
    audit(shop, &folder);
}

#[tokio::test]
async fn fault_78_a_refund_that_is_not_answered_is_made_once() {
    let (shop, folder) = shop_with(&[("scarf", 1)], &[]);
    let shopper = shop.shopper();
    let order = shopper.order("scarf", "pm_card_visa").await;
    shopper.watch(&order, "/state", "paid").await;
    shop.plan_faults(&json!({"refund": [
        {"fault": "cached_500", "times": 1}, {"fault": "silent_after", "times": 1},
    ]}))
    .await;
    assert_eq!(cancel(&shopper, &order).await.status, 202);
    shopper.watch(&order, "/state", "cancelled").await;
    let charges = shop.charges().await;
    assert_eq!((charges.len(), &charges[0]["refunded"]), (1, &charges[0]["captured"]));
    audit(shop, &folder);
}

#[tokio::test]
async fn a_shopper_who_thinks_better_of_it_at_the_bank_is_not_charged() {
    let (shop, folder) = shop_with(&[("scarf", 1)], &[]);
    let shopper = shop.shopper();
    let order = shopper.order("scarf", "pm_card_authenticationRequired").await;
    shopper.watch(&order, "/payment/state", "action_required").await;
    assert_eq!(cancel(&shopper, &order).await.status, 202);
    shopper.watch(&order, "/state", "cancelled").await;
    assert!(shop.charges().await.is_empty());
    hold_when_free(&shop.shopper(), "scarf").await;
    audit(shop, &folder);
}

#[tokio::test]
async fn what_was_paid_at_paypal_goes_back_there() {
    let (shop, folder) = shop_with(&[("scarf", 1)], &[]);
    let shopper = shop.shopper();
    let order = shopper.order_by("scarf", &json!([{"gateway": "paypal"}])).await;
    let waiting = shopper.watch(&order, "/payment/state", "action_required").await;
    let page = waiting["payment"]["next_action"]["url"].as_str().unwrap();
    let approved = reqwest::Client::new().post(page).form(&[("account", "pays")]).send().await.unwrap();
    assert!(approved.status().is_success());
    shopper.watch(&order, "/state", "paid").await;
    assert_eq!(cancel(&shopper, &order).await.status, 202);
    shopper.watch(&order, "/state", "cancelled").await;
    let charges = shop.charges().await;
    assert_eq!((charges.len(), &charges[0]["refunded"]), (1, &charges[0]["captured"]));
    audit(shop, &folder);
}
