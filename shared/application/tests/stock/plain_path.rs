//! One page: the reservation says where its unit will come from, and the page is written second.

use std::time::Duration;

use application::create_reservation::{Cart, CartLine, CreateReservation, CreateReservationError};
use application::get_reservation::{self, get_reservation};
use application::release_reservation::ReleaseReservationError;
use application::{Clock, Failure, HoldError, Holds};
use domain::catalog::Variant;
use domain::reservation::{ReservationState, Standing};
use domain::stock::{HoldRefused, PAGE_UNITS};
use domain::{Caller, Idempotent, Money, Quantity};

use crate::line::{Call, Fate, Line, at_once};
use crate::samples::{cart, request, variant};
use crate::shop::{HOLD_TIME, Instance, Shop};

fn shirts(units: i64) -> Cart {
    cart(&[("SHIRT", units)])
}

#[tokio::test]
async fn an_instance_that_knows_a_page_makes_two_writes_and_nothing_else() {
    let shop = Shop::open_with(&[("SHIRT", 1_000)]).await;
    let line = Line::new(&shop);
    let instance = Instance::default();
    let first = line.reserve(&instance, request("first"), shirts(1)).await;
    assert!(matches!(first, Ok(Idempotent::Executed(_))));
    for number in 1..PAGE_UNITS {
        line.renew();
        let made = line.reserve(&instance, request(&format!("next-{number}")), shirts(1)).await;
        assert!(matches!(made, Ok(Idempotent::Executed(_))));
        assert_eq!(line.calls(), [Call::Plan, Call::Hold]);
    }
    assert_eq!(shop.units(), (990, 10, 0));
}

#[tokio::test]
async fn an_instance_that_knows_no_page_reads_the_list_and_opens_one() {
    let shop = Shop::open_with(&[("SHIRT", 1_000)]).await;
    let line = Line::new(&shop);
    line.reserve(&Instance::default(), request("first"), shirts(1)).await.unwrap().into_inner();
    let opening = [Call::Lists, Call::OpenPage];
    let expected = [&[Call::Products], &opening[..], &[Call::Plan, Call::Hold]].concat();
    assert_eq!(line.calls(), expected);
}

#[tokio::test]
async fn a_sku_of_one_page_is_tried_directly() {
    let shop = Shop::open_with(&[("SHIRT", 10)]).await;
    let line = Line::new(&shop);
    line.reserve(&Instance::default(), request("first"), shirts(1)).await.unwrap().into_inner();
    assert_eq!(line.calls(), [Call::Products, Call::Lists, Call::Plan, Call::Hold]);
}

#[tokio::test]
async fn a_unit_with_a_limit_takes_one_write_more() {
    let limited = Variant { limit_per_customer: Some(4), ..variant("SHIRT") };
    let shop = Shop::open_selling(&[(limited, 1_000)]).await;
    let line = Line::new(&shop);
    let instance = Instance::default();
    for name in ["kim", "robin"] {
        line.renew();
        let mut request = request(name);
        request.caller = Caller::customer("https://issuer.example", name);
        line.reserve(&instance, request, shirts(1)).await.unwrap().into_inner();
    }
    assert_eq!(line.calls(), [Call::Plan, Call::Claim, Call::Hold]);
}

#[tokio::test]
async fn an_instance_asks_for_a_price_once_a_second_and_no_price_is_older() {
    let shop = Shop::open_with(&[("SHIRT", 1_000)]).await;
    let line = Line::new(&shop);
    let instance = Instance::default();
    let seen = variant("SHIRT").price;
    let dearer = Money::new(seen.amount() + 1, seen.currency()).unwrap();
    line.reserve(&instance, request("first"), shirts(1)).await.unwrap().into_inner();
    shop.put_on_sale(&[(Variant { price: dearer, ..variant("SHIRT") }, 1_000)]).await;
    let at = async |key: &str, unit_price: Money| {
        let line = CartLine {
            sku: "SHIRT".parse().unwrap(),
            quantity: Quantity::parse(1).unwrap(),
            unit_price: Some(unit_price),
        };
        shop.reserve_at(&instance, request(key), Cart::new(vec![line], None).unwrap()).await
    };
    assert!(at("within-the-second", seen).await.is_ok());
    shop.clock.advance(Duration::from_secs(1));
    let changed = CreateReservationError::PriceChanged("SHIRT".parse().unwrap());
    assert_eq!(at("after-it", seen).await, Err(changed));
    assert!(at("at-the-new-price", dearer).await.is_ok());
    assert_eq!(shop.units(), (997, 3, 0));
}

#[tokio::test]
async fn another_page_is_listed_before_it_is_written() {
    let shop = Shop::open_with(&[("SHIRT", 1_000)]).await;
    let line = Line::new(&shop);
    let instance = Instance::default();
    line.reserve(&instance, request("first"), shirts(1)).await.unwrap().into_inner();
    line.renew();
    // Its own page is too busy.
    line.script(Call::Hold, Fate::Refused(Failure::Throttled));
    let made = line.reserve(&instance, request("second"), shirts(1)).await.unwrap().into_inner();
    let writes = [Call::Plan, Call::Hold, Call::OpenPage, Call::Plan, Call::Hold];
    assert_eq!(line.writes(), writes);
    let tried: Vec<u32> = made.tried.iter().map(|tried| tried.planned.page.number).collect();
    assert_eq!(
        line.items(Call::Hold),
        [format!("SHIRT/{}", tried[0]), format!("SHIRT/{}", made.holds[0].page.number)]
    );
    assert_ne!(tried, [made.holds[0].page.number]);
    assert_eq!(shop.units(), (998, 2, 0));
}

#[tokio::test]
async fn a_repeated_request_finds_its_reservation_and_writes_nothing() {
    let shop = Shop::open().await;
    let made = shop.reserve("reserve", 3).await;
    let books = shop.books();
    for instance in [Instance::default(), Instance::default()] {
        let again = shop.reserve_at(&instance, request("reserve"), shirts(3)).await;
        assert_eq!(again, Ok(Idempotent::AlreadyApplied(made.clone())));
    }
    // Whatever has become of it.
    shop.clock.advance(HOLD_TIME);
    shop.expire(&made.id).await;
    let again = shop.try_to_reserve("reserve", shirts(3)).await.unwrap();
    assert!(again.is_replay());
    assert_eq!(again.into_inner().state, ReservationState::Expired);
    assert_ne!(shop.books(), books);
    assert_eq!(shop.units(), (12, 0, 0));
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_is_made_again_and_holds_once() {
    for call in [Call::Plan, Call::Hold] {
        let shop = Shop::open().await;
        let line = Line::new(&shop);
        line.script(call, Fate::AnswerLost);
        let made = line.reserve(&Instance::default(), request("reserve"), shirts(3)).await;
        assert!(made.is_ok(), "{call:?}: {made:?}");
        assert_eq!(shop.units(), (9, 3, 0), "{call:?}");
    }
}

#[tokio::test]
async fn a_hold_that_was_made_before_the_store_became_too_busy_is_found_and_not_taken_twice() {
    let shop = Shop::open_with(&[("SHIRT", 57)]).await;
    let line = Line::new(&shop);
    line.script(Call::Hold, Fate::DoneBefore(Failure::Throttled));
    let made = line.reserve(&Instance::default(), request("busy"), shirts(3)).await.unwrap().into_inner();
    assert_eq!((line.items(Call::Hold).len(), made.tried.len()), (1, 0));
    assert_eq!(shop.units(), (54, 3, 0));
}

#[tokio::test]
async fn the_same_request_goes_on_where_one_before_it_died() {
    for call in [Call::Plan, Call::Hold] {
        let shop = Shop::open().await;
        let line = Line::new(&shop);
        line.script(call, Fate::Dies);
        let died = line.reserve(&Instance::default(), request("reserve"), shirts(3)).await;
        assert!(matches!(died, Err(CreateReservationError::Failure(_))));
        assert_eq!(shop.units(), (12, 0, 0), "{call:?}");
        let made = shop.try_to_reserve("reserve", shirts(3)).await.unwrap();
        assert_eq!(
            made.is_replay(),
            call == Call::Hold,
            "what one before it wrote is not made anew: {call:?}"
        );
        assert_eq!(shop.units(), (9, 3, 0), "{call:?}");
    }
}

#[tokio::test]
async fn a_request_that_was_taken_over_holds_nothing_a_second_time() {
    let shop = Shop::open().await;
    let line = Line::new(&shop);
    // While the first is on its way to the page, the same request comes again and wins.
    let other = &shop;
    line.meanwhile(Call::Hold, || {
        let _won = at_once(other.reserve("reserve", 3));
    });
    let first = line.reserve(&Instance::default(), request("reserve"), shirts(3)).await.unwrap().into_inner();
    let stored = shop.books().reservations.remove(0);
    assert_eq!((first.id, first.holds), (stored.id, stored.holds));
    assert_eq!(shop.units(), (9, 3, 0));
}

#[tokio::test]
async fn a_page_that_another_request_planned_is_fenced_off_before_it_is_left() {
    let shop = Shop::open_with(&[("SHIRT", 1_000)]).await;
    let line = Line::new(&shop);
    let instance = Instance::default();
    line.script(Call::Hold, Fate::Dies);
    line.reserve(&instance, request("slow"), shirts(1)).await.unwrap_err();
    let slow = shop.books().reservations.remove(0);
    line.renew();
    let all_of_it = line.reserve(&instance, request("all-of-it"), shirts(10)).await.unwrap().into_inner();
    assert_eq!(all_of_it.holds[0].page, slow.holds[0].page);

    line.renew();
    let made = line.reserve(&Instance::default(), request("slow"), shirts(1)).await.unwrap().into_inner();
    let [first, second] = [&slow, &made].map(|one| format!("SHIRT/{}", one.holds[0].page.number));
    assert_eq!(line.items(Call::Hold), [first.clone(), first, second], "the unit, the fence, another page");
    // Whoever was slow comes at last, to a page that has units again.
    shop.release(&all_of_it.id).await;
    let late = shop.store.hold(&slow.id, &slow.holds[0], slow.expires_at).await;
    assert_eq!(late, Err(HoldError::Refused(HoldRefused::Occupied)));
    assert_eq!(shop.units(), (999, 1, 0));
    shop.release(&made.id).await;
    assert!(
        shop.books().pages.iter().all(|page| page.holds.is_empty()),
        "the fence goes with the reservation"
    );
}

#[tokio::test]
async fn nothing_is_held_from_the_deadline_on() {
    let shop = Shop::open_with(&[("SHIRT", 1_000)]).await;
    let hold_time = Duration::from_millis(300);
    let line = Line::new(&shop);
    line.script(Call::Hold, Fate::Refused(Failure::Throttled));
    line.meanwhile(Call::Hold, || shop.clock.advance(hold_time));
    let command = CreateReservation { request: request("late"), cart: shirts(1), hold_time };
    let late = shop.reserve_by(&line, &Instance::default(), &command).await;
    assert_eq!(late, Err(CreateReservationError::Failure(Failure::Throttled)));
    assert_eq!(line.items(Call::Hold).len(), 1);
    assert_eq!(shop.units(), (1_000, 0, 0));
    assert!(shop.books().reservations[0].expires_at <= shop.clock.now());
}

#[tokio::test]
async fn a_reservation_is_shown_once_its_units_are_held_and_one_that_was_refused_never() {
    let shop = Shop::open().await;
    let caller = request("reserve").caller;
    let ports = get_reservation::Ports {
        reservations: &shop.store,
        stock: &shop.store,
        orders: &shop.store,
        clock: &shop.clock,
    };
    let id = request("reserve").reservation_id();
    let shown = async || get_reservation(&ports, &caller, &id).await.unwrap();
    let line = Line::new(&shop);
    line.script(Call::Hold, Fate::Dies);
    line.reserve(&Instance::default(), request("reserve"), shirts(3)).await.unwrap_err();
    assert_eq!(shown().await, None, "it is written and not held");
    let made = shop.try_to_reserve("reserve", shirts(3)).await.unwrap().into_inner();
    assert_eq!(shown().await, Some((made, Standing::Held)));

    let open = shop.books().reservations.remove(0);
    shop.store.overwrite_reservation(open.refuse().unwrap());
    assert_eq!(shown().await, None);
    let unknown = shop.release_by(&shop.store, &id).await;
    assert_eq!(unknown, Err(ReleaseReservationError::NotFound));
}

#[tokio::test]
async fn a_sku_that_the_catalog_did_not_have_is_asked_for_again() {
    let shop = Shop::open().await;
    let instance = Instance::default();
    let scarf = || shop.reserve_at(&instance, request("scarf"), cart(&[("SCARF", 1)]));
    assert_eq!(scarf().await, Err(CreateReservationError::UnknownSku("SCARF".parse().unwrap())));
    shop.put_on_sale(&[(variant("SHIRT"), 12), (variant("SCARF"), 5)]).await;
    assert!(scarf().await.is_ok());
}
