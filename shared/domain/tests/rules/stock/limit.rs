use std::collections::BTreeMap;

use domain::stock::{CustomerLimit, LimitClaim, LimitReached};
use domain::{Caller, Idempotent};
use proptest::prelude::*;

use crate::samples::sku;

fn kim() -> Caller {
    Caller::customer("https://issuer.example", "kim")
}

fn claim(by: u32, turn: u32, quantity: u32, limit: u32) -> LimitClaim {
    let reservation = format!("reservation-{by}").parse().unwrap();
    LimitClaim { sku: sku("shirt"), customer: kim(), reservation, turn, quantity, limit }
}

fn nothing() -> CustomerLimit {
    CustomerLimit::none(sku("shirt"), kim())
}

fn any_claim() -> impl Strategy<Value = LimitClaim> {
    (0..5_u32, 1..4_u32, 1..5_u32).prop_map(|(by, turn, quantity)| claim(by, turn, quantity, 6))
}

proptest! {
    #[test]
    fn the_units_are_those_of_the_claims_and_never_more_than_the_limit(
        happenings in proptest::collection::vec((any_claim(), any::<bool>()), 0..60),
    ) {
        let mut limit = nothing();
        let mut expected = BTreeMap::new();
        for (claim, is_made) in happenings {
            let (reservation, value) = (claim.reservation.clone(), (claim.quantity, claim.turn));
            let claimed: u32 = expected.values().map(|(units, _): &(u32, u32)| units).sum();
            let earlier = expected.get(&reservation).copied();
            if is_made {
                let fits = earlier.map_or(claimed + claim.quantity <= claim.limit, |earlier| earlier == value);
                let made = limit.clone().claim(&claim);
                prop_assert_eq!(made.is_ok(), fits);
                prop_assert!(made.as_ref().is_ok_and(Idempotent::is_replay) == (earlier == Some(value)));
                if fits {
                    expected.insert(reservation, value);
                }
                limit = made.map_or_else(|LimitReached { standing }| standing, Idempotent::into_inner);
            } else {
                let given_back = limit.give_back(&claim);
                prop_assert_eq!(given_back.is_replay(), earlier != Some(value));
                if earlier == Some(value) {
                    expected.remove(&reservation);
                }
                limit = given_back.into_inner();
            }
            prop_assert_eq!(&limit.claims, &expected);
            prop_assert_eq!(limit.units, expected.values().map(|(units, _)| units).sum::<u32>());
            prop_assert!(limit.units <= 6);
        }
    }
}

#[test]
fn who_gives_up_late_does_not_take_what_its_successor_claimed() {
    let first = claim(1, 1, 2, 3);
    let second = LimitClaim { turn: 2, ..first.clone() };
    let claimed = nothing().claim(&first).unwrap().into_inner();
    assert!(claimed.clone().claim(&second).is_err(), "the claim of the turn before stands");
    let successor = claimed.give_back(&first).into_inner().claim(&second).unwrap().into_inner();
    assert_eq!(successor.clone().give_back(&first), Idempotent::AlreadyApplied(successor));
}

#[test]
fn a_refusal_shows_what_stands_and_each_of_it_can_be_given_back() {
    let mut limit = nothing();
    for by in 1..=2 {
        limit = limit.claim(&claim(by, 1, 2, 5)).unwrap().into_inner();
    }
    let LimitReached { standing } = limit.clone().claim(&claim(3, 1, 2, 5)).unwrap_err();
    assert_eq!(standing, limit);
    let given_back = standing.standing().fold(limit, |limit, claim| match limit.give_back(&claim) {
        Idempotent::Executed(limit) => limit,
        Idempotent::AlreadyApplied(limit) => panic!("{claim:?} does not stand in {limit:?}"),
    });
    assert_eq!(given_back, nothing());
}

#[test]
fn a_limit_that_fell_refuses_more_and_takes_nothing_away() {
    let limit = nothing().claim(&claim(1, 1, 4, 4)).unwrap().into_inner();
    assert!(limit.clone().claim(&claim(2, 1, 1, 2)).is_err());
    let repeated = LimitClaim { limit: 2, ..claim(1, 1, 4, 4) };
    assert_eq!(limit.clone().claim(&repeated), Ok(Idempotent::AlreadyApplied(limit)));
}
