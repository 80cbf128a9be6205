use std::time::Duration;

use domain::Timestamp;
use domain::reservation::{Reservation, ReservationState, TRIED_MAX, TriedHold};
use domain::stock::{Hold, LimitClaim, PlannedHold};
use domain::wake::{Queue, Wake};
use proptest::prelude::*;

use crate::samples::{HOLD_TIME, NOON, line, page, reservation, sku};

/// How long after its deadline a hold may still stand somewhere.
const STANDS_AT_MOST: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// What a request does with a reservation on its way to some units.
#[derive(Clone, Debug)]
enum Happening {
    Replan(u32),
    TakeOver,
    Refuse,
    Reopen { number: u32, after: Duration },
}

fn any_happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        4 => (0..1_000_u32).prop_map(Happening::Replan),
        1 => Just(Happening::TakeOver),
        1 => Just(Happening::Refuse),
        2 => (0..1_000_u32, 0..500_000_u64)
            .prop_map(|(number, after)| Happening::Reopen { number, after: Duration::from_secs(after) }),
    ]
}

fn planned(number: u32) -> PlannedHold {
    PlannedHold { page: page("shirt", number), quantity: 3 }
}

/// The same request, made anew at this time.
fn fresh(number: u32, now: Timestamp) -> Reservation {
    Reservation {
        holds: vec![planned(number)],
        created_at: now,
        expires_at: now.plus(HOLD_TIME),
        ..reservation()
    }
}

proptest! {
    #[test]
    fn every_hold_that_may_still_be_on_its_way_can_be_found_from_its_reservation(
        happenings in proptest::collection::vec(any_happening(), 0..60),
    ) {
        let mut current = reservation();
        let mut now = NOON;
        let mut written: Vec<(PlannedHold, Hold)> = vec![];
        for happening in happenings {
            let is_refused = current.state == ReservationState::Refused;
            let next = match happening {
                Happening::Replan(number) if !is_refused => current.clone().replan(vec![planned(number)]),
                Happening::TakeOver if !is_refused => current.clone().take_over().within_bounds(),
                Happening::Refuse => current.clone().refuse().ok(),
                Happening::Reopen { number, after } if is_refused => {
                    now = now.plus(after);
                    current.clone().reopen(fresh(number, now))
                }
                Happening::Replan(_) | Happening::TakeOver | Happening::Reopen { .. } => None,
            };
            // It lists as many pages as it may, or this does not happen in its state.
            let Some(next) = next else { continue };
            prop_assert!(next.turn >= current.turn && next.tried.len() <= TRIED_MAX);
            current = next;
            written.extend(current.held().chain(current.stray()).map(|(planned, hold)| (planned.clone(), hold)));
            let listed: Vec<(&PlannedHold, Hold)> = current.held().chain(current.stray()).collect();
            for (planned, hold) in &written {
                let Hold::Held { expires_at, .. } = hold else { panic!("{hold:?} was planned") };
                let is_listed = listed.contains(&(planned, *hold));
                prop_assert!(is_listed || now >= expires_at.plus(STANDS_AT_MOST), "{planned:?} is lost");
            }
        }
    }
}

#[test]
fn another_plan_lists_the_pages_that_refused_with_the_deadline_that_they_were_asked_for() {
    let first = reservation();
    let second = first.clone().replan(vec![planned(7)]).unwrap();
    let tried = |planned: &PlannedHold| TriedHold { planned: planned.clone(), expires_at: first.expires_at };
    let expected: Vec<TriedHold> = first.holds.iter().map(tried).collect();
    assert_eq!(second, Reservation { holds: vec![planned(7)], tried: expected, ..first });
}

#[test]
fn a_reservation_lists_only_so_many_pages_that_refused() {
    let mut current = Reservation { holds: vec![planned(0)], ..reservation() };
    for number in 1..=u32::try_from(TRIED_MAX).unwrap() {
        current = current.replan(vec![planned(number)]).unwrap();
    }
    assert_eq!(current.tried.len(), TRIED_MAX);
    assert_eq!(current.clone().replan(vec![planned(0)]), None);
    assert_eq!(current.refuse().unwrap().reopen(fresh(0, NOON)), None);
}

#[test]
fn whoever_takes_it_over_keeps_its_plan_and_notes_a_fence_for_each_page_of_it() {
    let first = reservation();
    let expires_at = first.expires_at;
    let fence = |planned: &PlannedHold| TriedHold { planned: planned.fence(), expires_at };
    let tried: Vec<TriedHold> = first.holds.iter().map(fence).collect();
    assert!(tried.iter().all(|tried| tried.planned.quantity == 0));
    assert_eq!(first.clone().take_over(), Reservation { tried, ..first });
}

#[test]
fn a_reservation_that_is_taken_over_again_and_again_comes_to_its_bounds() {
    let mut current = Reservation { holds: vec![planned(0)], ..reservation() };
    for _ in 0..TRIED_MAX {
        current = current.take_over().within_bounds().unwrap();
    }
    assert_eq!(current.take_over().within_bounds(), None);
}

#[test]
fn a_refused_reservation_opens_again_as_the_new_request_has_it() {
    let refused = reservation().refuse().unwrap();
    let now = NOON.plus(Duration::from_secs(90));
    let fresh = fresh(7, now);
    let reopened = refused.reopen(fresh.clone()).unwrap();
    let tried = reservation().replan(vec![]).unwrap().tried;
    assert_eq!(reopened, Reservation { tried, turn: 2, ..fresh });
    assert_eq!(reopened.wake(), Wake { queue: Queue::ExpireReservation, at: now.plus(HOLD_TIME) });
}

#[test]
fn what_stands_nowhere_any_more_is_listed_no_more() {
    let refused = reservation().refuse().unwrap();
    let forgotten = refused.expires_at.plus(STANDS_AT_MOST);
    let before = forgotten.minus(Duration::from_millis(1));
    assert_eq!(refused.clone().reopen(fresh(7, before)).unwrap().tried.len(), 2);
    assert_eq!(refused.reopen(fresh(7, forgotten)).unwrap().tried, vec![]);
}

#[test]
fn only_what_is_limited_is_claimed_each_time_for_the_turn_that_it_is() {
    let mut limited = Reservation { lines: vec![line("shirt", 3), line("scarf", 2)], ..reservation() };
    assert_eq!(limited.claims().count(), 0);
    limited.lines[1].limit = Some(4);
    let claim = LimitClaim {
        sku: sku("scarf"),
        customer: limited.caller.clone(),
        reservation: limited.id.clone(),
        turn: 1,
        quantity: 2,
        limit: 4,
    };
    let second = LimitClaim { turn: 2, ..claim.clone() };
    assert_eq!(limited.claims().collect::<Vec<_>>(), [claim]);
    let reopened = limited.clone().refuse().unwrap().reopen(limited).unwrap();
    assert_eq!(reopened.claims().collect::<Vec<_>>(), [second]);
}
