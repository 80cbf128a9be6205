//! Money that a gateway held for only so long, or another amount of it than was asked for.

use domain::fraud::ReviewDecision;
use domain::order::{Order, OrderState};
use domain::payment::{AttemptState, Operation, Outcome};
use memory::{Call, Fate};

use crate::fraud::{in_review, with_another_card};
use crate::samples::CARD;
use crate::shop::{HOUR, MINUTE, NOON, Shop};
use crate::webhooks::{applied, event, told, waiting};

/// An order whose money is held, of which no capture was executed yet.
async fn held() -> (Shop, Order) {
    let shop = Shop::open().await;
    shop.gateway.script(Call::Capture, [Fate::Refused(Outcome::Rejected)]);
    let order = shop.order_shirts().await;
    shop.settle().await;
    let order = shop.order(&order.id).await;
    let state = &order.attempt().unwrap().state;
    assert!(matches!(state, AttemptState::Ready { operation: Operation::Capture, .. }), "{state:?}");
    (shop, order)
}

#[tokio::test]
async fn fault_75_a_capture_after_the_authorization_lapsed_is_a_definite_no_and_another_attempt_is_paid() {
    let (shop, order) = held().await;
    shop.gateway.lets_lapse(&order.id);
    // What was held is gone, and a refusal of the capture alone proves nothing.
    shop.gateway.script(Call::Capture, [Fate::Refused(Outcome::Unknown)]);
    shop.settle_until(NOON.plus(MINUTE)).await;
    let lapsed = shop.order(&order.id).await;
    assert_eq!(lapsed.attempt().unwrap().state, AttemptState::Voided);
    assert!(matches!(lapsed.state, OrderState::PaymentFailed { .. }), "{:?}", lapsed.state);
    assert_eq!((shop.calls(Call::Confirm), shop.captured()), (1, 0), "it is not authorized again by itself");
    assert_eq!(shop.calls(Call::Capture), 2, "the look-up has shown it");
    assert_eq!(shop.units(), (9, 3, 0), "another method can be offered for them");

    with_another_card(&shop, &order, "another", "pm_another").await;
    let paid = shop.order(&order.id).await;
    assert!(matches!(paid.state, OrderState::Paid { .. }), "{:?}", paid.state);
    assert_eq!((paid.attempts.len(), shop.captured()), (2, order.totals.total.amount()));
    assert_eq!(shop.units(), (9, 0, 3));
}

#[tokio::test]
async fn fault_75_what_lapses_while_a_person_looks_at_it_is_no_payment_however_they_decide() {
    for decision in [ReviewDecision::Approve, ReviewDecision::Refuse] {
        let (shop, order) = in_review().await;
        shop.gateway.lets_lapse(&order.id);
        shop.gateway.script(Call::Capture, [Fate::Refused(Outcome::Unknown)]);
        let _decided = shop.review(&order.id, decision).await.unwrap();
        shop.settle_until(NOON.plus(HOUR)).await;
        let order = shop.order(&order.id).await;
        assert_eq!(order.attempt().unwrap().state, AttemptState::Voided);
        assert!(matches!(order.state, OrderState::Cancelled { .. }), "{:?}", order.state);
        let captures = usize::from(decision == ReviewDecision::Approve);
        assert_eq!((shop.calls(Call::Capture), shop.captured()), (captures, 0));
    }
}

#[tokio::test]
async fn fault_72_what_differs_from_what_was_asked_for_is_never_paid_and_waits_for_a_person() {
    // The answer says so.
    let shop = Shop::open().await;
    shop.gateway.card(CARD, Outcome::Mismatch);
    let answered = shop.order_shirts().await;
    shop.settle().await;
    waits_for_a_person(&shop, &answered).await;

    // A webhook leads to a look that says so, before anything is captured.
    let (shop, order) = waiting().await;
    shop.gateway.script(Call::LookUp, [Fate::Refused(Outcome::Mismatch)]);
    assert_eq!(told(&shop, event("evt_1", "amount_capturable_updated", &order, 1)).await, applied());
    waits_for_a_person(&shop, &order).await;
}

/// It does so for as long as no person has decided: nothing is captured, and nobody else is asked.
async fn waits_for_a_person(shop: &Shop, order: &Order) {
    let captures = shop.calls(Call::Capture);
    shop.settle_until(NOON.plus(HOUR * 48)).await;
    let order = shop.order(&order.id).await;
    assert_eq!(order.attempt().unwrap().state, AttemptState::ManualReview);
    assert_eq!((order.state, order.attempts.len()), (OrderState::PendingPayment, 1));
    assert_eq!((shop.calls(Call::Capture), shop.captured()), (captures, 0));
    assert_eq!(shop.units(), (9, 3, 0), "its units stay held");
}
