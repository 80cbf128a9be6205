use std::collections::HashMap;

use domain::payment::GatewayName;
use domain::stock::{AlertKind, StockAlert};
use domain::webhook::EventKey;

use super::*;

fn number(at: i64) -> AttributeValue {
    AttributeValue::N(at.to_string())
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn image(key: &str, wake: Option<(&str, i64)>) -> Item {
    let mut image = HashMap::from([("pk".to_owned(), text(key)), ("reservation_id".to_owned(), text("r1"))]);
    if let Some((queue, at)) = wake {
        let wake = HashMap::from([("queue".to_owned(), text(queue)), ("at".to_owned(), number(at))]);
        image.insert("wake".to_owned(), AttributeValue::M(wake));
    }
    Item::from(image)
}

#[test]
fn a_new_reservation_is_to_be_expired() {
    let new = image("reservation#r1", Some(("expire-reservation", 5)));
    let expected =
        WakeUp { subject: Subject::ExpireReservation("r1".parse().unwrap()), at: Timestamp::from_millis(5) };
    assert_eq!(wake_up_of(&new, None), Ok(Some(expected)));
}

#[test]
fn an_order_wakes_the_worker_of_its_queue() {
    let old = image("order#o1", Some(("capture-payment", 5)));
    let later = image("order#o1", Some(("capture-payment", 7)));
    let at = Timestamp::from_millis(7);
    let capture = WakeUp { subject: Subject::CapturePayment("o1".parse().unwrap()), at };
    assert_eq!(wake_up_of(&later, &old), Ok(Some(capture)));
    let failed = image("order#o1", Some(("expire-reservation", 7)));
    let expire = WakeUp { subject: Subject::ExpireReservation("r1".parse().unwrap()), at };
    assert_eq!(wake_up_of(&failed, &old), Ok(Some(expire)));
}

#[test]
fn a_new_event_is_to_be_applied() {
    let new = image("webhook#stripe#evt_1", Some(("apply-webhook", 5)));
    let key = EventKey { gateway: GatewayName::Stripe, id: "evt_1".parse().unwrap() };
    let expected = WakeUp { subject: Subject::ApplyWebhook(key), at: Timestamp::from_millis(5) };
    assert_eq!(wake_up_of(&new, None), Ok(Some(expected)));
}

#[test]
fn a_crossing_is_told_with_its_facts() {
    let alert = StockAlert {
        sku: "SHIRT-M".parse().unwrap(),
        number: 3,
        kind: AlertKind::Low,
        units: 9,
        at: Timestamp::from_millis(5),
    };
    let mut stored = image("stock-alert#SHIRT-M#3", Some(("stock-alerts", 5)));
    let facts = [
        ("sku", text("SHIRT-M")),
        ("number", number(3)),
        ("kind", text("low")),
        ("units", number(9)),
        ("at", number(5)),
    ];
    for (name, value) in facts.clone() {
        stored.insert(name.to_owned(), value);
    }
    let expected = WakeUp { subject: Subject::StockAlert(alert.clone()), at: alert.at };
    assert_eq!(wake_up_of(&stored, None), Ok(Some(expected)));
    for (name, _) in facts {
        let mut spoilt = stored.clone();
        spoilt.insert(name.to_owned(), AttributeValue::Bool(true));
        assert_eq!(wake_up_of(&spoilt, None), Err(Failure::Unreadable(name)));
    }
}

#[test]
fn a_change_that_leaves_the_wake_alone_wakes_nobody() {
    let order = image("order#o1", Some(("capture-payment", 5)));
    assert_eq!(wake_up_of(&order, &order), Ok(None));
    assert_eq!(wake_up_of(&image("order#o1", None), &order), Ok(None));
    assert_eq!(wake_up_of(None, &order), Ok(None));
}

#[test]
fn a_record_of_another_kind_wakes_nobody() {
    assert_eq!(wake_up_of(&image("refund#1", Some(("capture-payment", 5))), None), Ok(None));
}

#[test]
fn one_of_our_records_that_cannot_be_read_is_an_error() {
    let unknown_queue = image("order#o1", Some(("win-the-league", 5)));
    assert_eq!(wake_up_of(&unknown_queue, None), Err(Failure::Unreadable("queue")));
    let paid_reservation = image("reservation#r1", Some(("capture-payment", 5)));
    assert_eq!(wake_up_of(&paid_reservation, None), Err(Failure::Unreadable("queue")));
    let event_without_units = image("webhook#stripe#evt_1", Some(("expire-reservation", 5)));
    assert_eq!(wake_up_of(&event_without_units, None), Err(Failure::Unreadable("queue")));
    let mut flat = image("order#o1", None);
    flat.insert("wake".to_owned(), number(5));
    assert_eq!(wake_up_of(&flat, None), Err(Failure::Unreadable("wake")));
}
