use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;
use tests::{Shopper, key};

use crate::{audit, shop_with};

/// Tries until a unit can be held, as a shopper who reloads the page; the bound ends a hopeless wait.
#[expect(clippy::disallowed_methods, reason = "a shopper reloads the page")]
pub(crate) async fn hold_when_free(shopper: &Shopper, sku: &str) -> Value {
    for _ in 0..600 {
        let held = shopper.hold(&key(), sku, 1).await;
        if held.status == 201 {
            return held.body;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no unit of {sku} came back on sale");
}

#[tokio::test]
async fn a_released_unit_can_be_held_by_the_next_shopper_at_once() {
    let (shop, folder) = shop_with(&[("scarf", 1)], &[]);
    let (first, second) = (shop.shopper(), shop.shopper());
    let held = first.hold(&key(), "scarf", 1).await.body;
    let path = format!("/reservations/{}", held["id"].as_str().unwrap());
    let sold_out = second.hold(&key(), "scarf", 1).await;
    assert_eq!(sold_out.status, 409);
    assert_eq!(
        sold_out.body["shortages"],
        json!([{"sku": "scarf", "requested": 1, "availability": "sold_out"}])
    );

    for _ in 0..2 {
        assert_eq!(first.ask(Method::DELETE, &path, None, None).await.status, 204);
    }
    assert_eq!(first.get(&path).await.body["state"], "released");
    hold_when_free(&second, "scarf").await;
    assert_eq!(
        first.check_out(&key(), &held, "pm_card_visa").await.body["type"],
        "/problems/reservation-not-held"
    );
    audit(shop, &folder);
}

#[tokio::test]
async fn an_expired_hold_goes_back_on_sale_and_cannot_be_checked_out() {
    let (shop, folder) = shop_with(&[("scarf", 1)], &["--hold-seconds", "1"]);
    let (first, second) = (shop.shopper(), shop.shopper());
    let held = first.hold(&key(), "scarf", 1).await.body;
    hold_when_free(&second, "scarf").await;

    let path = format!("/reservations/{}", held["id"].as_str().unwrap());
    assert_eq!(first.get(&path).await.body["state"], "expired");
    assert_eq!(first.check_out(&key(), &held, "pm_card_visa").await.status, 409);
    assert_eq!(first.ask(Method::DELETE, &path, None, None).await.status, 204);
    assert!(shop.charges().await.is_empty());
    audit(shop, &folder);
}

#[tokio::test]
async fn a_reservation_that_is_being_paid_or_sold_is_not_released() {
    let (shop, folder) = shop_with(&[("scarf", 1)], &[]);
    let shopper = shop.shopper();
    let order = shopper.order("scarf", "pm_card_visa").await;
    let path = format!("/reservations/{}", order["reservation_id"].as_str().unwrap());
    assert_eq!(shopper.ask(Method::DELETE, &path, None, None).await.status, 409);
    shopper.watch(&order, "/state", "paid").await;
    assert_eq!(shopper.ask(Method::DELETE, &path, None, None).await.status, 409);
    audit(shop, &folder);
}
