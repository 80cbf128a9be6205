use crate::answer::redacted;
use crate::request::Request;
use crate::shop::Shop;

async fn state(shop: &Shop) -> String {
    shop.succeed("get-reservation").await.text_at("/state")
}

#[tokio::test]
async fn a_reservation_is_shown_to_whoever_made_it() {
    let shop = Shop::open().await;
    shop.succeed("create-reservation").await;
    let answer = shop.succeed("get-reservation").await;
    let _redacted = redacted();
    insta::assert_snapshot!(answer.shown());
}

#[tokio::test]
async fn a_reservation_that_is_being_paid_for_names_its_order() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    let answer = shop.succeed("get-reservation").await;
    assert_eq!((answer.text_at("/state"), answer.text_at("/order_id")), ("paying".to_owned(), order));
}

#[tokio::test]
async fn a_reservation_is_sold_once_its_order_is_paid() {
    let shop = Shop::open().await;
    shop.paid_order().await;
    assert_eq!(state(&shop).await, "sold");
}

#[tokio::test]
async fn a_reservation_is_held_again_while_another_method_may_be_tried() {
    let shop = Shop::open().await;
    shop.declined_order().await;
    assert_eq!(state(&shop).await, "held");
}

#[tokio::test]
async fn a_reservation_reads_as_expired_from_its_deadline_on() {
    let shop = Shop::without_patience().await;
    shop.lapsed_reservation().await;
    assert_eq!(state(&shop).await, "expired");
}

#[tokio::test]
async fn a_reservation_that_was_given_up_stays_readable() {
    let shop = Shop::open().await;
    shop.succeed("create-reservation").await;
    shop.succeed("release-reservation").await;
    assert_eq!(state(&shop).await, "released");
}

#[tokio::test]
async fn a_reservation_that_nobody_made_is_not_there() {
    let shop = Shop::open().await;
    let answer = shop.ask(&Request::of("get-reservation")).await;
    assert_eq!(answer.refusal(), (404, "not-found".to_owned(), String::new()));
}
