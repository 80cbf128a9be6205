use domain::payment::DisputeDecision;

use crate::answer::redacted;
use crate::request::Request;
use crate::shop::{Shop, Units, opened};

#[tokio::test]
async fn an_order_in_payment_is_cancelled_in_a_moment() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    let answer = shop.succeed("cancel-order").await;
    assert_eq!(answer.text_at("/state"), "pending_payment", "it is over when that is confirmed");
    let _redacted = redacted();
    insta::assert_snapshot!(answer.shown());
    shop.work_on_payment(&order).await;
    let cancelled = shop.succeed("get-order").await;
    assert_eq!(
        (cancelled.text_at("/state"), cancelled.text_at("/payment/state")),
        ("cancelled".to_owned(), "voided".to_owned())
    );
    assert!(cancelled.body().get("decline").is_none());
}

#[tokio::test]
async fn asking_twice_changes_nothing() {
    let shop = Shop::open().await;
    shop.order().await;
    let first = shop.succeed("cancel-order").await;
    let before = shop.records();
    assert_eq!(shop.succeed("cancel-order").await, first);
    assert_eq!(shop.records(), before);
}

#[tokio::test]
async fn a_failed_payment_is_given_up_at_once_and_its_units_are_for_sale() {
    let shop = Shop::open().await;
    shop.declined_order().await;
    let answer = shop.succeed("cancel-order").await;
    assert_eq!(answer.text_at("/state"), "cancelled");
    assert_eq!(shop.units("SHIRT-FINAL-M").await, Units { available: 25, held: 0, sold: 0 });
}

#[tokio::test]
async fn a_paid_order_says_refunded_once_its_money_is_back() {
    let shop = Shop::open().await;
    let order = shop.paid_order().await;
    shop.refund(&order, 1_000).await;
    assert_eq!(shop.succeed("get-order").await.text_at("/state"), "partially_refunded");
    shop.refund(&order, 16_998).await;
    let refunded = shop.succeed("get-order").await;
    assert_eq!(
        (refunded.text_at("/state"), refunded.text_at("/payment/state")),
        ("refunded".to_owned(), "refunded".to_owned())
    );
    let answer = shop.ask(&Request::of("cancel-order")).await;
    assert_eq!(answer.refusal(), (409, "order-not-cancellable".to_owned(), String::new()));
}

#[tokio::test]
async fn fault_79_a_disputed_order_says_so_and_one_that_is_cancelled_and_lost_is_over() {
    let shop = Shop::open().await;
    let order = shop.paid_order().await;
    shop.dispute(&order, None).await;
    let disputed = shop.succeed("get-order").await;
    assert_eq!(
        (disputed.text_at("/state"), disputed.text_at("/payment/state")),
        ("disputed".to_owned(), "captured".to_owned())
    );
    let cancelled = shop.succeed("cancel-order").await;
    assert_eq!((cancelled.status, cancelled.text_at("/state")), (202, "disputed".to_owned()));
    shop.dispute(&order, Some(DisputeDecision::Lost)).await;
    let over = shop.succeed("get-order").await;
    assert_eq!(
        (over.text_at("/state"), over.text_at("/payment/state")),
        ("cancelled".to_owned(), "refunded".to_owned())
    );
}

#[tokio::test]
async fn what_waits_for_the_shopper_is_cancelled_too() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    let url = "https://bank.example/3ds".to_owned();
    shop.pay(&order, [opened(), domain::payment::Outcome::RequiresAction { url }]).await;
    assert_eq!(shop.succeed("cancel-order").await.status, 202);
}
