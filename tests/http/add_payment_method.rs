use domain::payment::{Decline, Outcome, Retry};

use crate::answer::redacted;
use crate::request::Request;
use crate::shop::{Shop, opened};

#[tokio::test]
async fn after_a_decline_another_method_is_tried_on_the_same_hold() {
    let shop = Shop::open().await;
    shop.declined_order().await;
    let answer = shop.succeed("add-payment-method").await;
    assert_eq!(shop.units("SHIRT-FINAL-M").await.held, 2);
    let _redacted = redacted();
    insta::assert_snapshot!(answer.shown());
}

#[tokio::test]
async fn an_order_that_is_being_paid_or_is_paid_takes_no_method() {
    let paying = Shop::open().await;
    paying.order().await;
    let paid = Shop::open().await;
    paid.paid_order().await;
    for shop in [paying, paid] {
        let before = shop.records();
        let answer = shop.ask(&Request::of("add-payment-method")).await;
        assert_eq!(answer.refusal(), (409, "order-not-payable".to_owned(), String::new()));
        assert_eq!(shop.records(), before);
    }
}

#[tokio::test]
async fn an_order_takes_five_attempts_in_all() {
    let shop = Shop::open().await;
    let order = shop.declined_order().await;
    for number in 2..=5 {
        assert_eq!(shop.ask(&Request::of("add-payment-method").key(number)).await.status, 202);
        let decline = Decline { code: "card_declined".to_owned(), retry: Retry::SameMethod };
        shop.pay(&order, [opened(), Outcome::Declined(decline)]).await;
    }
    let answer = shop.ask(&Request::of("add-payment-method").key(6)).await;
    assert_eq!(answer.refusal(), (409, "order-not-payable".to_owned(), String::new()));
    assert_eq!(answer.text_at("/detail"), "an order takes at most 5 attempts");
}

#[tokio::test]
async fn an_order_that_nobody_made_takes_no_method() {
    let shop = Shop::open().await;
    let answer = shop.ask(&Request::of("add-payment-method")).await;
    assert_eq!(answer.refusal(), (404, "not-found".to_owned(), String::new()));
}
