use serde_json::json;
use tokio::task::JoinSet;

use crate::answer::Answer;
use crate::endpoint::Line;
use crate::request::{CREATE, Request};
use crate::shop::{Shop, answer};

/// Makes what a route's event needs to succeed.
async fn prepare(shop: &Shop, operation: &str) {
    match operation {
        "checkout" => drop(shop.succeed("create-reservation").await),
        "add-payment-method" => drop(shop.declined_order().await),
        _ => {}
    }
}

/// The request with another meaning.
fn another(operation: &'static str) -> Request {
    let event = Request::of(operation);
    match operation {
        "create-reservation" => event.with("/lines/0/quantity", json!(3)),
        "checkout" => event.with("/contact/email", json!("bea@example.com")),
        _ => event.with("/payment_methods/0/token", json!("pm_card_visa")),
    }
}

fn location(answer: &Answer) -> &str {
    answer.header("Location").unwrap()
}

#[tokio::test]
async fn fault_13_a_repeated_request_gets_the_same_answer_and_does_nothing() {
    for operation in CREATE {
        let shop = Shop::open().await;
        prepare(&shop, operation).await;
        let first = shop.succeed(operation).await;
        let before = shop.possessions().await;
        shop.restart().await;

        let again = shop.succeed(operation).await;
        assert_eq!((again.status, again.body()), (first.status, first.body()), "{operation}");
        assert_eq!(location(&again), location(&first));
        assert_eq!((first.is_replay(), again.is_replay()), (false, true));
        assert_eq!(shop.possessions().await, before);
    }
}

#[tokio::test]
async fn fault_13_a_repetition_may_be_written_differently() {
    let shop = Shop::open().await;
    let first = shop.succeed("create-reservation").await;
    let event = Request::of("create-reservation");
    let reordered = r#"{ "currency": "EUR", "lines": [
        {"unit_price": {"currency": "EUR", "amount": 8999.0}, "quantity": 2.0, "sku": "SHIRT-FINAL-M"}] }"#;
    let again = shop.ask(&event.body(reordered)).await;
    assert_eq!((again.is_replay(), again.body()), (true, first.body()));
}

#[tokio::test]
async fn fault_13_a_sold_out_winner_wins_again() {
    let shop = Shop::open().await;
    let all = Request::of("create-reservation").with("/lines/0/quantity", json!(25));
    let first = shop.ask(&all).await;
    assert_eq!(shop.ask(&another("create-reservation").key(2)).await.refusal().1, "insufficient-stock");
    let again = shop.ask(&all).await;
    assert_eq!((again.status, again.is_replay(), again.body()), (201, true, first.body()));
}

#[tokio::test]
async fn fault_14_a_key_that_stands_for_another_request_is_refused() {
    for operation in CREATE {
        let shop = Shop::open().await;
        prepare(&shop, operation).await;
        shop.succeed(operation).await;
        let before = shop.records();
        let answer = shop.ask(&another(operation)).await;
        assert_eq!(
            answer.refusal(),
            (422, "idempotency-key-reused".to_owned(), String::new()),
            "{operation}"
        );
        assert_eq!(shop.records(), before);
    }
}

#[tokio::test]
async fn fault_15_one_key_sent_many_times_at_once_makes_one_thing() {
    for operation in CREATE {
        let shop = Shop::open().await;
        prepare(&shop, operation).await;
        let mut asking = JoinSet::new();
        for _ in 0..8 {
            let instance = shop.instance(operation, &[]).await;
            let request = Request::of(operation);
            asking.spawn(async move { answer(instance.as_ref(), &request).await });
        }
        let answers = asking.join_all().await;
        // Those who helped each other to make a reservation all made it.
        let made: Vec<_> = answers.iter().filter(|answer| !answer.is_replay()).collect();
        assert!(made.len() == 1 || operation == "create-reservation", "{operation}: {}", made.len());
        for answer in &answers {
            assert_eq!((answer.status, answer.body()), (made[0].status, made[0].body()), "{operation}");
        }
        assert_eq!(shop.units("SHIRT-FINAL-M").await.held, 2);
        assert_eq!(shop.orders(), usize::from(operation != "create-reservation"));
    }
}

#[tokio::test]
async fn fault_16_a_key_belongs_to_its_guest_and_its_route() {
    let shop = Shop::open().await;
    let first = shop.succeed("create-reservation").await;
    let stranger = shop.ask(&another("create-reservation").guest(2)).await;
    assert_eq!((stranger.status, stranger.is_replay()), (201, false));
    assert_ne!(location(&stranger), location(&first));
    assert_eq!(shop.units("SHIRT-FINAL-M").await.held, 5);

    let key = Request::of("create-reservation").event()["headers"]["idempotency-key"].clone();
    let order = shop.ask(&Request::of("checkout").header("Idempotency-Key", key.as_str().unwrap())).await;
    assert_eq!((order.status, order.is_replay()), (202, false));
}

#[tokio::test]
async fn fault_17_a_key_is_known_for_as_long_as_what_it_made() {
    let shop = Shop::without_patience().await;
    let first = shop.lapsed_reservation().await;
    let again = shop.succeed("create-reservation").await;
    assert_eq!((again.is_replay(), location(&again)), (true, location(&first)));
    assert_eq!(again.text_at("/state"), "expired");
    assert_eq!(shop.units("SHIRT-FINAL-M").await.held, 2);
}

#[tokio::test]
async fn fault_18_a_request_that_was_done_although_we_answered_503_is_found_again() {
    let mut asking = JoinSet::new();
    for operation in CREATE {
        asking.spawn(async move {
            let shop = Shop::open().await;
            prepare(&shop, operation).await;
            let line = Line::to(&shop.address).await;
            let instance = shop.instance(operation, &[("AWS_ENDPOINT_URL", &line.address)]).await;

            // The hold is written last, and nothing that was written before it is anybody's yet.
            line.lose_answers_about("hold:");
            let lost = answer(instance.as_ref(), &Request::of(operation)).await;
            assert_eq!(lost.refusal(), (503, "unavailable".to_owned(), String::new()), "{operation}");
            assert_eq!(lost.header("Retry-After"), Some("1"));
            let done = shop.possessions().await;

            line.lose_no_answers();
            let again = answer(instance.as_ref(), &Request::of(operation)).await;
            assert_eq!((again.status / 100, again.is_replay()), (2, true), "{operation}");
            assert_eq!(shop.possessions().await, done);
            assert_eq!(shop.units("SHIRT-FINAL-M").await.held, 2);
        });
    }
    asking.join_all().await;
}

/// What is stored of a request must be what a later version makes of the same request, or its repetition would look
/// like another one. A field that is added later comes last and is left out while it is absent.
#[tokio::test]
async fn fault_97_a_known_request_has_the_same_fingerprint_in_every_version() {
    let shop = Shop::open().await;
    shop.declined_order().await;
    shop.succeed("add-payment-method").await;
    let items = shop.records()["Orders"]["Items"].clone();
    let items = items.as_array().unwrap();
    let stored =
        |is_order: bool| items.iter().find(|item| item.get("attempts").is_some() == is_order).unwrap();
    let retry = &stored(true)["attempts"]["L"][1]["M"]["requested"]["M"];
    let fingerprints = [stored(false), stored(true), retry].map(|item| item["fingerprint"]["S"].clone());
    assert_eq!(
        fingerprints,
        [
            "GawKXy3BM4oWC0TGeh9tYbSuu1aaKyr9jLd4ER_wSGg",
            "iEXU_lWPrUjHo7n_y15-tb2vgNLJeMCVMWFsKShIWmE",
            "ecw4xb6WcfQHnsvhlopPq1YJGhUKkKPz7oMkBr2RIMc",
        ]
    );
}
