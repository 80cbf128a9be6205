use domain::invariant::{Books, Invariant, Violation, check};
use domain::order::{Order, OrderState};
use domain::payment::AttemptState;
use domain::reservation::{Reservation, ReservationState};
use domain::stock::{CustomerLimit, LimitClaim};
use domain::{Caller, ReservationId};

use super::{order, sold};
use crate::samples::{NOON, sku};

fn kim() -> Caller {
    Caller::customer("https://issuer.example", "kim")
}

/// The shop in which a customer bought three shirts and holds a fourth, and may have four.
fn limited() -> Books {
    let mut books = sold();
    for reservation in &mut books.reservations {
        reservation.caller = kim();
        reservation.lines[0].limit = Some(4);
    }
    order(&mut books).caller = kim();
    order(&mut books).lines[0].limit = Some(4);
    let claims: Vec<LimitClaim> = books.reservations.iter().flat_map(Reservation::claims).collect();
    let none = CustomerLimit::none(sku("shirt"), kim());
    let limit = claims.iter().fold(none, |limit, claim| limit.claim(claim).unwrap().into_inner());
    books.limits = vec![limit];
    books
}

/// What is said of the limits after a change of the books, which must be the only thing wrong with them.
fn said(change: impl FnOnce(&mut Books)) -> Vec<String> {
    let mut books = limited();
    change(&mut books);
    let found: Vec<Violation> = check(&books);
    assert!(found.iter().all(|violation| violation.invariant == Invariant::LimitKept), "{found:?}");
    found.into_iter().map(|violation| violation.detail).collect()
}

fn bought(books: &Books) -> ReservationId {
    books.reservations[0].id.clone()
}

#[test]
fn a_limit_that_is_kept_violates_nothing() {
    assert_eq!(check(&limited()), vec![]);
}

#[test]
fn units_that_are_not_those_of_the_claims_are_caught() {
    for units in [0, 3, 5] {
        let said = said(|books| books.limits[0].units = units);
        assert_eq!(said, [format!("customer {} has {units} units in claims of 4", kim())]);
    }
}

#[test]
fn a_purchase_without_its_claim_is_caught() {
    let id = bought(&limited());
    let expected = [format!("reservation {id} bought without its claim")];
    assert_eq!(said(|books| books.limits.clear()), expected);
    let given_back = |books: &mut Books| {
        let id = bought(books);
        let (units, _) = books.limits[0].claims.remove(&id).unwrap();
        books.limits[0].units -= units;
    };
    assert_eq!(said(given_back), expected);
    let less = |books: &mut Books| {
        let id = bought(books);
        books.limits[0].claims.insert(id, (2, 1));
        books.limits[0].units -= 1;
    };
    assert_eq!(said(less), expected);
    let of_another = |books: &mut Books| books.limits[0].customer = Caller::guest(&[9; 32]);
    assert_eq!(said(of_another), expected);
}

#[test]
fn a_purchase_of_more_than_the_limit_is_caught() {
    let lowered = |books: &mut Books| {
        books.reservations[0].lines[0].limit = Some(2);
        order(books).lines[0].limit = Some(2);
    };
    assert_eq!(said(lowered), [format!("customer {} bought 3 of at most 2", kim())]);
}

#[test]
fn a_claim_of_an_earlier_turn_is_one_all_the_same() {
    let taken_over = |books: &mut Books| books.reservations[0].turn = 2;
    assert_eq!(said(taken_over), Vec::<String>::new());
}

#[test]
fn an_unpaid_reservation_may_have_its_claim_or_not() {
    for state in [ReservationState::Open, ReservationState::Expired, ReservationState::Refused] {
        let unclaimed = |books: &mut Books| {
            books.reservations[1].state = state.clone();
            let id = books.reservations[1].id.clone();
            books.limits[0].claims.remove(&id);
            books.limits[0].units -= 1;
        };
        assert_eq!(said(unclaimed), Vec::<String>::new());
        assert_eq!(said(|books| books.reservations[1].state = state.clone()), Vec::<String>::new());
    }
}

#[test]
fn a_cancelled_order_needs_no_claim() {
    let mut books = limited();
    books.limits.clear();
    let cancelled = Order { state: OrderState::Cancelled { at: NOON }, ..order(&mut books).clone() };
    books.orders[0].order = cancelled;
    order(&mut books).attempts[0].state = AttemptState::NotSent;
    assert!(check(&books).iter().all(|violation| violation.invariant != Invariant::LimitKept));
}
