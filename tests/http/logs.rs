//! Nothing secret gets into a log: every function, with what it expects and with what it refuses, at the lowest level
//! that can be set, and every line that it wrote.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lambda::{Environment, telemetry};
use serde_json::{Value, json};
use tracing_subscriber::util::SubscriberInitExt;
use yaml_serde::Value as Yaml;

use crate::endpoint::{
    ADYEN_HMAC_KEY, ADYEN_REPORTS_PASSWORD, ADYEN_SECRET, PAYPAL_SECRET, STRIPE_SECRET, WEBHOOK_SECRET,
};
use crate::events;
use crate::issuer::Issuer;
use crate::receive_webhook::{approved_at_paypal, captured_at_adyen, now, signature, signed};
use crate::reconciled;
use crate::request::{ROUTES, Request, TAKE_A_BODY, WEBHOOKS, event_file, guest};
use crate::shop::{Shop, invoke};

mod broken; // what breaks on its way to a worker, and at a gateway

/// Test numbers of the networks, as people write them.
const CARDS: [&str; 5] = [
    "4242424242424242",
    "5555 5555 5555 4444",
    "3782-822463-10005",
    "6011.1111.1111.1117",
    "2223003122003222",
];
/// A card that is stored at Adyen.
const ADYEN_TOKEN: &str = "stored_card_7";
/// The functions that no route enters, with their events.
const WORKERS: [(&str, &str); 6] = [
    ("relay", "stream/relay.json"),
    ("capture-payment", "sqs/capture-payment.json"),
    ("apply-webhook", "sqs/apply-webhook.json"),
    ("expire-reservation", "sqs/expire-reservation.json"),
    ("reconcile", "schedule/reconcile.json"),
    ("sweep", "schedule/sweep.json"),
];

/// Every line that was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// The lines of the functions. The tables' own server runs beside them on this thread, and is none of them.
    fn lines(&self) -> Vec<String> {
        self.lines_from(0)
    }

    /// The same without those that were there when the log was so long.
    fn lines_from(&self, length: usize) -> Vec<String> {
        let text = String::from_utf8(self.0.lock().unwrap()[length..].to_vec()).unwrap();
        // Its time may have the digits of a postal code.
        let untimed = |line: &str| line.split_once(r#"Z","#).map_or(line, |(_, rest)| rest).to_owned();
        text.lines().filter(|line| !line.contains(r#""target":"dynoxide"#)).map(untimed).collect()
    }

    /// How long it is.
    fn length(&self) -> usize {
        self.0.lock().unwrap().len()
    }
}

/// What must be in no line.
#[derive(Default)]
struct Secrets(BTreeSet<String>);

impl Secrets {
    fn add(&mut self, secret: &str) {
        self.0.insert(secret.to_owned());
    }

    /// A token, and each of its parts.
    fn add_token(&mut self, token: &str) {
        self.add(token);
        token.split('.').skip(1).for_each(|part| self.add(part));
    }

    /// What of it is in a line.
    fn found_in(&self, line: &str) -> Vec<String> {
        let known = self.0.iter().filter(|secret| line.contains(secret.as_str())).cloned();
        known.chain(card_numbers(line)).collect()
    }
}

/// What could be a card number: 13 to 19 digits in groups, with the prefix of a network and the right check digit.
fn card_numbers(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    for run in line.split(|letter: char| !letter.is_ascii_digit() && ![' ', '-', '.'].contains(&letter)) {
        let groups: Vec<&str> = run.split([' ', '-', '.']).filter(|group| !group.is_empty()).collect();
        for first in 0..groups.len() {
            let spans = (first + 1..=groups.len()).map(|end| groups[first..end].concat());
            found.extend(spans.filter(|digits| is_card_number(digits)));
        }
    }
    found
}

fn is_card_number(digits: &str) -> bool {
    // Every prefix of a network that issues cards, as four digits.
    let networks = [2221..=2720, 3000..=3059, 3095..=3095, 3400..=3499, 3528..=3999, 4000..=6999];
    let prefix: u32 = digits.get(..4).and_then(|prefix| prefix.parse().ok()).unwrap_or_default();
    let doubled = |digit: u32| [0, 2, 4, 6, 8, 1, 3, 5, 7, 9][usize::try_from(digit).unwrap()];
    let values = digits.chars().rev().map(|digit| digit.to_digit(10).unwrap()).enumerate();
    let sum: u32 = values.map(|(place, digit)| if place % 2 == 0 { digit } else { doubled(digit) }).sum();
    (13..=19).contains(&digits.len())
        && networks.iter().any(|network| network.contains(&prefix))
        && sum.is_multiple_of(10)
}

/// All texts and numbers of a document, by pointer.
fn scalars(document: &Value, pointer: &str) -> Vec<(String, Value)> {
    let child = |name: &str, value: &Value| scalars(value, &format!("{pointer}/{name}"));
    match document {
        Value::Object(fields) => fields.iter().flat_map(|(name, value)| child(name, value)).collect(),
        Value::Array(items) => {
            items.iter().enumerate().flat_map(|(place, value)| child(&place.to_string(), value)).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            vec![(pointer.to_owned(), document.clone())]
        }
    }
}

/// A shop that is watched.
struct Watched {
    shop: Shop,
    secrets: Secrets,
    log: Log,
    /// The statuses that each route gave.
    answered: BTreeMap<&'static str, BTreeSet<u16>>,
    /// The functions that left a line of their own.
    heard: BTreeSet<&'static str>,
}

impl Watched {
    async fn open(log: Log) -> Self {
        let (shop, _) = events::shop(&[]).await;
        reconciled::begin_at_adyen(&shop).await;
        let mut secrets = Secrets::default();
        for secret in [STRIPE_SECRET, PAYPAL_SECRET, ADYEN_SECRET, ADYEN_HMAC_KEY, WEBHOOK_SECRET] {
            secrets.add(secret);
        }
        secrets.add(ADYEN_REPORTS_PASSWORD);
        secrets.add(&STANDARD.encode(format!("report@Company.Local:{ADYEN_REPORTS_PASSWORD}")));
        secrets.add(&STANDARD.encode(format!("local:{PAYPAL_SECRET}")));
        secrets.add(&broken::paypal_token(&shop.setting("PAYPAL_ENDPOINT")).await);
        let checkout = Request::of("checkout");
        secrets.add(checkout.event()["headers"]["guest-token"].as_str().unwrap());
        let body = checkout.json();
        let persons = ["/contact", "/shipping_address"].map(|at| body.pointer(at).unwrap().clone());
        let about = persons.iter().flat_map(|person| scalars(person, "")).filter(|(at, _)| at != "/country");
        about.for_each(|(_, value)| secrets.add(value.as_str().unwrap()));
        for request in [checkout, Request::of("add-payment-method")] {
            secrets.add(request.json()["payment_methods"][0]["token"].as_str().unwrap());
        }
        Self { shop, secrets, log, answered: BTreeMap::new(), heard: BTreeSet::new() }
    }

    async fn ask(&mut self, request: &Request) -> u16 {
        let length = self.log.length();
        let status = self.shop.ask(request).await.status;
        self.hear_from(request.operation, length);
        self.answered.entry(request.operation).or_default().insert(status);
        status
    }

    async fn succeed(&mut self, operation: &'static str) {
        let status = self.ask(&Request::of(operation)).await;
        assert!(status < 300, "{operation}: {status}");
    }

    async fn work(&mut self, name: &'static str, event: &Value) {
        let length = self.log.length();
        let instance = self.shop.usual_instance(name).await;
        invoke(instance.as_ref(), event).await.unwrap();
        self.hear_from(name, length);
    }

    /// Notes whether a function has said something since the log was so long. The gateway runs beside them, too.
    fn hear_from(&mut self, name: &'static str, length: usize) {
        let is_its_own = |line: &String| !line.contains(r#""target":"sandbox_gateway"#);
        if self.log.lines_from(length).iter().any(is_its_own) {
            self.heard.insert(name);
        }
    }

    /// A purchase that is declined, paid, told of and cancelled, and every worker.
    async fn buy(&mut self) {
        self.shop.declined_order().await;
        self.succeed("add-payment-method").await;
        self.hear().await;
        for (worker, event) in WORKERS {
            self.work(worker, &event_file(event)).await;
        }
        for operation in ROUTES {
            if !TAKE_A_BODY.contains(&operation) && operation != "release-reservation" {
                self.succeed(operation).await;
            }
        }
        for operation in ["create-reservation", "checkout"] {
            self.succeed(operation).await;
        }
        self.work("capture-payment", &event_file("sqs/capture-payment.json")).await;
    }

    /// The gateways' webhooks, and what is none.
    async fn hear(&mut self) {
        let told = captured_at_adyen();
        let notification = &told.json()["notificationItems"][0]["NotificationRequestItem"];
        self.secrets.add(notification["additionalData"]["hmacSignature"].as_str().unwrap());
        assert_eq!(self.ask(&told).await, 200);
        let approved = approved_at_paypal(&self.shop);
        self.secrets.add("ann@example.com");
        self.secrets.add(approved.event()["headers"]["paypal-transmission-sig"].as_str().unwrap());
        assert_eq!(self.ask(&approved).await, 200);
        let body = Request::of("receive-webhook").event()["body"].as_str().unwrap().to_owned();
        self.secrets.add(signature(now(), &body).rsplit('=').next().unwrap());
        assert_eq!(self.ask(&signed(&body)).await, 200);
        for card in CARDS {
            let told = body.replace("requires_capture", card);
            self.ask(&signed(&told)).await;
            self.ask(&signed(&told[..told.len() / 2])).await;
            let forged = signature(now(), card);
            self.secrets.add(forged.rsplit('=').next().unwrap());
            self.ask(&Request::of("receive-webhook").body(&told).header("Stripe-Signature", &forged)).await;
        }
    }

    /// Units that are held for another guest and given back, and orders at the other gateways.
    async fn others(&mut self) {
        self.secrets.add(&guest(1));
        let held = self.shop.ask(&Request::of("create-reservation").guest(1).key(1)).await;
        let reservation = held.text_at("/id");
        assert!(self.ask(&Request::of("release-reservation").guest(1).path(&reservation)).await < 300);

        self.secrets.add(ADYEN_TOKEN);
        let methods = [
            json!({"gateway": "paypal"}),
            json!({"gateway": "adyen", "token": ADYEN_TOKEN}),
            json!({"gateway": "adyen", "token": "authentication"}),
        ];
        let mut last = (String::new(), Value::Null);
        for (key, method) in (2..).zip(methods) {
            let held = self.shop.ask(&Request::of("create-reservation").guest(1).key(key)).await;
            let checkout = Request::of("checkout").guest(1).key(key);
            let checkout = checkout.with("/reservation_id", json!(held.text_at("/id")));
            let order =
                self.shop.ask(&checkout.with("/payment_methods", json!([method]))).await.text_at("/id");
            let mut event = event_file("sqs/capture-payment.json");
            event["Records"][0]["body"] = json!(json!({"order_id": order}).to_string());
            self.work("capture-payment", &event).await;
            last = (order, event);
        }
        // What the last shopper brings back from their bank goes to the gateway, which never gave it.
        let brought_back = Request::of("submit-action-result").guest(1).path(&last.0);
        self.secrets.add(brought_back.json()["redirect_result"].as_str().unwrap());
        assert_eq!(self.ask(&brought_back).await, 202);
        self.work("capture-payment", &last.1).await;
        let seen = self.shop.ask(&Request::of("get-order").guest(1).path(&last.0)).await;
        assert_eq!(seen.text_at("/payment/decline/code"), "validation_702");
    }

    /// What a route refuses.
    async fn refuse(&mut self, operation: &'static str) {
        let good = self.shop.issuer.token("ada");
        for token in [good.clone(), good.replace('.', "-"), Issuer::forged("ada"), format!("{good}x")] {
            self.secrets.add_token(&token);
            self.ask(&Request::of(operation).customer(&token)).await;
            self.ask(&Request::of(operation).header("Authorization", &format!("Basic {token}"))).await;
        }
        for card in CARDS {
            self.ask(&Request::of(operation).query(&format!("note={card}&cvc=123"))).await;
            for name in ["User-Agent", "Guest-Token", "Authorization", "Idempotency-Key", "Content-Type"] {
                self.ask(&Request::of(operation).header(name, card)).await;
            }
            if Request::of(operation).event()["pathParameters"].is_object() {
                self.ask(&Request::of(operation).path(card)).await;
            }
        }
    }

    /// What a route refuses that takes a body: a card number in each place, and bodies that are none.
    async fn refuse_bodies(&mut self, operation: &'static str) {
        let event = Request::of(operation);
        let body = event.json();
        for (pointer, _) in scalars(&body, "") {
            for card in CARDS {
                self.ask(&event.clone().with(&pointer, json!(card))).await;
            }
        }
        for (pointer, value) in [("/note", json!(CARDS[1])), ("/card", json!(4_242_424_242_424_242_u64))] {
            self.ask(&event.clone().with(pointer, value)).await;
        }
        let text = body.to_string();
        for length in (1..text.len()).filter(|length| text.is_char_boundary(*length)) {
            self.ask(&event.clone().body(&text[..length])).await;
        }
        self.ask(&event.clone().base64_body(&text)).await;
        self.ask(&event.clone().without_header("Content-Type")).await;
        self.ask(&event.without_header("Guest-Token")).await;
    }
}

/// The functions of the template, by folder.
fn functions() -> BTreeSet<String> {
    let template: Yaml = yaml_serde::from_str(local::TEMPLATE).unwrap();
    let resources = template["Resources"].as_mapping().unwrap().values();
    let folders =
        resources.filter_map(|resource| resource["Properties"].get("CodeUri").and_then(Yaml::as_str));
    folders.map(|folder| folder.rsplit('/').next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn whatever_a_function_gets_no_secret_and_nothing_about_a_person_is_in_its_lines() {
    let log = Log::default();
    let lowest = Environment::of([("LOG_LEVEL".to_owned(), "trace".to_owned())]);
    // With one subscriber alone, tracing asks only the thread that comes to a line first whether somebody hears it, and
    // that may be another test's. So there are two, of which one is never heard of.
    let _beside = telemetry::subscriber(&lowest, Log::default).set_default();
    let writer = log.clone();
    let _logging = telemetry::subscriber(&lowest, move || writer.clone()).set_default();

    let mut watched = Watched::open(log.clone()).await;
    watched.buy().await;
    watched.others().await;
    watched.break_workers().await;
    for operation in ROUTES.into_iter().chain(WEBHOOKS) {
        watched.refuse(operation).await;
    }
    for operation in TAKE_A_BODY {
        watched.refuse_bodies(operation).await;
    }

    let driven = watched.answered.keys().copied().chain(WORKERS.map(|(worker, _)| worker));
    assert_eq!(driven.map(str::to_owned).collect::<BTreeSet<_>>(), functions());
    for (route, statuses) in &watched.answered {
        let (good, bad) = (statuses.iter().any(|code| *code < 300), statuses.iter().any(|code| *code >= 400));
        assert!(good && bad, "{route} gave only {statuses:?}");
    }
    // A logger that nothing is captured from would leave nothing to find.
    assert_eq!(watched.heard.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>(), functions());
    let lines = log.lines();
    for line in broken::LINES {
        assert!(lines.iter().any(|said| said.contains(line)), "nobody said {line}");
    }
    assert!(lines.iter().any(|line| line.contains("payment moved")), "the workers log here");
    assert!(lines.iter().any(|line| line.contains("card-data-not-accepted")), "the routes log here");
    let leaks = lines.iter().map(|line| (watched.secrets.found_in(line), line));
    let leaks: Vec<_> = leaks.filter(|(found, _)| !found.is_empty()).take(5).collect();
    assert!(leaks.is_empty(), "{leaks:#?}");
}

#[test]
fn a_secret_or_a_card_number_in_a_line_is_found() {
    let mut secrets = Secrets::default();
    secrets.add("whsec_planted");
    secrets.add_token("head.claims.proof");
    for line in ["key=whsec_planted", r#"{"message":"Bearer head.claims.proof"}"#, "only proof of it"] {
        assert!(!secrets.found_in(line).is_empty(), "{line}");
    }
    for card in CARDS {
        assert!(!secrets.found_in(&format!(r#"{{"note":"12 {card}"}}"#)).is_empty(), "{card}");
    }
    for line in ["4242424242424241", "2026-11-27T01:15:55.123456Z", "42424242424242424242", "nothing"] {
        assert_eq!(secrets.found_in(line), Vec::<String>::new(), "{line}");
    }
}
