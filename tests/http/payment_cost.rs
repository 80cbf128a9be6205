//! A plain payment: what its worker asks of the gateway and of the tables.

use serde_json::json;

use crate::endpoint::Counter;
use crate::events;
use crate::request::event_file;
use crate::shop::invoke;

/// The calls that write; a transaction is one.
const WRITES: [&str; 4] = ["PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"];

#[tokio::test]
async fn a_plain_payment_is_at_most_three_calls_to_the_gateway_and_five_writes() {
    let (shop, _) = events::shop(&[]).await;
    shop.order().await;
    let tables = Counter::before(&shop.address).await;
    let gateway = Counter::before(&shop.setting("STRIPE_ENDPOINT")).await;
    let settings = [("AWS_ENDPOINT_URL", tables.address.as_str()), ("STRIPE_ENDPOINT", &gateway.address)];
    let worker = shop.instance("capture-payment", &settings).await;

    let answer = invoke(worker.as_ref(), &event_file("sqs/capture-payment.json")).await.unwrap();
    assert_eq!(answer.get(), json!({"batchItemFailures": []}).to_string());
    assert_eq!(shop.succeed("get-order").await.text_at("/state"), "paid");

    let asked = gateway.calls();
    assert!(asked.len() <= 3, "{asked:?}");
    assert!(asked.last().unwrap().ends_with("/capture"), "{asked:?}");
    let made = tables.calls();
    let writes: Vec<_> = made.iter().filter(|call| WRITES.contains(&call.as_str())).collect();
    assert!((1..=5).contains(&writes.len()), "{made:?}");
}
