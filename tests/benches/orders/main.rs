//! Drives whole purchases through the release build of the local shop, over loopback, and prints what an order costs.
//!
//! One JSON object per level of shoppers. CPU is the shop's whole process, with the share of each of its parts by
//! thread name; the shoppers run in another process and are not in it. Then comes one JSON object per goal, and it fails
//! when one is missed. Run: `cargo bench -p matchday-tests --bench orders`.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]
#![expect(clippy::disallowed_methods, reason = "a bench measures time, and its shoppers poll")]
#![expect(clippy::float_arithmetic, clippy::as_conversions, reason = "figures for people")]
#![expect(clippy::panic, clippy::expect_used, reason = "a bench whose shop fails has no figures")]

mod process; // what the system says about the shop's process
mod steps; // how long each step took

use std::process::ExitCode;
use std::time::{Duration, Instant};

use process::Usage;
use reqwest::Method;
use serde_json::{Map, Value, json};
use steps::{STEPS, Steps};
use tests::{CatalogFile, Shop, Shopper, key};
use tokio::task::JoinSet;

const LEVELS: [(usize, usize); 3] = [(1, 100), (8, 400), (32, 640)];
const SKUS: [&str; 12] = [
    "shirt-a", "shirt-b", "shirt-c", "shirt-d", "shirt-e", "shirt-f", "shirt-g", "shirt-h", "shirt-i",
    "shirt-j", "shirt-k", "shirt-l",
];

/// How long an order may take from its accepted checkout to `paid`, at so many shoppers: milliseconds, by percentile.
const GOALS: [(&str, f64); 2] = [("p50", 150.0), ("p99", 500.0)];
const GOALS_SHOPPERS: usize = 8;

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let goals = runtime.expect("a runtime").block_on(measure());
    goals.iter().for_each(|goal| println!("{goal}"));
    let is_met = |goal: &Value| goal.get("is_met").and_then(Value::as_bool).unwrap_or_default();
    if goals.iter().all(is_met) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Prints what was measured, and answers with the goals.
async fn measure() -> Vec<Value> {
    let folder = tempfile::tempdir().expect("a folder");
    let stock: Vec<(&str, u32)> = SKUS.iter().map(|sku| (*sku, 400)).collect();
    let catalog = CatalogFile::write(folder.path(), &stock);
    println!("{}", json!({"ready_ms": ready_ms()}));

    let shop = Shop::start(env!("CARGO_BIN_EXE_shop"), &["--catalog", catalog.path()]);
    buy(shop.shopper(), 20).await;
    let mut levels = Vec::new();
    for (shoppers, orders) in LEVELS {
        let figures = level(&shop, shoppers, orders).await;
        println!("{figures}");
        levels.push(figures);
    }
    GOALS.map(|(percentile, most)| judged(&levels, percentile, most)).into()
}

/// A goal, as the bench of the surge prints its own.
fn judged(levels: &[Value], percentile: &str, most: f64) -> Value {
    let is_judged = |level: &&Value| level.get("shoppers") == Some(&json!(GOALS_SHOPPERS));
    let times = levels.iter().find(is_judged).and_then(|level| level.pointer("/latency_ms"));
    let time = times.and_then(|times| times.get(STEPS.paid)?.get(percentile)?.as_f64());
    // A figure that is not there is no figure that meets a goal.
    let is_met = time.is_some_and(|time| time <= most);
    json!({
        "goal": format!("{}_{percentile}_ms", STEPS.paid), "shoppers": GOALS_SHOPPERS, "figure": time,
        "at_most": most, "is_met": is_met,
    })
}

/// From the start of the built binary, with the demo catalog, to the line that says it is ready: the best of five.
fn ready_ms() -> u128 {
    let once = |_| {
        let started = Instant::now();
        let _shop = Shop::start(env!("CARGO_BIN_EXE_shop"), &[]);
        started.elapsed().as_millis()
    };
    (0..5).map(once).min().unwrap_or_default()
}

async fn level(shop: &Shop, shoppers: usize, orders: usize) -> Value {
    let calls_before = calls(shop).await;
    let gateway_before = gateway_calls(shop).await;
    let usage_before = Usage::of(shop.process_id());
    let started = Instant::now();
    let mut crowd = JoinSet::new();
    for _ in 0..shoppers {
        crowd.spawn(buy(shop.shopper(), orders.div_ceil(shoppers)));
    }
    let steps = crowd.join_all().await.into_iter().fold(Steps::default(), Steps::merge);
    let elapsed = started.elapsed();
    let used = Usage::of(shop.process_id()).since(&usage_before);
    let done = steps.orders();
    let calls = per_order(&calls_before, &calls(shop).await, done);
    let asked = gateway_calls(shop).await - gateway_before;
    json!({
        "shoppers": shoppers,
        "orders": done,
        "orders_per_second": round(done as f64 / elapsed.as_secs_f64()),
        "latency_ms": steps.summary(),
        "cpu_ms_per_order": round(used.cpu_ms / done as f64),
        "cpu_ms_per_order_by_part": used.by_part(done),
        "peak_rss_mb": round(used.peak_rss_mb),
        "gateway_calls_per_order": round(asked / done as f64),
        "table_writes_per_order": round(writes(&calls)),
        "calls_per_order": calls,
    })
}

/// One shopper after the other buys one unit over the same connection: list, product, hold, checkout, status until paid.
async fn buy(shopper: Shopper, orders: usize) -> Steps {
    let mut steps = Steps::default();
    for sku in SKUS.iter().cycle().take(orders) {
        // Nobody buys so often in an hour without a review.
        let shopper = shopper.another();
        let path = Instant::now();
        let list = steps.timed(STEPS.list, shopper.get("/products")).await;
        assert_eq!(list.status, 200);
        let product = steps.timed(STEPS.product, shopper.get(&format!("/products/product-{sku}"))).await;
        assert_eq!(product.status, 200);
        let held = steps.timed(STEPS.hold, shopper.hold(&key(), sku, 1)).await;
        assert_eq!(held.status, 201, "{}", held.body);
        let placed = steps.timed(STEPS.checkout, shopper.check_out(&key(), &held.body, "pm_card_visa")).await;
        assert_eq!(placed.status, 202, "{}", placed.body);
        let accepted = Instant::now();
        until_paid(&shopper, &placed.body, &mut steps).await;
        steps.add(STEPS.paid, accepted.elapsed());
        steps.add(STEPS.path, path.elapsed());
    }
    steps
}

async fn until_paid(shopper: &Shopper, order: &Value, steps: &mut Steps) {
    let path = format!("/orders/{}", order.pointer("/id").and_then(Value::as_str).unwrap_or_default());
    let mut pause = Duration::from_millis(20);
    loop {
        tokio::time::sleep(pause).await;
        let seen = steps.timed(STEPS.status, shopper.ask(Method::GET, &path, None, None)).await;
        match seen.body.pointer("/state").and_then(Value::as_str) {
            Some("paid") => return,
            Some("pending_payment") => pause = (pause * 2).min(Duration::from_millis(200)),
            other => panic!("the order became {other:?}: {}", seen.body),
        }
    }
}

/// Calls to AWS that the shop's functions made so far, by service and operation.
async fn calls(shop: &Shop) -> Map<String, Value> {
    let answer = shop.shopper().get("/_local/calls").await;
    answer.body.as_object().cloned().expect("the local shop counts its calls")
}

/// Calls to the gateway so far. It counts what its webhooks make the shop ask, too.
async fn gateway_calls(shop: &Shop) -> f64 {
    let answer = Shopper::new(&shop.sandbox).get("/sandbox/calls").await;
    answer.body.as_f64().expect("the sandbox counts its calls")
}

/// Calls that write to a table; a transaction is one. From the hold to the last webhook.
fn writes(calls: &Map<String, Value>) -> f64 {
    let kinds = ["PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"];
    let made = kinds.map(|kind| calls.get(&format!("DynamoDB.{kind}")).and_then(Value::as_f64));
    made.into_iter().flatten().sum()
}

fn per_order(before: &Map<String, Value>, after: &Map<String, Value>, orders: usize) -> Map<String, Value> {
    let count =
        |calls: &Map<String, Value>, kind: &str| calls.get(kind).and_then(Value::as_f64).unwrap_or(0.0);
    let each = |kind: &String| {
        let made = count(after, kind) - count(before, kind);
        (kind.clone(), json!(round(made / orders as f64)))
    };
    after.keys().map(each).collect()
}

fn round(figure: f64) -> f64 {
    (figure * 100.0).round() / 100.0
}
