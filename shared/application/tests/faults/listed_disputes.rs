//! Disputes that a gateway lists and never told of.

use application::Failure;
use application::reconcile::Comparison;
use domain::invariant::check;
use domain::order::Order;
use domain::payment::{DisputeDecision, DisputeWay};
use domain::reconciliation::{DifferenceKind, Transfer, TransferKind};
use memory::{Call, Fate, ScriptedGateway};

use crate::disputed::dispute;
use crate::reconciled::{captured, compare, compare_again, complete, kinds, paid, try_to_compare, until};
use crate::shop::{HOUR, NOON, Shop};
use crate::webhooks::{applied, told};

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

/// The same of a list like PayPal's, which names the payment and gives no id of the dispute.
fn unnamed(id: &str, way: DisputeWay, order: &Order) -> Transfer {
    let (attempt, dispute) = (Some(1), None);
    let kind = match way {
        DisputeWay::Withdrawn => TransferKind::Disputed { attempt, dispute },
        DisputeWay::Reversed => TransferKind::DisputeReversed { attempt, dispute },
    };
    Transfer { kind, reference: None, ..captured(id, order) }
}

#[tokio::test]
async fn fault_79_a_second_dispute_of_as_much_is_found_in_a_list_without_ids_in_the_same_window_or_another() {
    for second_at in [NOON, NOON.plus(HOUR)] {
        let shop = Shop::open().await;
        let order = paid(&shop).await;
        shop.gateway.dispute(&order.id, "dp_1", Some(DisputeDecision::Won));
        assert_eq!(told(&shop, dispute("evt_1", &order)).await, applied());
        shop.gateway.dispute(&order.id, "dp_2", None);
        let first = [DisputeWay::Withdrawn, DisputeWay::Reversed];
        shop.gateway.list(NOON, first.map(|way| unnamed(&format!("txn_1_{way:?}"), way, &order)));
        shop.gateway.list(second_at, [unnamed("txn_2", DisputeWay::Withdrawn, &order)]);
        // Everything is known of the first one, and nothing of the second.
        let _first = compare(&shop).await;
        let _second = try_to_compare(&shop, complete().plus(HOUR * 2)).await.unwrap();
        let twice = shop.order(&order.id).await;
        let references: Vec<_> = twice.disputes.iter().map(|dispute| dispute.reference.as_str()).collect();
        assert_eq!((twice.word(), references), ("disputed", vec!["dp_1", "dp_2"]));
        assert_eq!((check(&shop.books()), kinds(&shop)), (vec![], vec![]));

        let again = compare_again(&shop).await;
        assert_eq!((again.disputes, again.differences, shop.order(&order.id).await), (0, 0, twice));
    }
}

#[tokio::test]
async fn fault_100_what_a_list_without_ids_has_once_more_than_its_gateway_knows_is_a_difference() {
    let shop = Shop::open().await;
    let order = paid(&shop).await;
    shop.gateway.dispute(&order.id, "dp_1", None);
    let listed = ["txn_1", "txn_2"].map(|id| unnamed(id, DisputeWay::Withdrawn, &order));
    shop.gateway.list(NOON, listed);
    let comparison = compare(&shop).await;
    assert_eq!((comparison.disputes, comparison.differences), (2, 1));
    assert_eq!(kinds(&shop), [DifferenceKind::ListedTwice]);
    let noted = shop.order(&order.id).await;
    let again = compare_again(&shop).await;
    assert_eq!((again.differences, shop.order(&order.id).await), (0, noted));
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
