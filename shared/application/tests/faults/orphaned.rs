//! A gateway that breaks its word: it takes money for what it had said no to, or had confirmed a cancel of.

use application::apply_webhook::apply_webhook;
use application::{Failure, WebhookInbox};
use domain::invariant::check;
use domain::order::{Account, Order, OrderState};
use domain::payment::{AttemptState, Decline, Outcome, RefundOutcome, Retry};
use domain::webhook::{Event, Webhook};
use memory::{Call, Fate, RefundCall};

use crate::samples::CARD;
use crate::shop::{HOUR, MINUTE, NOON, Shop};
use crate::slow::{Hangs, SlowGateway, run_until_it_hangs};
use crate::webhooks::{applied, event, told};

/// An order whose only attempt was declined, and which waits for another card.
pub(crate) async fn declined(shop: &Shop) -> Order {
    let decline = Decline { code: "insufficient_funds".to_owned(), retry: Retry::OtherMethod };
    shop.gateway.card(CARD, Outcome::Declined(decline));
    let order = shop.order_shirts().await;
    shop.settle().await;
    let order = shop.order(&order.id).await;
    assert!(matches!(order.state, OrderState::PaymentFailed { .. }));
    order
}

/// The shop is told, and a worker sees to it once.
pub(crate) async fn try_to_tell(shop: &Shop, event: Event) -> Result<(), Failure> {
    let key = event.key.clone();
    let _first_or_again = shop.store.receive(&Webhook::receive(event, NOON)).await.unwrap();
    shop.try_to_apply(&key).await
}

pub(crate) fn at_the_gateway(shop: &Shop) -> i64 {
    shop.gateway.entries().iter().map(|entry| entry.captured - entry.refunded).sum()
}

#[tokio::test]
async fn fault_62_what_was_captured_after_a_decline_goes_back_once_the_order_is_over() {
    let shop = Shop::open().await;
    let order = declined(&shop).await;
    shop.gateway.captures_after_no(&order.id);
    for id in ["evt_1", "evt_2"] {
        assert_eq!(told(&shop, event(id, "succeeded", &order, 1)).await, applied());
    }
    let found = shop.order(&order.id).await;
    assert!(found.has_orphan());
    assert_eq!(found.ledger.balance(Account::Orphans), -found.totals.total.amount());
    assert_eq!(found.wake, order.wake, "the shopper can still take another card");

    shop.settle_until(NOON.plus(HOUR)).await;
    let over = shop.order(&order.id).await;
    assert!(matches!(over.state, OrderState::Cancelled { .. }) && !over.has_orphan());
    assert_eq!((at_the_gateway(&shop), shop.units()), (0, (12, 0, 0)));
    assert_eq!(Account::ALL.map(|account| over.ledger.balance(account)), [0; 6]);
    assert_eq!(check(&shop.books()), []);
}

#[tokio::test]
async fn fault_62_what_was_captured_after_a_confirmed_cancel_goes_back_although_the_refund_is_in_doubt() {
    let shop = Shop::open().await;
    shop.gateway.card(CARD, Outcome::RequiresAction { url: "https://bank.example/3ds".to_owned() });
    let order = shop.order_shirts().await;
    shop.settle_until(NOON.plus(HOUR)).await;
    assert!(matches!(shop.order(&order.id).await.state, OrderState::Cancelled { .. }));

    shop.gateway.captures_after_no(&order.id);
    shop.gateway.script_refund(RefundCall::Refund, [Fate::AnswerLost]);
    shop.gateway.script_refund(RefundCall::LookUp, [Fate::Refused(RefundOutcome::Unknown)]);
    told(&shop, event("evt_1", "succeeded", &order, 1)).await;
    shop.settle_until(NOON.plus(HOUR * 2)).await;
    let over = shop.order(&order.id).await;
    assert_eq!((at_the_gateway(&shop), over.wake, over.refunded()), (0, None, 0));
    assert_eq!(over.word(), "cancelled", "it was never paid");
    assert_eq!(check(&shop.books()), []);
}

#[tokio::test]
async fn fault_91_an_authorization_after_a_no_is_not_given_up_in_time_that_is_not_left() {
    let shop = Shop::open().await;
    let order = declined(&shop).await;
    shop.gateway.script(Call::LookUp, [Fate::Refused(Outcome::Authorized)]);
    let heard = event("evt_1", "amount_capturable_updated", &order, 1);
    let _received = shop.store.receive(&Webhook::receive(heard.clone(), NOON)).await.unwrap();
    let slow = SlowGateway::new(&shop.gateway, Call::LookUp, Hangs::WithItsAnswer);
    let gateways = slow.gateways();
    let ports = shop.apply_ports(&gateways);
    let mut worker = Box::pin(apply_webhook(&ports, &heard.key));
    run_until_it_hangs(&mut worker);
    shop.clock.advance(MINUTE / 2);
    slow.go_on();
    assert_eq!(worker.await, Err(Failure::Throttled), "the message comes again");
    assert_eq!(shop.calls(Call::Void), 0);
}

#[tokio::test]
async fn an_authorization_that_comes_after_a_no_is_given_up_under_a_key_of_its_own() {
    let shop = Shop::open().await;
    let order = declined(&shop).await;
    let again = Decline { code: "card_declined".to_owned(), retry: Retry::None };
    shop.gateway
        .script(Call::LookUp, [Fate::Refused(Outcome::Authorized), Fate::Refused(Outcome::Declined(again))]);
    shop.gateway.script(Call::Void, [Fate::Refused(Outcome::Voided)]);
    let failed = try_to_tell(&shop, event("evt_1", "amount_capturable_updated", &order, 1)).await;
    assert!(failed.is_err(), "what became of the void is seen at the next look");
    assert_eq!(told(&shop, event("evt_1", "amount_capturable_updated", &order, 1)).await, applied());
    let voids = shop.gateway.calls().into_iter().filter(|made| made.call == Call::Void);
    assert_eq!(voids.map(|made| made.charge.renewal).collect::<Vec<_>>(), [u32::MAX]);
    assert!(!shop.order(&order.id).await.has_orphan());
}

#[tokio::test]
async fn what_the_gateway_does_not_answer_about_is_asked_again_and_proves_nothing() {
    let shop = Shop::open().await;
    let order = declined(&shop).await;
    shop.gateway.script(Call::LookUp, [Fate::Refused(Outcome::Unknown)]);
    assert!(try_to_tell(&shop, event("evt_1", "succeeded", &order, 1)).await.is_err());
    assert_eq!(shop.order(&order.id).await, order);
}

/// An order whose payment waits for a person, and whose capture is still under way.
pub(crate) async fn with_a_person() -> (Shop, Order) {
    let shop = Shop::open().await;
    shop.gateway.script(Call::Capture, [Fate::Delayed]);
    shop.gateway.script(Call::LookUp, [Fate::Refused(Outcome::Mismatch)]);
    let order = shop.order_shirts().await;
    shop.settle_until(NOON.plus(MINUTE)).await;
    assert_eq!(shop.order(&order.id).await.attempt().unwrap().state, AttemptState::ManualReview);
    (shop, order)
}

#[tokio::test]
async fn a_payment_that_waits_for_a_person_is_ended_by_a_fact_that_comes_late() {
    let (shop, order) = with_a_person().await;
    shop.gateway.deliver_delayed();
    told(&shop, event("evt_1", "succeeded", &order, 1)).await;
    let paid = shop.order(&order.id).await;
    assert_eq!((paid.word(), paid.captured()), ("paid", paid.totals.total.amount()));
    assert_eq!(check(&shop.books()), []);
}
