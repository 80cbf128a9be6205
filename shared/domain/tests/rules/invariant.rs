use domain::invariant::{Books, ChargeEntry, Invariant, Violation, check, check_change};
use domain::order::{Ledger, Order, OrderRecord, OrderState};
use domain::payment::{AttemptState, GatewayName, Outcome};
use domain::reservation::{Reservation, ReservationState, Totals};
use domain::stock::{Hold, PlannedHold};

use crate::samples::{
    HOLD_TIME, NOON, checkout, line, method, on_sale, page, placed, price, request, reservation,
};

mod facts; // what was true before is true after
mod late; // holds that were written late
mod limit; // LIMIT_KEPT
mod reading; // NOTHING_FALSE
mod supply; // SUPPLY_ACCOUNTED, from the ledger to the last page

/// A shop in which everything is as it must be: three shirts are sold to one shopper, and one is held.
fn sold() -> Books {
    let (ordered, change) = placed(vec![method(GatewayName::Stripe, "tok_visa")]);
    let opened = change.order.clone().record(Outcome::Opened("pi_1".parse().unwrap()), NOON).unwrap();
    let paid = opened.order.clone().record(Outcome::Captured, NOON).unwrap();
    let held = one_held("another");
    let Books { mut pages, .. } = on_sale();
    pages[0].available = 4;
    pages[0].sold = 2;
    pages[0].holds.insert(held.id.clone(), Hold::Held { quantity: 1, expires_at: held.expires_at });
    pages[1].available = 9;
    pages[1].sold = 1;
    let entry = ChargeEntry {
        order_id: paid.order.id.clone(),
        amount: paid.order.totals.total.amount(),
        currency: paid.order.totals.total.currency(),
        captured: paid.order.totals.total.amount(),
        refunded: 0,
        disputes: vec![],
        after_no: false,
    };
    Books {
        pages,
        reservations: vec![ordered, held],
        orders: vec![OrderRecord {
            order: paid.order.clone(),
            history: vec![change.audit_entry(), opened.audit_entry(), paid.audit_entry()],
        }],
        charges: Some(vec![entry]),
        ..on_sale()
    }
}

/// One shirt from the loose page, held from noon on.
fn one_held(key: &str) -> Reservation {
    let lines = vec![line("shirt", 1)];
    Reservation {
        id: request(key).reservation_id(),
        totals: Totals::of_items(&lines).unwrap(),
        lines,
        holds: vec![PlannedHold { page: page("shirt", 0), quantity: 1 }],
        ..reservation()
    }
}

/// What is violated after a change of the books.
fn violations(change: impl FnOnce(&mut Books)) -> Vec<Violation> {
    let mut books = sold();
    change(&mut books);
    check(&books)
}

/// The invariants that are violated after a change of the books.
fn violated(change: impl FnOnce(&mut Books)) -> Vec<Invariant> {
    let mut found: Vec<Invariant> =
        violations(change).into_iter().map(|violation| violation.invariant).collect();
    found.sort();
    found.dedup();
    found
}

fn order(books: &mut Books) -> &mut Order {
    &mut books.orders[0].order
}

#[test]
fn books_that_are_in_order_violate_nothing() {
    assert_eq!(check(&sold()), vec![]);
    assert_eq!(check(&Books::default()), vec![]);
    assert_eq!(check_change(&Books::default(), &sold()), vec![]);
}

#[test]
fn every_invariant_has_a_name_and_a_statement() {
    let names: Vec<&str> = Invariant::ALL.iter().map(|invariant| invariant.name()).collect();
    assert_eq!(names.len(), 10);
    assert!(names.iter().all(|name| name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')));
    assert!(Invariant::ALL.iter().all(|invariant| !invariant.statement().is_empty()));
}

#[test]
fn a_lost_unit_unbalances_its_page() {
    assert_eq!(violated(|books| books.pages[1].available -= 1), [Invariant::PageBalances]);
}

#[test]
fn a_unit_sold_twice_is_an_oversell() {
    let twice = |books: &mut Books| {
        books.pages[1].sold += 1;
        books.pages[1].available -= 1;
    };
    assert_eq!(violated(twice), [Invariant::NoOversell]);
}

#[test]
fn more_units_than_were_put_on_sale_are_an_oversell() {
    let found = violated(|books| books.supplies[0].received = 3);
    assert_eq!(found, [Invariant::SupplyAccounted, Invariant::NoOversell]);
    let found = violated(|books| books.supplies[0].written_off = 24);
    assert_eq!(found, [Invariant::SupplyAccounted, Invariant::NoOversell]);
}

/// The reservation of one shirt has become an order in payment.
fn in_payment(books: &mut Books) {
    let mut terms = checkout(vec![method(GatewayName::Stripe, "tok_visa")]);
    terms.request = request("checkout-another");
    let (ordered, change) = Order::place(books.reservations[1].clone(), terms, NOON).unwrap();
    books.pages[0].holds.insert(ordered.id.clone(), Hold::Paying { quantity: 1 });
    books.reservations[1] = ordered;
    let history = vec![change.audit_entry()];
    books.orders.push(OrderRecord { order: change.order, history });
}

#[test]
fn a_hold_of_an_order_that_is_not_there_is_an_oversell() {
    assert_eq!(violated(in_payment), []);
    let lost = |books: &mut Books| {
        in_payment(books);
        books.pages[0].holds.clear();
        books.pages[0].available += 1;
    };
    assert_eq!(violated(lost), [Invariant::NoOversell]);
    let not_paying = |books: &mut Books| {
        let hold = books.pages[0].holds.clone();
        in_payment(books);
        books.pages[0].holds = hold;
    };
    assert_eq!(violated(not_paying), [Invariant::NoOversell]);
}

#[test]
fn a_reservation_may_be_written_and_its_hold_not_yet() {
    let early = |books: &mut Books| {
        books.pages[0].holds.clear();
        books.pages[0].available += 1;
    };
    assert_eq!(violated(early), []);
}

#[test]
fn a_hold_that_nobody_planned_is_an_oversell() {
    let stray = |books: &mut Books| {
        let nobody = request("nobody").reservation_id();
        books.pages[1].holds.insert(nobody, Hold::Paying { quantity: 1 });
        books.pages[1].available -= 1;
    };
    assert_eq!(violated(stray), [Invariant::NoOversell]);
}

#[test]
fn an_ended_reservation_may_still_be_on_its_page_for_a_while() {
    for state in [ReservationState::Released, ReservationState::Expired, ReservationState::Refused] {
        assert_eq!(violated(|books| books.reservations[1].state = state), []);
    }
}

#[test]
fn a_deadline_on_the_page_that_the_reservation_does_not_have_is_an_oversell() {
    let later = |books: &mut Books| books.reservations[1].expires_at = NOON.plus(HOLD_TIME * 2);
    assert_eq!(violated(later), [Invariant::NoOversell]);
}

#[test]
fn a_plan_that_is_not_what_the_lines_say_is_an_oversell() {
    let short = |books: &mut Books| {
        books.reservations[0].holds[0].quantity = 1;
        order(books).holds[0].quantity = 1;
        books.pages[0].sold = 1;
        books.pages[0].available += 1;
    };
    assert_eq!(violated(short), [Invariant::NoOversell]);
}

#[test]
fn a_second_attempt_beside_one_that_may_have_charged_is_caught() {
    let doubled = |books: &mut Books| {
        let mut second = order(books).attempts[0].clone();
        second.number = 2;
        order(books).attempts.insert(0, second);
        order(books).attempts[0].number = 1;
        order(books).attempts[1].number = 2;
        books.orders[0].history[2].attempt = 2;
    };
    assert_eq!(violated(doubled), [Invariant::OneCharge]);
}

#[test]
fn a_paid_order_without_a_capture_is_caught() {
    let unpaid = |books: &mut Books| {
        order(books).attempts[0].state = AttemptState::Voided;
        books.orders[0].history[2].payment = "voided".to_owned();
    };
    assert_eq!(violated(unpaid), [Invariant::OneCharge, Invariant::MoneyConserved, Invariant::NothingFalse]);
}

#[test]
fn a_gateway_that_charged_twice_or_another_amount_is_caught() {
    let twice = |books: &mut Books| {
        let charges = books.charges.as_mut().unwrap();
        charges.push(charges[0].clone());
    };
    let both = [Invariant::OneCharge, Invariant::MoneyConserved, Invariant::NothingFalse];
    assert_eq!(violated(twice), both);
    let less = |books: &mut Books| books.charges.as_mut().unwrap()[0].captured -= 1;
    assert_eq!(violated(less), both);
    assert_eq!(violated(|books| books.charges.as_mut().unwrap().clear()), both);
    assert_eq!(violated(|books| books.charges = None), []);
}

#[test]
fn a_ledger_that_was_tampered_with_is_caught() {
    let forged = |books: &mut Books| {
        let mut postings = order(books).ledger.postings().to_vec();
        postings[0].at = NOON.plus(HOLD_TIME);
        order(books).ledger = Ledger::of(postings);
    };
    assert_eq!(violated(forged), [Invariant::MoneyConserved]);
    assert_eq!(violated(|books| order(books).ledger = Ledger::default()), [Invariant::MoneyConserved]);
}

#[test]
fn what_a_gateway_took_after_a_no_is_its_own_fault_and_must_be_posted_once_it_is_known() {
    let stray = |books: &mut Books| {
        let entry = ChargeEntry { after_no: true, ..books.charges.as_ref().unwrap()[0].clone() };
        books.charges.as_mut().unwrap().push(entry);
    };
    assert_eq!(violated(stray), []);
}

#[test]
fn a_cancelled_order_that_the_gateway_charged_is_caught() {
    let mut books = sold();
    let (_, change) = placed(vec![method(GatewayName::Stripe, "tok_visa")]);
    let failed = change.order.clone().record(Outcome::NotSent, NOON).unwrap().order;
    books.orders[0].order = Order { state: OrderState::Cancelled { at: NOON }, ..failed };
    order(&mut books).attempts[0].state = AttemptState::NotSent;
    assert!(check(&books).iter().any(|violation| violation.invariant == Invariant::OneCharge));
}

#[test]
fn totals_that_are_not_the_sum_of_their_lines_are_caught() {
    let dearer = |books: &mut Books| books.reservations[1].totals.total = price(1);
    assert_eq!(violated(dearer), [Invariant::MoneyConserved]);
}

#[test]
fn a_gateway_entry_that_does_not_balance_is_caught() {
    let refunded_too_much = |books: &mut Books| {
        let mut stray = books.charges.as_ref().unwrap()[0].clone();
        stray.captured = 0;
        stray.refunded = 1;
        books.charges.as_mut().unwrap().push(stray);
    };
    assert_eq!(violated(refunded_too_much), [Invariant::MoneyConserved, Invariant::NothingFalse]);
}

#[test]
fn a_charge_for_no_order_is_caught() {
    let stray = |books: &mut Books| {
        let mut stray = books.charges.as_ref().unwrap()[0].clone();
        stray.order_id = request("nobody").order_id();
        books.charges.as_mut().unwrap().push(stray);
    };
    assert_eq!(violated(stray), [Invariant::MoneyConserved]);
}

#[test]
fn a_reservation_with_two_orders_is_caught() {
    let twice = |books: &mut Books| {
        let mut second = books.orders[0].clone();
        second.order.id = request("again").order_id();
        second.order.state = OrderState::PendingPayment;
        second.order.ledger = Ledger::default();
        second.order.attempts[0].state = AttemptState::ManualReview;
        second.history[2].state = "pending_payment";
        second.history[2].payment = "manual review".to_owned();
        books.orders.push(second);
    };
    assert_eq!(violated(twice), [Invariant::OneAnswer]);
}

#[test]
fn an_order_that_sells_what_another_caller_held_is_caught() {
    let stolen = |books: &mut Books| order(books).caller = domain::Caller::guest(&[9; 32]);
    assert_eq!(violated(stolen), [Invariant::OneAnswer]);
}

#[test]
fn a_gap_in_the_history_is_caught() {
    let gap = |books: &mut Books| {
        books.orders[0].history.remove(1);
    };
    assert_eq!(violated(gap), [Invariant::AuditComplete]);
}

#[test]
fn a_history_that_does_not_lead_to_the_state_is_caught() {
    let other = |books: &mut Books| books.orders[0].history[2].payment = "voided".to_owned();
    assert_eq!(violated(other), [Invariant::AuditComplete]);
}
