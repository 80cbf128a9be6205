//! A shopper who must act at the gateway: in time, too late, or while the payment is being given up.

use application::capture_payment::capture_payment;
use domain::order::{Order, OrderState};
use domain::payment::{Attempt, AttemptState, Outcome};
use memory::{Call, Fate};

use crate::samples::CARD;
use crate::shop::{HOUR, MINUTE, NOON, Shop};
use crate::slow::{Hangs, SlowGateway, run_until_it_hangs};

/// An order that waits for its shopper to act.
async fn waiting() -> (Shop, Order) {
    let shop = Shop::open().await;
    shop.gateway.card(CARD, Outcome::RequiresAction { url: "https://bank.example/3ds".to_owned() });
    let order = shop.order_shirts().await;
    shop.settle().await;
    let order = shop.order(&order.id).await;
    assert!(matches!(order.attempt().unwrap().state, AttemptState::RequiresAction { .. }));
    (shop, order)
}

#[tokio::test]
async fn fault_70_a_shopper_who_never_acts_is_not_charged_and_keeps_the_units_until_the_time_to_retry_is_over()
 {
    let (shop, order) = waiting().await;
    shop.settle_until(NOON.plus(Attempt::ACTION_TIME).plus(MINUTE)).await;
    let failed = shop.order(&order.id).await;
    assert_eq!(failed.attempt().unwrap().state, AttemptState::Voided);
    let OrderState::PaymentFailed { retry_until } = failed.state else {
        panic!("the payment did not fail: {:?}", failed.state);
    };
    assert_eq!(shop.units(), (9, 3, 0));

    shop.settle_until(retry_until.minus(std::time::Duration::from_millis(1))).await;
    assert_eq!(shop.units(), (9, 3, 0));
    shop.settle_until(retry_until).await;
    assert!(matches!(shop.order(&order.id).await.state, OrderState::Cancelled { .. }));
    assert_eq!(shop.captured(), 0);
    assert_eq!(shop.units(), (12, 0, 0));
}

/// The shopper acts at the moment when the void is on its way; the gateway then stands as given.
async fn acts_during_the_void(stands: &Outcome) -> (Shop, Order) {
    let (shop, order) = waiting().await;
    shop.clock.set(NOON.plus(Attempt::ACTION_TIME).plus(MINUTE));
    let slow = SlowGateway::new(&shop.gateway, Call::Void, Hangs::BeforeItIsExecuted);
    let gateways = slow.gateways();
    let ports = shop.capture_ports(&gateways);
    let mut worker = Box::pin(capture_payment(&ports, &order.id));
    run_until_it_hangs(&mut worker);
    shop.gateway.shopper_acts(&order.id, stands);
    slow.go_on();
    worker.await.unwrap();
    let order = shop.order(&order.id).await;
    (shop, order)
}

#[tokio::test]
async fn fault_71_an_authorization_that_comes_while_we_void_is_given_up_and_nothing_is_charged() {
    let (shop, order) = acts_during_the_void(&Outcome::Authorized).await;
    assert_eq!(order.attempt().unwrap().state, AttemptState::Voided);
    assert_eq!(shop.units(), (9, 3, 0));
    shop.settle_until(NOON.plus(HOUR)).await;
    assert_eq!((shop.calls(Call::Capture), shop.captured()), (0, 0));
    assert_eq!(shop.units(), (12, 0, 0));
}

#[tokio::test]
async fn fault_71_76_a_void_that_comes_after_the_capture_makes_the_order_paid() {
    let (shop, order) = acts_during_the_void(&Outcome::Captured).await;
    assert!(matches!(order.state, OrderState::Paid { .. }), "{:?}", order.state);
    assert_eq!(shop.captured(), order.totals.total.amount());
    let paid = shop.books();
    shop.settle_until(NOON.plus(HOUR)).await;
    assert_eq!(shop.books(), paid);
    assert_eq!(shop.units(), (9, 0, 3));
}

#[tokio::test]
async fn fault_76_a_void_whose_answer_is_lost_is_looked_up_and_the_capture_that_came_first_stands() {
    let (shop, order) = waiting().await;
    shop.gateway.script(Call::Void, [Fate::AnswerLost]);
    shop.clock.set(NOON.plus(Attempt::ACTION_TIME).plus(MINUTE));
    shop.gateway.shopper_acts(&order.id, &Outcome::Captured);
    shop.capture(&order.id).await;
    assert!(matches!(shop.order(&order.id).await.attempt().unwrap().state, AttemptState::Unknown { .. }));
    shop.settle_until(NOON.plus(HOUR)).await;
    assert!(matches!(shop.order(&order.id).await.state, OrderState::Paid { .. }));
    assert_eq!(shop.captured(), order.totals.total.amount());
    assert_eq!(shop.units(), (9, 0, 3));
}
