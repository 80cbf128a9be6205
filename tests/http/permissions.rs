//! Whether each function's policy allows exactly what it asks of the tables: one story in which every function does all
//! that it ever does.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use application::{Holds, Limits};
use domain::catalog::Variant;
use domain::payment::{Decline, Outcome, Retry};
use domain::stock::{LimitClaim, PlannedHold};
use domain::{RequestKey, Timestamp};
use dynoxide::actions::put_item::PutItemRequest;
use lambda::Function;
use serde_json::{Value, json};
use yaml_serde::Value as Yaml;

use crate::answer::Answer;
use crate::endpoint::Line;
use crate::events;
use crate::goods::{sku, stocked, variant};
use crate::receive_webhook::{approved_at_paypal, captured_at_adyen, signed};
use crate::reconciled;
use crate::request::{Request, event_file, key};
use crate::shop::{Shop, answer, invoke, opened};

/// A shop in which every function has one instance, and a line of its own to the tables.
struct Watched {
    shop: Shop,
    functions: BTreeMap<&'static str, (Arc<dyn Function>, Line)>,
}

/// Every function that asks the tables.
const FUNCTIONS: [&str; 16] = [
    "add-payment-method",
    "apply-webhook",
    "cancel-order",
    "capture-payment",
    "checkout",
    "create-reservation",
    "expire-reservation",
    "get-order",
    "get-product",
    "get-reservation",
    "list-products",
    "receive-webhook",
    "reconcile",
    "release-reservation",
    "submit-action-result",
    "sweep",
];

impl Watched {
    async fn open() -> Self {
        let (shop, _) = events::shop(&[]).await;
        let limited = Variant { limit_per_customer: Some(50), ..variant("BALL", 4_499, "EUR") };
        shop.put_on_sale(&stocked("ball", "balls", limited, 20)).await;
        shop.put_on_sale(&stocked("cup", "cups", variant("CUP", 999, "EUR"), 3)).await;
        let mut functions = BTreeMap::new();
        for name in FUNCTIONS {
            let line = Line::to(&shop.address).await;
            let instance = shop.instance(name, &[("AWS_ENDPOINT_URL", &line.address)]).await;
            functions.insert(name, (instance, line));
        }
        Self { shop, functions }
    }

    async fn ask(&self, request: Request) -> Answer {
        let answer = answer(self.functions[request.operation].0.as_ref(), &request).await;
        assert!(answer.status < 300, "{request}{}", answer.shown());
        answer
    }

    async fn hold(&self, key: u32, sku: &str, quantity: u32) -> Answer {
        let lines = json!({"lines": [{"sku": sku, "quantity": quantity}]});
        self.ask(self.customer("create-reservation").key(key).body(&lines.to_string())).await
    }

    fn customer(&self, operation: &'static str) -> Request {
        Request::of(operation).customer(&self.shop.issuer.token("ada"))
    }

    async fn work(&self, name: &'static str, event: &Value) {
        let answer = invoke(self.functions[name].0.as_ref(), event).await.unwrap();
        let done = [json!({"batchItemFailures": []}), Value::Null];
        assert!(done.contains(&serde_json::from_str(answer.get()).unwrap()), "{name}: {answer}");
    }

    /// Puts other values into a record, as time would.
    fn age(&self, table: &str, key: &str, changes: Value) {
        let items = self.shop.records()[table]["Items"].clone();
        let mut item = items.as_array().unwrap().iter().find(|item| item["pk"]["S"] == key).unwrap().clone();
        for (name, value) in changes.as_object().unwrap() {
            item[name] = value.clone();
        }
        let request: PutItemRequest =
            serde_json::from_value(json!({"TableName": table, "Item": item})).unwrap();
        self.shop.database.put_item(request).unwrap();
    }
}

/// What the template allows each function to do with the tables.
fn allowed() -> BTreeMap<String, BTreeSet<String>> {
    let template: Yaml = yaml_serde::from_str(local::TEMPLATE).unwrap();
    let mut allowed: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for resource in template["Resources"].as_mapping().unwrap().values() {
        let Some(code) = resource["Properties"].get("CodeUri").and_then(Yaml::as_str) else { continue };
        let name = code.rsplit('/').next().unwrap().to_owned();
        let policies = resource["Properties"].get("Policies").and_then(Yaml::as_sequence);
        for statement in policies.into_iter().flatten().flat_map(|policy| texts(&policy["Statement"])) {
            let actions = texts(&statement["Action"])
                .into_iter()
                .filter_map(|action| Some(action.as_str()?.strip_prefix("dynamodb:")?.to_owned()));
            for action in actions {
                let tables = texts(&statement["Resource"]).into_iter().map(|resource| {
                    let name = resource.as_str().unwrap().replace("${", "").replace('}', "");
                    format!("{action} {}", name.replace(".Arn", ""))
                });
                allowed.entry(name.clone()).or_default().extend(tables);
            }
        }
    }
    allowed
}

/// One value, or several.
fn texts(value: &Yaml) -> Vec<&Yaml> {
    value.as_sequence().map_or_else(|| vec![value], |values| values.iter().collect())
}

#[tokio::test]
async fn each_function_asks_of_the_tables_all_that_its_policy_allows_and_nothing_else() {
    let watched = Watched::open().await;
    browse(&watched).await;
    hold_remnants(&watched).await;
    let order = buy(&watched).await;
    cancel(&watched).await;
    act(&watched).await;
    hear(&watched).await;
    reconcile(&watched).await;
    give_back(&watched).await;
    sweep(&watched, &order).await;

    let allowed = allowed();
    for (name, (_, line)) in &watched.functions {
        assert_eq!(line.asked(), allowed[*name], "left: what {name} asks; right: what it may");
    }
    assert!(allowed.keys().all(|name| FUNCTIONS.contains(&name.as_str())), "{allowed:?}");
}

async fn browse(watched: &Watched) {
    watched.ask(Request::of("list-products")).await;
    watched.ask(Request::of("list-products").query("")).await;
    watched.ask(Request::of("get-product")).await;
}

/// The last units of two pages are held together by a customer whose claim stands already: an earlier try of this very
/// request died after it.
async fn hold_remnants(watched: &Watched) {
    watched.hold(1, "BALL", 8).await;
    watched.hold(2, "BALL", 9).await;
    let books = watched.shop.books().await;
    let remnant = books.pages.iter().find(|page| page.key.sku == sku("BALL") && page.available == 2).unwrap();
    let taken = PlannedHold { page: remnant.key.clone(), quantity: 1 };
    let stock = watched.shop.stock().await;
    let _held = stock.hold(&"stranger".parse().unwrap(), &taken, Timestamp::from_millis(1)).await.unwrap();
    let customer = books.reservations[0].caller.clone();
    let request = RequestKey { caller: customer.clone(), key: key(3).parse().unwrap() };
    let claim = LimitClaim {
        sku: sku("BALL"),
        customer,
        reservation: request.reservation_id(),
        turn: 1,
        quantity: 2,
        limit: 50,
    };
    let _claimed = watched.shop.limits().await.claim(&claim).await.unwrap();
    let held = watched.hold(3, "BALL", 2).await;
    watched.hold(3, "BALL", 2).await;
    let id = held.text_at("/id");
    watched.ask(watched.customer("get-reservation").path(&id)).await;
    let checkout = watched.customer("checkout").with("/reservation_id", json!(id));
    watched.ask(checkout.with("/expected_total/amount", json!(8_998))).await;
}

/// An order that is declined, paid with another method, and captured.
async fn buy(watched: &Watched) -> String {
    watched.ask(Request::of("create-reservation")).await;
    let order = watched.ask(Request::of("checkout")).await.text_at("/id");
    let decline = Decline { code: "insufficient_funds".to_owned(), retry: Retry::OtherMethod };
    watched.shop.pay(&order, [opened(), Outcome::Declined(decline)]).await;
    let method = json!({"payment_methods": [{"gateway": "stripe", "token": "pm_card_visa"}]});
    watched.ask(Request::of("add-payment-method").body(&method.to_string())).await;
    watched.work("capture-payment", &event_file("sqs/capture-payment.json")).await;
    watched.ask(Request::of("get-order")).await;
    order
}

/// An order that is cancelled after its payment was declined.
async fn cancel(watched: &Watched) {
    let held = watched.hold(6, "SCARF", 1).await.text_at("/id");
    let checkout = watched.customer("checkout").key(6).with("/reservation_id", json!(held));
    let order = watched.ask(checkout.with("/expected_total/amount", json!(1_999))).await.text_at("/id");
    let decline = Decline { code: "insufficient_funds".to_owned(), retry: Retry::OtherMethod };
    watched.shop.pay(&order, [opened(), Outcome::Declined(decline)]).await;
    watched.ask(watched.customer("cancel-order").path(&order)).await;
}

/// An order whose shopper comes back from their bank.
async fn act(watched: &Watched) {
    let held = watched.hold(9, "SHIRT-FINAL-M", 1).await;
    let checkout = watched.customer("checkout").key(9).with("/reservation_id", json!(held.text_at("/id")));
    let total = held.body()["totals"]["total"]["amount"].clone();
    let order = watched.ask(checkout.with("/expected_total/amount", total)).await.text_at("/id");
    let url = "https://bank.example/3ds".to_owned();
    watched.shop.pay(&order, [opened(), Outcome::RequiresAction { url }]).await;
    watched.ask(watched.customer("submit-action-result").path(&order)).await;
}

/// The gateway tells of an order that nobody has begun to charge.
async fn hear(watched: &Watched) {
    let held = watched.hold(7, "SHIRT-FINAL-M", 1).await;
    let checkout = watched.customer("checkout").key(7).with("/reservation_id", json!(held.text_at("/id")));
    let total = held.body()["totals"]["total"]["amount"].clone();
    let order = watched.ask(checkout.with("/expected_total/amount", total)).await.text_at("/id");
    let told = Request::of("receive-webhook").with("/data/object/metadata/order_id", json!(order));
    watched.ask(signed(told.event()["body"].as_str().unwrap())).await;
    watched.ask(captured_at_adyen()).await;
    watched.ask(approved_at_paypal(&watched.shop)).await;
    watched.work("apply-webhook", &event_file("sqs/apply-webhook.json")).await;
}

/// The gateway lists money for an order that nobody has begun to charge: its payment is taken up, and the list differs.
async fn reconcile(watched: &Watched) {
    let held = watched.hold(8, "SHIRT-FINAL-M", 1).await;
    let checkout = watched.customer("checkout").key(8).with("/reservation_id", json!(held.text_at("/id")));
    let total = held.body()["totals"]["total"]["amount"].clone();
    let order = watched.ask(checkout.with("/expected_total/amount", total.clone())).await.text_at("/id");
    let at = reconciled::begin(&watched.shop).await;
    let taking = json!({
        "order_id": order, "attempt": "1", "amount": total, "currency": "eur", "captured_at": at
    });
    reconciled::take(&watched.shop, taking).await;
    watched.work("reconcile", &event_file("schedule/reconcile.json")).await;
}

/// Units of SKUs that are sold out come back, once by a release and once by an expiry: everybody is told.
async fn give_back(watched: &Watched) {
    let held = watched.hold(4, "SCARF", 3).await;
    watched.ask(watched.customer("release-reservation").path(&held.text_at("/id"))).await;

    let brief = watched.shop.instance("create-reservation", &[("HOLD_SECONDS", "1")]).await;
    let last = Request::of("create-reservation").key(5);
    let last = last.body(r#"{"lines":[{"sku":"CUP","quantity":3}]}"#);
    let held = answer(brief.as_ref(), &last).await.text_at("/id");
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    let mut event = event_file("sqs/expire-reservation.json");
    event["Records"][0]["body"] = json!(json!({ "reservation_id": held }).to_string());
    watched.work("expire-reservation", &event).await;
}

/// The sweeper finds an order that nobody woke, and a page whose hold expired meanwhile.
async fn sweep(watched: &Watched, order: &str) {
    let waiting = json!({"wake_shard": {"S": "0"}, "wake_at": {"N": "1"}});
    watched.age("Orders", &format!("order#{order}"), waiting);
    watched.work("sweep", &event_file("schedule/sweep.json")).await;
}
