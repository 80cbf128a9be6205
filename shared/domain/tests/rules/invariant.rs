use domain::invariant::{Books, ChargeEntry, Invariant, OrderRecord, check, check_change};
use domain::order::{Order, OrderState};
use domain::payment::{AttemptState, GatewayName, Outcome};
use domain::reservation::ReservationState;
use domain::stock::{Hold, PlannedHold, StockPage, Supply};

use crate::samples::{
    HOLD_TIME, NOON, attempt_request, method, page, placed, price, request, reservation, sku,
};

/// A shop in which everything is as it must be: three shirts of twenty are sold to one shopper, and one is held.
fn sold() -> Books {
    let supply = Supply::first(sku("shirt"), 20);
    let (ordered, change) = placed(vec![method(GatewayName::Stripe, "tok_visa")]);
    let opened = change.order.clone().record(Outcome::Opened("pi_1".parse().unwrap()), NOON).unwrap();
    let paid = opened.order.clone().record(Outcome::Captured, NOON).unwrap();
    let mut pages: Vec<StockPage> = supply.first_pages().collect();
    pages[0].available = 7;
    pages[0].sold = 2;
    pages[1].available = 9;
    pages[1].sold = 1;
    let mut held = reservation();
    held.id = request("another").reservation_id();
    held.holds = vec![PlannedHold { page: page("shirt", 0), quantity: 1 }];
    held.lines[0].quantity = domain::Quantity::parse(1).unwrap();
    held.totals = domain::reservation::Totals::of_items(&held.lines).unwrap();
    pages[0].holds.insert(held.id.clone(), Hold::Held { quantity: 1, expires_at: held.expires_at });
    let entry = ChargeEntry {
        order_id: paid.order.id.clone(),
        amount: paid.order.totals.total.amount(),
        currency: paid.order.totals.total.currency(),
        captured: paid.order.totals.total.amount(),
        refunded: 0,
    };
    Books {
        supplies: vec![supply],
        pages,
        reservations: vec![ordered, held],
        orders: vec![OrderRecord {
            order: paid.order.clone(),
            history: vec![change.audit_entry(), opened.audit_entry(), paid.audit_entry()],
        }],
        charges: Some(vec![entry]),
    }
}

/// The invariants that are violated after a change of the books.
fn violated(change: impl FnOnce(&mut Books)) -> Vec<Invariant> {
    let mut books = sold();
    change(&mut books);
    let mut found: Vec<Invariant> = check(&books).into_iter().map(|violation| violation.invariant).collect();
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
    assert_eq!(names.len(), 8);
    assert!(names.iter().all(|name| name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')));
    assert!(Invariant::ALL.iter().all(|invariant| !invariant.statement().is_empty()));
}

#[test]
fn a_lost_unit_unbalances_its_page() {
    assert_eq!(violated(|books| books.pages[1].available -= 1), [Invariant::PageBalances]);
}

#[test]
fn units_from_nowhere_are_not_accounted() {
    let grown = |books: &mut Books| {
        books.pages[1].capacity += 1;
        books.pages[1].available += 1;
    };
    assert_eq!(violated(grown), [Invariant::SupplyAccounted]);
}

#[test]
fn pages_not_created_yet_are_accounted() {
    let unopened = |books: &mut Books| {
        books.supplies[0] = Supply { received: 40, pages: 4, ..books.supplies[0].clone() }
    };
    assert_eq!(violated(unopened), []);
}

#[test]
fn nothing_leaves_a_page_that_was_not_put_on_sale() {
    let without = |books: &mut Books| books.supplies.clear();
    assert!(violated(without).contains(&Invariant::SupplyAccounted));
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
}

#[test]
fn a_hold_that_is_not_there_is_an_oversell() {
    let lost = |books: &mut Books| {
        books.pages[0].holds.clear();
        books.pages[0].available += 1;
    };
    assert_eq!(violated(lost), [Invariant::NoOversell]);
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
    assert_eq!(violated(|books| books.reservations[1].state = ReservationState::Released), []);
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
    assert_eq!(violated(unpaid), [Invariant::OneCharge]);
}

#[test]
fn a_gateway_that_charged_twice_or_another_amount_is_caught() {
    let twice = |books: &mut Books| {
        let charges = books.charges.as_mut().unwrap();
        charges.push(charges[0].clone());
    };
    assert_eq!(violated(twice), [Invariant::OneCharge]);
    let less = |books: &mut Books| books.charges.as_mut().unwrap()[0].captured -= 1;
    assert_eq!(violated(less), [Invariant::OneCharge]);
    assert_eq!(violated(|books| books.charges.as_mut().unwrap().clear()), [Invariant::OneCharge]);
    assert_eq!(violated(|books| books.charges = None), []);
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
    assert_eq!(violated(refunded_too_much), [Invariant::MoneyConserved]);
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

#[test]
fn facts_that_were_undone_are_caught() {
    let undo: [fn(&mut Books); 8] = [
        |books| books.orders.clear(),
        |books| order(books).version = 1,
        |books| order(books).state = OrderState::PendingPayment,
        |books| order(books).attempts[0].state = AttemptState::Voided,
        |books| order(books).attempts[0].method = method(GatewayName::Stripe, "tok_other"),
        |books| books.orders[0].history[0].at = NOON.plus(HOLD_TIME),
        |books| books.reservations[0].state = ReservationState::Open,
        |books| books.charges.as_mut().unwrap()[0].captured -= 1,
    ];
    for undo in undo {
        let mut after = sold();
        undo(&mut after);
        let found = check_change(&sold(), &after);
        assert!(found.iter().any(|violation| violation.invariant == Invariant::FactsStay), "{after:?}");
    }
}

#[test]
fn a_sold_unit_that_came_back_is_caught() {
    let mut after = sold();
    after.pages[0].sold -= 1;
    assert_eq!(check_change(&sold(), &after).len(), 1);
}

#[test]
fn progress_undoes_no_fact() {
    let (_, change) = placed(vec![method(GatewayName::Stripe, "tok_visa")]);
    let declined = Outcome::Declined(domain::payment::Decline {
        code: "insufficient_funds".to_owned(),
        retry: domain::payment::Retry::OtherMethod,
    });
    let failed = change.order.clone().record(declined, NOON).unwrap();
    let offer = vec![method(GatewayName::Stripe, "tok_other")];
    let retried = failed.order.clone().retry(offer, attempt_request(1), NOON).unwrap();
    let books = |changes: &[&domain::order::OrderChange]| Books {
        orders: vec![OrderRecord {
            order: changes.last().unwrap().order.clone(),
            history: changes.iter().map(|change| change.audit_entry()).collect(),
        }],
        ..Books::default()
    };
    let (first, second) = (books(&[&change, &failed]), books(&[&change, &failed, &retried]));
    assert_eq!(check_change(&first, &second), vec![]);
}
