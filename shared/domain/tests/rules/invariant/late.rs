use domain::Timestamp;
use domain::invariant::{Books, Invariant};
use domain::reservation::TriedHold;
use domain::stock::{Hold, PlannedHold};

use super::violated;
use crate::samples::{HOLD_TIME, NOON, page};

/// The reservation of one shirt tried the other page before; a write has left so many units there until then.
fn with_stray(books: &mut Books, quantity: u32, expires_at: Timestamp) {
    let held = &mut books.reservations[1];
    let planned = PlannedHold { page: page("shirt", 1), quantity };
    held.tried = vec![TriedHold { planned, expires_at: held.expires_at }];
    books.pages[1].available -= quantity;
    books.pages[1].holds.insert(held.id.clone(), Hold::Held { quantity, expires_at });
}

#[test]
fn a_late_hold_on_a_page_that_refused_before_is_known_until_its_own_deadline_and_no_other() {
    assert_eq!(violated(|books| with_stray(books, 1, NOON.plus(HOLD_TIME))), []);
    assert_eq!(violated(|books| with_stray(books, 1, NOON.plus(HOLD_TIME * 2))), [Invariant::NoOversell]);
}

#[test]
fn a_fence_is_known_by_the_reservation_that_notes_it() {
    assert_eq!(violated(|books| with_stray(books, 0, NOON.plus(HOLD_TIME))), []);
    let forgotten = |books: &mut Books| {
        with_stray(books, 0, NOON.plus(HOLD_TIME));
        books.reservations[1].tried.clear();
    };
    assert_eq!(violated(forgotten), [Invariant::NoOversell]);
    let with_units = |books: &mut Books| {
        with_stray(books, 1, NOON.plus(HOLD_TIME));
        books.reservations[1].tried[0].planned.quantity = 0;
    };
    assert_eq!(violated(with_units), [Invariant::NoOversell]);
}
