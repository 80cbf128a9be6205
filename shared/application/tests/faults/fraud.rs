//! What the fraud rules refuse is not sent; what they want seen is captured once a person has approved it, and voided
//! otherwise; and what cannot be counted or read is neither allowed nor refused.

use application::add_payment_method::{AddPaymentMethod, Ports, add_payment_method};
use application::cancel_order::{self, cancel_order};
use application::capture_payment::{self, capture_payment};
use application::review_order::ReviewOrderError;
use application::{CountError, Failure, Velocity};
use async_trait::async_trait;
use domain::fraud::{Count, Day, Known, ReviewDecision, ReviewEnd, Risk, Subject, Verdict};
use domain::order::{Order, OrderState, ReviewRefused};
use domain::payment::{
    Attempt, AttemptRequest, AttemptState, Decline, Operation, Outcome, PaymentMethod, Retry,
};
use domain::{Currency, Fingerprint, Timestamp};
use memory::{Call, Fate, Store};

use crate::samples::{CARD, cart, request};
use crate::shop::{HOUR, MINUTE, NOON, Shop};

/// So many shirts cost more than a first order may without a review.
const MANY: i64 = 99;
/// A second line that takes it over the amount.
const MORE: i64 = 2;

fn declines(shop: &Shop) {
    let decline = Decline { code: "generic_decline".to_owned(), retry: Retry::OtherMethod };
    shop.gateway.card(CARD, Outcome::Declined(decline));
}

pub(crate) async fn with_another_card(shop: &Shop, order: &Order, key: &str, token: &str) {
    let command = AddPaymentMethod {
        caller: order.caller.clone(),
        order_id: order.id.clone(),
        request: AttemptRequest { key: request(key).key, fingerprint: Fingerprint::of([key]) },
        payment_methods: vec![PaymentMethod::Stripe { token: token.parse().unwrap() }],
    };
    let ports = Ports { orders: &shop.store, clock: &shop.clock };
    let _added = add_payment_method(&ports, &command).await.unwrap();
    shop.settle().await;
}

/// An order that is authorized and waits for a person.
pub(crate) async fn in_review() -> (Shop, Order) {
    let shop = Shop::open_with(&[("SHIRT", 120), ("SCARF", 10)]).await;
    let cart = cart(&[("SHIRT", MANY), ("SCARF", MORE)]);
    let reservation = shop.try_to_reserve("many", cart).await.unwrap().into_inner();
    let order = shop.check_out(&reservation).await;
    shop.settle().await;
    let order = shop.order(&order.id).await;
    let screening = order.attempt().unwrap().screening.clone().unwrap();
    assert_eq!((screening.verdict, screening.fired), (Verdict::Review, vec!["large-first-order".to_owned()]));
    assert!(order.review().is_some());
    assert_eq!((shop.calls(Call::Confirm), shop.calls(Call::Capture), shop.captured()), (1, 0, 0));
    (shop, order)
}

fn until(order: &Order) -> Timestamp {
    order.attempt().unwrap().review.unwrap().until
}

#[tokio::test]
async fn five_declined_cards_end_in_a_refusal_of_which_nothing_is_sent() {
    let shop = Shop::open().await;
    declines(&shop);
    let order = shop.order_shirts().await;
    shop.settle().await;
    for number in 2..=5 {
        with_another_card(&shop, &order, &format!("card-{number}"), CARD).await;
    }
    let sent = shop.gateway.calls().len();
    shop.clock.advance(MINUTE);
    let reservation = shop.reserve("again", 1).await;
    let again = shop.try_to_check_out("again", &reservation).await.unwrap().into_inner();
    shop.settle().await;
    let refused = shop.order(&again.id).await;
    assert!(matches!(refused.state, OrderState::PaymentFailed { .. }));
    let decline = refused.attempt().unwrap().decline().unwrap();
    assert_eq!((&*decline.code, decline.retry), (Attempt::REFUSED_BY_SHOP, Retry::None));
    assert_eq!(refused.attempt().unwrap().screening.clone().unwrap().verdict, Verdict::Refuse);
    assert_eq!(shop.gateway.calls().len(), sent, "nothing was sent");

    // Ten minutes later the same customer may try again: what the shop refused itself counts for nothing.
    shop.clock.advance(HOUR);
    shop.gateway.card(CARD, Outcome::Authorized);
    let reservation = shop.reserve("later", 1).await;
    let later = shop.try_to_check_out("later", &reservation).await.unwrap().into_inner();
    shop.settle().await;
    assert_eq!(shop.order(&later.id).await.word(), "paid");
}

#[tokio::test]
async fn what_a_person_approves_is_captured_once() {
    let (shop, order) = in_review().await;
    shop.capture(&order.id).await;
    assert_eq!(shop.captured(), 0, "a message that comes again captures nothing");
    shop.clock.set(until(&order).minus(MINUTE));
    assert!(!shop.review(&order.id, ReviewDecision::Approve).await.unwrap().is_replay());
    assert!(shop.review(&order.id, ReviewDecision::Approve).await.unwrap().is_replay());
    let over = ReviewRefused::Over(ReviewEnd::Decided(ReviewDecision::Approve));
    let otherwise = shop.review(&order.id, ReviewDecision::Refuse).await;
    assert_eq!(otherwise, Err(ReviewOrderError::Refused(over)));
    shop.settle().await;
    assert_eq!(shop.order(&order.id).await.word(), "paid");
    assert_eq!((shop.calls(Call::Capture), shop.captured()), (1, order.totals.total.amount()));
}

/// An order whose card the gateway doubts, as far as it goes now.
async fn doubted(risk: Risk) -> (Shop, Order) {
    let shop = Shop::open().await;
    shop.gateway.card(CARD, Outcome::AuthorizedAtRisk(risk));
    let order = shop.order_shirts().await;
    shop.settle().await;
    let order = shop.order(&order.id).await;
    (shop, order)
}

#[tokio::test]
async fn what_the_gateway_doubts_is_captured_once_a_person_has_approved_it() {
    let (shop, order) = doubted(Risk::Elevated).await;
    assert_eq!(order.attempt().unwrap().screening.clone().unwrap().fired, ["gateway-elevated"]);
    assert!(order.review().is_some());
    assert_eq!((shop.calls(Call::Confirm), shop.captured()), (1, 0));
    let _approved = shop.review(&order.id, ReviewDecision::Approve).await.unwrap();
    shop.settle().await;
    assert_eq!(shop.order(&order.id).await.word(), "paid");
    assert_eq!(shop.captured(), order.totals.total.amount());
}

#[tokio::test]
async fn what_the_gateway_warns_of_is_voided_and_its_units_wait_for_another_card() {
    let (shop, order) = doubted(Risk::Highest).await;
    let attempt = order.attempt().unwrap();
    assert_eq!(attempt.state, AttemptState::Voided);
    assert_eq!(attempt.screening.clone().unwrap().fired, ["gateway-highest", "gateway-elevated"]);
    let decline = attempt.decline().unwrap();
    assert_eq!((&*decline.code, decline.retry), (Attempt::REFUSED_BY_SHOP, Retry::None));
    assert!(matches!(order.state, OrderState::PaymentFailed { .. }));
    assert_eq!((shop.captured(), shop.units()), (0, (9, 3, 0)));

    shop.gateway.card("pm_card_other", Outcome::Authorized);
    with_another_card(&shop, &order, "another", "pm_card_other").await;
    assert_eq!(shop.order(&order.id).await.word(), "paid");
}

#[tokio::test]
async fn a_risk_that_is_heard_of_while_a_capture_is_under_way_does_not_hold_it() {
    let shop = Shop::open().await;
    shop.gateway.script(Call::Capture, [Fate::AnswerLost]);
    let order = shop.order_shirts().await;
    shop.settle().await;
    let seen = shop.order(&order.id).await;
    let change = seen.record_look_up(Outcome::AuthorizedAtRisk(Risk::Highest), NOON.plus(MINUTE)).unwrap();
    let attempt = change.order.attempt().unwrap();
    assert!(matches!(attempt.state, AttemptState::Sending { operation: Operation::Capture, .. }));
    assert!(!attempt.is_refused());
}

#[tokio::test]
async fn a_capture_in_doubt_after_a_long_review_is_looked_up_and_not_a_persons_business_at_once() {
    let (shop, order) = in_review().await;
    shop.gateway.script(Call::Capture, [Fate::Refused(Outcome::Rejected), Fate::AnswerLost]);
    shop.clock.set(until(&order).minus(MINUTE));
    let _approved = shop.review(&order.id, ReviewDecision::Approve).await.unwrap();
    shop.settle_until(until(&order).plus(HOUR)).await;
    assert_eq!(shop.order(&order.id).await.word(), "paid");
    assert_eq!(shop.captured(), order.totals.total.amount());
}

#[tokio::test]
async fn what_a_person_refuses_is_voided_and_its_units_are_for_sale_again() {
    let (shop, order) = in_review().await;
    let held = shop.units().1;
    assert_eq!(i64::from(held), MANY + MORE);
    let _refused = shop.review(&order.id, ReviewDecision::Refuse).await.unwrap();
    shop.settle().await;
    let over = shop.order(&order.id).await;
    assert!(matches!(over.state, OrderState::Cancelled { .. }));
    assert_eq!(over.attempt().unwrap().state, AttemptState::Voided);
    assert_eq!((shop.captured(), shop.units().1), (0, 0));
}

#[tokio::test]
async fn what_nobody_decides_is_voided_before_the_gateway_lets_it_lapse() {
    let (shop, order) = in_review().await;
    shop.clock.set(until(&order).minus(MINUTE));
    shop.sweep().await;
    shop.settle().await;
    assert!(shop.order(&order.id).await.review().is_some(), "there is still time");
    shop.clock.set(until(&order).plus(MINUTE).plus(MINUTE));
    assert_eq!(shop.sweep().await, 1);
    let late = shop.review(&order.id, ReviewDecision::Approve).await;
    assert_eq!(late, Err(ReviewOrderError::Refused(ReviewRefused::Over(ReviewEnd::Lapsed))));
    shop.settle().await;
    let over = shop.order(&order.id).await;
    assert!(matches!(over.state, OrderState::Cancelled { .. }));
    assert_eq!(over.attempt().unwrap().review.unwrap().end.unwrap().0, ReviewEnd::Lapsed);
    assert_eq!((shop.calls(Call::Void), shop.captured(), shop.units().1), (1, 0, 0));
}

#[tokio::test]
async fn an_order_that_is_cancelled_in_review_is_voided_at_once() {
    let (shop, order) = in_review().await;
    let ports = cancel_order::Ports { orders: &shop.store, clock: &shop.clock };
    let _cancelled = cancel_order(&ports, &order.caller, &order.id).await.unwrap();
    let late = shop.review(&order.id, ReviewDecision::Approve).await;
    assert_eq!(late, Err(ReviewOrderError::Refused(ReviewRefused::Over(ReviewEnd::Withdrawn))));
    shop.settle().await;
    assert_eq!(shop.order(&order.id).await.word(), "cancelled");
    assert_eq!((shop.calls(Call::Void), shop.captured(), shop.units().1), (1, 0, 0));
}

#[tokio::test]
async fn an_order_that_nothing_speaks_against_is_in_no_review() {
    let shop = Shop::open().await;
    let order = shop.order_shirts().await;
    let early = shop.review(&order.id, ReviewDecision::Approve).await;
    assert_eq!(early, Err(ReviewOrderError::Refused(ReviewRefused::NotInReview)));
    shop.settle().await;
    let paid = shop.order(&order.id).await;
    assert_eq!(paid.word(), "paid");
    let screening = paid.attempt().unwrap().screening.clone().unwrap();
    assert_eq!((screening.verdict, screening.fired), (Verdict::Allow, vec![]));
    let nobodys = "nobodys-order".parse().unwrap();
    assert_eq!(shop.review(&nobodys, ReviewDecision::Refuse).await, Err(ReviewOrderError::NotFound));
}

/// Counts that the store loses, or does not show.
struct Lost<'a> {
    store: &'a Store,
    counts: bool,
}

#[async_trait]
impl Velocity for Lost<'_> {
    async fn count(&self, count: &Count) -> Result<(), CountError> {
        if self.counts { self.store.count(count).await } else { Err(Failure::Throttled.into()) }
    }

    async fn known(&self, _: &[Subject], _: [Day; 2], _: Currency) -> Result<Known, Failure> {
        Err(Failure::Unavailable)
    }
}

#[tokio::test]
async fn what_cannot_be_counted_or_read_is_neither_allowed_nor_refused() {
    let shop = Shop::open().await;
    let order = shop.order_shirts().await;
    let gateways = shop.gateways();
    for (counts, failure) in [(false, Failure::Throttled), (true, Failure::Unavailable)] {
        let velocity = Lost { store: &shop.store, counts };
        let ports = capture_payment::Ports { velocity: &velocity, ..shop.capture_ports(&gateways) };
        assert_eq!(capture_payment(&ports, &order.id).await, Err(failure), "the message comes again");
        assert_eq!((shop.order(&order.id).await, shop.gateway.calls()), (order.clone(), vec![]));
    }
    shop.clock.set(NOON.plus(MINUTE));
    shop.settle().await;
    assert_eq!(shop.order(&order.id).await.word(), "paid");
}
