//! What one customer may have of a SKU, over all reservations and orders.

use application::create_reservation::{Cart, CreateReservationError};
use application::{Limits, OrderLedger, cancel_order, refund_order};
use domain::catalog::Variant;
use domain::order::{Order, OrderState, RefundRequest, ReturnedLine};
use domain::payment::{Decline, Outcome, Retry};
use domain::reservation::Reservation;
use domain::{Caller, Idempotent, Money, Quantity, RequestKey};

use crate::line::{Call, Fate, Line, at_once};
use crate::samples::{CARD, cart, request, variant};
use crate::shop::{HOLD_TIME, HOUR, Instance, NOON, Shop};

const LIMIT: u32 = 4;

async fn shop() -> Shop {
    let limited = Variant { limit_per_customer: Some(LIMIT), ..variant("SHIRT") };
    Shop::open_selling(&[(limited, 500), (variant("SCARF"), 500)]).await
}

fn shirts(units: i64) -> Cart {
    cart(&[("SHIRT", units)])
}

fn of(name: &str, key: &str) -> RequestKey {
    RequestKey { caller: Caller::customer("https://issuer.example", name), ..request(key) }
}

async fn reserve(shop: &Shop, key: &str, cart: Cart) -> Result<Reservation, CreateReservationError> {
    let made = shop.reserve_at(&Instance::default(), of("kim", key), cart).await;
    made.map(Idempotent::into_inner)
}

fn reached() -> CreateReservationError {
    CreateReservationError::LimitReached { sku: "SHIRT".parse().unwrap(), limit: LIMIT }
}

/// Kim's paid order of so many shirts.
async fn bought(shop: &Shop, units: i64) -> Order {
    let held = reserve(shop, "bought", shirts(units)).await.unwrap();
    let order = shop.check_out(&held).await;
    shop.settle().await;
    shop.order(&order.id).await
}

/// What Kim has, as the limit counts it.
fn claimed(shop: &Shop) -> u32 {
    shop.books().limits.iter().map(|limit| limit.units).sum()
}

#[tokio::test]
async fn fault_25_a_customer_holds_no_more_than_the_limit_however_many_requests_come() {
    let shop = shop().await;
    let mut held = 0;
    for number in 0..40 {
        match reserve(&shop, &format!("greedy-{number}"), shirts(1)).await {
            Ok(_) => held += 1,
            Err(refusal) => assert_eq!(refusal, reached()),
        }
    }
    assert_eq!((held, shop.units()), (LIMIT, (1_000 - LIMIT, LIMIT, 0)));
    assert!(shop.reserve_at(&Instance::default(), of("robin", "modest"), shirts(4)).await.is_ok());
}

#[tokio::test]
async fn fault_25_a_limited_sku_is_sold_to_no_guest_who_could_be_somebody_else_in_a_moment() {
    let shop = shop().await;
    let refused = shop.try_to_reserve("guest", shirts(1)).await;
    assert_eq!(refused, Err(CreateReservationError::SignInRequired("SHIRT".parse().unwrap())));
    assert!(shop.try_to_reserve("guest-scarf", cart(&[("SCARF", 1)])).await.is_ok());
    assert_eq!(shop.units(), (999, 1, 0));
}

#[tokio::test]
async fn the_limit_counts_what_is_paid_for_and_what_was_bought() {
    let shop = shop().await;
    let bought = reserve(&shop, "bought", shirts(2)).await.unwrap();
    let order = shop.check_out(&bought).await;
    let _held = reserve(&shop, "held", shirts(1)).await.unwrap();
    assert_eq!(reserve(&shop, "too-many", shirts(2)).await, Err(reached()));
    shop.settle().await;
    assert!(matches!(shop.order(&order.id).await.state, OrderState::Paid { .. }));
    shop.clock.advance(HOUR);
    assert_eq!(reserve(&shop, "still-too-many", shirts(3)).await, Err(reached()));
    assert!(reserve(&shop, "the-rest", shirts(2)).await.is_ok(), "the one that was held is overdue");
    assert_eq!(claimed(&shop), LIMIT);
}

#[tokio::test]
async fn more_than_the_limit_in_one_cart_is_refused_and_holds_nothing() {
    let shop = shop().await;
    let several = cart(&[("SCARF", 1), ("SHIRT", 5)]);
    for (key, cart) in [("one-page", shirts(5)), ("two-skus", several), ("two-pages", shirts(17))] {
        assert_eq!(reserve(&shop, key, cart).await, Err(reached()), "{key}");
        assert_eq!((shop.units(), claimed(&shop)), ((1_000, 0, 0), 0));
    }
}

#[tokio::test]
async fn a_refused_request_may_come_again_and_win() {
    let shop = shop().await;
    let first = reserve(&shop, "first", shirts(4)).await.unwrap();
    assert_eq!(reserve(&shop, "second", shirts(1)).await, Err(reached()));
    shop.release(&first.id).await;
    let second = reserve(&shop, "second", shirts(1)).await.unwrap();
    assert_eq!((second.turn, claimed(&shop), shop.units()), (2, 1, (999, 1, 0)));
}

#[tokio::test]
async fn a_release_and_an_expiry_give_the_claim_back() {
    for is_released in [true, false] {
        let shop = shop().await;
        let first = reserve(&shop, "first", shirts(4)).await.unwrap();
        if is_released {
            shop.release(&first.id).await;
        } else {
            shop.clock.advance(HOLD_TIME);
            shop.expire(&first.id).await;
        }
        assert_eq!(claimed(&shop), 0);
        assert!(reserve(&shop, "second", shirts(4)).await.is_ok());
    }
}

#[tokio::test]
async fn a_cancelled_order_gives_its_claim_back() {
    let shop = shop().await;
    let declined = Decline { code: "stolen_card".to_owned(), retry: Retry::None };
    shop.gateway.card(CARD, Outcome::Declined(declined));
    let first = reserve(&shop, "first", shirts(4)).await.unwrap();
    let order = shop.check_out(&first).await;
    shop.settle().await;
    assert_eq!(reserve(&shop, "too-early", shirts(1)).await, Err(reached()), "another card may still pay");
    shop.settle_until(NOON.plus(HOUR)).await;
    assert!(matches!(shop.order(&order.id).await.state, OrderState::Cancelled { .. }));
    assert_eq!(claimed(&shop), 0);
    assert!(reserve(&shop, "second", shirts(4)).await.is_ok());
}

#[tokio::test]
async fn a_paid_order_that_is_cancelled_gives_its_claim_back_with_its_money() {
    let shop = shop().await;
    let order = bought(&shop, 4).await;
    assert_eq!(claimed(&shop), 4);
    let ports = cancel_order::Ports { orders: &shop.store, clock: &shop.clock };
    let _cancelled = cancel_order::cancel_order(&ports, &order.caller, &order.id).await.unwrap();
    assert_eq!(claimed(&shop), 4, "the gateway has not confirmed it yet");
    shop.settle().await;
    assert!(matches!(shop.order(&order.id).await.state, OrderState::Cancelled { .. }));
    assert_eq!(claimed(&shop), 0);
}

#[tokio::test]
async fn what_came_back_to_the_shop_counts_until_all_of_it_is_back() {
    let shop = shop().await;
    let order = bought(&shop, 4).await;
    let back = async |reference: &str, units: i64| {
        let ports = refund_order::Ports { orders: &shop.store, clock: &shop.clock };
        let returned =
            vec![ReturnedLine { sku: "SHIRT".parse().unwrap(), quantity: Quantity::parse(units).unwrap() }];
        let amount = Money::new(100, order.totals.total.currency()).unwrap();
        let request = RefundRequest { reference: reference.parse().unwrap(), amount, returned };
        let _refunding = refund_order::refund_order(&ports, &order.id, &request).await.unwrap();
        shop.settle().await;
    };
    back("claim-1", 3).await;
    assert_eq!((claimed(&shop), shop.units()), (4, (999, 0, 1)));
    back("claim-2", 1).await;
    assert_eq!((claimed(&shop), shop.units()), (0, (1_000, 0, 0)));
}

#[tokio::test]
async fn a_claim_whose_time_is_over_stands_in_nobodys_way_though_no_worker_came_by() {
    let shop = shop().await;
    let first = reserve(&shop, "first", shirts(4)).await.unwrap();
    shop.clock.set(first.expires_at);
    let second = reserve(&shop, "second", shirts(4)).await.unwrap();
    assert_eq!(claimed(&shop), LIMIT);
    assert!(shop.try_to_check_out("late", &first).await.is_err());
    shop.expire(&first.id).await;
    assert_eq!(
        (claimed(&shop), shop.units()),
        (LIMIT, (996, 4, 0)),
        "the second's claim is not the first's to give"
    );
    assert!(shop.try_to_check_out("in-time", &second).await.is_ok());
}

#[tokio::test]
async fn a_claim_of_an_order_that_was_cancelled_stands_in_nobodys_way() {
    let shop = shop().await;
    let declined = Decline { code: "stolen_card".to_owned(), retry: Retry::None };
    shop.gateway.card(CARD, Outcome::Declined(declined));
    let first = reserve(&shop, "first", shirts(4)).await.unwrap();
    let order = shop.check_out(&first).await;
    shop.settle().await;
    // Whoever cancels it dies before it gives the claim back.
    let OrderState::PaymentFailed { retry_until } = shop.order(&order.id).await.state else {
        panic!("it failed")
    };
    shop.clock.set(retry_until);
    let cancelled = shop.order(&order.id).await.expire(retry_until).unwrap();
    shop.store.record(&cancelled).await.unwrap();
    assert_eq!(claimed(&shop), LIMIT);
    assert!(reserve(&shop, "second", shirts(4)).await.is_ok());
    assert_eq!(claimed(&shop), LIMIT);
}

/// A shop whose 24 shirts six customers want, each as many as the limit allows; all but the last one hold them.
async fn nearly_all_held() -> Shop {
    let limited = Variant { limit_per_customer: Some(LIMIT), ..variant("SHIRT") };
    let shop = Shop::open_selling(&[(limited, 24)]).await;
    for number in 0..5 {
        let request = of(&format!("customer-{number}"), "all-of-it");
        let _held = shop.reserve_at(&Instance::default(), request, shirts(4)).await.unwrap();
    }
    shop
}

/// The last customer is faster than the hold of whoever is on this line.
fn the_last_ones_go<'a>(shop: &'a Shop, line: &Line<'a>) {
    line.meanwhile(Call::Hold, move || {
        let request = of("customer-5", "all-of-it");
        let _held = at_once(shop.reserve_at(&Instance::default(), request, shirts(4))).unwrap();
    });
}

/// Kim plans a hold and comes too late for it; nobody knows what became of the call in that place. Answers with all calls.
async fn too_late(shop: &Shop, lost: Option<usize>) -> Vec<Call> {
    let line = Line::new(shop);
    the_last_ones_go(shop, &line);
    if let Some(place) = lost {
        line.script_at(place, Fate::AnswerLost);
    }
    let refused = line.reserve(&Instance::default(), of("kim", "too-late"), shirts(1)).await;
    assert!(matches!(refused, Err(CreateReservationError::InsufficientStock(_))), "{refused:?}");
    line.calls()
}

#[tokio::test]
async fn a_claim_comes_before_its_hold_and_goes_with_a_refusal() {
    let shop = nearly_all_held().await;
    let calls = too_late(&shop, None).await;
    let place = |call: Call| calls.iter().position(|made| *made == call).unwrap();
    assert!(place(Call::Plan) < place(Call::Claim) && place(Call::Claim) < place(Call::Hold), "{calls:?}");
    assert_eq!((claimed(&shop), shop.units()), (24, (0, 24, 0)));
}

#[tokio::test]
async fn a_claim_goes_with_a_refusal_whose_own_answer_was_lost() {
    let calls = too_late(&nearly_all_held().await, None).await;
    let refusal = calls.iter().rposition(|made| *made == Call::Plan).unwrap() + 1;
    let shop = nearly_all_held().await;
    too_late(&shop, Some(refusal)).await;
    assert_eq!((claimed(&shop), shop.units()), (24, (0, 24, 0)));
}

#[tokio::test]
async fn a_refused_request_leaves_its_key_to_another_cart() {
    let shop = shop().await;
    assert_eq!(reserve(&shop, "greedy", shirts(5)).await, Err(reached()));
    let made = reserve(&shop, "greedy", shirts(4)).await.unwrap();
    assert_eq!(reserve(&shop, "greedy", shirts(3)).await, Err(CreateReservationError::KeyReused));
    assert_eq!((made.lines[0].quantity.units(), claimed(&shop), shop.units()), (4, 4, (996, 4, 0)));
}

#[tokio::test]
async fn a_request_that_died_after_its_claim_is_gone_on_with_and_counts_once() {
    let shop = shop().await;
    for (key, call) in [("plan", Call::Claim), ("claim", Call::Hold)] {
        let line = Line::new(&shop);
        line.script(call, Fate::Dies);
        line.reserve(&Instance::default(), of("kim", key), shirts(2)).await.unwrap_err();
        let made = reserve(&shop, key, shirts(2)).await;
        assert!(made.is_ok(), "{call:?}: {made:?}");
    }
    assert_eq!((claimed(&shop), shop.units()), (LIMIT, (996, 4, 0)));
}

#[tokio::test]
async fn a_claim_of_a_turn_that_is_over_stands_in_nobodys_way() {
    let shop = nearly_all_held().await;
    let line = Line::new(&shop);
    the_last_ones_go(&shop, &line);
    line.script(Call::GiveBack, Fate::Dies);
    line.reserve(&Instance::default(), of("kim", "dies-twice"), shirts(1)).await.unwrap_err();
    shop.release(&of("customer-1", "all-of-it").reservation_id()).await;
    line.renew();
    line.script(Call::Claim, Fate::Dies);
    line.reserve(&Instance::default(), of("kim", "dies-twice"), shirts(1)).await.unwrap_err();
    assert_eq!(
        (claimed(&shop), shop.units()),
        (20 + 1, (4, 20, 0)),
        "the claim of its first turn still stands"
    );
    let made = reserve(&shop, "other", shirts(4)).await;
    assert!(made.is_ok(), "{made:?}");
    assert_eq!((claimed(&shop), shop.units()), (24, (0, 24, 0)));
}

#[tokio::test]
async fn a_claim_whose_answer_was_lost_counts_once() {
    let shop = shop().await;
    let line = Line::new(&shop);
    line.script(Call::Claim, Fate::AnswerLost);
    line.reserve(&Instance::default(), of("kim", "lost"), shirts(4)).await.unwrap().into_inner();
    assert_eq!((claimed(&shop), shop.units()), (LIMIT, (996, 4, 0)));
}

#[tokio::test]
async fn a_checkout_without_its_claim_is_refused() {
    let shop = shop().await;
    let held = reserve(&shop, "held", shirts(2)).await.unwrap();
    for claim in held.claims() {
        let _given_back = shop.store.give_back(&claim).await.unwrap();
    }
    assert!(shop.try_to_check_out("checkout", &held).await.is_err());
    assert_eq!(shop.units(), (998, 2, 0));
}
