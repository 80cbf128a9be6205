use domain::invariant::{Books, Invariant, check, check_change};
use domain::order::{OrderRecord, OrderState};
use domain::payment::{AttemptState, GatewayName, Outcome};
use domain::reservation::ReservationState;

use super::{order, sold};
use crate::samples::{HOLD_TIME, NOON, attempt_request, method, placed};

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
fn a_sold_unit_that_came_back_while_its_order_is_paid_is_caught() {
    let mut after = sold();
    after.pages[0] = after.pages[0].clone().take_back(1).unwrap();
    let found = check(&after);
    assert!(found.iter().any(|violation| violation.invariant == Invariant::NoOversell), "{found:?}");
}

#[test]
fn a_page_that_is_gone_is_caught() {
    let mut after = sold();
    after.pages.remove(0);
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
