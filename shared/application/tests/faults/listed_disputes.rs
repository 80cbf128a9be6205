//! Disputes that a gateway lists and never told of.

use application::Failure;
use application::reconcile::Comparison;
use domain::invariant::check;
use domain::order::Order;
use domain::payment::DisputeDecision;
use domain::reconciliation::{DifferenceKind, Transfer, TransferKind};
use memory::{Call, Fate, ScriptedGateway};

use crate::reconciled::{captured, compare, compare_again, complete, kinds, paid, try_to_compare, until};
use crate::shop::{HOUR, NOON, Shop};

/// What the gateway lists of the dispute `dp_1` of an order's only attempt. Like Stripe's, it names the payment alone.
fn listed(id: &str, kind: TransferKind, order: &Order) -> Transfer {
    Transfer { order_id: None, kind, ..captured(id, order) }
}

fn withdrawn(order: &Order) -> Transfer {
    let kind = TransferKind::Disputed { attempt: None, dispute: Some("dp_1".parse().unwrap()) };
    listed("txn_1", kind, order)
}

fn reversed(order: &Order) -> Transfer {
    let kind = TransferKind::DisputeReversed { attempt: None, dispute: Some("dp_1".parse().unwrap()) };
    listed("txn_2", kind, order)
}

#[tokio::test]
async fn fault_79_a_dispute_that_nobody_told_of_is_found_in_the_list_and_found_again_changes_nothing() {
    let shop = Shop::open().await;
    let order = paid(&shop).await;
    shop.gateway.dispute(&order.id, "dp_1", None);
    shop.gateway.list(NOON, [captured("ch_1", &order), withdrawn(&order)]);
    let comparison = Comparison { windows: 1, transfers: 2, disputes: 1, ..Comparison::default() };
    assert_eq!(compare(&shop).await, comparison);
    let disputed = shop.order(&order.id).await;
    assert_eq!((disputed.word(), disputed.disputes.len()), ("disputed", 1));
    assert_eq!((check(&shop.books()), kinds(&shop)), (vec![], vec![]));

    let again = compare_again(&shop).await;
    assert_eq!((again.transfers, again.disputes, again.differences), (2, 0, 0));
    assert_eq!(shop.order(&order.id).await, disputed);
}

#[tokio::test]
async fn fault_79_the_end_of_a_dispute_is_found_in_the_list_also_where_its_beginning_was_not() {
    let shop = Shop::open().await;
    let order = paid(&shop).await;
    shop.gateway.dispute(&order.id, "dp_1", Some(DisputeDecision::Won));
    shop.gateway.list(NOON, [reversed(&order), withdrawn(&order)]);
    let comparison = compare(&shop).await;
    assert_eq!((comparison.disputes, comparison.differences), (1, 0), "what is known of the one is of both");
    let won = shop.order(&order.id).await;
    assert_eq!((won.word(), won.disputes[0].decision()), ("paid", Some(DisputeDecision::Won)));
    assert_eq!((check(&shop.books()), kinds(&shop)), (vec![], vec![]));
}

#[tokio::test]
async fn fault_79_a_dispute_of_a_payment_that_is_still_in_doubt_is_written_down_once_that_is_known() {
    let shop = Shop::open().await;
    shop.gateway.script(Call::Capture, [Fate::AnswerLost]);
    let order = shop.order_shirts().await;
    shop.settle().await;
    let doubtful = shop.order(&order.id).await;
    assert!(!doubtful.attempt().unwrap().is_settled());
    shop.gateway.dispute(&order.id, "dp_1", None);
    shop.gateway.list(NOON, [withdrawn(&doubtful)]);
    let comparison = compare(&shop).await;
    assert_eq!((comparison.disputes, comparison.differences), (1, 0));
    assert_eq!(shop.order(&order.id).await.word(), "disputed");
    assert_eq!(check(&shop.books()), []);
}

#[tokio::test]
async fn fault_100_a_dispute_that_its_gateway_does_not_stand_by_is_a_difference() {
    let shop = Shop::open().await;
    let order = paid(&shop).await;
    shop.gateway.list(NOON, [withdrawn(&order)]);
    let comparison = compare(&shop).await;
    assert_eq!((comparison.disputes, comparison.differences), (1, 1));
    assert_eq!(kinds(&shop), [DifferenceKind::NotPosted]);
    assert_eq!(
        shop.store.differences()[0].order_id.as_ref(),
        Some(&order.id),
        "its payment says whose it is"
    );
    assert_eq!(shop.order(&order.id).await, order);
}

#[tokio::test]
async fn fault_100_a_dispute_of_somebody_elses_payment_is_a_difference() {
    let shop = Shop::open().await;
    let order = paid(&shop).await;
    let elsewhere = Transfer { reference: Some("pi_other".parse().unwrap()), ..withdrawn(&order) };
    shop.gateway.list(NOON, [elsewhere]);
    let comparison = compare(&shop).await;
    assert_eq!((comparison.disputes, comparison.differences), (0, 1));
    assert_eq!(kinds(&shop), [DifferenceKind::UnknownOrder]);
}

#[tokio::test]
async fn a_gateway_that_does_not_say_how_its_disputes_stand_holds_its_window_up_for_hours_and_not_for_ever() {
    for asked in [ScriptedGateway::fail_disputes, ScriptedGateway::fail_purposes] {
        let shop = Shop::open().await;
        let order = paid(&shop).await;
        shop.gateway.dispute(&order.id, "dp_1", None);
        shop.gateway.list(NOON, [withdrawn(&order)]);
        (0..3).for_each(|_| asked(&shop.gateway, Failure::Unavailable));
        assert_eq!(try_to_compare(&shop, complete()).await, Err(Failure::Unavailable));
        let seen = until(&shop).await;
        assert_eq!(try_to_compare(&shop, complete().plus(HOUR * 5)).await, Err(Failure::Unavailable));
        assert_eq!((until(&shop).await, kinds(&shop)), (seen, vec![]));
        assert!(try_to_compare(&shop, complete().plus(HOUR * 6)).await.unwrap().windows > 1);
        assert_eq!(kinds(&shop), [DifferenceKind::NotPosted]);
    }
}
