use domain::payment::{DisputeDecision, Outcome};

use crate::answer::redacted;
use crate::request::Request;
use crate::shop::{Shop, opened};

#[tokio::test]
async fn an_order_that_is_being_paid_says_when_to_ask_again() {
    let shop = Shop::open().await;
    shop.order().await;
    let answer = shop.succeed("get-order").await;
    let _redacted = redacted();
    insta::assert_snapshot!(answer.shown());
}

#[tokio::test]
async fn a_paid_order_is_final() {
    let shop = Shop::open().await;
    shop.paid_order().await;
    let answer = shop.succeed("get-order").await;
    let _redacted = redacted();
    insta::assert_snapshot!(answer.shown());
}

#[tokio::test]
async fn a_declined_order_says_what_may_be_tried_and_until_when() {
    let shop = Shop::open().await;
    shop.declined_order().await;
    let answer = shop.succeed("get-order").await;
    let _redacted = redacted();
    insta::assert_snapshot!(answer.shown());
}

#[tokio::test]
async fn an_order_that_waits_for_its_shopper_says_where_to_act() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    let action = Outcome::RequiresAction { url: "https://hooks.stripe.com/3d_secure_2".to_owned() };
    shop.pay(&order, [opened(), action]).await;
    let answer = shop.succeed("get-order").await;
    let _redacted = redacted();
    insta::assert_snapshot!(answer.shown());
}

#[tokio::test]
async fn a_payment_that_nobody_knows_is_being_confirmed() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    shop.pay(&order, [opened(), Outcome::Unknown]).await;
    let answer = shop.succeed("get-order").await;
    assert_eq!(answer.text_at("/state"), "pending_payment");
    assert_eq!(answer.text_at("/payment/state"), "being_confirmed");
}

/// Each of these tells whoever was not charged that they were not.
#[tokio::test]
async fn nobody_whose_money_was_taken_after_all_reads_that_they_were_not_charged() {
    for (no, code) in [(Outcome::Voided, "payment_not_confirmed"), (Outcome::NotSent, "gateway_unreachable")]
    {
        let shop = Shop::open().await;
        let order = shop.order().await;
        shop.pay(&order, [opened(), no]).await;
        let read = shop.succeed("get-order").await;
        assert_eq!(read.text_at("/payment/decline/code"), code);
        assert!(read.text_at("/payment/decline/message").contains("You were not charged"));

        shop.orphan(&order).await;
        let read = shop.succeed("get-order").await;
        assert_eq!(read.text_at("/payment/state"), "being_confirmed");
        assert_eq!(read.body().pointer("/payment/decline"), None);

        // Their bank gives it back.
        shop.dispute(&order, Some(DisputeDecision::Lost)).await;
        let read = shop.succeed("get-order").await;
        assert_eq!(read.text_at("/state"), "payment_failed");
        assert!(read.text_at("/payment/decline/message").contains("what was charged has gone back"));
    }
}

#[tokio::test]
async fn a_payment_that_waits_for_a_person_is_asked_about_less_often() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    shop.pay(&order, [opened(), Outcome::Mismatch]).await;
    let answer = shop.succeed("get-order").await;
    assert_eq!(answer.text_at("/payment/state"), "being_confirmed");
    assert_eq!(answer.header("Retry-After"), Some("60"));
}

#[tokio::test]
async fn a_client_that_has_this_version_is_not_sent_it_again_until_it_changes() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    let seen = shop.succeed("get-order").await;
    let again = Request::of("get-order").header("If-None-Match", seen.header("ETag").unwrap());

    let unchanged = shop.ask(&again).await;
    assert_eq!((unchanged.status, unchanged.header("Retry-After")), (304, Some("1")));

    shop.pay(&order, [opened()]).await;
    assert_eq!(shop.ask(&again).await.status, 200);
}
