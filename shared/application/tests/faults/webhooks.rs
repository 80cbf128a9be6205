//! What a gateway tells by itself: twice, late, out of order, before our own call is answered, or about nobody here.

use application::apply_webhook::{self, apply_webhook};
use application::capture_payment::capture_payment;
use application::checkout::{self, PlaceOrder, checkout};
use application::{Clock, Failure, WebhookInbox, WebhookLedger};
use async_trait::async_trait;
use domain::Idempotent;
use domain::order::{Checkout, Order, OrderState};
use domain::payment::{AttemptState, Decline, GatewayName, Outcome, PaymentMethod, Retry};
use domain::webhook::{
    Event, EventKey, EventSubject, Mode, Purpose, Quarantine, Settlement, Webhook, WebhookState,
};
use memory::{Call, Store};

use crate::samples::{CARD, terms};
use crate::shop::{HOUR, MINUTE, NOON, Shop};
use crate::slow::{Hangs, SlowGateway, run_until_it_hangs};

/// What the gateway tells of an attempt of this order, under an id of its own.
pub(crate) fn event(id: &str, kind: &str, order: &Order, attempt: u32) -> Event {
    Event {
        key: EventKey { gateway: GatewayName::Stripe, id: id.parse().unwrap() },
        kind: format!("payment_intent.{kind}").parse().unwrap(),
        subject: EventSubject::Payment,
        reference: format!("scripted_{}_{attempt}", order.id).parse().unwrap(),
        purpose: Some(Purpose { order_id: order.id.clone(), attempt }),
        mode: Mode::Test,
        created_at: NOON,
        fact: None,
    }
}

/// The same as this gateway tells it. Its own word for what happened decides nothing.
fn told_by(gateway: GatewayName, event: Event) -> Event {
    Event { key: EventKey { gateway, ..event.key }, ..event }
}

/// The shop is told, and its workers see to it.
pub(crate) async fn told(shop: &Shop, event: Event) -> WebhookState {
    let key = event.key.clone();
    let _first_or_again = shop.store.receive(&Webhook::receive(event, NOON)).await.unwrap();
    shop.settle().await;
    shop.store.webhook(&key).await.unwrap().unwrap().state
}

pub(crate) fn applied() -> WebhookState {
    WebhookState::Settled(Settlement::Applied { at: NOON })
}

fn quarantined(reason: Quarantine) -> WebhookState {
    WebhookState::Settled(Settlement::Quarantined { at: NOON, reason })
}

/// An order of three shirts at this gateway that nobody has begun to charge.
async fn ordered_at(shop: &Shop, gateway: GatewayName) -> Order {
    let reservation = shop.reserve("reserve", 3).await;
    let token = (gateway != GatewayName::PayPal).then(|| CARD.parse().unwrap());
    let payment_methods = vec![PaymentMethod::new(gateway, token).unwrap()];
    let command = PlaceOrder {
        reservation_id: reservation.id.clone(),
        expected_total: reservation.totals.total,
        checkout: Checkout { payment_methods, ..terms("checkout", &reservation) },
    };
    let ports = checkout::Ports { reservations: &shop.store, orders: &shop.store, clock: &shop.clock };
    checkout(&ports, &command).await.unwrap().into_inner()
}

/// An order that waits for its shopper to act, and is next looked up in some seconds.
pub(crate) async fn waiting() -> (Shop, Order) {
    let shop = Shop::open().await;
    shop.gateway.card(CARD, Outcome::RequiresAction { url: "https://bank.example/3ds".to_owned() });
    let order = shop.order_shirts().await;
    shop.settle().await;
    let order = shop.order(&order.id).await;
    assert!(order.wake.unwrap().at > NOON);
    (shop, order)
}

#[tokio::test]
async fn an_order_whose_shopper_acted_is_paid_when_the_gateway_tells_and_not_at_the_next_look() {
    let (shop, order) = waiting().await;
    shop.gateway.shopper_acts(&order.id, &Outcome::Authorized);
    assert_eq!(told(&shop, event("evt_1", "amount_capturable_updated", &order, 1)).await, applied());
    assert_eq!(shop.order(&order.id).await.state, OrderState::Paid { at: NOON });
    assert_eq!(shop.units(), (9, 0, 3));
}

#[tokio::test]
async fn fault_28_an_event_that_comes_again_asks_the_gateway_nothing_more() {
    let (shop, order) = waiting().await;
    for _ in 0..3 {
        assert_eq!(told(&shop, event("evt_1", "requires_action", &order, 1)).await, applied());
        shop.apply(&event("evt_1", "requires_action", &order, 1).key).await;
    }
    assert_eq!(shop.calls(Call::LookUp), 1);
}

#[tokio::test]
async fn fault_29_what_an_event_says_decides_nothing_so_that_their_order_does_not_matter() {
    let (shop, order) = waiting().await;
    // It says that the money was moved, and the gateway says that the shopper must still act.
    assert_eq!(told(&shop, event("evt_1", "succeeded", &order, 1)).await, applied());
    let seen = shop.order(&order.id).await;
    assert!(matches!(seen.attempt().unwrap().state, AttemptState::RequiresAction { .. }));
    assert_eq!(seen.state, OrderState::PendingPayment);

    shop.gateway.shopper_acts(&order.id, &Outcome::Authorized);
    assert_eq!(told(&shop, event("evt_2", "canceled", &order, 1)).await, applied());
    assert_eq!(shop.order(&order.id).await.state, OrderState::Paid { at: NOON });
}

#[tokio::test]
async fn fault_29_a_fact_is_unmade_by_no_event_that_comes_after_it() {
    let (shop, order) = waiting().await;
    shop.gateway.shopper_acts(&order.id, &Outcome::Authorized);
    told(&shop, event("evt_1", "amount_capturable_updated", &order, 1)).await;
    let (paid, calls) = (shop.books(), shop.gateway.calls().len());
    for (id, kind) in [("evt_2", "payment_failed"), ("evt_3", "canceled"), ("evt_4", "requires_action")] {
        assert_eq!(told(&shop, event(id, kind, &order, 1)).await, applied());
    }
    shop.settle_until(NOON.plus(HOUR)).await;
    assert_eq!((shop.books(), shop.gateway.calls().len()), (paid, calls));
}

#[tokio::test]
async fn fault_29_an_event_of_an_earlier_attempt_leaves_the_present_one_alone() {
    let (shop, order) = waiting().await;
    let decline = Decline { code: "insufficient_funds".to_owned(), retry: Retry::OtherMethod };
    shop.gateway.shopper_acts(&order.id, &Outcome::Declined(decline));
    told(&shop, event("evt_1", "payment_failed", &order, 1)).await;
    let failed = shop.order(&order.id).await;
    assert!(matches!(failed.state, OrderState::PaymentFailed { .. }));
    assert_eq!(told(&shop, event("evt_2", "succeeded", &order, 1)).await, applied());
    assert_eq!(shop.order(&order.id).await, failed);
}

#[tokio::test]
async fn fault_30_an_event_that_concerns_nobody_here_is_put_aside_and_changes_nothing() {
    for gateway in GatewayName::ALL {
        let shop = Shop::open().await;
        shop.gateway.card(CARD, Outcome::RequiresAction { url: "https://bank.example/3ds".to_owned() });
        let order = ordered_at(&shop, gateway).await;
        shop.settle().await;
        let (before, calls) = (shop.books(), shop.gateway.calls().len());
        let ours = |id: &str| told_by(gateway, event(id, "succeeded", &order, 1));
        let nobodys = Purpose { order_id: "nobody".parse().unwrap(), attempt: 1 };
        for (event, reason) in [
            (Event { mode: Mode::Live, ..ours("evt_1") }, Quarantine::OtherMode),
            (Event { purpose: None, ..ours("evt_2") }, Quarantine::UnknownOrder),
            (Event { purpose: Some(nobodys), ..ours("evt_3") }, Quarantine::UnknownOrder),
            (Event { reference: "pi_other".parse().unwrap(), ..ours("evt_4") }, Quarantine::UnknownAttempt),
            (told_by(gateway, event("evt_5", "succeeded", &order, 2)), Quarantine::UnknownAttempt),
        ] {
            assert_eq!(told(&shop, event).await, quarantined(reason), "{gateway:?}");
        }
        // A reference is its own gateway's, whatever another one says.
        for other in GatewayName::ALL.into_iter().filter(|other| *other != gateway) {
            let state = told(&shop, told_by(other, ours("evt_6"))).await;
            assert_eq!(state, quarantined(Quarantine::UnknownAttempt), "{other:?} of {gateway:?}");
        }
        assert_eq!((shop.books(), shop.gateway.calls().len()), (before, calls), "{gateway:?}");
    }
}

#[tokio::test]
async fn fault_79_what_came_to_nothing_after_it_was_told_as_done_is_put_aside_for_a_person() {
    let (shop, order) = waiting().await;
    shop.gateway.shopper_acts(&order.id, &Outcome::Authorized);
    told(&shop, event("evt_1", "amount_capturable_updated", &order, 1)).await;
    let (paid, calls) = (shop.books(), shop.gateway.calls().len());
    let reversal = Event { subject: EventSubject::Reversal, ..event("evt_2", "refund_failed", &order, 1) };
    assert_eq!(told(&shop, reversal).await, quarantined(Quarantine::Reversed));
    assert_eq!((shop.books(), shop.gateway.calls().len()), (paid, calls), "what is posted stays posted");
}

#[tokio::test]
async fn fault_73_an_event_before_the_answer_to_our_own_call_leaves_that_call_to_its_worker() {
    for gateway in GatewayName::ALL {
        let shop = Shop::open().await;
        let order = ordered_at(&shop, gateway).await;
        if gateway.approves_by_redirect() {
            // Its worker authorizes once it has seen the approval.
            shop.settle().await;
            shop.gateway.shopper_acts(&order.id, &Outcome::Approved);
            shop.clock.set(shop.order(&order.id).await.wake.unwrap().at);
        }
        let slow = SlowGateway::new(&shop.gateway, Call::Confirm, Hangs::WithItsAnswer);
        let gateways = slow.gateways();
        let ports = shop.capture_ports(&gateways);
        let mut worker = Box::pin(capture_payment(&ports, &order.id));
        run_until_it_hangs(&mut worker);

        let heard = told_by(gateway, event("evt_1", "amount_capturable_updated", &order, 1));
        let at = shop.clock.now();
        let _received = shop.store.receive(&Webhook::receive(heard.clone(), at)).await.unwrap();
        shop.apply(&heard.key).await;
        let applied = WebhookState::Settled(Settlement::Applied { at });
        assert_eq!(shop.store.webhook(&heard.key).await.unwrap().unwrap().state, applied, "{gateway:?}");
        slow.go_on();
        worker.await.unwrap();
        shop.settle_until(at.plus(MINUTE)).await;
        assert!(matches!(shop.order(&order.id).await.state, OrderState::Paid { .. }), "{gateway:?}");
        assert_eq!((shop.calls(Call::Confirm), shop.calls(Call::Capture)), (1, 1), "{gateway:?}");
        assert_eq!(shop.units(), (9, 0, 3), "{gateway:?}");
    }
}

#[tokio::test]
async fn fault_73_an_event_of_an_object_that_we_do_not_know_yet_finds_the_attempt_that_it_was_opened_for() {
    for gateway in GatewayName::ALL {
        let shop = Shop::open().await;
        let order = ordered_at(&shop, gateway).await;
        let early = told_by(gateway, event("evt_1", "created", &order, 1));
        let _received = shop.store.receive(&Webhook::receive(early.clone(), NOON)).await.unwrap();
        shop.apply(&early.key).await;
        assert_eq!(shop.store.webhook(&early.key).await.unwrap().unwrap().state, applied(), "{gateway:?}");
        if gateway.approves_by_redirect() {
            shop.gateway.shopper_acts(&order.id, &Outcome::Approved);
            let approved = told_by(gateway, event("evt_2", "approved", &order, 1));
            assert_eq!(told(&shop, approved).await, applied(), "{gateway:?}");
        }
        shop.settle().await;
        assert_eq!(shop.order(&order.id).await.state, OrderState::Paid { at: NOON }, "{gateway:?}");
        assert_eq!((shop.calls(Call::Open), shop.calls(Call::Confirm)), (1, 1), "{gateway:?}");
    }
}

#[tokio::test]
async fn an_event_whose_look_another_worker_overtook_looks_again_and_does_not_wait() {
    let (shop, order) = waiting().await;
    let heard = event("evt_1", "amount_capturable_updated", &order, 1);
    let _received = shop.store.receive(&Webhook::receive(heard.clone(), NOON)).await.unwrap();
    let slow = SlowGateway::new(&shop.gateway, Call::LookUp, Hangs::WithItsAnswer);
    let gateways = slow.gateways();
    let ports = shop.apply_ports(&gateways);
    let mut worker = Box::pin(apply_webhook(&ports, &heard.key));
    run_until_it_hangs(&mut worker);

    let next_look = order.wake.unwrap().at;
    shop.clock.set(next_look);
    shop.capture(&order.id).await;
    shop.gateway.shopper_acts(&order.id, &Outcome::Authorized);
    slow.go_on();
    worker.await.unwrap();
    assert_eq!(shop.order(&order.id).await.state, OrderState::Paid { at: next_look });
    assert_eq!(shop.calls(Call::Capture), 1);
}

/// A ledger that is gone when an event is to be settled.
struct WithoutSettling<'a>(&'a Store);

#[async_trait]
impl WebhookLedger for WithoutSettling<'_> {
    async fn webhook(&self, key: &EventKey) -> Result<Option<Webhook>, Failure> {
        self.0.webhook(key).await
    }

    async fn settle(&self, _: &EventKey, _: Settlement) -> Result<Idempotent<()>, Failure> {
        Err(Failure::Unavailable)
    }
}

#[tokio::test]
async fn an_event_that_our_store_cannot_settle_comes_again_and_nothing_happens_twice() {
    let (shop, order) = waiting().await;
    shop.gateway.shopper_acts(&order.id, &Outcome::Authorized);
    let heard = event("evt_1", "amount_capturable_updated", &order, 1);
    let _received = shop.store.receive(&Webhook::receive(heard.clone(), NOON)).await.unwrap();
    let gateways = shop.gateways();
    let broken = WithoutSettling(&shop.store);
    let ports = apply_webhook::Ports { webhooks: &broken, ..shop.apply_ports(&gateways) };
    assert_eq!(apply_webhook(&ports, &heard.key).await, Err(Failure::Unavailable));
    assert_eq!(shop.order(&order.id).await.state, OrderState::Paid { at: NOON });
    shop.apply(&heard.key).await;
    assert_eq!(shop.store.webhook(&heard.key).await.unwrap().unwrap().state, applied());
    assert_eq!(shop.calls(Call::Capture), 1);
}

#[tokio::test]
async fn a_gateway_that_does_not_answer_leaves_the_order_with_its_own_next_look() {
    let (shop, order) = waiting().await;
    shop.gateway.script(Call::LookUp, [memory::Fate::Refused(Outcome::Unknown)]);
    shop.gateway.shopper_acts(&order.id, &Outcome::Authorized);
    assert_eq!(told(&shop, event("evt_1", "amount_capturable_updated", &order, 1)).await, applied());
    assert_eq!(shop.order(&order.id).await.state, OrderState::PendingPayment);
    shop.settle_until(NOON.plus(MINUTE)).await;
    assert!(matches!(shop.order(&order.id).await.state, OrderState::Paid { .. }));
}
