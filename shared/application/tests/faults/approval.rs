//! A shopper who approves on the gateway's pages: in time, never, or while a confirm is in doubt; and a gateway after
//! another one declined.

use application::checkout::{PlaceOrder, Ports, checkout};
use domain::order::{Checkout, Order, OrderState};
use domain::payment::{Attempt, AttemptState, Decline, GatewayName, Outcome, PaymentMethod, Retry};
use domain::webhook::{Event, EventKey};
use memory::{Call, Fate};

use crate::samples::{CARD, terms};
use crate::shop::{HOUR, MINUTE, NOON, Shop};
use crate::webhooks::{applied, event, told};

/// An order of three shirts that is paid with these methods, as far as it goes now.
pub(crate) async fn ordered(shop: &Shop, payment_methods: Vec<PaymentMethod>) -> Order {
    let reservation = shop.reserve("reserve", 3).await;
    let command = PlaceOrder {
        reservation_id: reservation.id.clone(),
        expected_total: reservation.totals.total,
        checkout: Checkout { payment_methods, ..terms("checkout", &reservation) },
    };
    let ports = Ports { reservations: &shop.store, orders: &shop.store, clock: &shop.clock };
    let order = checkout(&ports, &command).await.unwrap().into_inner();
    shop.settle().await;
    shop.order(&order.id).await
}

fn stripe() -> PaymentMethod {
    PaymentMethod::Stripe { token: CARD.parse().unwrap() }
}

/// An order that waits for its shopper to approve.
async fn waiting() -> (Shop, Order) {
    let shop = Shop::open().await;
    let order = ordered(&shop, vec![PaymentMethod::PayPal]).await;
    assert!(matches!(order.attempt().unwrap().state, AttemptState::RequiresAction { .. }));
    (shop, order)
}

#[tokio::test]
async fn an_order_that_its_shopper_approved_is_confirmed_captured_and_paid() {
    let (shop, order) = waiting().await;
    assert_eq!(shop.calls(Call::Confirm), 0, "nothing is confirmed before the approval");
    shop.gateway.shopper_acts(&order.id, &Outcome::Approved);
    shop.settle_until(NOON.plus(MINUTE)).await;
    assert!(matches!(shop.order(&order.id).await.state, OrderState::Paid { .. }));
    assert_eq!((shop.calls(Call::Confirm), shop.captured()), (1, order.totals.total.amount()));
    assert_eq!(shop.units(), (9, 0, 3));
}

#[tokio::test]
async fn an_order_that_its_shopper_approved_is_paid_when_the_gateway_tells_and_not_at_the_next_look() {
    let (shop, order) = waiting().await;
    assert!(order.wake.unwrap().at > NOON);
    shop.gateway.shopper_acts(&order.id, &Outcome::Approved);
    let gateway = GatewayName::PayPal;
    let approved = event("evt_1", "approved", &order, 1);
    let approved = Event { key: EventKey { gateway, ..approved.key.clone() }, ..approved };
    assert_eq!(told(&shop, approved).await, applied());
    assert_eq!(shop.order(&order.id).await.state, OrderState::Paid { at: NOON });
}

#[tokio::test]
async fn fault_70_an_order_that_its_shopper_never_approves_is_given_up_at_the_deadline_without_a_call() {
    let (shop, order) = waiting().await;
    shop.settle_until(NOON.plus(Attempt::ACTION_TIME).plus(MINUTE)).await;
    let failed = shop.order(&order.id).await;
    assert_eq!(failed.attempt().unwrap().state, AttemptState::Voided);
    assert!(matches!(failed.state, OrderState::PaymentFailed { .. }));
    assert_eq!((shop.calls(Call::Confirm), shop.calls(Call::Void)), (0, 0));

    // An approval that comes too late confirms nothing.
    shop.gateway.shopper_acts(&order.id, &Outcome::Approved);
    shop.settle_until(NOON.plus(HOUR)).await;
    assert!(matches!(shop.order(&order.id).await.state, OrderState::Cancelled { .. }));
    assert_eq!((shop.calls(Call::Confirm), shop.captured()), (0, 0));
    assert_eq!(shop.units(), (12, 0, 0));
}

#[tokio::test]
async fn fault_60_61_a_confirm_whose_outcome_is_unknown_is_resolved_and_charges_once() {
    for fate in [Fate::AnswerLost, Fate::Refused(Outcome::Unknown), Fate::Delayed] {
        let (shop, order) = waiting().await;
        shop.gateway.shopper_acts(&order.id, &Outcome::Approved);
        shop.gateway.script(Call::Confirm, [fate.clone()]);
        shop.settle_until(NOON.plus(MINUTE)).await;
        shop.gateway.deliver_delayed();
        shop.settle_until(NOON.plus(HOUR)).await;
        assert!(matches!(shop.order(&order.id).await.state, OrderState::Paid { .. }), "{fate:?}");
        assert_eq!(shop.captured(), order.totals.total.amount(), "{fate:?}");
        assert_eq!(shop.calls(Call::Open), 1, "{fate:?}");
    }
}

#[tokio::test]
async fn fault_60_a_confirm_in_doubt_is_never_given_up_by_age() {
    let (shop, order) = waiting().await;
    shop.gateway.shopper_acts(&order.id, &Outcome::Approved);
    shop.gateway.script(Call::Confirm, vec![Fate::Refused(Outcome::Unknown); 10_000]);
    shop.settle_until(NOON.plus(Attempt::REVIEW_AGE).plus(HOUR)).await;
    let stuck = shop.order(&order.id).await;
    assert_eq!(stuck.attempt().unwrap().state, AttemptState::ManualReview);
    assert_eq!(stuck.state, OrderState::PendingPayment);
    assert_eq!((shop.captured(), shop.units()), (0, (9, 3, 0)));
}

#[tokio::test]
async fn fault_68_69_another_gateway_asks_its_shopper_after_a_soft_decline_and_not_after_a_hard_one() {
    for (retry, attempts) in [(Retry::OtherMethod, 2), (Retry::None, 1)] {
        let shop = Shop::open().await;
        let decline = Decline { code: "declined".to_owned(), retry };
        shop.gateway.card(CARD, Outcome::Declined(decline));
        let order = ordered(&shop, vec![stripe(), PaymentMethod::PayPal]).await;
        assert_eq!(order.attempts.len(), attempts, "{retry:?}");
        if retry == Retry::None {
            assert!(matches!(order.state, OrderState::PaymentFailed { .. }));
            continue;
        }
        shop.gateway.shopper_acts(&order.id, &Outcome::Approved);
        shop.settle_until(NOON.plus(MINUTE)).await;
        assert!(matches!(shop.order(&order.id).await.state, OrderState::Paid { .. }));
        assert_eq!(shop.captured(), order.totals.total.amount());
    }
}

#[tokio::test]
async fn fault_83_when_no_gateway_works_the_units_come_back_and_nobody_was_charged() {
    let shop = Shop::open().await;
    shop.gateway.script(Call::Open, vec![Fate::Refused(Outcome::NotSent); 100]);
    let order = ordered(&shop, vec![stripe(), PaymentMethod::PayPal]).await;
    shop.settle_until(NOON.plus(HOUR)).await;
    let given_up = shop.order(&order.id).await;
    assert!(matches!(given_up.state, OrderState::Cancelled { .. }), "{:?}", given_up.state);
    let states: Vec<_> = given_up.attempts.iter().map(|attempt| attempt.state.clone()).collect();
    assert_eq!(states, [AttemptState::NotSent, AttemptState::NotSent]);
    assert_eq!((shop.captured(), shop.units()), (0, (12, 0, 0)));
}
