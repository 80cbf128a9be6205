use serde_json::json;

use crate::answer::redacted;
use crate::request::Request;
use crate::shop::{Shop, Units};

#[tokio::test]
async fn a_cart_is_held_at_todays_prices() {
    let shop = Shop::open().await;
    let answer = shop.succeed("create-reservation").await;
    assert_eq!(shop.units("SHIRT-FINAL-M").await, Units { available: 23, held: 2, sold: 0 });
    let _redacted = redacted();
    insta::assert_snapshot!(answer.shown());
}

#[tokio::test]
async fn a_price_and_a_currency_need_not_be_named() {
    let shop = Shop::open().await;
    let request = Request::of("create-reservation").body(r#"{"lines":[{"sku":"CAP-USD","quantity":1}]}"#);
    let answer = shop.ask(&request).await;
    assert_eq!(answer.body()["totals"]["total"], json!({"amount": 2_500, "currency": "USD"}));
}

#[tokio::test]
async fn units_of_one_line_may_come_from_several_pages() {
    let shop = Shop::open().await;
    let request = Request::of("create-reservation").with("/lines/0/quantity", json!(25));
    assert_eq!(shop.ask(&request).await.status, 201);
    assert_eq!(shop.units("SHIRT-FINAL-M").await, Units { available: 0, held: 25, sold: 0 });
}

#[tokio::test]
async fn a_line_that_guests_cannot_have_asks_for_a_customer() {
    let shop = Shop::open().await;
    let request = Request::of("create-reservation").body(r#"{"lines":[{"sku":"BALL-SIGNED","quantity":1}]}"#);
    let answer = shop.ask(&request).await;
    let _redacted = redacted();
    insta::assert_snapshot!(answer.shown());
}

#[tokio::test]
async fn a_drop_that_has_not_begun_says_when_to_ask_again() {
    let shop = Shop::open().await;
    let request =
        Request::of("create-reservation").body(r#"{"lines":[{"sku":"NEXT-SEASON-M","quantity":1}]}"#);
    let answer = shop.ask(&request).await;
    assert!(answer.header("Retry-After").unwrap().parse::<u32>().unwrap() > 1_000_000);
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"Retry-After: \d+", "Retry-After: [seconds]");
    let _redacted = settings.bind_to_scope();
    insta::assert_snapshot!(answer.shown());
}
