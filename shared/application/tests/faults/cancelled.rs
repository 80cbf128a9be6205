//! Orders that are cancelled, and money that goes back: once, in full, and never before the gateway has confirmed it.

use application::Clock;
use application::cancel_order::{self, CancelOrderError, cancel_order};
use application::refund_order::{self, RefundOrderError, refund_order};
use domain::order::{CancelRefused, Order, OrderState, RefundRefused, RefundRequest, ReturnedLine};
use domain::payment::{Outcome, RefundOutcome, RefundReview, RefundState};
use domain::{Idempotent, Money, Quantity};
use memory::{Call, Fate, RefundCall};

use crate::samples::CARD;
use crate::shop::{HOUR, MINUTE, NOON, Shop, WEEK};

pub(crate) async fn cancel(shop: &Shop, order: &Order) -> Result<Idempotent<Order>, CancelOrderError> {
    let ports = cancel_order::Ports { orders: &shop.store, clock: &shop.clock };
    cancel_order(&ports, &order.caller, &order.id).await
}

pub(crate) async fn refund(
    shop: &Shop,
    order: &Order,
    reference: &str,
    amount: i64,
) -> Result<Idempotent<Order>, RefundOrderError> {
    let ports = refund_order::Ports { orders: &shop.store, clock: &shop.clock };
    let amount = Money::new(amount, order.totals.total.currency()).unwrap();
    let request = RefundRequest { reference: reference.parse().unwrap(), amount, returned: vec![] };
    refund_order(&ports, &order.id, &request).await
}

pub(crate) async fn paid(shop: &Shop) -> Order {
    let order = shop.order_shirts().await;
    shop.settle().await;
    let order = shop.order(&order.id).await;
    assert_eq!(order.word(), "paid");
    order
}

fn moved(shop: &Shop) -> (i64, i64) {
    let entries = shop.gateway.entries();
    entries.iter().fold((0, 0), |sum, entry| (sum.0 + entry.captured, sum.1 + entry.refunded))
}

#[tokio::test]
async fn an_order_cancelled_before_its_payment_began_is_never_sent_to_the_gateway() {
    let shop = Shop::open().await;
    let order = shop.order_shirts().await;
    let _cancelled = cancel(&shop, &order).await.unwrap();
    shop.settle().await;
    let order = shop.order(&order.id).await;
    assert!(matches!(order.state, OrderState::Cancelled { .. }));
    assert_eq!(order.wake, None, "nothing is left to be done");
    assert_eq!(shop.gateway.calls(), vec![]);
    assert_eq!(shop.units(), (12, 0, 0));
}

#[tokio::test]
async fn a_paid_order_is_cancelled_once_its_money_is_back_and_its_units_are_for_sale_again() {
    let shop = Shop::open().await;
    let order = paid(&shop).await;
    let total = order.totals.total.amount();
    assert_eq!(cancel(&shop, &order).await.unwrap().into_inner().word(), "paid");
    assert!(cancel(&shop, &order).await.unwrap().is_replay());
    shop.settle().await;
    assert_eq!(shop.order(&order.id).await.word(), "cancelled");
    assert_eq!((moved(&shop), shop.units()), ((total, total), (12, 0, 0)));
    let again = cancel(&shop, &order).await.unwrap();
    assert_eq!((again.is_replay(), again.into_inner().word()), (true, "cancelled"));
}

#[tokio::test]
async fn fault_71_a_charge_whose_answer_was_lost_goes_back_when_its_order_was_cancelled_meanwhile() {
    let shop = Shop::open().await;
    shop.gateway.script(Call::Capture, [Fate::AnswerLost]);
    shop.gateway.script(Call::LookUp, [Fate::Refused(Outcome::Unknown)]);
    let order = shop.order_shirts().await;
    shop.settle().await;
    let _cancelled = cancel(&shop, &order).await.unwrap();
    shop.settle_until(NOON.plus(HOUR)).await;
    let total = order.totals.total.amount();
    assert_eq!(shop.order(&order.id).await.word(), "cancelled");
    assert_eq!((moved(&shop), shop.units()), ((total, total), (12, 0, 0)));
}

#[tokio::test]
async fn fault_70_an_action_that_nobody_waits_for_is_voided_at_once() {
    let shop = Shop::open().await;
    shop.gateway.card(CARD, Outcome::RequiresAction { url: "https://bank.example/3ds".to_owned() });
    let order = shop.order_shirts().await;
    shop.settle().await;
    let _cancelled = cancel(&shop, &order).await.unwrap();
    shop.settle().await;
    assert_eq!(shop.order(&order.id).await.word(), "cancelled");
    assert_eq!((moved(&shop), shop.units()), ((0, 0), (12, 0, 0)));
}

#[tokio::test]
async fn fault_78_a_refund_whose_answer_was_lost_is_found_and_made_once() {
    for fates in [
        vec![Fate::AnswerLost],
        vec![Fate::Delayed],
        vec![Fate::Refused(RefundOutcome::Rejected), Fate::Refused(RefundOutcome::NotSent)],
        vec![Fate::Refused(RefundOutcome::Unknown), Fate::AnswerLost],
    ] {
        let shop = Shop::open().await;
        let order = paid(&shop).await;
        shop.gateway.script_refund(RefundCall::Refund, fates.clone());
        let _asked = refund(&shop, &order, "claim-1", 1_000).await.unwrap();
        shop.settle_until(NOON.plus(MINUTE)).await;
        shop.gateway.deliver_delayed();
        shop.settle_until(NOON.plus(HOUR)).await;
        let order = shop.order(&order.id).await;
        assert_eq!((order.word(), order.refunds.len()), ("partially_refunded", 1), "{fates:?}");
        assert_eq!(moved(&shop).1, 1_000, "{fates:?}");
    }
}

#[tokio::test]
async fn fault_77_what_two_ask_for_at_once_is_made_once_each_and_never_more_than_was_paid() {
    let shop = Shop::open().await;
    let order = paid(&shop).await;
    let total = order.totals.total.amount();
    let _asked = refund(&shop, &order, "claim-1", total - 100).await.unwrap();
    assert!(refund(&shop, &order, "claim-1", total - 100).await.unwrap().is_replay());
    let left = Money::new(100, order.totals.total.currency()).unwrap();
    let too_much = refund(&shop, &order, "claim-2", 101).await;
    assert_eq!(too_much, Err(RefundRefused::TooMuch { left }.into()));
    let _asked = refund(&shop, &order, "claim-2", 100).await.unwrap();
    shop.settle().await;
    assert_eq!(shop.order(&order.id).await.word(), "refunded");
    assert_eq!((moved(&shop), shop.units()), ((total, total), (9, 0, 3)), "the goods are the shopper's");
    assert_eq!(cancel(&shop, &order).await, Err(CancelRefused.into()));
}

#[tokio::test]
async fn a_refund_that_the_gateway_refuses_is_a_persons_business_and_the_order_stays_paid() {
    let shop = Shop::open().await;
    let order = paid(&shop).await;
    shop.gateway.script_refund(RefundCall::Refund, [Fate::Refused(RefundOutcome::Refused)]);
    let _cancelled = cancel(&shop, &order).await.unwrap();
    shop.settle_until(NOON.plus(WEEK)).await;
    let order = shop.order(&order.id).await;
    assert_eq!(
        (order.word(), order.refunds[0].state),
        ("paid", RefundState::ManualReview(RefundReview::Refused))
    );
    assert_eq!(shop.units(), (9, 0, 3));
}

/// So many hours after noon, with a sweep every five minutes for what is too far off for a message.
async fn goes_by(shop: &Shop, hours: u32) {
    let end = NOON.plus(HOUR * hours);
    while shop.clock.now() < end {
        shop.settle_until(shop.clock.now().plus(MINUTE * 5)).await;
        let _woken = shop.sweep().await;
        shop.settle().await;
    }
}

#[tokio::test]
async fn fault_83_a_refund_goes_back_once_its_gateway_takes_calls_again_and_nobody_is_called_before_a_day_is_over()
 {
    for (rejections, word) in [(20, "cancelled"), (1_000, "paid")] {
        let shop = Shop::open().await;
        let order = paid(&shop).await;
        let rejected = vec![Fate::Refused(RefundOutcome::Rejected); rejections];
        shop.gateway.script_refund(RefundCall::Refund, rejected);
        let _cancelled = cancel(&shop, &order).await.unwrap();
        goes_by(&shop, 6).await;
        let waiting = shop.order(&order.id).await;
        assert_eq!((waiting.word(), waiting.work), ("paid", None), "nothing is in doubt");
        goes_by(&shop, 26).await;
        let order = shop.order(&order.id).await;
        let never = RefundState::ManualReview(RefundReview::NotExecuted);
        assert_eq!((order.word(), order.refunds[0].state == never), (word, word == "paid"));
        assert_eq!(order.work.is_some(), word == "paid");
    }
}

#[tokio::test]
async fn an_order_is_cancelled_by_nobody_but_whoever_made_it() {
    let shop = Shop::open().await;
    let order = shop.order_shirts().await;
    let before = shop.books();
    let stranger = Order { caller: "stranger".parse().unwrap(), ..order };
    assert_eq!(cancel(&shop, &stranger).await, Err(CancelOrderError::NotFound));
    assert_eq!(shop.books(), before);
}

#[tokio::test]
async fn units_that_came_back_are_sold_again_and_the_money_follows_whatever_a_worker_finds_first() {
    let shop = Shop::open().await;
    let order = paid(&shop).await;
    let returned =
        vec![ReturnedLine { sku: "SHIRT".parse().unwrap(), quantity: Quantity::parse(2).unwrap() }];
    let ports = refund_order::Ports { orders: &shop.store, clock: &shop.clock };
    let amount = Money::new(100, order.totals.total.currency()).unwrap();
    let request = RefundRequest { reference: "claim-1".parse().unwrap(), amount, returned };
    for again in [false, true] {
        let refunding = refund_order(&ports, &order.id, &request).await.unwrap();
        assert_eq!((refunding.is_replay(), shop.units()), (again, (11, 0, 1)));
    }
    shop.settle().await;
    let order = shop.order(&order.id).await;
    assert_eq!((order.word(), order.refunded(), order.wake), ("partially_refunded", 100, None));
    shop.reserve("all-of-them", 11).await;
    assert_eq!(shop.units(), (0, 11, 1));
}
