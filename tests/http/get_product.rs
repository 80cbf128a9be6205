use crate::answer::redacted;
use crate::goods::NEXT_SEASON;
use crate::request::Request;
use crate::shop::Shop;

#[tokio::test]
async fn a_product_is_shown_with_prices_and_availability() {
    let shop = Shop::open().await;
    let answer = shop.succeed("get-product").await;
    let _redacted = redacted();
    insta::assert_snapshot!(answer.shown());
}

#[tokio::test]
async fn a_drop_says_when_it_begins_and_a_limited_sku_says_its_limit() {
    let shop = Shop::open().await;
    let drop = shop.ask(&Request::of("get-product").path("next-season-shirt")).await;
    assert_eq!(drop.text_at("/variants/0/on_sale_from"), "2100-01-01T00:00:00.000Z");
    assert_eq!(NEXT_SEASON.as_millis(), 4_102_444_800_000);
    let ball = shop.ask(&Request::of("get-product").path("signed-ball")).await.body();
    assert_eq!(ball["variants"][0]["limit_per_customer"], 1);
}

#[tokio::test]
async fn what_is_held_cannot_be_had() {
    let shop = Shop::open().await;
    let scarf = Request::of("create-reservation").body(r#"{"lines":[{"sku":"SCARF","quantity":3}]}"#);
    assert_eq!(shop.ask(&scarf).await.status, 201);
    let answer = shop.ask(&Request::of("get-product").path("scarf")).await;
    assert_eq!(answer.text_at("/variants/0/availability"), "sold_out");
}

#[tokio::test]
async fn a_client_that_has_this_very_product_is_not_sent_it_again() {
    let shop = Shop::open().await;
    let first = shop.succeed("get-product").await;
    let again = Request::of("get-product").header("If-None-Match", first.header("ETag").unwrap());
    assert_eq!(shop.ask(&again).await.status, 304);
}

#[tokio::test]
async fn fault_10_what_cannot_be_an_id_is_the_id_of_nothing() {
    let shop = Shop::open().await;
    let absent = shop.ask(&Request::of("get-product").path("boots")).await;
    let _redacted = redacted();
    insta::assert_snapshot!(absent.shown());
    for id in ["PRODUCT#scarf", "../scarf", "scarf\u{0}", "\u{202e}scarf", "scаrf", "", &"s".repeat(65)] {
        let answer = shop.ask(&Request::of("get-product").path(id)).await;
        assert_eq!(answer, absent, "{id}");
    }
}
