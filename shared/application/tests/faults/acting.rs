//! A shopper who brings a result back from the gateway's pages: in time, never, or while a call is in doubt.

use application::capture_payment::capture_payment;
use application::submit_action_result::{Ports, SubmitActionResultError, submit_action_result};
use domain::order::{NoActionAwaited, Order, OrderState};
use domain::payment::{Attempt, AttemptState, Decline, Outcome, PaymentMethod, Retry};
use domain::{Caller, Idempotent};
use memory::{Call, Fate};

use crate::approval::ordered;
use crate::cancelled::cancel;
use crate::samples::CARD;
use crate::shop::{HOUR, MINUTE, NOON, Shop};
use crate::slow::{Hangs, SlowGateway, run_until_it_hangs};

/// An order at Adyen that waits for its shopper.
async fn waiting() -> (Shop, Order) {
    let shop = Shop::open().await;
    shop.gateway.card(CARD, Outcome::RequiresAction { url: "https://bank.example/3ds".to_owned() });
    let order = ordered(&shop, vec![PaymentMethod::Adyen { token: CARD.parse().unwrap() }]).await;
    assert!(matches!(order.attempt().unwrap().state, AttemptState::RequiresAction { .. }));
    (shop, order)
}

async fn submit(
    shop: &Shop,
    caller: &Caller,
    order: &Order,
    result: &str,
) -> Result<Idempotent<Order>, SubmitActionResultError> {
    let ports = Ports { orders: &shop.store, clock: &shop.clock };
    submit_action_result(&ports, caller, &order.id, &result.parse().unwrap()).await
}

async fn comes_back(shop: &Shop, order: &Order) {
    let taken = submit(shop, &order.caller, order, "proof").await.unwrap();
    assert!(!taken.is_replay());
}

#[tokio::test]
async fn what_the_shopper_brought_back_is_sent_at_once_and_once_and_the_order_is_paid() {
    let (shop, order) = waiting().await;
    comes_back(&shop, &order).await;
    shop.settle().await;
    assert_eq!(shop.order(&order.id).await.state, OrderState::Paid { at: NOON });
    let sent = shop.gateway.calls().into_iter().find(|made| made.call == Call::Complete).unwrap();
    assert_eq!(sent.charge.action_result, Some("proof".parse().unwrap()));
    assert!(submit(&shop, &order.caller, &order, "proof").await.unwrap().is_replay());
    shop.settle().await;
    assert_eq!((shop.calls(Call::Complete), shop.captured()), (1, order.totals.total.amount()));
    assert_eq!(shop.units(), (9, 0, 3));
}

#[tokio::test]
async fn fault_70_without_a_result_the_time_is_over_without_another_call_and_a_late_one_is_refused() {
    let (shop, order) = waiting().await;
    shop.settle_until(NOON.plus(Attempt::ACTION_TIME).plus(MINUTE)).await;
    let failed = shop.order(&order.id).await;
    assert_eq!(failed.attempt().unwrap().state, AttemptState::Voided);
    assert!(matches!(failed.state, OrderState::PaymentFailed { .. }));
    let refused = Err(SubmitActionResultError::Refused(NoActionAwaited));
    assert_eq!(submit(&shop, &order.caller, &order, "proof").await, refused);
    shop.settle_until(NOON.plus(HOUR)).await;
    assert_eq!((shop.calls(Call::Void), shop.calls(Call::Complete), shop.captured()), (0, 0, 0));
    assert_eq!(shop.units(), (12, 0, 0));
}

#[tokio::test]
async fn fault_60_61_62_a_complete_whose_outcome_is_unknown_is_made_again_and_charges_once() {
    for fate in [Fate::AnswerLost, Fate::Delayed] {
        let (shop, order) = waiting().await;
        shop.gateway.script(Call::Complete, [fate]);
        comes_back(&shop, &order).await;
        shop.settle().await;
        let doubted = shop.order(&order.id).await;
        assert!(matches!(doubted.attempt().unwrap().state, AttemptState::Unknown { .. }));
        shop.gateway.deliver_delayed();
        shop.settle_until(NOON.plus(MINUTE)).await;
        assert!(matches!(shop.order(&order.id).await.state, OrderState::Paid { .. }));
        assert_eq!(shop.captured(), order.totals.total.amount());
    }
}

#[tokio::test]
async fn an_invalid_result_is_a_decline_and_after_a_lost_answer_it_is_none() {
    let invalid = Decline { code: "validation_702".to_owned(), retry: Retry::OtherMethod };
    let (shop, order) = waiting().await;
    shop.gateway.script(Call::Complete, [Fate::Refused(Outcome::Invalid(invalid.clone()))]);
    comes_back(&shop, &order).await;
    shop.settle().await;
    let failed = shop.order(&order.id).await;
    assert_eq!(failed.attempt().unwrap().state, AttemptState::Declined(invalid.clone()));
    assert!(matches!(failed.state, OrderState::PaymentFailed { .. }));

    let (shop, order) = waiting().await;
    let used_up = Fate::Refused(Outcome::Invalid(invalid));
    shop.gateway.script(Call::Complete, [Fate::AnswerLost, used_up.clone(), used_up]);
    // Nothing is told of it for a while.
    shop.gateway.script(Call::LookUp, vec![Fate::Refused(Outcome::Unknown); 2]);
    comes_back(&shop, &order).await;
    shop.settle_until(NOON.plus(HOUR)).await;
    assert!(matches!(shop.order(&order.id).await.state, OrderState::Paid { .. }));
}

#[tokio::test]
async fn fault_71_a_cancel_while_the_result_is_sent_voids_what_that_authorized() {
    let (shop, order) = waiting().await;
    comes_back(&shop, &order).await;
    let slow = SlowGateway::new(&shop.gateway, Call::Complete, Hangs::WithItsAnswer);
    let gateways = slow.gateways();
    let ports = shop.capture_ports(&gateways);
    let mut worker = Box::pin(capture_payment(&ports, &order.id));
    run_until_it_hangs(&mut worker);
    let _cancelled = cancel(&shop, &order).await.unwrap();
    slow.go_on();
    worker.await.unwrap();
    shop.settle_until(NOON.plus(HOUR)).await;
    assert!(matches!(shop.order(&order.id).await.state, OrderState::Cancelled { .. }));
    assert_eq!((shop.calls(Call::Capture), shop.captured()), (0, 0));
    assert_eq!(shop.units(), (12, 0, 0));
}

#[tokio::test]
async fn fault_21_an_order_takes_no_result_from_another_caller() {
    let (shop, order) = waiting().await;
    let stranger = Caller::guest(&[9; 32]);
    assert_eq!(submit(&shop, &stranger, &order, "proof").await, Err(SubmitActionResultError::NotFound));
    assert_eq!(shop.order(&order.id).await, order);
}
