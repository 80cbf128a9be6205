//! Money that a shopper demands back over the shop's head, and a gateway that tells of it, late or never.

use application::Failure;
use application::refund_order::RefundOrderError;
use domain::invariant::check;
use domain::order::{Account, Order, OrderState, RefundRefused};
use domain::payment::{Dispute, DisputeDecision, DisputeState, RefundOutcome};
use domain::webhook::{Event, EventSubject, Settlement, WebhookState};
use memory::{Call, Fate, RefundCall};

use crate::cancelled::{cancel, paid, refund};
use crate::orphaned::{declined, try_to_tell};
use crate::shop::{HOUR, MINUTE, NOON, Shop, WEEK};
use crate::webhooks::{applied, event, told};

/// What the gateway tells of a dispute. It says of which payment, and not what that was for.
pub(crate) fn dispute(id: &str, order: &Order) -> Event {
    Event {
        kind: "charge.dispute.created".parse().unwrap(),
        subject: EventSubject::Dispute,
        purpose: None,
        ..event(id, "any", order, 1)
    }
}

/// A paid order whose shopper demands everything back.
async fn disputed(shop: &Shop) -> Order {
    let order = paid(shop).await;
    shop.gateway.dispute(&order.id, "dp_1", None);
    assert_eq!(told(shop, dispute("evt_1", &order)).await, applied());
    let order = shop.order(&order.id).await;
    assert_eq!(order.word(), "disputed");
    order
}

async fn decided(shop: &Shop, order: &Order, decision: DisputeDecision) -> Order {
    shop.gateway.dispute(&order.id, "dp_1", Some(decision));
    let state = told(shop, dispute("evt_2", order)).await;
    assert!(matches!(state, WebhookState::Settled(Settlement::Applied { .. })), "{state:?}");
    assert_eq!(check(&shop.books()), []);
    shop.order(&order.id).await
}

#[tokio::test]
async fn fault_79_a_dispute_that_the_gateway_tells_of_is_written_once_however_often_it_does() {
    let shop = Shop::open().await;
    let order = disputed(&shop).await;
    for id in ["evt_1", "evt_3", "evt_4"] {
        assert_eq!(told(&shop, dispute(id, &order)).await, applied());
    }
    let again = shop.order(&order.id).await;
    assert_eq!((again.version, again.disputes.len()), (order.version, 1));
    assert_eq!(again.ledger.balance(Account::Disputes), order.totals.total.amount());
    assert_eq!(check(&shop.books()), []);
}

#[tokio::test]
async fn fault_79_29_what_was_decided_is_told_before_it_was_opened_and_stays_so() {
    for (decision, word) in [(DisputeDecision::Won, "paid"), (DisputeDecision::Lost, "disputed")] {
        let shop = Shop::open().await;
        let order = paid(&shop).await;
        shop.gateway.dispute(&order.id, "dp_1", None);
        let first = decided(&shop, &order, decision).await;
        assert_eq!(told(&shop, dispute("evt_1", &order)).await, applied());
        // The gateway's own view lags behind, too.
        shop.gateway.dispute(&order.id, "dp_1", None);
        assert_eq!(told(&shop, dispute("evt_3", &order)).await, applied());
        let later = shop.order(&order.id).await;
        assert_eq!((later.word(), later.version), (word, first.version));
    }
}

#[tokio::test]
async fn fault_79_no_refund_begins_while_a_dispute_is_open_and_the_one_that_waits_goes_on_when_it_is_won() {
    let shop = Shop::open().await;
    let order = disputed(&shop).await;
    let refused = refund(&shop, &order, "claim-1", 500).await;
    assert_eq!(refused, Err(RefundOrderError::Refused(RefundRefused::Disputed)));
    let _cancelled = cancel(&shop, &order).await.unwrap();
    shop.settle_until(NOON.plus(WEEK)).await;
    let waiting = shop.order(&order.id).await;
    assert_eq!((waiting.word(), waiting.refunds[0].is_unsent()), ("disputed", true));

    let over = decided(&shop, &order, DisputeDecision::Won).await;
    assert!(matches!(over.state, OrderState::Cancelled { .. }));
    assert_eq!((over.refunded(), shop.units()), (order.totals.total.amount(), (12, 0, 0)));
}

#[tokio::test]
async fn fault_79_a_dispute_whose_end_nobody_tells_of_is_looked_at_twice_a_day() {
    let shop = Shop::open().await;
    let order = disputed(&shop).await;
    let mut now = NOON;
    for failure in [Some(Failure::Unavailable), None] {
        failure.into_iter().for_each(|failure| shop.gateway.fail_disputes(failure));
        now = now.plus(Dispute::LOOK_AGAIN);
        shop.settle_until(now.plus(MINUTE * 2)).await;
        assert_eq!(shop.sweep().await, 1);
        shop.settle().await;
        let open = shop.order(&order.id).await;
        assert_eq!((open.version, open.wake.unwrap().at > now), (order.version, true), "that is no change");
        now = now.plus(MINUTE * 2);
    }
    shop.gateway.dispute(&order.id, "dp_1", Some(DisputeDecision::Won));
    shop.settle_until(now.plus(Dispute::LOOK_AGAIN + MINUTE * 2)).await;
    assert_eq!(shop.sweep().await, 1);
    shop.settle().await;
    let won = shop.order(&order.id).await;
    assert_eq!((won.word(), won.wake), ("paid", None));
}

#[tokio::test]
async fn fault_79_a_cancelled_order_whose_dispute_is_lost_gives_nothing_back_and_is_over() {
    let shop = Shop::open().await;
    let order = disputed(&shop).await;
    let _cancelled = cancel(&shop, &order).await.unwrap();
    let over = decided(&shop, &order, DisputeDecision::Lost).await;
    assert!(matches!(over.state, OrderState::Cancelled { .. }));
    assert_eq!((over.refunded(), over.lost(), shop.units()), (0, order.totals.total.amount(), (12, 0, 0)));
    assert_eq!(shop.order(&order.id).await.wake, None);
}

#[tokio::test]
async fn fault_79_a_dispute_that_nobody_told_of_is_found_when_a_refund_is_refused_for_it() {
    let shop = Shop::open().await;
    let order = paid(&shop).await;
    shop.gateway.dispute(&order.id, "dp_1", None);
    let _refunding = refund(&shop, &order, "claim-1", 500).await.unwrap();
    shop.settle().await;
    let found = shop.order(&order.id).await;
    assert_eq!((found.word(), found.refunds[0].is_unsent()), ("disputed", true));
    assert_eq!(found.wake.unwrap().at, NOON.plus(Dispute::LOOK_AGAIN));
    assert_eq!(found.disputes[0].state, DisputeState::Open);
    let won = decided(&shop, &order, DisputeDecision::Won).await;
    assert_eq!((won.word(), won.refunded()), ("partially_refunded", 500));
}

#[tokio::test]
async fn fault_79_a_refund_that_was_refused_for_a_dispute_that_cannot_be_seen_is_tried_again_in_an_hour() {
    let shop = Shop::open().await;
    let order = paid(&shop).await;
    shop.gateway.dispute(&order.id, "dp_1", None);
    shop.gateway.fail_disputes(Failure::Unavailable);
    let _refunding = refund(&shop, &order, "claim-1", 500).await.unwrap();
    shop.settle().await;
    assert_eq!(shop.order(&order.id).await.word(), "paid");
    shop.settle_until(NOON.plus(HOUR + MINUTE * 2)).await;
    assert_eq!(shop.sweep().await, 1);
    shop.settle().await;
    assert_eq!(shop.order(&order.id).await.word(), "disputed");
}

#[tokio::test]
async fn fault_79_a_refund_whose_answer_was_lost_is_found_while_its_order_is_disputed() {
    let shop = Shop::open().await;
    let order = paid(&shop).await;
    shop.gateway.script_refund(RefundCall::Refund, [Fate::AnswerLost]);
    shop.gateway.script_refund(RefundCall::LookUp, [Fate::Refused(RefundOutcome::Unknown)]);
    let _refunding = refund(&shop, &order, "claim-1", 500).await.unwrap();
    shop.settle().await;
    shop.gateway.dispute(&order.id, "dp_1", None);
    assert_eq!(told(&shop, dispute("evt_1", &order)).await, applied());
    shop.settle_until(NOON.plus(HOUR)).await;
    let found = shop.order(&order.id).await;
    assert_eq!((found.word(), found.refunded()), ("disputed", 500));
    assert_eq!(check(&shop.books()), []);
}

#[tokio::test]
async fn fault_79_a_dispute_that_comes_before_our_capture_is_known_is_written_with_it() {
    let shop = Shop::open().await;
    shop.gateway.script(Call::Capture, [Fate::AnswerLost]);
    let order = shop.order_shirts().await;
    shop.settle().await;
    assert_eq!(shop.order(&order.id).await.state, OrderState::PendingPayment);
    shop.gateway.dispute(&order.id, "dp_1", None);
    assert_eq!(told(&shop, dispute("evt_1", &order)).await, applied());
    assert_eq!(shop.order(&order.id).await.word(), "disputed");
}

#[tokio::test]
async fn fault_79_a_dispute_that_cannot_be_looked_at_is_told_again() {
    let shop = Shop::open().await;
    let order = paid(&shop).await;
    shop.gateway.dispute(&order.id, "dp_1", None);
    shop.gateway.fail_disputes(Failure::Unavailable);
    assert_eq!(try_to_tell(&shop, dispute("evt_1", &order)).await, Err(Failure::Unavailable));
    assert_eq!(shop.order(&order.id).await.word(), "paid");
    assert_eq!(try_to_tell(&shop, dispute("evt_1", &order)).await, Ok(()));
    assert_eq!(shop.order(&order.id).await.word(), "disputed");
}

#[tokio::test]
async fn fault_79_what_was_captured_after_a_decline_and_is_disputed_goes_back_by_that_alone() {
    let shop = Shop::open().await;
    let order = declined(&shop).await;
    shop.gateway.captures_after_no(&order.id);
    shop.gateway.dispute(&order.id, "dp_1", None);
    assert_eq!(told(&shop, dispute("evt_1", &order)).await, applied());
    let lost = decided(&shop, &order, DisputeDecision::Lost).await;
    assert_eq!(lost.state, order.state, "the shopper can still take another card");
    shop.settle_until(NOON.plus(HOUR)).await;
    let over = shop.order(&order.id).await;
    assert_eq!(Account::ALL.map(|account| over.ledger.balance(account)), [0; 6]);
    assert!(matches!(over.state, OrderState::Cancelled { .. }) && !over.has_orphan());
    assert_eq!(check(&shop.books()), []);
}
