//! A plain payment: what its workers ask of the gateway and of the tables.

use serde_json::{Value, json};

use crate::endpoint::Counter;
use crate::events;
use crate::receive_webhook::{approved_at_paypal_as, captured_at_adyen_as};
use crate::request::{Request, event_file};
use crate::shop::{Shop, invoke};

/// The calls that write; a transaction is one, and so is a batch.
const WRITES: [&str; 5] = ["PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem"];

/// A shop with an order, whose workers are counted.
struct Counted {
    shop: Shop,
    order: String,
    tables: Counter,
    gateway: Counter,
    endpoint: &'static str,
    /// Events that were ticked off, each by a write that has nothing to do with the payment: a gateway's every event is.
    settled: usize,
}

impl Counted {
    /// One order that is paid by this method, at the gateway with this setting.
    async fn with(method: Value, endpoint: &'static str) -> Self {
        let (shop, _) = events::shop(&[]).await;
        shop.succeed("create-reservation").await;
        let checkout = Request::of("checkout").with("/payment_methods", json!([method]));
        let order = shop.ask(&checkout).await.text_at("/id");
        let tables = Counter::before(&shop.address).await;
        let gateway = Counter::before(&shop.setting(endpoint)).await;
        Self { shop, order, tables, gateway, endpoint, settled: 0 }
    }

    /// One message for a worker, which must take it to the end.
    async fn work(&self, worker: &str, message: Value) {
        let settings = [
            ("AWS_ENDPOINT_URL", self.tables.address.as_str()),
            (self.endpoint, self.gateway.address.as_str()),
        ];
        let instance = self.shop.instance(worker, &settings).await;
        let mut event = event_file(&format!("sqs/{worker}.json"));
        event["Records"][0]["body"] = json!(message.to_string());
        event["Records"].as_array_mut().unwrap().truncate(1);
        let answer = invoke(instance.as_ref(), &event).await.unwrap();
        assert_eq!(answer.get(), json!({"batchItemFailures": []}).to_string());
    }

    async fn capture(&self) {
        self.work("capture-payment", json!({ "order_id": self.order })).await;
    }

    /// What the gateway tells, which is received and applied.
    async fn hear(&mut self, told: &Request, gateway: &str, event: &str) {
        assert_eq!(self.shop.ask(told).await.status, 200);
        self.work("apply-webhook", json!({ "gateway": gateway, "event_id": event })).await;
        self.settled += 1;
    }

    /// The gateway's object of the order's only attempt.
    fn reference(&self) -> String {
        let items = self.shop.records()["Orders"]["Items"].clone();
        let order = items.as_array().unwrap().iter().find(|item| item.get("attempts").is_some()).unwrap();
        order["attempts"]["L"][0]["M"]["reference"]["S"].as_str().unwrap().to_owned()
    }

    /// The calls to the gateway, and the number of writes, for which the order was paid.
    async fn cost(&self) -> (Vec<String>, usize) {
        let order = self.shop.ask(&Request::of("get-order").path(&self.order)).await;
        assert_eq!(order.text_at("/state"), "paid");
        let writes = self.tables.calls().iter().filter(|call| WRITES.contains(&call.as_str())).count();
        (self.gateway.calls(), writes.saturating_sub(self.settled))
    }
}

#[tokio::test]
async fn a_plain_payment_is_at_most_three_calls_to_the_gateway_and_five_writes() {
    let counted =
        Counted::with(json!({"gateway": "stripe", "token": "pm_card_visa"}), "STRIPE_ENDPOINT").await;
    counted.capture().await;
    let (asked, writes) = counted.cost().await;
    assert!(asked.len() <= 3, "{asked:?}");
    assert!(asked.last().unwrap().ends_with("/capture"), "{asked:?}");
    assert!((1..=5).contains(&writes), "{writes} writes");
}

/// The shopper approves between two messages, and PayPal tells of it. An instance asks for a token before its first call.
#[tokio::test]
async fn a_plain_payment_at_paypal_is_at_most_three_calls_to_the_gateway_and_five_writes() {
    let mut counted = Counted::with(json!({"gateway": "paypal"}), "PAYPAL_ENDPOINT").await;
    counted.capture().await;
    let reference = counted.reference();
    let approval = format!("{}/sandbox/approve/{reference}", counted.shop.setting("PAYPAL_ENDPOINT"));
    // Where the page sends the shopper back to is nowhere.
    let shopper = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let approved = shopper.post(approval).form(&[("account", "pays")]).send().await.unwrap();
    assert!(approved.status().is_success() || approved.status().is_redirection(), "{}", approved.status());
    let order = &counted.order;
    let told = json!({"id": "WH-1-2", "event_type": "CHECKOUT.ORDER.APPROVED", "create_time": "2026-11-27T03:12:32Z",
        "resource": {"id": reference, "purchase_units": [{"custom_id": order, "invoice_id": format!("{order}-1")}]}})
    .to_string();
    counted.hear(&approved_at_paypal_as(&counted.shop, &told), "paypal", "WH-1-2").await;
    let (asked, writes) = counted.cost().await;
    let (tokens, calls): (Vec<_>, Vec<_>) = asked.iter().partition(|call| call.ends_with("/oauth2/token"));
    assert!(tokens.len() <= 2 && calls.len() <= 3, "{asked:?}");
    assert!(asked.last().unwrap().ends_with("/capture"), "{asked:?}");
    assert!((1..=5).contains(&writes), "{writes} writes");
}

/// Adyen takes the capture on, and tells of its end.
#[tokio::test]
async fn a_plain_payment_at_adyen_is_at_most_three_calls_to_the_gateway_and_five_writes() {
    let mut counted = Counted::with(json!({"gateway": "adyen", "token": "visa"}), "ADYEN_ENDPOINT").await;
    counted.capture().await;
    let (reference, order) = (counted.reference(), &counted.order);
    let total = Request::of("checkout").json()["expected_total"]["amount"].as_i64().unwrap();
    let captured = format!("CAPT2:{reference}:none:{order}-1:{total}:EUR:CAPTURE:true");
    counted.hear(&captured_at_adyen_as(&captured), "adyen", "CAPT2-CAPTURE-true").await;
    let (asked, writes) = counted.cost().await;
    assert!(asked.len() <= 3, "{asked:?}");
    assert!(asked.last().unwrap().ends_with("/captures"), "{asked:?}");
    assert!((1..=5).contains(&writes), "{writes} writes");
}
