use application::SWEEP_SHARDS;
use domain::order::Order;
use domain::payment::{GatewayName, Outcome, RefundOutcome};
use domain::reconciliation::{
    Difference, DifferenceKey, DifferenceKind, DifferenceSubject, Reconciled, Window,
};
use domain::{Idempotent, OrderId};

use crate::samples::{NOON, later, ordered};
use crate::world::World;

/// Orders that were last posted to in a window, over all parts of the index.
async fn posted(world: &World, window: Window) -> Vec<OrderId> {
    let mut found = Vec::new();
    for shard in 0..SWEEP_SHARDS {
        found.extend(world.reconciliations.posted(shard, window).await.unwrap());
    }
    found
}

/// The window behind so many others, from noon on.
fn window(behind: u32) -> Window {
    (0..behind).fold(Window::from(NOON), |window, _| Window::from(window.ends_at()))
}

/// The order, captured in the first millisecond of a window.
async fn captured(world: &World, window: Window) -> Order {
    let (_, change) = ordered(world).await;
    let paid = change.order.record(Outcome::Captured, window.begins_at()).unwrap();
    world.ledger.record(&paid).await.unwrap();
    paid.order
}

#[tokio::test]
async fn an_order_is_found_in_the_window_of_its_latest_posting_and_in_no_other() {
    for world in World::both().await {
        let order = captured(&world, window(1)).await;
        assert_eq!(posted(&world, window(0)).await, []);
        assert_eq!(posted(&world, window(1)).await, std::slice::from_ref(&order.id));
        let cancelled = order.cancel(later(2_000)).unwrap().into_inner();
        world.ledger.record(&cancelled).await.unwrap();
        let claimed = cancelled.order.claim_refund(later(2_000)).unwrap();
        world.ledger.record(&claimed).await.unwrap();
        let at = window(3).last_millisecond();
        let back = claimed.order.record_refund(RefundOutcome::Refunded, at).unwrap();
        world.ledger.record(&back).await.unwrap();
        assert_eq!(posted(&world, window(1)).await, []);
        assert_eq!(posted(&world, window(3)).await, [back.order.id]);
        assert_eq!(posted(&world, window(4)).await, []);
    }
}

#[tokio::test]
async fn an_order_that_no_money_moved_for_is_in_no_window() {
    for world in World::both().await {
        let _unpaid = ordered(&world).await;
        for behind in 0..3 {
            assert_eq!(posted(&world, window(behind)).await, []);
        }
    }
}

#[tokio::test]
async fn how_far_was_compared_is_moved_on_once_from_where_it_was_seen() {
    for world in World::both().await {
        let (port, stripe) = (&world.reconciliations, GatewayName::Stripe);
        let (executed, refused) = (Ok(Idempotent::Executed(())), Ok(Idempotent::AlreadyApplied(())));
        assert_eq!(port.reconciled(stripe).await, Ok(None));
        assert_eq!(port.advance(stripe, Some(later(0)), later(1)).await, refused, "nobody has begun");
        assert_eq!(port.advance(stripe, None, later(1)).await, executed);
        assert_eq!(port.reconciled(stripe).await, Ok(Some(Reconciled::until(later(1)))));
        for seen in [None, Some(later(0)), Some(later(2))] {
            assert_eq!(port.advance(stripe, seen, later(3)).await, refused);
        }
        assert_eq!(port.advance(stripe, Some(later(1)), later(3)).await, executed);
        assert_eq!(port.advance(stripe, Some(later(1)), later(3)).await, refused);
        assert_eq!(port.reconciled(stripe).await, Ok(Some(Reconciled::until(later(3)))));
        assert_eq!(port.reconciled(GatewayName::PayPal).await, Ok(None), "each gateway has its own");
    }
}

#[tokio::test]
async fn since_when_a_window_is_unanswered_is_noted_once_and_forgotten_with_the_window() {
    for world in World::both().await {
        let (port, stripe) = (&world.reconciliations, GatewayName::Stripe);
        let (executed, refused) = (Ok(Idempotent::Executed(())), Ok(Idempotent::AlreadyApplied(())));
        assert_eq!(port.note_unanswered(stripe, later(1), later(5)).await, refused, "nobody has begun");
        assert_eq!(port.advance(stripe, None, later(1)).await, executed);
        assert_eq!(port.note_unanswered(stripe, later(0), later(5)).await, refused, "another window");
        assert_eq!(port.note_unanswered(stripe, later(1), later(5)).await, executed);
        assert_eq!(port.note_unanswered(stripe, later(1), later(6)).await, refused, "the first one stays");
        let noted = Reconciled { until: later(1), unanswered_since: Some(later(5)) };
        assert_eq!(port.reconciled(stripe).await, Ok(Some(noted)));
        assert_eq!(port.advance(stripe, Some(later(1)), later(2)).await, executed);
        assert_eq!(port.reconciled(stripe).await, Ok(Some(Reconciled::until(later(2)))));
    }
}

#[tokio::test]
async fn a_difference_is_noted_once_and_the_first_one_stays() {
    for world in World::both().await {
        let amount = domain::Money::new(1_999, "EUR".parse().unwrap()).unwrap();
        let order_id: OrderId = "order-1".parse().unwrap();
        let subjects = [
            DifferenceSubject::Transfer("ch_1".parse().unwrap()),
            DifferenceSubject::Posting(order_id.clone(), 1),
            DifferenceSubject::Posting(order_id.clone(), 2),
        ];
        for subject in subjects {
            let kind = DifferenceKind::NotListed;
            let key = DifferenceKey { gateway: GatewayName::Stripe, kind, subject };
            let first = Difference {
                key: key.clone(),
                order_id: Some(order_id.clone()),
                amount,
                found_at: later(1),
                resolved_at: None,
            };
            assert_eq!(world.differences.difference(&key).await, Ok(None));
            assert_eq!(world.differences.note(&first).await, Ok(Idempotent::Executed(())));
            let second = Difference { found_at: later(2), ..first.clone() };
            assert_eq!(world.differences.note(&second).await, Ok(Idempotent::AlreadyApplied(())));
            assert_eq!(world.differences.difference(&key).await, Ok(Some(first)));
        }
        assert_eq!(world.wake_ups().await, []);
    }
}
