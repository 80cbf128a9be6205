use crate::answer::redacted;
use crate::request::Request;
use crate::shop::{Shop, Units};

const ALL: Units = Units { available: 25, held: 0, sold: 0 };

#[tokio::test]
async fn units_that_are_given_up_are_for_sale_again() {
    let shop = Shop::open().await;
    shop.succeed("create-reservation").await;
    let answer = shop.succeed("release-reservation").await;
    assert_eq!(shop.units("SHIRT-FINAL-M").await, ALL);
    let _redacted = redacted();
    insta::assert_snapshot!(answer.shown());
}

#[tokio::test]
async fn a_repeated_release_changes_nothing() {
    let shop = Shop::open().await;
    shop.succeed("create-reservation").await;
    let first = shop.succeed("release-reservation").await;
    let released = shop.possessions().await;
    assert_eq!(shop.succeed("release-reservation").await, first);
    assert_eq!(shop.possessions().await, released);
}

#[tokio::test]
async fn a_reservation_that_is_over_can_still_be_released() {
    let shop = Shop::without_patience().await;
    shop.lapsed_reservation().await;
    assert_eq!(shop.succeed("release-reservation").await.status, 204);
    assert_eq!(shop.units("SHIRT-FINAL-M").await, ALL);
}

#[tokio::test]
async fn units_that_are_being_paid_for_or_are_sold_cannot_be_released() {
    let paying = Shop::open().await;
    paying.order().await;
    let sold = Shop::open().await;
    sold.paid_order().await;
    for shop in [paying, sold] {
        let before = shop.records();
        let answer = shop.ask(&Request::of("release-reservation")).await;
        assert_eq!(answer.refusal(), (409, "reservation-not-held".to_owned(), String::new()));
        assert_eq!(shop.records(), before);
    }
}
