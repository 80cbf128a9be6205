use application::ChangeError;
use domain::order::{Order, OrderChange, OrderState};
use domain::payment::{
    AttemptRequest, Decline, DisputeDecision, DisputeSeen, Operation, Outcome, RefundOutcome, Retry,
};
use domain::reservation::{PAGES_MAX, Reservation, ReservationState};
use domain::stock::{Hold, PAGE_UNITS, StockPage};
use domain::wake::{Queue, Wake};
use domain::{Fingerprint, Idempotent};

use crate::samples::{NOON, checkout, later, limited, method, ordered, page, request, reservation, reserved};
use crate::world::World;

async fn stored(world: &World, order: &Order) -> Order {
    world.ledger.order(&order.id).await.unwrap().unwrap()
}

fn declined() -> Outcome {
    Outcome::Declined(Decline { code: "insufficient_funds".to_owned(), retry: Retry::OtherMethod })
}

/// Writes a change and answers with the order as it is stored.
async fn record(world: &World, change: OrderChange) -> Order {
    assert_eq!(world.ledger.record(&change).await, Ok(()));
    let stored = stored(world, &change.order).await;
    assert_eq!(stored, change.order);
    stored
}

#[tokio::test]
async fn an_order_its_reservation_and_its_holds_change_in_one_write() {
    for world in World::both().await {
        let (reservation, change) = ordered(&world).await;
        assert_eq!(stored(&world, &change.order).await, change.order);
        assert_eq!(world.book.reservation(&reservation.id).await, Ok(Some(reservation.clone())));
        let page = world.page(&page("shirt", 0)).await;
        assert_eq!(page.holds[&reservation.id], Hold::Paying { quantity: 2 });
        assert_eq!((page.available, page.sold), (8, 0));
        assert_eq!(world.history(&change.order.id).await, [change.audit_entry()]);
    }
}

#[tokio::test]
async fn an_order_that_nobody_placed_is_not_there() {
    for world in World::both().await {
        assert_eq!(world.ledger.order(&request("nobody").order_id()).await, Ok(None));
    }
}

#[tokio::test]
async fn fault_38_an_order_is_placed_once() {
    for world in World::both().await {
        let (reservation, change) = ordered(&world).await;
        assert_eq!(world.placer.place(&reservation, &change).await, Err(ChangeError::Conflict));
        assert_eq!(world.history(&change.order.id).await.len(), 1);
    }
}

#[tokio::test]
async fn fault_39_an_order_from_as_many_pages_as_are_allowed_is_held_placed_and_paid() {
    for world in World::both().await {
        let pages = world.put_on_sale("shirt", u32::try_from(PAGES_MAX).unwrap() * PAGE_UNITS).await;
        let holds: Vec<_> = pages.into_iter().map(|page| (page, 1)).collect();
        assert_eq!(holds.len(), PAGES_MAX);
        let open = reservation("reserve", &holds);
        assert_eq!(world.book.reserve(&open, None).await, Ok(()));
        let (taken, change) = Order::place(open, checkout("checkout"), NOON).unwrap();
        assert_eq!(world.placer.place(&taken, &change).await, Ok(()));
        let _paid = record(&world, change.order.record(Outcome::Captured, later(1)).unwrap()).await;
        for (page, units) in &holds {
            assert_eq!(world.page(page).await.sold, *units);
        }
    }
}

#[tokio::test]
async fn a_reservation_becomes_one_order() {
    for world in World::both().await {
        let open = reserved(&world).await;
        let (first, change) = Order::place(open.clone(), checkout("first"), NOON).unwrap();
        world.placer.place(&first, &change).await.unwrap();
        let (second, other) = Order::place(open, checkout("second"), NOON).unwrap();
        assert_eq!(world.placer.place(&second, &other).await, Err(ChangeError::Conflict));
        assert_eq!(world.ledger.order(&other.order.id).await, Ok(None));
        assert_eq!(world.book.reservation(&first.id).await, Ok(Some(first)));
    }
}

#[tokio::test]
async fn fault_94_no_order_is_placed_under_an_id_that_another_reservation_used() {
    for world in World::both().await {
        let (_, change) = ordered(&world).await;
        let other = reservation("other", &[(page("shirt", 0), 1)]);
        assert_eq!(world.book.reserve(&other, None).await, Ok(()));
        let (taken, again) = Order::place(other.clone(), checkout("checkout"), NOON).unwrap();
        assert_eq!(world.placer.place(&taken, &again).await, Err(ChangeError::Conflict));
        assert_eq!(stored(&world, &change.order).await, change.order);
        assert_eq!(world.book.reservation(&other.id).await, Ok(Some(other)));
    }
}

#[tokio::test]
async fn a_closed_reservation_becomes_no_order() {
    for world in World::both().await {
        let open = reserved(&world).await;
        let (ordered, change) = Order::place(open.clone(), checkout("checkout"), NOON).unwrap();
        let released = open.release().unwrap().into_inner();
        world.closer.close(&released).await.unwrap();
        assert_eq!(world.placer.place(&ordered, &change).await, Err(ChangeError::Conflict));
        assert_eq!(world.ledger.order(&change.order.id).await, Ok(None));
        let stored = world.book.reservation(&ordered.id).await.unwrap().unwrap();
        assert_eq!(stored.state, ReservationState::Released);
    }
}

#[tokio::test]
async fn a_reservation_that_nobody_made_becomes_no_order() {
    for world in World::both().await {
        world.put_on_sale("shirt", 10).await;
        let nobody = reservation("nobody", &[(page("shirt", 0), 1)]);
        let (ordered, change) = Order::place(nobody, checkout("checkout"), NOON).unwrap();
        assert_eq!(world.placer.place(&ordered, &change).await, Err(ChangeError::Conflict));
        assert_eq!(world.ledger.order(&change.order.id).await, Ok(None));
    }
}

#[tokio::test]
async fn an_order_is_not_placed_on_a_hold_that_is_not_as_planned() {
    for world in World::both().await {
        let open = reserved(&world).await;
        let (planned, seen) = open.held().next().unwrap();
        let _freed = world.holds.free(&planned.page, &open.id, seen).await.unwrap();
        let (ordered, change) = Order::place(open.clone(), checkout("checkout"), NOON).unwrap();
        assert_eq!(world.placer.place(&ordered, &change).await, Err(ChangeError::Conflict));
        assert_eq!(world.book.reservation(&open.id).await, Ok(Some(open)));
        assert_eq!(world.page(&page("shirt", 0)).await, StockPage::full(page("shirt", 0), 10));
    }
}

#[tokio::test]
async fn an_order_is_not_placed_against_another_deadline() {
    for world in World::both().await {
        let open = reserved(&world).await;
        let later = Reservation { expires_at: later(1_200), ..open.clone() };
        let (ordered, change) = Order::place(later, checkout("checkout"), NOON).unwrap();
        assert_eq!(world.placer.place(&ordered, &change).await, Err(ChangeError::Conflict));
        assert_eq!(world.book.reservation(&open.id).await, Ok(Some(open)));
    }
}

#[tokio::test]
async fn an_order_is_not_placed_from_another_plan() {
    for world in World::both().await {
        let open = reserved(&world).await;
        let taken_over = open.clone().take_over();
        world.book.plan(&taken_over, Some(&open)).await.unwrap();
        let (ordered, change) = Order::place(open, checkout("checkout"), NOON).unwrap();
        assert_eq!(world.placer.place(&ordered, &change).await, Err(ChangeError::Conflict));
        let (ordered, change) = Order::place(taken_over, checkout("checkout"), NOON).unwrap();
        assert_eq!(world.placer.place(&ordered, &change).await, Ok(()));
    }
}

#[tokio::test]
async fn an_order_is_not_placed_without_its_claims() {
    for world in World::both().await {
        world.put_on_sale("shirt", 10).await;
        let open = limited(reservation("reserve", &[(page("shirt", 0), 2)]), 2);
        world.book.reserve(&open, None).await.unwrap();
        let claim = open.claims().next().unwrap();
        let _given_back = world.limits.give_back(&claim).await.unwrap();
        let (ordered, change) = Order::place(open.clone(), checkout("checkout"), NOON).unwrap();
        assert_eq!(world.placer.place(&ordered, &change).await, Err(ChangeError::Conflict));
        assert_eq!(world.book.reservation(&open.id).await, Ok(Some(open)));

        let _claimed = world.limits.claim(&claim).await.unwrap();
        assert_eq!(world.placer.place(&ordered, &change).await, Ok(()));
    }
}

/// Two shirts of a page of ten, paid for at the third second.
async fn paid(world: &World) -> Order {
    let (_, change) = ordered(world).await;
    let opened = Outcome::Opened("pi_1".parse().unwrap());
    let order = record(world, change.order.record(opened, later(1)).unwrap()).await;
    let order = record(world, order.record(Outcome::Authorized, later(2)).unwrap()).await;
    record(world, order.record(Outcome::Captured, later(3)).unwrap()).await
}

#[tokio::test]
async fn a_captured_payment_sells_the_units() {
    for world in World::both().await {
        let order = paid(&world).await;
        assert_eq!(order.state, OrderState::Paid { at: later(3) });
        let page = world.page(&page("shirt", 0)).await;
        assert!(!page.holds.contains_key(&order.reservation_id));
        assert_eq!((page.available, page.sold), (8, 2));
        let payments: Vec<String> =
            world.history(&order.id).await.into_iter().map(|entry| entry.payment).collect();
        assert_eq!(payments, ["ready to open", "sending confirm", "sending capture", "captured"]);
    }
}

#[tokio::test]
async fn what_was_sold_is_for_sale_again_once_its_money_is_back() {
    for world in World::both().await {
        let paid = paid(&world).await;
        let cancelled = record(&world, paid.cancel(later(4)).unwrap().into_inner()).await;
        let claimed = record(&world, cancelled.claim_refund(later(5)).unwrap()).await;
        let unknown = claimed.record_refund(RefundOutcome::Unknown, later(6)).unwrap();
        let unknown = record(&world, unknown).await;
        let back = unknown.record_refund_look_up(RefundOutcome::Refunded, later(7)).unwrap();
        let over = record(&world, back.clone()).await;
        assert_eq!(over.state, OrderState::Cancelled { at: later(7) });
        let page = world.page(&page("shirt", 0)).await;
        assert_eq!((page.available, page.sold), (10, 0));
        // Whoever repeats it, or comes late with it, gives no unit back twice.
        assert_eq!(world.ledger.record(&back).await, Err(ChangeError::Conflict));
        assert_eq!(record(&world, over.rest(later(8))).await.wake, None);
        let history = world.history(&back.order.id).await;
        let told: Vec<(&str, &str)> =
            history.iter().rev().take(3).map(|line| (line.state, line.payment.as_str())).collect();
        let expected = [
            ("cancelled", "captured, refunded 1"),
            ("cancelled", "captured, refunded 1"),
            ("paid", "captured, refund unknown 1"),
        ];
        assert_eq!(told, expected);
    }
}

#[tokio::test]
async fn a_dispute_is_kept_with_its_entries_and_what_it_took_of_a_cancelled_order_frees_its_units() {
    for world in World::both().await {
        let paid = paid(&world).await;
        let seen = |decision| {
            [DisputeSeen { reference: "dp_1".parse().unwrap(), amount: paid.totals.total, decision }]
        };
        let disputed = paid.clone().dispute(1, &seen(None), later(4)).unwrap().into_inner();
        let disputed = record(&world, disputed).await;
        assert_eq!((disputed.word(), disputed.disputes.len()), ("disputed", 1));
        let cancelled = record(&world, disputed.cancel(later(5)).unwrap().into_inner()).await;
        let lost = cancelled.dispute(1, &seen(Some(DisputeDecision::Lost)), later(6)).unwrap().into_inner();
        let over = record(&world, lost.clone()).await;
        assert_eq!((over.state, over.lost()), (OrderState::Cancelled { at: later(6) }, over.captured()));
        assert!(over.ledger.is_sealed(&over.id) && over.refunds[0].is_withdrawn());
        let page = world.page(&page("shirt", 0)).await;
        assert_eq!((page.available, page.sold), (10, 0));
        assert_eq!(world.ledger.record(&lost).await, Err(ChangeError::Conflict), "no unit comes back twice");
    }
}

#[tokio::test]
async fn every_detour_of_a_payment_is_stored_as_it_is() {
    for world in World::both().await {
        let (_, change) = ordered(&world).await;
        let rejected = record(&world, change.order.record(Outcome::Rejected, later(1)).unwrap()).await;
        let opened = Outcome::Opened("pi_1".parse().unwrap());
        let sending = record(&world, rejected.record(opened, later(2)).unwrap()).await;
        let unknown = record(&world, sending.record(Outcome::Unknown, later(3)).unwrap()).await;
        let looked = record(&world, unknown.record_look_up(Outcome::Unknown, later(6)).unwrap()).await;
        let again = record(&world, looked.claim(Operation::Confirm, later(7)).unwrap()).await;
        let action = Outcome::RequiresAction { url: "https://bank.example/3ds?a=1&b=2".to_owned() };
        let waiting = record(&world, again.record(action, later(8)).unwrap()).await;
        let voiding = record(&world, waiting.claim(Operation::Void, later(700)).unwrap()).await;
        let review = record(&world, voiding.record(Outcome::Mismatch, later(701)).unwrap()).await;
        assert_eq!(review.wake, None);
        assert_eq!(world.history(&review.id).await.len(), 9);
    }
}

#[tokio::test]
async fn a_failed_payment_keeps_the_units_until_another_method_or_the_end() {
    for world in World::both().await {
        let (reservation, change) = ordered(&world).await;
        let failed = record(&world, change.order.record(declined(), later(550)).unwrap()).await;
        let hold = async || world.page(&page("shirt", 0)).await.holds[&reservation.id];
        assert_eq!(hold().await, Hold::Held { quantity: 2, expires_at: later(670) });
        let request = AttemptRequest { key: request("retry").key, fingerprint: Fingerprint::of(["retry"]) };
        let offered = vec![method("pm_card_amex")];
        let retried = record(&world, failed.retry(offered, request, later(560)).unwrap()).await;
        assert_eq!(hold().await, Hold::Paying { quantity: 2 });
        let failed = record(&world, retried.record(declined(), later(570)).unwrap()).await;
        assert_eq!(hold().await, Hold::Held { quantity: 2, expires_at: later(690) });
        let cancelled = record(&world, failed.expire(later(690)).unwrap()).await;
        assert_eq!(cancelled.state, OrderState::Cancelled { at: later(690) });
        assert_eq!(world.page(&page("shirt", 0)).await, StockPage::full(page("shirt", 0), 10));
        let stored = world.book.reservation(&reservation.id).await.unwrap().unwrap();
        assert_eq!(stored.order_id(), Some(&cancelled.id));
    }
}

#[tokio::test]
async fn fault_38_a_change_is_written_once() {
    for world in World::both().await {
        let (_, change) = ordered(&world).await;
        let paid = change.order.record(Outcome::Captured, later(1)).unwrap();
        assert_eq!(world.ledger.record(&paid).await, Ok(()));
        assert_eq!(world.ledger.record(&paid).await, Err(ChangeError::Conflict));
        assert_eq!(world.history(&paid.order.id).await.len(), 2);
        assert_eq!(world.page(&page("shirt", 0)).await.sold, 2);
    }
}

#[tokio::test]
async fn of_two_changes_from_one_version_the_second_changes_nothing() {
    for world in World::both().await {
        let (_, change) = ordered(&world).await;
        let rejected = change.order.clone().record(Outcome::Rejected, later(1)).unwrap();
        let failed = change.order.record(declined(), later(1)).unwrap();
        assert_eq!(world.ledger.record(&rejected).await, Ok(()));
        assert_eq!(world.ledger.record(&failed).await, Err(ChangeError::Conflict));
        assert_eq!(stored(&world, &rejected.order).await, rejected.order);
    }
}

#[tokio::test]
async fn a_change_is_not_written_when_a_hold_is_not_what_it_was_made_from() {
    for world in World::both().await {
        let (_, change) = ordered(&world).await;
        let failed = record(&world, change.order.record(declined(), later(1)).unwrap()).await;
        let cancelled = failed.clone().expire(later(600)).unwrap();
        let seen = Hold::Held { quantity: 2, expires_at: later(600) };
        let freed = world.holds.free(&page("shirt", 0), &failed.reservation_id, seen).await;
        assert_eq!(freed, Ok(Idempotent::Executed(10)));
        assert_eq!(world.ledger.record(&cancelled).await, Err(ChangeError::Conflict));
        assert_eq!(stored(&world, &failed).await, failed);
        assert_eq!(world.page(&page("shirt", 0)).await, StockPage::full(page("shirt", 0), 10));
    }
}

#[tokio::test]
async fn no_change_makes_an_order() {
    for world in World::both().await {
        let open = reserved(&world).await;
        let (_, change) = Order::place(open, checkout("checkout"), NOON).unwrap();
        let paid = change.order.clone().record(Outcome::Captured, later(1)).unwrap();
        assert_eq!(world.ledger.record(&change).await, Err(ChangeError::Conflict));
        assert_eq!(world.ledger.record(&paid).await, Err(ChangeError::Conflict));
        assert_eq!(world.ledger.order(&change.order.id).await, Ok(None));
    }
}

#[tokio::test]
async fn postponing_moves_the_wake_and_nothing_else() {
    for world in World::both().await {
        let (_, change) = ordered(&world).await;
        let wake = Wake { queue: Queue::CapturePayment, at: later(10) };
        assert_eq!(world.ledger.postpone(&change.order, wake).await, Ok(()));
        let expected = Order { wake: Some(wake), ..change.order.clone() };
        assert_eq!(stored(&world, &change.order).await, expected);
        assert_eq!(world.history(&change.order.id).await.len(), 1);
        let claimed = change.order.record(Outcome::Rejected, later(1)).unwrap();
        assert_eq!(world.ledger.record(&claimed).await, Ok(()));
    }
}

#[tokio::test]
async fn an_order_that_has_changed_is_not_postponed() {
    for world in World::both().await {
        let (_, change) = ordered(&world).await;
        let seen = change.order.clone();
        let moved = record(&world, change.order.record(Outcome::Rejected, later(1)).unwrap()).await;
        let wake = Wake { queue: Queue::CapturePayment, at: later(10) };
        assert_eq!(world.ledger.postpone(&seen, wake).await, Err(ChangeError::Conflict));
        assert_eq!(stored(&world, &moved).await, moved);
        let nobody = Order { id: request("nobody").order_id(), ..seen };
        assert_eq!(world.ledger.postpone(&nobody, wake).await, Err(ChangeError::Conflict));
    }
}
