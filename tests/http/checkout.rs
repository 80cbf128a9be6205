use serde_json::json;

use crate::answer::redacted;
use crate::request::Request;
use crate::shop::{Shop, Units};

#[tokio::test]
async fn a_reservation_becomes_an_order_that_is_being_paid() {
    let shop = Shop::open().await;
    shop.succeed("create-reservation").await;
    let answer = shop.succeed("checkout").await;
    assert_eq!(shop.units("SHIRT-FINAL-M").await, Units { available: 23, held: 2, sold: 0 });
    let _redacted = redacted();
    insta::assert_snapshot!(answer.shown());
}

#[tokio::test]
async fn a_shopper_who_agreed_to_another_total_is_shown_the_new_one_and_not_charged() {
    let shop = Shop::open().await;
    shop.succeed("create-reservation").await;
    let before = shop.records();
    let answer = shop.ask(&Request::of("checkout").with("/expected_total/amount", json!(17_997))).await;
    assert_eq!(shop.records(), before);
    let _redacted = redacted();
    insta::assert_snapshot!(answer.shown());
}

#[tokio::test]
async fn a_total_in_another_currency_is_another_total() {
    let shop = Shop::open().await;
    shop.succeed("create-reservation").await;
    let answer = shop.ask(&Request::of("checkout").with("/expected_total/currency", json!("USD"))).await;
    assert_eq!(answer.refusal().1, "total-changed");
}

#[tokio::test]
async fn a_reservation_that_is_over_or_given_up_cannot_be_checked_out() {
    let expired = Shop::without_patience().await;
    expired.lapsed_reservation().await;
    let released = Shop::open().await;
    released.succeed("create-reservation").await;
    released.succeed("release-reservation").await;
    for shop in [expired, released] {
        let before = shop.records();
        let answer = shop.ask(&Request::of("checkout")).await;
        assert_eq!(answer.refusal(), (409, "reservation-not-held".to_owned(), String::new()));
        assert_eq!(shop.records(), before);
    }
}

#[tokio::test]
async fn a_reservation_has_one_order_whatever_key_asks_for_another() {
    let shop = Shop::open().await;
    shop.order().await;
    let answer = shop.ask(&Request::of("checkout").key(2)).await;
    assert_eq!(answer.refusal(), (409, "reservation-not-held".to_owned(), String::new()));
    assert_eq!(shop.orders(), 1);
}

#[tokio::test]
async fn a_reservation_that_nobody_made_cannot_be_checked_out() {
    let shop = Shop::open().await;
    let answer = shop.ask(&Request::of("checkout")).await;
    assert_eq!(answer.refusal(), (404, "not-found".to_owned(), "/reservation_id".to_owned()));
}

#[tokio::test]
async fn what_no_parcel_mail_or_charge_could_use_is_refused_at_its_field() {
    let shop = Shop::open().await;
    shop.succeed("create-reservation").await;
    let before = shop.records();
    let method = json!({"gateway": "stripe", "token": "pm_card_visa"});
    for (pointer, value, status) in [
        ("/contact/email", json!("nobody"), 400),
        ("/contact/email", json!("a@b.c d"), 400),
        ("/contact/phone", json!("call me"), 400),
        ("/shipping_address/country", json!("Germany"), 400),
        ("/shipping_address/city", json!("Dort\u{0}mund"), 400),
        ("/shipping_address/city", json!("  "), 422),
        ("/shipping_address/name", json!("x".repeat(201)), 422),
        ("/expected_total/amount", json!(-1), 422),
        ("/return_url", json!("javascript:alert(1)"), 400),
        ("/payment_methods", json!([]), 422),
        ("/payment_methods", json!([method, method, method, method, method, method]), 422),
        ("/payment_methods/0/gateway", json!("cash"), 422),
        ("/payment_methods/0/token", json!("a token"), 400),
        ("/reservation_id", json!("no id"), 400),
        ("/payment_methods/0/token", json!(null), 400),
    ] {
        let answer = shop.ask(&Request::of("checkout").with(pointer, value.clone())).await;
        let slug = if status == 400 { "invalid-request" } else { "invalid-value" };
        assert_eq!(answer.refusal(), (status, slug.to_owned(), pointer.to_owned()), "{value}");
    }
    assert_eq!(shop.records(), before);
}

#[tokio::test]
async fn an_order_that_may_be_paid_at_adyen_says_where_its_shopper_comes_back_to() {
    let shop = Shop::open().await;
    shop.succeed("create-reservation").await;
    let adyen = json!({"gateway": "adyen", "token": "visa"});
    for methods in [json!([adyen]), json!([{"gateway": "paypal"}, adyen])] {
        let checkout = Request::of("checkout").with("/payment_methods", methods);
        let mut body = checkout.json();
        body.as_object_mut().unwrap().remove("return_url");
        let answer = shop.ask(&checkout.body(&body.to_string())).await;
        assert_eq!(answer.refusal(), (422, "invalid-value".to_owned(), "/return_url".to_owned()));
    }
}

#[tokio::test]
async fn fault_85_a_token_is_taken_where_the_gateway_needs_one_and_nowhere_else() {
    let shop = Shop::open().await;
    shop.succeed("create-reservation").await;
    for (methods, pointer) in [
        (json!([{"gateway": "stripe"}]), "/payment_methods/0/token"),
        (json!([{"gateway": "paypal", "token": "pm_card_visa"}]), "/payment_methods/0/token"),
        (json!([{"gateway": "paypal"}, {"gateway": "stripe"}]), "/payment_methods/1/token"),
    ] {
        let answer = shop.ask(&Request::of("checkout").with("/payment_methods", methods)).await;
        assert_eq!(answer.refusal(), (400, "invalid-request".to_owned(), pointer.to_owned()));
    }
    let paypal = Request::of("checkout").with("/payment_methods", json!([{"gateway": "paypal"}]));
    let answer = shop.ask(&paypal).await;
    assert_eq!((answer.status, answer.text_at("/payment/gateway")), (202, "paypal".to_owned()));
}
