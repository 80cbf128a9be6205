use domain::catalog::{LowStock, Variant};
use lambda::problem::CUSTOMER_LIMIT_REACHED;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::answer::redacted;
use crate::goods::{stocked, variant};
use crate::request::Request;
use crate::shop::{Shop, Units, answer};

/// A shop that sells 57 of a ball, three to a customer, and 8 of a cup, of which the last five are one to a customer.
async fn shop(settings: &[(&str, &str)]) -> Shop {
    let shop = Shop::open_with(settings).await;
    let ball = Variant { limit_per_customer: Some(3), ..variant("BALL", 4_499, "EUR") };
    shop.put_on_sale(&stocked("ball", "balls", ball, 57)).await;
    let low_stock = LowStock { at: 5, limit_per_customer: Some(1) };
    let cup = Variant { low_stock, ..variant("CUP", 999, "EUR") };
    shop.put_on_sale(&stocked("cup", "cups", cup, 8)).await;
    shop
}

fn hold(key: u32, lines: &[(&str, u32)]) -> Request {
    let line = |(sku, quantity): &(&str, u32)| json!({"sku": sku, "quantity": quantity});
    let lines: Vec<Value> = lines.iter().map(line).collect();
    Request::of("create-reservation").key(key).body(&json!({ "lines": lines }).to_string())
}

impl Shop {
    /// What a customer's request for balls is answered with, and the reservation's id.
    async fn balls(&self, customer: &str, key: u32, quantity: u32) -> (u16, String) {
        let request = hold(key, &[("BALL", quantity)]).customer(&self.issuer.token(customer));
        let answer = self.ask(&request).await;
        (answer.status, answer.text_at("/id"))
    }

    async fn release(&self, customer: &str, reservation: &str) {
        let request = Request::of("release-reservation").path(reservation);
        assert_eq!(self.ask(&request.customer(&self.issuer.token(customer))).await.status, 204);
    }
}

#[tokio::test]
async fn a_customer_has_up_to_the_limit_over_several_orders_unpaid_ones_included() {
    let shop = shop(&[]).await;
    let token = shop.issuer.token("ada");
    let (_, unpaid) = shop.balls("ada", 1, 2).await;
    let (status, bought) = shop.balls("ada", 2, 1).await;
    assert_eq!(status, 201);
    let total = json!({"amount": 4_499, "currency": "EUR"});
    let checkout =
        Request::of("checkout").with("/reservation_id", json!(bought)).with("/expected_total", total);
    assert_eq!(shop.ask(&checkout.customer(&token)).await.status, 202);

    let third = hold(3, &[("BALL", 1)]).customer(&token);
    let before = shop.possessions().await;
    let refused = shop.ask(&third).await;
    assert_eq!(shop.possessions().await, before);
    assert_eq!(shop.balls("bea", 3, 3).await.0, 201);

    shop.release("ada", &unpaid).await;
    assert_eq!(shop.ask(&third).await.status, 201);
    assert_eq!(shop.balls("ada", 4, 2).await.0, 409);
    assert_eq!(shop.balls("ada", 5, 1).await.0, 201);
    assert_eq!(shop.units("BALL").await, Units { available: 51, held: 6, sold: 0 });
    let _redacted = redacted();
    insta::assert_snapshot!(refused.shown());
}

#[tokio::test]
async fn what_was_held_and_not_paid_in_time_counts_no_more() {
    let shop = shop(&[("HOLD_SECONDS", "1")]).await;
    assert_eq!(shop.balls("ada", 1, 3).await.0, 201);
    // Its time is over, and no worker has come by.
    shop.lapsed_reservation().await;
    assert_eq!(shop.balls("ada", 2, 3).await.0, 201);
}

#[tokio::test]
async fn more_than_the_limit_is_never_held_and_a_cart_that_asks_for_it_holds_nothing() {
    let shop = shop(&[]).await;
    let before = shop.possessions().await;
    let token = shop.issuer.token("ada");
    for (key, lines) in [(1, &[("BALL", 4)][..]), (2, &[("SCARF", 1), ("BALL", 2), ("BALL", 2)])] {
        let refused = shop.ask(&hold(key, lines).customer(&token)).await;
        assert_eq!(refused.slug().as_deref(), Some(CUSTOMER_LIMIT_REACHED.slug), "{}", refused.shown());
    }
    assert_eq!(shop.possessions().await, before);
    let answer = shop.ask(&hold(3, &[("SCARF", 2), ("BALL", 3)]).customer(&token)).await;
    assert_eq!(answer.status, 201, "{}", answer.shown());
    assert_eq!(shop.balls("ada", 4, 1).await.0, 409);
}

#[tokio::test]
async fn a_repeated_request_counts_once() {
    let shop = shop(&[]).await;
    let first = shop.balls("ada", 1, 3).await;
    for _ in 0..3 {
        shop.restart().await;
        assert_eq!(shop.balls("ada", 1, 3).await, first);
    }
    assert_eq!(shop.units("BALL").await.held, 3);
}

#[tokio::test]
async fn of_many_requests_of_one_customer_at_once_as_many_hold_as_the_limit_allows() {
    let shop = shop(&[]).await;
    let mut asking = JoinSet::new();
    for number in 1..=8 {
        let instance = shop.instance("create-reservation", &[]).await;
        let request = hold(number, &[("BALL", 1)]).customer(&shop.issuer.token("ada"));
        asking.spawn(async move { answer(instance.as_ref(), &request).await.status });
    }
    let mut statuses = asking.join_all().await;
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 201, 201, 409, 409, 409, 409, 409]);
    assert_eq!(shop.units("BALL").await.held, 3);
}

#[tokio::test]
async fn of_the_last_units_a_customer_may_have_fewer_as_the_product_says() {
    let shop = shop(&[]).await;
    let limit = async || {
        shop.restart().await;
        let cup = shop.ask(&Request::of("get-product").path("cup")).await;
        cup.body()["variants"][0]["limit_per_customer"].clone()
    };
    assert_eq!(limit().await, Value::Null);
    assert_eq!(shop.ask(&hold(1, &[("CUP", 3)])).await.status, 201, "a guest may have what has no limit");

    assert_eq!(limit().await, 1);
    let customer = |key, quantity| hold(key, &[("CUP", quantity)]).customer(&shop.issuer.token("ada"));
    for (request, slug) in [
        (hold(2, &[("CUP", 1)]), Some("sign-in-required")),
        (customer(3, 2), Some("customer-limit-reached")),
        (customer(4, 1), None),
        (customer(5, 1), Some("customer-limit-reached")),
    ] {
        assert_eq!(shop.ask(&request).await.slug().as_deref(), slug, "{request}");
    }
}
