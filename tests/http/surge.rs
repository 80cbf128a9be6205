use std::sync::Arc;
use std::time::Duration;

use domain::Timestamp;
use domain::catalog::Variant;
use lambda::Function;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::answer::Answer;
use crate::events;
use crate::goods::{stocked, variant};
use crate::request::{Request, event_file};
use crate::shop::{Shop, Units, answer, invoke};

/// A shop that sells so many of one flag.
async fn shop(units: u32) -> Shop {
    let shop = Shop::open().await;
    shop.put_on_sale(&stocked("flag", "flags", variant("FLAG", 1_499, "EUR"), units)).await;
    shop
}

fn flags(key: u32, quantity: u32) -> Request {
    let body = json!({"lines": [{"sku": "FLAG", "quantity": quantity}]});
    Request::of("create-reservation").key(key).body(&body.to_string())
}

/// Sends the very same request again, as an answer of 503 asks for: where many tests share few processors, the tables
/// may be too slow for a function's patience.
async fn insist(instance: &dyn Function, request: &Request) -> Answer {
    for _ in 0..60 {
        let answer = answer(instance, request).await;
        let Some(seconds) = answer.header("Retry-After").filter(|_| answer.status == 503) else {
            return answer;
        };
        tokio::time::sleep(Duration::from_secs(seconds.parse().unwrap())).await;
    }
    panic!("no answer to {request}");
}

/// Gives a worker its messages again, as the queue does with those that failed.
async fn work_off(worker: &dyn Function, event: &Value) {
    for _ in 0..60 {
        if invoke(worker, event).await.unwrap().get() == r#"{"batchItemFailures":[]}"# {
            return;
        }
    }
    panic!("a message fails for good");
}

#[tokio::test]
async fn who_wants_more_units_than_a_page_has_gets_them_from_several() {
    let shop = shop(57).await;
    for (key, quantity) in [(1, 37), (2, 19)] {
        assert_eq!(shop.ask(&flags(key, quantity)).await.status, 201);
    }
    assert_eq!(shop.units("FLAG").await, Units { available: 1, held: 56, sold: 0 });
    let refused = shop.ask(&flags(3, 2)).await;
    let shortage = json!([{"sku": "FLAG", "requested": 2, "availability": "low"}]);
    assert_eq!(refused.body()["shortages"], shortage, "{}", refused.shown());
    assert_eq!(shop.ask(&flags(4, 1)).await.status, 201);

    let refused = shop.ask(&flags(5, 99)).await;
    let shortage = json!([{"sku": "FLAG", "requested": 99, "availability": "sold_out"}]);
    assert_eq!(refused.body()["shortages"], shortage, "{}", refused.shown());
}

#[tokio::test]
async fn a_shortage_says_that_there_is_plenty_for_whoever_asks_for_less() {
    let shop = shop(57).await;
    let refused = shop.ask(&flags(1, 58)).await;
    let shortage = json!([{"sku": "FLAG", "requested": 58, "availability": "in_stock"}]);
    assert_eq!(refused.body()["shortages"], shortage, "{}", refused.shown());
    assert_eq!(shop.ask(&flags(2, 57)).await.status, 201);
}

#[tokio::test]
async fn remnants_of_several_pages_serve_a_buyer_of_two() {
    let shop = shop(20).await;
    for key in 1..=2 {
        assert_eq!(shop.ask(&flags(key, 9)).await.status, 201);
    }
    assert_eq!(shop.ask(&flags(3, 2)).await.status, 201);
    assert_eq!(shop.units("FLAG").await, Units { available: 0, held: 20, sold: 0 });
}

#[tokio::test]
async fn units_that_come_back_to_a_page_of_many_are_sold_again() {
    let shop = shop(57).await;
    let held = shop.ask(&flags(1, 5)).await.text_at("/id");
    assert_eq!(shop.ask(&flags(2, 52)).await.status, 201);
    assert_eq!(shop.ask(&flags(3, 1)).await.status, 409);

    assert_eq!(shop.ask(&Request::of("release-reservation").path(&held)).await.status, 204);
    shop.restart().await;
    assert_eq!(shop.ask(&flags(3, 5)).await.status, 201);
    assert_eq!(shop.units("FLAG").await.available, 0);
}

#[tokio::test]
async fn a_drop_is_sold_from_its_first_moment_on() {
    let shop = Shop::open().await;
    let begun = Variant { on_sale_from: Some(Timestamp::from_millis(0)), ..variant("FLAG", 1_499, "EUR") };
    shop.put_on_sale(&stocked("flag", "flags", begun, 57)).await;
    assert_eq!(shop.ask(&flags(1, 1)).await.status, 201);
}

#[tokio::test]
async fn a_checkout_goes_through_while_all_its_neighbours_expire() {
    const NEIGHBOURS: u32 = 99;
    let (shop, notes) = events::shop(&[]).await;
    let units = NEIGHBOURS + 1;
    shop.put_on_sale(&stocked("flag", "flags", variant("FLAG", 1_499, "EUR"), units)).await;
    let bought = shop.ask(&flags(1, 1)).await.text_at("/id");
    let brief = shop.instance("create-reservation", &[("HOLD_SECONDS", "1")]).await;
    let mut messages = Vec::new();
    for number in 1..=NEIGHBOURS {
        let held = insist(brief.as_ref(), &flags(1, 1).guest(number)).await;
        let mut message = event_file("sqs/expire-reservation.json")["Records"][0].clone();
        message["body"] = json!(json!({"reservation_id": held.text_at("/id")}).to_string());
        messages.push(message);
    }
    tokio::time::sleep(Duration::from_secs(1)).await;

    let mut workers = JoinSet::new();
    for batch in messages.chunks(10) {
        let worker = shop.instance("expire-reservation", &[]).await;
        let event = json!({ "Records": batch });
        workers.spawn(async move { work_off(worker.as_ref(), &event).await });
    }
    let total = json!({"amount": 1_499, "currency": "EUR"});
    let checkout =
        Request::of("checkout").with("/reservation_id", json!(bought)).with("/expected_total", total);
    let instance = shop.usual_instance("checkout").await;
    assert_eq!(insist(instance.as_ref(), &checkout).await.status, 202);
    workers.join_all().await;
    assert_eq!(shop.units("FLAG").await, Units { available: NEIGHBOURS, held: 1, sold: 0 });
    assert_eq!(notes.messages(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_units_are_sold_to_many_shoppers_to_the_last_one() {
    const SHOPPERS: u32 = 8;
    let shop = Arc::new(shop(1_000).await);
    let mut shoppers = JoinSet::new();
    for number in 1..=SHOPPERS {
        let shop = Arc::clone(&shop);
        shoppers.spawn(async move {
            let instance = shop.instance("create-reservation", &[]).await;
            let mut bought = 0;
            // Ones, twos and threes, until nobody has so many; then one by one, until there are none.
            let mut quantity = number % 3 + 1;
            for key in 1.. {
                let request = flags(key, quantity).guest(number);
                let answer = insist(instance.as_ref(), &request).await;
                match answer.status {
                    201 => bought += quantity,
                    409 if quantity > 1 => quantity = 1,
                    409 => break,
                    _ => panic!("{}", answer.shown()),
                }
            }
            bought
        });
    }
    let bought: u32 = shoppers.join_all().await.iter().sum();
    assert_eq!(bought, 1_000);
    assert_eq!(shop.units("FLAG").await, Units { available: 0, held: 1_000, sold: 0 });
}
