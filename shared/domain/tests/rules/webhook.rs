use domain::order::Order;
use domain::payment::{GatewayName, Outcome};
use domain::wake::{Queue, Wake};
use domain::webhook::{
    AlreadySettled, Event, EventKey, EventKind, EventSubject, Mode, Purpose, Quarantine, Settlement, Webhook,
};

use crate::samples::{NOON, method, placed};

/// What the gateway tells of its object `pi_1`, which it says was opened for this attempt of the order.
fn event(order: &Order, attempt: u32) -> Event {
    Event {
        key: EventKey { gateway: GatewayName::Stripe, id: "evt_1".parse().unwrap() },
        kind: "payment_intent.succeeded".parse().unwrap(),
        reference: "pi_1".parse().unwrap(),
        subject: EventSubject::Payment,
        purpose: Some(Purpose { order_id: order.id.clone(), attempt }),
        mode: Mode::Test,
        created_at: NOON,
        fact: None,
    }
}

/// An event that was just taken in.
pub(crate) fn received() -> Webhook {
    Webhook::receive(event(&order(), 1), NOON)
}

fn order() -> Order {
    placed(vec![method(GatewayName::Stripe, "pm_card_visa")]).1.order
}

/// The order, whose attempt has the object of this reference.
fn opened(reference: &str) -> Order {
    order().record(Outcome::Opened(reference.parse().unwrap()), NOON).unwrap().order
}

fn found(event: &Event, order: &Order) -> Option<u32> {
    event.attempt_of(order).map(|attempt| attempt.number)
}

#[test]
fn an_event_is_about_the_attempt_that_has_its_object_whatever_the_object_says() {
    let order = opened("pi_1");
    assert_eq!(found(&event(&order, 1), &order), Some(1));
    assert_eq!(found(&event(&order, 7), &order), Some(1));
    assert_eq!(found(&Event { purpose: None, ..event(&order, 1) }, &order), Some(1));
}

#[test]
fn fault_73_before_we_know_our_object_an_event_is_about_the_attempt_that_it_names() {
    let order = order();
    assert_eq!(found(&event(&order, 1), &order), Some(1));
    assert_eq!(found(&event(&order, 2), &order), None);
    assert_eq!(found(&Event { purpose: None, ..event(&order, 1) }, &order), None);
    let another = Purpose { order_id: "another".parse().unwrap(), attempt: 1 };
    assert_eq!(found(&Event { purpose: Some(another), ..event(&order, 1) }, &order), None);
}

#[test]
fn fault_30_another_object_is_not_our_attempts_though_it_names_it() {
    let order = opened("pi_2");
    assert_eq!(found(&event(&order, 1), &order), None);
}

#[test]
fn an_event_waits_for_its_worker_until_something_has_become_of_it_which_stays() {
    let webhook = Webhook::receive(event(&order(), 1), NOON);
    assert_eq!(webhook.wake, Some(Wake { queue: Queue::ApplyWebhook, at: NOON }));
    let applied = Settlement::Applied { at: NOON };
    let quarantined = Settlement::Quarantined { at: NOON, reason: Quarantine::UnknownOrder };
    for (first, second) in [(applied, quarantined), (quarantined, applied)] {
        let settled = webhook.clone().settle(first).unwrap();
        assert_eq!((settled.is_settled(), settled.wake), (true, None));
        assert_eq!(settled.clone().settle(second), Err(AlreadySettled));
        assert_eq!(settled.settle(first), Err(AlreadySettled));
    }
    assert!(!webhook.is_settled());
}

#[test]
fn the_kind_of_an_event_is_a_word_that_a_log_can_show() {
    for text in ["payment_intent.succeeded", "PAYMENT.CAPTURE.COMPLETED", "x", &"x".repeat(64)] {
        assert_eq!(text.parse::<EventKind>().unwrap().to_string(), text);
    }
    for text in ["", " ", "a b", "a\nb", "ä", &"x".repeat(65)] {
        assert!(text.parse::<EventKind>().is_err(), "{text:?}");
    }
}
