use std::collections::BTreeSet;

use dynoxide::actions::put_item::PutItemRequest;
use lambda::problem::REGISTRY;
use serde_json::json;
use tokio::task::JoinSet;

use crate::answer::{Answer, redacted};
use crate::endpoint::Closed;
use crate::issuer::Issuer;
use crate::request::Request;
use crate::shop::{Shop, answer};

/// The routes that ask the tables.
const ASK_THE_TABLES: [&str; 10] = [
    "list-products",
    "get-product",
    "create-reservation",
    "get-reservation",
    "release-reservation",
    "checkout",
    "get-order",
    "add-payment-method",
    "cancel-order",
    "submit-action-result",
];

/// One request for each problem, in the order of the registry; those of one shop follow each other.
fn requests(issuer: &Issuer) -> Vec<Request> {
    let cart = Request::of("create-reservation");
    let line = |sku: &str, quantity: u32| {
        let cart = Request::of("create-reservation").key(quantity);
        cart.body(&json!({"lines": [{"sku": sku, "quantity": quantity}]}).to_string())
    };
    vec![
        cart.clone().body("{"),
        cart.clone().body("{}"),
        Request::of("list-products").query("cursor=!"),
        cart.clone().without_header("Idempotency-Key"),
        Request::of("get-order").query("pan=4242424242424242"),
        Request::of("receive-webhook"),
        Request::of("get-reservation").without_header("Guest-Token"),
        cart.clone().customer(&issuer.token_with("ada", &json!({"exp": 1}))),
        cart.clone().customer(&Issuer::forged("ada")),
        cart.clone().customer(&issuer.token_with("ada", &json!({"client_id": "another-shop"}))),
        line("BALL-SIGNED", 1),
        Request::of("get-product").path("nothing"),
        line("NOTHING", 1),
        line("TICKET", 1),
        line("BALL-SIGNED", 2).customer(&issuer.token("ada")),
        cart.clone().key(2).with("/lines/0/unit_price/amount", json!(1)),
        line("NEXT-SEASON-M", 1),
        Request::of("checkout").key(2),
        Request::of("checkout").key(2).with("/expected_total/amount", json!(1)),
        Request::of("add-payment-method"),
        Request::of("submit-action-result"),
        Request::of("checkout").body(&" ".repeat(65 * 1024 + 1)),
        Request::of("checkout").header("Content-Type", "text/plain"),
        line("SCARF", 100),
        cart.with("/lines/0/quantity", json!(1)),
    ]
}

/// A table's items that cannot be read, as after a bad migration.
async fn broken(shop: &Shop) -> Answer {
    let mut products = shop.records()["Catalog"]["Items"].clone();
    for item in products.as_array_mut().unwrap() {
        item["name"] = json!({"N": "7"});
        let request: PutItemRequest =
            serde_json::from_value(json!({"TableName": "Catalog", "Item": item})).unwrap();
        shop.database.put_item(request).unwrap();
    }
    shop.ask(&Request::of("get-product")).await
}

/// An order of which everything has gone back.
async fn nothing_left_to_cancel() -> Answer {
    let shop = Shop::open().await;
    let order = shop.paid_order().await;
    shop.refund(&order, 17_998).await;
    shop.ask(&Request::of("cancel-order")).await
}

/// A route whose tables do not answer.
async fn cut_off(shop: &Shop, operation: &'static str) -> Answer {
    let nobody = Closed::new();
    let instance = shop.instance(operation, &[("AWS_ENDPOINT_URL", &nobody.address)]).await;
    answer(instance.as_ref(), &Request::of(operation)).await
}

#[tokio::test]
async fn every_problem_of_the_registry_is_the_answer_to_some_request() {
    let shop = Shop::open().await;
    shop.order().await;
    let mut answers = Vec::new();
    for request in requests(&shop.issuer) {
        answers.push(shop.ask(&request).await);
    }
    answers.push(nothing_left_to_cancel().await);
    answers.push(cut_off(&shop, "list-products").await);
    answers.push(broken(&shop).await);

    for answer in &answers {
        let slug = answer.slug().unwrap_or_else(|| panic!("no problem: {}", answer.shown()));
        let kind = REGISTRY.iter().find(|kind| kind.slug == slug).unwrap();
        assert_eq!((answer.status, answer.text_at("/title")), (kind.status, kind.title.to_owned()));
        assert_eq!(answer.text_at("/instance"), answer.header("X-Request-Id").unwrap());
    }
    let registered: BTreeSet<_> = REGISTRY.iter().map(|kind| kind.slug.to_owned()).collect();
    let reached: BTreeSet<_> = answers.iter().filter_map(Answer::slug).collect();
    let missing: Vec<_> = registered.difference(&reached).collect();
    assert!(missing.is_empty(), "no request here is answered with {missing:?}");
}

#[tokio::test]
async fn a_record_that_cannot_be_read_is_our_fault_and_says_nothing_more() {
    let shop = Shop::open().await;
    let answer = broken(&shop).await;
    let _redacted = redacted();
    insta::assert_snapshot!(answer.shown());
}

#[tokio::test]
async fn tables_that_do_not_answer_make_every_route_say_when_to_ask_again() {
    let mut asking = JoinSet::new();
    for operation in ASK_THE_TABLES {
        asking.spawn(async move { cut_off(&Shop::open().await, operation).await });
    }
    for answer in asking.join_all().await {
        assert_eq!(answer.refusal(), (503, "unavailable".to_owned(), String::new()));
        assert_eq!(answer.header("Retry-After"), Some("1"));
    }
}
