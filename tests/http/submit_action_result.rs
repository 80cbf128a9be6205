use domain::payment::Outcome;
use serde_json::json;

use crate::answer::redacted;
use crate::request::Request;
use crate::shop::Shop;

#[tokio::test]
async fn what_the_shopper_brought_back_is_taken_and_never_shown() {
    let shop = Shop::open().await;
    shop.order_awaiting_action().await;
    let waiting = shop.succeed("get-order").await;
    assert_eq!(waiting.text_at("/payment/state"), "action_required");
    assert_eq!(waiting.text_at("/payment/next_action/url"), "https://bank.example/3ds");
    let answer = shop.succeed("submit-action-result").await;
    let request = Request::of("submit-action-result").json();
    assert!(!answer.text.contains(request["redirect_result"].as_str().unwrap()));
    let _redacted = redacted();
    insta::assert_snapshot!(answer.shown());
}

#[tokio::test]
async fn the_same_again_is_answered_with_the_order_as_it_is_then_and_another_is_refused() {
    let shop = Shop::open().await;
    let order = shop.order_awaiting_action().await;
    let first = shop.succeed("submit-action-result").await;
    let before = shop.records();
    assert_eq!(shop.succeed("submit-action-result").await, first);
    let another = Request::of("submit-action-result").with("/redirect_result", json!("another"));
    let refusal = (409, "order-not-awaiting-action".to_owned(), String::new());
    assert_eq!(shop.ask(&another).await.refusal(), refusal);
    assert_eq!(shop.records(), before);

    shop.pay(&order, [Outcome::Authorized, Outcome::Captured]).await;
    let paid = shop.records();
    assert_eq!(shop.succeed("submit-action-result").await.text_at("/state"), "paid");
    assert_eq!(shop.ask(&another).await.refusal(), refusal);
    assert_eq!(shop.records(), paid);
}

#[tokio::test]
async fn an_order_that_waits_for_nobody_takes_nothing() {
    let (paying, paid, declined) = (Shop::open().await, Shop::open().await, Shop::open().await);
    paying.order().await;
    paid.paid_order().await;
    declined.declined_order().await;
    let cancelled = Shop::open().await;
    cancelled.order_awaiting_action().await;
    cancelled.succeed("cancel-order").await;
    for shop in [paying, paid, declined, cancelled] {
        let before = shop.records();
        let answer = shop.ask(&Request::of("submit-action-result")).await;
        assert_eq!(answer.refusal(), (409, "order-not-awaiting-action".to_owned(), String::new()));
        assert_eq!(shop.records(), before);
    }
}
