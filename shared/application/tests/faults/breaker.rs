use application::{Circuits, Clock};
use domain::order::OrderState;
use domain::payment::{AttemptState, Circuit, CircuitState, GatewayName, Outcome};
use memory::{Call, Fate};

use crate::shop::{MINUTE, Shop};

/// Everybody has seen that Stripe's circuit is open, from now on.
async fn opened(shop: &Shop) -> Circuit {
    let now = shop.clock.now();
    let state = CircuitState::Open { until: now.plus(Circuit::OPEN_TIME), openings: 1 };
    let open =
        Circuit { state, version: stored(shop).await.version + 1, ..Circuit::new(GatewayName::Stripe) };
    shop.store.turn(&open).await.unwrap();
    open
}

async fn stored(shop: &Shop) -> Circuit {
    shop.store.circuit(GatewayName::Stripe).await.unwrap()
}

#[tokio::test]
async fn fault_64_an_open_circuit_is_not_sent_and_no_call_is_made() {
    let shop = Shop::open().await;
    let order = shop.order_shirts().await;
    opened(&shop).await;
    shop.capture(&order.id).await;
    let order = shop.order(&order.id).await;
    assert!(shop.gateway.calls().is_empty());
    assert_eq!(order.attempt().unwrap().state, AttemptState::NotSent);
    assert!(matches!(order.state, OrderState::PaymentFailed { .. }));
}

#[tokio::test]
async fn fault_59_64_what_may_have_been_sent_goes_through_an_open_circuit_and_is_found() {
    let shop = Shop::open().await;
    let order = shop.order_shirts().await;
    shop.gateway.script(Call::Confirm, [Fate::AnswerLost]);
    shop.capture(&order.id).await;
    opened(&shop).await;
    shop.clock.advance(MINUTE / 10);
    shop.capture(&order.id).await;
    let order = shop.order(&order.id).await;
    assert!(matches!(order.state, OrderState::Paid { .. }), "it is {:?}", order.state);
    assert!(matches!(stored(&shop).await.state, CircuitState::Open { .. }), "only a probe closes it");
}

#[tokio::test]
async fn fault_59_64_an_open_circuit_never_makes_a_doubt_a_no() {
    let shop = Shop::open().await;
    let order = shop.order_shirts().await;
    shop.gateway.script(Call::Confirm, [Fate::Delayed, Fate::Refused(Outcome::NotSent)]);
    shop.gateway.script(Call::LookUp, [Fate::Refused(Outcome::NotSent), Fate::Refused(Outcome::NotSent)]);
    shop.gateway.script(Call::Void, [Fate::Refused(Outcome::NotSent)]);
    shop.capture(&order.id).await;
    opened(&shop).await;
    for _ in 0..3 {
        shop.clock.advance(MINUTE / 10);
        shop.capture(&order.id).await;
        let attempt = shop.order(&order.id).await.attempt().unwrap().clone();
        assert!(!attempt.is_definite_no(), "it is {:?}", attempt.state);
    }
}

#[tokio::test]
async fn once_its_time_is_over_one_order_probes_and_a_good_answer_closes_the_circuit() {
    let shop = Shop::open().await;
    let order = shop.order_shirts().await;
    opened(&shop).await;
    shop.clock.advance(Circuit::OPEN_TIME);
    shop.capture(&order.id).await;
    assert!(matches!(shop.order(&order.id).await.state, OrderState::Paid { .. }));
    // Probing, closed on trial, and closed for good by the confirm.
    let closed = stored(&shop).await;
    assert!(matches!(closed.state, CircuitState::Closed { failures: 0, openings: 0, .. }), "{closed:?}");
    assert_eq!(closed.version, 4);
}

#[tokio::test]
async fn a_payment_without_trouble_writes_nothing_about_its_gateway() {
    let shop = Shop::open().await;
    let order = shop.order_shirts().await;
    shop.capture(&order.id).await;
    assert!(matches!(shop.order(&order.id).await.state, OrderState::Paid { .. }));
    assert_eq!(stored(&shop).await, Circuit::new(GatewayName::Stripe));
}

/// A gateway that tells the end of a capture later is well, however many it has taken on.
#[tokio::test]
async fn captures_that_were_taken_on_leave_the_circuit_closed() {
    let shop = Shop::open().await;
    let order = shop.order_shirts().await;
    let taken_on = Circuit::FAILURES_MAX + 1;
    shop.gateway.script(Call::Capture, (0..taken_on).map(|_| Fate::Refused(Outcome::Received)));
    shop.gateway.script(Call::LookUp, (0..taken_on).map(|_| Fate::Refused(Outcome::Unknown)));
    for _ in 0..taken_on * 2 {
        shop.capture(&order.id).await;
        shop.clock.advance(MINUTE / 12);
    }
    assert!(shop.calls(Call::Capture) > 1);
    assert_eq!(stored(&shop).await, Circuit::new(GatewayName::Stripe));
}

#[tokio::test]
async fn fault_64_calls_that_are_rejected_again_and_again_open_the_circuit() {
    let shop = Shop::open().await;
    shop.gateway.script(Call::Open, vec![Fate::Refused(Outcome::Rejected); 8]);
    for number in 0..Circuit::FAILURES_MAX {
        let before = stored(&shop).await;
        assert!(matches!(before.state, CircuitState::Closed { .. }), "{before:?}");
        let reservation = shop.reserve(&format!("reserve-{number}"), 1).await;
        let order = shop.try_to_check_out(&format!("checkout-{number}"), &reservation).await.unwrap();
        shop.capture(&order.into_inner().id).await;
    }
    let opened = stored(&shop).await;
    assert!(matches!(opened.state, CircuitState::Open { .. }), "{opened:?}");
}
