use std::time::Duration;

use domain::order::{NoActionAwaited, Order, OrderState};
use domain::payment::{
    ActionResult, Attempt, AttemptState, Decline, GatewayName, Operation, Outcome, Retry, Step,
};
use domain::wake::{Queue, Wake};
use domain::{Idempotent, Timestamp};

use crate::samples::{NOON, method, placed};

fn result(text: &str) -> ActionResult {
    text.parse().unwrap()
}

fn action() -> Outcome {
    Outcome::RequiresAction { url: "https://bank.example/3ds".to_owned() }
}

/// An order whose shopper was sent to the gateway at noon.
fn waiting(gateway: GatewayName) -> Order {
    let order = placed(vec![method(gateway, "tok_visa")]).1.order;
    let reference = "pi_1".parse().unwrap();
    if gateway.approves_by_redirect() {
        let url = "https://gateway.example/approve".to_owned();
        return order.record(Outcome::ApprovalNeeded { reference, url }, NOON).unwrap().order;
    }
    let confirming = order.record(Outcome::Opened(reference), NOON).unwrap().order;
    confirming.record(action(), NOON).unwrap().order
}

fn submitted(order: Order, text: &str, now: Timestamp) -> Order {
    let Idempotent::Executed(change) = order.submit_action_result(result(text), now).unwrap() else {
        panic!("it was there already");
    };
    change.order
}

/// One that came back to Adyen's page, and whose complete is claimed.
fn completing() -> Order {
    submitted(waiting(GatewayName::Adyen), "proof", NOON).claim(Operation::Complete, NOON).unwrap().order
}

fn attempt(order: &Order) -> &Attempt {
    order.attempt().unwrap()
}

fn no() -> Decline {
    Decline { code: "validation_14_006".to_owned(), retry: Retry::OtherMethod }
}

#[test]
fn what_the_shopper_brought_back_is_sent_next_where_it_authorizes_and_elsewhere_makes_a_worker_look() {
    let soon = NOON.plus(Duration::from_secs(3));
    for (gateway, next) in [
        (GatewayName::Adyen, Step::Claim(Operation::Complete)),
        (GatewayName::Stripe, Step::LookUp),
        (GatewayName::PayPal, Step::LookUp),
    ] {
        let order = submitted(waiting(gateway), "proof", soon);
        assert_eq!(order.next_step(soon), next, "{gateway:?}");
        assert_eq!(order.wake, Some(Wake { queue: Queue::CapturePayment, at: soon }), "{gateway:?}");
        assert_eq!(order.charge(attempt(&order)).action_result, Some(result("proof")), "{gateway:?}");
    }
}

#[test]
fn the_same_result_again_changes_nothing_whatever_became_of_it() {
    let submitted = submitted(waiting(GatewayName::Adyen), "proof", NOON);
    let capturing = completing().record(Outcome::Authorized, NOON).unwrap().order;
    let paid = capturing.record(Outcome::Captured, NOON).unwrap().order;
    assert!(matches!(paid.state, OrderState::Paid { .. }));
    for order in [submitted, completing(), paid] {
        let again = order.clone().submit_action_result(result("proof"), NOON).unwrap();
        let Idempotent::AlreadyApplied(again) = again else { panic!("it was taken twice") };
        assert_eq!(again.order, order);
    }
}

#[test]
fn another_result_is_refused_and_so_is_any_that_nobody_waits_for() {
    let deadline = NOON.plus(Attempt::ACTION_TIME);
    let before = Timestamp::from_millis(deadline.as_millis() - 1);
    let Idempotent::Executed(cancelled) = waiting(GatewayName::Adyen).cancel(NOON).unwrap() else {
        panic!("it was cancelled already");
    };
    for (order, now) in [
        (placed(vec![method(GatewayName::Adyen, "tok_visa")]).1.order, NOON),
        (waiting(GatewayName::Adyen), deadline),
        (cancelled.order, NOON),
        (submitted(waiting(GatewayName::Adyen), "proof", NOON), NOON),
        (submitted(waiting(GatewayName::Stripe), "proof", NOON), NOON),
        (completing().record(Outcome::Declined(no()), NOON).unwrap().order, NOON),
    ] {
        assert_eq!(order.submit_action_result(result("another"), now), Err(NoActionAwaited));
    }
    assert!(waiting(GatewayName::Adyen).submit_action_result(result("proof"), before).is_ok());
}

#[test]
fn fault_70_without_a_result_the_deadline_is_a_definite_no_though_the_confirm_was_in_doubt() {
    let confirming = placed(vec![method(GatewayName::Adyen, "tok_visa")]).1.order;
    let confirming = confirming.record(Outcome::Opened("o-1".parse().unwrap()), NOON).unwrap().order;
    let unknown = confirming.record(Outcome::Unknown, NOON).unwrap().order;
    let again = unknown.claim(Operation::Confirm, NOON).unwrap().order;
    let deadline = NOON.plus(Attempt::ACTION_TIME);
    for waiting in [waiting(GatewayName::Adyen), again.record(action(), NOON).unwrap().order] {
        assert_eq!(waiting.next_step(NOON), Step::LookUp);
        assert_eq!(waiting.next_step(deadline), Step::Claim(Operation::Void));
        let over = waiting.claim(Operation::Void, deadline).unwrap().order;
        assert_eq!(attempt(&over).state, AttemptState::Voided);
    }
}

#[test]
fn what_was_brought_back_and_not_sent_is_given_up_without_a_call() {
    let order = submitted(waiting(GatewayName::Adyen), "proof", NOON);
    let Idempotent::Executed(cancelled) = order.cancel(NOON).unwrap() else { panic!("cancelled already") };
    assert_eq!(cancelled.order.next_step(NOON), Step::Claim(Operation::Void));
    let over = cancelled.order.claim(Operation::Void, NOON).unwrap().order;
    assert!(matches!(over.state, OrderState::Cancelled { .. }));
}

#[test]
fn fault_60_only_a_repetition_of_the_complete_ends_a_doubt_about_it_and_no_deadline_does() {
    let late = NOON.plus(Attempt::ACTION_TIME).plus(Attempt::ACTION_TIME);
    let mut order = completing().record(Outcome::Unknown, NOON).unwrap().order;
    for _ in 0..9 {
        assert_eq!(order.next_step(late), Step::LookUp);
        order = order.record_look_up(Outcome::Unknown, late).unwrap().order;
        let Idempotent::Executed(cancelled) = order.clone().cancel(late).unwrap() else {
            panic!("it was cancelled already");
        };
        for doubted in [&order, &cancelled.order] {
            assert_eq!(doubted.next_step(late), Step::Claim(Operation::Complete));
        }
        let again = order.claim(Operation::Complete, late).unwrap().order;
        order = again.record(Outcome::Unknown, late).unwrap().order;
    }
    let held = order.record_look_up(Outcome::Authorized, late).unwrap().order;
    assert!(matches!(attempt(&held).state, AttemptState::Sending { operation: Operation::Capture, .. }));
}

#[test]
fn an_invalid_result_is_a_no_unless_an_earlier_call_may_have_used_it_up() {
    let refused = completing().record(Outcome::Invalid(no()), NOON).unwrap().order;
    assert_eq!(attempt(&refused).state, AttemptState::Declined(no()));

    let doubted = completing().record(Outcome::Unknown, NOON).unwrap().order;
    let again = doubted.claim(Operation::Complete, NOON).unwrap().order;
    let still_unknown = again.record(Outcome::Invalid(no()), NOON).unwrap().order;
    let state = &attempt(&still_unknown).state;
    assert!(matches!(state, AttemptState::Unknown { operation: Operation::Complete, .. }), "{state:?}");
}

#[test]
fn a_complete_that_was_not_executed_is_made_again_and_after_a_few_tries_a_definite_no() {
    for unexecuted in [Outcome::NotSent, Outcome::Rejected] {
        let mut order = completing();
        for tries in 1..=Attempt::UNEXECUTED_TRIES_MAX {
            order = order.record(unexecuted.clone(), NOON).unwrap().order;
            let expected = AttemptState::Ready { operation: Operation::Complete, tries };
            assert_eq!(attempt(&order).state, expected);
            order = order.claim(Operation::Complete, NOON).unwrap().order;
        }
        let over = order.record(unexecuted, NOON).unwrap().order;
        assert_eq!(attempt(&over).state, AttemptState::NotSent);
    }
}

#[test]
fn a_second_action_after_a_result_contradicts_the_first_and_proves_nothing() {
    let unclear = completing().record(action(), NOON).unwrap().order;
    let state = &attempt(&unclear).state;
    assert!(matches!(state, AttemptState::Unknown { operation: Operation::Complete, .. }), "{state:?}");
    assert!(!attempt(&unclear).undoubted);
}
