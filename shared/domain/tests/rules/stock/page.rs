use std::time::Duration;

use domain::invariant::page_balances;
use domain::stock::{Hold, HoldChanged, HoldMove, HoldRefused, PAGE_UNITS, PlannedHold, StockPage};
use domain::{Idempotent, ReservationId, Timestamp};
use proptest::prelude::*;

use crate::samples::{NOON, page};

const PATIENCE: Duration = Duration::from_secs(60);

/// Something that happens to a page, by one of a few reservations.
#[derive(Clone, Debug)]
enum Happening {
    Hold { by: u32, quantity: u32, expires_at: Timestamp },
    MoveAsItIs { by: u32, target: HoldMove },
    MoveAsSeenElsewhere { by: u32, seen: Hold, target: HoldMove },
    WriteOff { units: u32 },
}

fn any_time() -> impl Strategy<Value = Timestamp> {
    (0..4_u64).prop_map(|minutes| NOON.plus(Duration::from_secs(60 * minutes)))
}

fn any_hold() -> impl Strategy<Value = Hold> {
    let held =
        (1..=PAGE_UNITS, any_time()).prop_map(|(quantity, expires_at)| Hold::Held { quantity, expires_at });
    prop_oneof![held, (1..=PAGE_UNITS).prop_map(|quantity| Hold::Paying { quantity })]
}

fn any_move() -> impl Strategy<Value = HoldMove> {
    prop_oneof![
        Just(HoldMove::Free),
        Just(HoldMove::ToPaying),
        Just(HoldMove::ToSold),
        any_time().prop_map(|until| HoldMove::BackToHeld { until }),
    ]
}

fn any_happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        (0..6_u32, 0..=PAGE_UNITS, any_time()).prop_map(|(by, quantity, expires_at)| Happening::Hold {
            by,
            quantity,
            expires_at
        }),
        (0..6_u32, any_move()).prop_map(|(by, target)| Happening::MoveAsItIs { by, target }),
        (0..6_u32, any_hold(), any_move()).prop_map(|(by, seen, target)| Happening::MoveAsSeenElsewhere {
            by,
            seen,
            target
        }),
        (1..=PAGE_UNITS).prop_map(|units| Happening::WriteOff { units }),
    ]
}

fn reservation(by: u32) -> ReservationId {
    format!("reservation-{by}").parse().unwrap()
}

/// What becomes of the page; a refusal leaves it as it was.
fn after(page: &StockPage, happening: Happening) -> StockPage {
    match happening {
        Happening::Hold { by, quantity, expires_at } => {
            let planned = PlannedHold { page: page.key.clone(), quantity };
            match page.clone().hold(&reservation(by), &planned, expires_at) {
                Ok(held) => held.into_inner(),
                Err(HoldRefused::Occupied) => {
                    assert!(page.holds.contains_key(&reservation(by)), "nothing of it is there");
                    page.clone()
                }
                Err(HoldRefused::Insufficient { available }) => {
                    assert!(
                        !page.holds.contains_key(&reservation(by)),
                        "there is no room, whatever there is"
                    );
                    assert_eq!(available, page.available);
                    assert!(quantity > available, "a hold was refused although there were units");
                    page.clone()
                }
            }
        }
        Happening::MoveAsItIs { by, target } => match page.holds.get(&reservation(by)) {
            Some(seen) => page.clone().move_hold(&reservation(by), *seen, target).unwrap(),
            None => page.clone(),
        },
        Happening::MoveAsSeenElsewhere { by, seen, target } => {
            page.clone().move_hold(&reservation(by), seen, target).unwrap_or_else(|HoldChanged| page.clone())
        }
        Happening::WriteOff { units } => match page.clone().write_off(units) {
            Ok(written_off) => {
                assert_eq!(page.capacity - written_off.capacity, units);
                assert_eq!(written_off.holds, page.holds, "a write-off took what is held");
                written_off
            }
            Err(HoldRefused::Insufficient { available }) => {
                assert_eq!(available, page.available);
                assert!(units > available, "a write-off was refused although there were units");
                page.clone()
            }
            Err(HoldRefused::Occupied) => panic!("a write-off is no hold"),
        },
    }
}

proptest! {
    #[test]
    fn a_page_balances_after_any_sequence_of_holds_moves_and_write_offs(
        units in 0..=PAGE_UNITS,
        happenings in proptest::collection::vec(any_happening(), 0..60),
    ) {
        let mut current = StockPage::full(page("shirt", 0), units);
        for happening in happenings {
            let next = after(&current, happening);
            prop_assert!(page_balances(&next), "{next:?}");
            prop_assert!(next.capacity <= current.capacity, "units came from nowhere");
            prop_assert!(next.sold >= current.sold, "units that were sold came back");
            current = next;
        }
    }

    #[test]
    fn a_second_mover_changes_nothing(seen in any_hold(), first in any_move(), second in any_move()) {
        let holder = reservation(0);
        let mut start = StockPage::full(page("shirt", 0), PAGE_UNITS);
        start.available -= seen.quantity();
        start.holds.insert(holder.clone(), seen);
        let moved = start.move_hold(&holder, seen, first).unwrap();
        // Unless the first move led to the very value that both had seen.
        prop_assume!(moved.holds.get(&holder) != Some(&seen));
        prop_assert_eq!(moved.move_hold(&holder, seen, second), Err(HoldChanged));
    }

    #[test]
    fn a_repeated_hold_takes_no_second_unit(
        (quantity, again) in (1..=PAGE_UNITS, 1..=PAGE_UNITS),
        (at, later) in (any_time(), any_time()),
    ) {
        let plan = |quantity| PlannedHold { page: page("shirt", 0), quantity };
        let full = StockPage::full(page("shirt", 0), PAGE_UNITS);
        let held = full.hold(&reservation(0), &plan(quantity), at).unwrap().into_inner();
        prop_assert_eq!(
            held.clone().hold(&reservation(0), &plan(quantity), at),
            Ok(Idempotent::AlreadyApplied(held.clone()))
        );
        // One of other units or another deadline is another hold, and the reservation has one there already.
        prop_assume!((again, later) != (quantity, at));
        prop_assert_eq!(
            held.hold(&reservation(0), &plan(again), later),
            Err(HoldRefused::Occupied)
        );
    }

    #[test]
    fn the_sweeper_never_looks_later_than_the_earliest_deadline(
        happenings in proptest::collection::vec(any_happening(), 0..30),
        now in any_time(),
    ) {
        let mut current = StockPage::full(page("shirt", 0), PAGE_UNITS);
        for happening in happenings {
            current = after(&current, happening);
        }
        let next = current.next_sweep(now, PATIENCE);
        prop_assert_eq!(next.is_none(), current.holds.is_empty());
        for hold in current.holds.values() {
            let next = next.unwrap();
            match *hold {
                Hold::Held { expires_at, .. } => prop_assert!(next <= expires_at),
                Hold::Paying { .. } => prop_assert!(next <= now.plus(PATIENCE)),
            }
        }
    }
}

#[test]
fn a_hold_is_overdue_from_its_deadline_on_and_a_payment_never_is() {
    let held = Hold::Held { quantity: 1, expires_at: NOON };
    assert!(!held.is_overdue(NOON.minus(Duration::from_millis(1))));
    assert!(held.is_overdue(NOON));
    assert!(!Hold::Paying { quantity: 1 }.is_overdue(NOON.plus(Duration::from_secs(86_400))));
}

#[test]
fn a_hold_without_units_keeps_its_reservation_away_from_the_page_and_nobody_else() {
    let plan = |quantity| PlannedHold { page: page("shirt", 0), quantity };
    let full = StockPage::full(page("shirt", 0), 3);
    let fenced = full.hold(&reservation(0), &plan(2).fence(), NOON).unwrap().into_inner();
    assert_eq!((fenced.available, fenced.held_units(), fenced.holds.len()), (3, 0, 1));
    let late = fenced.clone().hold(&reservation(0), &plan(2), NOON);
    assert_eq!(late, Err(HoldRefused::Occupied));
    assert!(fenced.clone().hold(&reservation(1), &plan(3), NOON).is_ok());
    let again = fenced.clone().hold(&reservation(0), &plan(1).fence(), NOON);
    assert_eq!(again, Ok(Idempotent::AlreadyApplied(fenced)));
}
