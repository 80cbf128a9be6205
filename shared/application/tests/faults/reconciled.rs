//! What a gateway lists is compared with the ledgers, however often, and whatever fails meanwhile.

use std::time::Duration;

use application::reconcile::{self, Comparison, reconcile};
use application::{Budget, Clock, Failure, Reconciliations, Transfers};
use async_trait::async_trait;
use domain::invariant::check;
use domain::order::{Order, OrderState};
use domain::payment::{GatewayName, Outcome};
use domain::reconciliation::{DifferenceKind, Reconciled, Transfer, TransferKind, Window};
use domain::{Idempotent, Money, OrderId, Timestamp};
use memory::{Call, Fate, Store};

use crate::orphaned::{at_the_gateway, declined, with_a_person};
use crate::shop::{HOUR, MINUTE, NOON, Shop};

/// When the list of what happened at noon is complete, and is the next to be compared.
pub(crate) fn complete() -> Timestamp {
    NOON.plus(MINUTE * 75)
}

/// What the gateway lists as captured for the only attempt of this order.
pub(crate) fn captured(id: &str, order: &Order) -> Transfer {
    Transfer {
        gateway: GatewayName::Stripe,
        id: id.parse().unwrap(),
        kind: TransferKind::Captured(Some(1)),
        order_id: Some(order.id.clone()),
        reference: Some(format!("scripted_{}_1", order.id).parse().unwrap()),
        amount: order.totals.total,
        fact: None,
    }
}

fn of_nobody(id: &str) -> Transfer {
    Transfer {
        gateway: GatewayName::Stripe,
        id: id.parse().unwrap(),
        kind: TransferKind::Captured(None),
        order_id: None,
        reference: None,
        amount: Money::new(4_200, "EUR".parse().unwrap()).unwrap(),
        fact: None,
    }
}

/// A store that never knows that noon's window was compared.
struct Forgotten<'a>(&'a Store);

#[async_trait]
impl Reconciliations for Forgotten<'_> {
    async fn reconciled(&self, gateway: GatewayName) -> Result<Option<Reconciled>, Failure> {
        let noon = Window::last_complete(HOUR, complete()).begins_at();
        Ok((gateway == GatewayName::Stripe).then_some(Reconciled::until(noon)))
    }

    async fn advance(
        &self,
        _: GatewayName,
        _: Option<Timestamp>,
        _: Timestamp,
    ) -> Result<Idempotent<()>, Failure> {
        Ok(Idempotent::Executed(()))
    }

    async fn note_unanswered(
        &self,
        _: GatewayName,
        _: Timestamp,
        _: Timestamp,
    ) -> Result<Idempotent<()>, Failure> {
        Ok(Idempotent::Executed(()))
    }

    async fn posted(&self, shard: u32, window: Window) -> Result<Vec<OrderId>, Failure> {
        self.0.posted(shard, window).await
    }
}

/// One run, of a shop that offers these gateways, with so much time.
async fn run(shop: &Shop, offered: &[GatewayName], time: Duration) -> Result<Comparison, Failure> {
    run_with(shop, &shop.store, offered, time).await
}

async fn run_with(
    shop: &Shop,
    reconciliations: &dyn Reconciliations,
    offered: &[GatewayName],
    time: Duration,
) -> Result<Comparison, Failure> {
    let gateways = shop.gateways();
    let budget = Budget { ends_at: shop.clock.now().plus(time), call_max: MINUTE / 10 };
    let payment = application::capture_payment::Ports { budget, ..shop.capture_ports(&gateways) };
    let ports =
        reconcile::Ports { payment, reconciliations, differences: &shop.store, facts: &shop.store, offered };
    reconcile(&ports).await
}

/// One run at this time, or now if that is later.
pub(crate) async fn try_to_compare(shop: &Shop, at: Timestamp) -> Result<Comparison, Failure> {
    shop.clock.set(at.max(shop.clock.now()));
    run(shop, &[GatewayName::Stripe], HOUR).await
}

pub(crate) async fn compare(shop: &Shop) -> Comparison {
    try_to_compare(shop, complete()).await.unwrap()
}

/// A run that died before it could note that it was done is followed by one that does it all again.
pub(crate) async fn compare_again(shop: &Shop) -> Comparison {
    run_with(shop, &Forgotten(&shop.store), &[], HOUR).await.unwrap()
}

pub(crate) fn kinds(shop: &Shop) -> Vec<DifferenceKind> {
    shop.store.differences().into_iter().map(|difference| difference.key.kind).collect()
}

pub(crate) async fn until(shop: &Shop) -> Option<Timestamp> {
    shop.store.reconciled(GatewayName::Stripe).await.unwrap().map(|reconciled| reconciled.until)
}

/// An order that was paid at noon.
pub(crate) async fn paid(shop: &Shop) -> Order {
    let order = shop.order_shirts().await;
    shop.settle().await;
    let order = shop.order(&order.id).await;
    assert_eq!(order.state, OrderState::Paid { at: NOON });
    order
}

#[tokio::test]
async fn what_agrees_changes_nothing_and_costs_the_gateway_nothing() {
    let shop = Shop::open().await;
    let order = paid(&shop).await;
    shop.gateway.list(NOON, [captured("ch_1", &order)]);
    let look_ups = shop.calls(Call::LookUp);
    let comparison = Comparison { windows: 1, transfers: 1, ..Comparison::default() };
    assert_eq!(compare(&shop).await, comparison);
    assert_eq!((shop.order(&order.id).await, kinds(&shop)), (order, vec![]));
    assert_eq!(shop.calls(Call::LookUp), look_ups);
}

#[tokio::test]
async fn a_page_that_may_take_longer_than_is_left_is_not_asked_for() {
    let shop = Shop::open().await;
    shop.gateway.list(NOON, [captured("ch_1", &paid(&shop).await)]);
    shop.clock.set(complete());
    let page_max = shop.gateway.page_max();
    for (left, windows) in [(page_max, 0), (page_max + MINUTE, 1)] {
        assert_eq!(run(&shop, &[GatewayName::Stripe], left).await.unwrap().windows, windows, "{left:?}");
    }
}

#[tokio::test]
async fn fault_100_an_orphan_that_nobody_told_of_is_found_in_the_list_and_goes_back() {
    let shop = Shop::open().await;
    let order = declined(&shop).await;
    shop.gateway.captures_after_no(&order.id);
    shop.settle_until(complete()).await;
    assert!(at_the_gateway(&shop) > 0, "nobody knows of it");
    shop.gateway.list(NOON, [captured("ch_1", &order)]);
    let first = compare(&shop).await;
    assert_eq!((first.orphans, first.differences), (1, 0));
    shop.settle_until(complete().plus(HOUR)).await;
    let over = shop.order(&order.id).await;
    assert_eq!((at_the_gateway(&shop), over.has_orphan()), (0, false));
    assert_eq!((check(&shop.books()), kinds(&shop)), (vec![], vec![]));
}

#[tokio::test]
async fn fault_100_comparing_again_changes_nothing() {
    let shop = Shop::open().await;
    let order = declined(&shop).await;
    shop.gateway.captures_after_no(&order.id);
    shop.gateway.list(NOON, [captured("ch_1", &order), of_nobody("ch_2")]);
    shop.settle_until(complete()).await;
    compare(&shop).await;
    shop.settle_until(complete().plus(HOUR)).await;
    let seen = (shop.order(&order.id).await, shop.store.differences(), at_the_gateway(&shop));
    let again = compare_again(&shop).await;
    assert!(again.windows > 1);
    assert_eq!((again.transfers, again.orphans, again.differences), (2, 0, 0));
    assert_eq!((shop.order(&order.id).await, shop.store.differences(), at_the_gateway(&shop)), seen);
}

#[tokio::test]
async fn fault_100_money_for_no_order_is_noted_once_and_stays_where_it_is() {
    let shop = Shop::open().await;
    shop.gateway.list(NOON, [of_nobody("ch_1"), of_nobody("ch_2"), of_nobody("ch_3"), of_nobody("ch_4")]);
    let comparison = compare(&shop).await;
    assert_eq!((comparison.transfers, comparison.differences), (4, 4), "a list has several pages");
    assert_eq!(kinds(&shop), [DifferenceKind::UnknownOrder; 4]);
    assert_eq!(shop.calls(Call::LookUp), 0);
}

#[tokio::test]
async fn fault_100_what_is_posted_and_not_listed_is_asked_for_before_it_is_a_difference() {
    let denied = vec![Fate::Refused(Outcome::Voided)];
    for (asked, expected) in [(vec![], vec![]), (denied, vec![DifferenceKind::NotListed])] {
        let shop = Shop::open().await;
        let order = paid(&shop).await;
        shop.gateway.script(Call::LookUp, asked);
        compare(&shop).await;
        assert_eq!(kinds(&shop), expected);
        assert_eq!(shop.order(&order.id).await, order, "facts stay");
    }
}

#[tokio::test]
async fn fault_100_what_is_listed_twice_is_a_difference() {
    let shop = Shop::open().await;
    let order = paid(&shop).await;
    shop.gateway.list(NOON, [captured("ch_1", &order), captured("ch_1", &order), captured("ch_2", &order)]);
    compare(&shop).await;
    assert_eq!(kinds(&shop), [DifferenceKind::ListedTwice]);
    assert_eq!(shop.store.differences()[0].key.subject.to_string(), "ch_2");
}

#[tokio::test]
async fn fault_61_a_payment_that_is_still_in_doubt_is_paid_and_no_orphan() {
    let shop = Shop::open().await;
    shop.gateway.script(Call::Capture, [Fate::AnswerLost]);
    let order = shop.order_shirts().await;
    shop.settle().await;
    assert!(!shop.order(&order.id).await.attempt().unwrap().is_settled());
    // Every later message about it is lost.
    shop.gateway.list(NOON, [captured("ch_1", &order)]);
    let comparison = compare(&shop).await;
    assert_eq!((comparison.in_flight, comparison.orphans, comparison.differences), (1, 0, 0));
    assert_eq!(shop.order(&order.id).await.word(), "paid");
    assert_eq!(check(&shop.books()), []);
}

#[tokio::test]
async fn a_payment_that_waits_for_a_person_is_ended_by_what_the_gateway_lists() {
    let (shop, order) = with_a_person().await;
    shop.gateway.deliver_delayed();
    shop.gateway.list(NOON, [captured("ch_1", &order)]);
    compare(&shop).await;
    assert_eq!(shop.order(&order.id).await.word(), "paid");
    assert_eq!(kinds(&shop), []);
}

#[tokio::test]
async fn a_list_that_cannot_be_read_keeps_its_window_for_the_next_run() {
    let shop = Shop::open().await;
    shop.gateway.list(NOON, [of_nobody("ch_1"), of_nobody("ch_2"), of_nobody("ch_3")]);
    compare(&shop).await;
    let seen = until(&shop).await;
    let next = complete().plus(Window::LENGTH);
    shop.gateway.list(NOON.plus(Window::LENGTH), [of_nobody("ch_4")]);
    for lost in [1, 1] {
        shop.gateway.lose_lists(lost);
        assert_eq!(try_to_compare(&shop, next).await, Err(Failure::Unavailable));
        assert_eq!(until(&shop).await, seen);
    }
    assert_eq!(try_to_compare(&shop, next).await.map(|comparison| comparison.differences), Ok(1));
    assert_eq!(until(&shop).await, seen.map(|until| until.plus(Window::LENGTH)));
}

#[tokio::test]
async fn after_hours_without_a_run_no_window_is_left_out() {
    let shop = Shop::open().await;
    compare(&shop).await;
    for hour in 0..5 {
        let id = format!("ch_{hour}");
        shop.gateway.list(NOON.plus(HOUR * hour).plus(Window::LENGTH), [of_nobody(&id)]);
    }
    let comparison = try_to_compare(&shop, complete().plus(HOUR * 6)).await.unwrap();
    assert_eq!((comparison.windows, comparison.differences), (24, 5));
}

#[tokio::test]
async fn a_gateway_that_does_not_say_what_became_of_an_orphan_holds_its_window_up_for_hours_and_not_for_ever()
{
    let shop = Shop::open().await;
    let order = declined(&shop).await;
    shop.settle_until(complete()).await;
    shop.gateway.list(NOON, [captured("ch_1", &order), of_nobody("ch_2")]);
    shop.gateway.script(Call::LookUp, vec![Fate::Refused(Outcome::Unknown); 8]);
    assert!(try_to_compare(&shop, complete()).await.is_err());
    let seen = until(&shop).await;
    assert_eq!(kinds(&shop), [DifferenceKind::UnknownOrder], "what follows is compared all the same");
    assert!(try_to_compare(&shop, complete().plus(HOUR * 5)).await.is_err());
    assert_eq!(until(&shop).await, seen);
    let comparison = try_to_compare(&shop, complete().plus(HOUR * 6)).await.unwrap();
    assert!(comparison.windows > 1);
    assert_eq!(kinds(&shop), [DifferenceKind::UnknownOrder, DifferenceKind::NotPosted]);
}

#[tokio::test]
async fn fault_100_a_window_that_nobody_compared_for_a_day_waits_for_the_gateway_as_long_as_any_other() {
    let shop = Shop::open().await;
    let order = declined(&shop).await;
    shop.gateway.captures_after_no(&order.id);
    compare(&shop).await;
    let (seen, day_later) = (until(&shop).await.unwrap(), complete().plus(HOUR * 25));
    shop.gateway.list(seen, [captured("ch_1", &order)]);
    shop.settle_until(day_later).await;
    shop.gateway.script(Call::LookUp, [Fate::Refused(Outcome::Rejected)]);
    assert!(try_to_compare(&shop, day_later).await.is_err(), "it was asked once, and did not say");
    assert_eq!((until(&shop).await, kinds(&shop)), (Some(seen), vec![]));
    assert_eq!(try_to_compare(&shop, day_later).await.map(|comparison| comparison.orphans), Ok(1));
    assert_eq!(kinds(&shop), []);
}

#[tokio::test]
async fn fault_91_a_run_that_has_no_time_left_asks_nothing_and_leaves_the_window_to_the_next_one() {
    let shop = Shop::open().await;
    shop.gateway.list(NOON, [of_nobody("ch_1")]);
    shop.clock.set(complete());
    let stripe = [GatewayName::Stripe];
    assert_eq!(run(&shop, &stripe, MINUTE / 12).await, Ok(Comparison::default()));
    assert_eq!(kinds(&shop), []);
    shop.clock.advance(HOUR);
    assert_eq!(compare(&shop).await.differences, 1);
}

#[tokio::test]
async fn fault_101_a_gateway_that_is_not_offered_any_more_is_compared_to_the_end() {
    let shop = Shop::open().await;
    shop.clock.set(complete());
    assert_eq!(run(&shop, &[], HOUR).await, Ok(Comparison::default()), "nobody ever paid there");
    compare(&shop).await;
    shop.gateway.list(NOON.plus(Window::LENGTH), [of_nobody("ch_1")]);
    shop.clock.set(complete().plus(Window::LENGTH));
    assert_eq!(run(&shop, &[], HOUR).await.map(|comparison| comparison.differences), Ok(1));
}
