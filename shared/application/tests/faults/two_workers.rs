//! Two workers of one order: the version decides, whatever each of them believes.

use std::time::Duration;

use application::capture_payment::capture_payment;
use application::{ChangeError, Clock, OrderLedger};
use domain::order::OrderState;
use domain::payment::{Attempt, AttemptState, Decline, Operation, Outcome, Retry};
use domain::wake::{Queue, Wake};
use memory::{Call, Fate};

use crate::samples::CARD;
use crate::shop::{HOUR, MINUTE, NOON, Shop};
use crate::slow::{Hangs, SlowGateway, run_until_it_hangs};

#[tokio::test]
async fn fault_46_of_two_workers_with_one_message_one_makes_the_claim() {
    let shop = Shop::open().await;
    let order = shop.order_shirts().await;
    let slow = SlowGateway::new(&shop.gateway, Call::Open, Hangs::WithItsAnswer);
    let gateways = slow.gateways();
    let ports = shop.capture_ports(&gateways);
    let mut first = Box::pin(capture_payment(&ports, &order.id));
    run_until_it_hangs(&mut first);

    shop.capture(&order.id).await;
    let paid = shop.books();
    slow.go_on();
    first.await.unwrap();

    assert_eq!(shop.books(), paid);
    assert!(matches!(shop.order(&order.id).await.state, OrderState::Paid { .. }));
    assert_eq!((shop.calls(Call::Open), shop.calls(Call::Confirm), shop.calls(Call::Capture)), (2, 1, 1));
    assert_eq!(shop.captured(), order.totals.total.amount());
    assert_eq!(shop.units(), (9, 0, 3));
}

#[tokio::test]
async fn fault_46_52_whoever_finds_a_claimed_call_leaves_it_and_has_somebody_look_later() {
    let shop = Shop::open().await;
    let order = shop.order_shirts().await;
    shop.relay().await;
    let slow = SlowGateway::new(&shop.gateway, Call::Confirm, Hangs::BeforeItIsExecuted);
    let gateways = slow.gateways();
    let ports = shop.capture_ports(&gateways);
    let mut first = Box::pin(capture_payment(&ports, &order.id));
    run_until_it_hangs(&mut first);
    let claimed = shop.order(&order.id).await;
    let AttemptState::Sending { lease_until, .. } = claimed.attempt().unwrap().state else {
        panic!("the confirm is not claimed: {claimed:?}");
    };

    shop.capture(&order.id).await;
    let left = shop.order(&order.id).await;
    assert_eq!((left.version, &left.attempts), (claimed.version, &claimed.attempts));
    assert_eq!(left.wake, Some(Wake { queue: Queue::CapturePayment, at: lease_until }));
    assert_eq!(shop.calls(Call::Confirm), 0);

    slow.go_on();
    first.await.unwrap();
    let paid = shop.books();
    shop.settle_until(lease_until).await;
    assert_eq!(shop.books(), paid, "the worker who looks later finds it done");
    assert_eq!((shop.calls(Call::Confirm), shop.calls(Call::Capture)), (1, 1));
    assert_eq!(shop.units(), (9, 0, 3));
}

#[tokio::test]
async fn fault_52_a_second_worker_goes_on_after_the_lease_and_the_first_changes_nothing_more() {
    let shop = Shop::open().await;
    let order = shop.order_shirts().await;
    let slow = SlowGateway::new(&shop.gateway, Call::Confirm, Hangs::WithItsAnswer);
    let gateways = slow.gateways();
    let ports = shop.capture_ports(&gateways);
    let mut first = Box::pin(capture_payment(&ports, &order.id));
    run_until_it_hangs(&mut first);

    shop.clock.advance(Attempt::LEASE);
    shop.capture(&order.id).await;
    let paid = shop.books();
    slow.go_on();
    first.await.unwrap();

    assert_eq!(shop.books(), paid);
    assert!(matches!(shop.order(&order.id).await.state, OrderState::Paid { .. }));
    assert_eq!((shop.calls(Call::Confirm), shop.calls(Call::Capture)), (1, 1));
    assert_eq!(shop.units(), (9, 0, 3));
}

#[tokio::test]
async fn fault_74_a_second_capture_moves_no_money_and_its_answer_changes_nothing() {
    let shop = Shop::open().await;
    let order = shop.order_shirts().await;
    let slow = SlowGateway::new(&shop.gateway, Call::Capture, Hangs::BeforeItIsExecuted);
    let gateways = slow.gateways();
    let ports = shop.capture_ports(&gateways);
    let mut first = Box::pin(capture_payment(&ports, &order.id));
    run_until_it_hangs(&mut first);

    shop.clock.advance(Attempt::LEASE);
    shop.capture(&order.id).await;
    let paid = shop.books();
    slow.go_on();
    first.await.unwrap();

    assert_eq!(shop.books(), paid);
    let captures: Vec<_> =
        shop.gateway.calls().into_iter().filter(|made| made.call == Call::Capture).collect();
    let keys: Vec<_> = captures.iter().map(|made| made.charge.idempotency_key(Operation::Capture)).collect();
    assert_eq!(keys, vec![keys[0].clone(); 2], "the gateway is asked for one and the same capture");
    assert_eq!(shop.captured(), order.totals.total.amount());
    assert_eq!(shop.units(), (9, 0, 3));
}

#[tokio::test]
async fn fault_74_a_capture_claimed_from_an_older_version_is_refused() {
    let shop = Shop::open().await;
    let order = shop.order_shirts().await;
    shop.gateway.script(Call::Capture, [Fate::Refused(Outcome::Unknown)]);
    shop.capture(&order.id).await;
    let seen = shop.order(&order.id).await;
    shop.clock.set(seen.wake.unwrap().at);
    shop.capture(&order.id).await;

    let paid = shop.books();
    let second = seen.claim(Operation::Capture, shop.clock.now()).unwrap();
    assert_eq!(shop.store.record(&second).await, Err(ChangeError::Conflict));
    assert_eq!(shop.books(), paid);
    assert_eq!(shop.captured(), order.totals.total.amount());
    assert_eq!(shop.units(), (9, 0, 3));
}

#[tokio::test]
async fn fault_92_a_worker_that_wakes_up_minutes_later_cannot_overwrite_what_was_found_out() {
    for late in [Fate::Answered, Fate::AnswerLost] {
        let shop = Shop::open().await;
        let order = shop.order_shirts().await;
        shop.gateway.script(Call::Confirm, [late.clone()]);
        let slow = SlowGateway::new(&shop.gateway, Call::Confirm, Hangs::WithItsAnswer);
        let gateways = slow.gateways();
        let ports = shop.capture_ports(&gateways);
        let mut frozen = Box::pin(capture_payment(&ports, &order.id));
        run_until_it_hangs(&mut frozen);

        shop.clock.advance(5 * MINUTE);
        shop.capture(&order.id).await;
        let decided = shop.books();
        assert!(matches!(shop.order(&order.id).await.state, OrderState::Paid { .. }), "{late:?}");
        shop.clock.advance(5 * MINUTE);
        slow.go_on();
        frozen.await.unwrap();
        assert_eq!(shop.books(), decided, "{late:?}");
        assert_eq!(shop.captured(), order.totals.total.amount());
        assert_eq!(shop.units(), (9, 0, 3));
    }
}

#[tokio::test]
async fn fault_92_a_worker_that_wakes_up_with_nothing_sent_does_not_end_a_payment_that_others_doubt() {
    let shop = Shop::open().await;
    let order = shop.order_shirts().await;
    shop.relay().await;
    shop.gateway.script(Call::Confirm, [Fate::Refused(Outcome::NotSent)]);
    let slow = SlowGateway::new(&shop.gateway, Call::Confirm, Hangs::WithItsAnswer);
    let gateways = slow.gateways();
    let ports = shop.capture_ports(&gateways);
    let mut frozen = Box::pin(capture_payment(&ports, &order.id));
    run_until_it_hangs(&mut frozen);

    shop.clock.advance(5 * MINUTE);
    shop.capture(&order.id).await;
    let doubted = shop.books();
    assert!(matches!(shop.order(&order.id).await.attempt().unwrap().state, AttemptState::Unknown { .. }));
    slow.go_on();
    frozen.await.unwrap();
    assert_eq!(shop.books(), doubted);

    shop.settle_until(NOON.plus(HOUR)).await;
    assert!(matches!(shop.order(&order.id).await.state, OrderState::Paid { .. }));
    assert_eq!(shop.captured(), order.totals.total.amount());
    assert_eq!(shop.units(), (9, 0, 3));
}

#[tokio::test]
async fn fault_92_a_worker_that_froze_before_its_claim_sends_nothing_when_it_wakes_up() {
    let shop = Shop::open().await;
    let order = shop.order_shirts().await;
    let slow = SlowGateway::new(&shop.gateway, Call::Open, Hangs::BeforeItIsExecuted);
    let gateways = slow.gateways();
    let ports = shop.capture_ports(&gateways);
    let mut frozen = Box::pin(capture_payment(&ports, &order.id));
    run_until_it_hangs(&mut frozen);

    let declined = Decline { code: "stolen_card".to_owned(), retry: Retry::None };
    shop.gateway.card(CARD, Outcome::Declined(declined));
    shop.clock.advance(Duration::from_secs(30));
    shop.settle_until(NOON.plus(HOUR)).await;
    let cancelled = shop.books();
    let confirms = shop.calls(Call::Confirm);
    slow.go_on();
    frozen.await.unwrap();

    assert_eq!(shop.books(), cancelled);
    assert_eq!(shop.calls(Call::Confirm), confirms);
    assert!(matches!(shop.order(&order.id).await.state, OrderState::Cancelled { .. }));
    assert_eq!(shop.units(), (12, 0, 0));
}
