//! The last units: who looks for them, who is told that there are none, and that nobody is told so wrongly.

use std::collections::BTreeMap;
use std::time::Duration;

use application::create_reservation::{Cart, CreateReservationError, Shortage};
use application::{Clock, Failure, StockRoom};
use domain::Idempotent;
use domain::catalog::Availability;
use domain::stock::{Look, Looking, PAGE_UNITS};

use crate::line::{Call, Fate, Line, at_once};
use crate::samples::{cart, request};
use crate::shop::{Instance, Shop};

fn shirts(units: i64) -> Cart {
    cart(&[("SHIRT", units)])
}

fn sold_out(requested: u32) -> CreateReservationError {
    let sku = "SHIRT".parse().unwrap();
    CreateReservationError::InsufficientStock(vec![Shortage {
        sku,
        requested,
        availability: Availability::SoldOut,
    }])
}

/// A shop whose shirts are all held, one by one, by this many instances in turn.
async fn all_held(units: u32, instances: usize) -> (Shop, Vec<Instance>) {
    let shop = Shop::open_with(&[("SHIRT", units)]).await;
    let instances: Vec<Instance> = (0..instances).map(|_| Instance::default()).collect();
    for (number, instance) in (0..units).zip(instances.iter().cycle()) {
        let made = Line::new(&shop).reserve(instance, request(&format!("unit-{number}")), shirts(1)).await;
        assert!(made.is_ok(), "unit {number}: {made:?}");
    }
    assert_eq!(shop.units(), (0, units, 0));
    (shop, instances)
}

/// The same after somebody found that nothing is left, a second ago.
async fn known_to_be_sold_out(units: u32) -> Shop {
    let (shop, _) = all_held(units, 3).await;
    let refused = Line::new(&shop).reserve(&Instance::default(), request("first"), shirts(1)).await;
    assert_eq!(refused, Err(sold_out(1)));
    shop.clock.advance(Duration::from_secs(1));
    shop
}

#[tokio::test]
async fn a_drop_is_sold_to_the_last_unit_and_no_further() {
    for (units, instances) in [(1, 1), (10, 3), (12, 4), (57, 9), (400, 30)] {
        let (shop, instances) = all_held(units, instances).await;
        for instance in instances.iter().chain([&Instance::default()]) {
            assert_eq!(shop.reserve_at(instance, request("too-late"), shirts(1)).await, Err(sold_out(1)));
        }
        assert_eq!(shop.units(), (0, units, 0));
    }
}

/// Nothing that a request has just read is too old for it, or it would read for ever.
#[tokio::test]
async fn a_store_that_takes_long_for_each_call_sells_the_last_unit_too() {
    for call_time in [1, 10, 20, 60, 120, 300].map(Duration::from_millis) {
        let shop = Shop::open_with(&[("SHIRT", 57)]).await;
        let instances = [Instance::default(), Instance::default(), Instance::default()];
        for (number, instance) in (0..57).zip(instances.iter().cycle()) {
            let line = Line::slow(&shop, call_time);
            let made = line.reserve(instance, request(&format!("unit-{number}")), shirts(1)).await;
            assert!(made.is_ok(), "{call_time:?}, unit {number}: {made:?}");
        }
        assert_eq!(shop.units(), (0, 57, 0));
        let line = Line::slow(&shop, call_time);
        assert_eq!(line.reserve(&instances[0], request("late"), shirts(1)).await, Err(sold_out(1)));
    }
}

#[tokio::test]
async fn a_winner_whose_answer_was_lost_wins_again_though_nothing_is_left() {
    for units in [10, 57] {
        let (shop, _) = all_held(units, 3).await;
        let won = shop.reserve_at(&Instance::default(), request("unit-3"), shirts(1)).await.unwrap();
        assert!(won.is_replay(), "{units}");
        assert_eq!(shop.units(), (0, units, 0));
    }
}

#[tokio::test]
async fn nothing_left_is_answered_only_after_this_requests_own_reservation_was_looked_for() {
    let shop = known_to_be_sold_out(57).await;
    let line = Line::new(&shop);
    assert_eq!(line.reserve(&Instance::default(), request("new"), shirts(1)).await, Err(sold_out(1)));
    assert_eq!(line.writes(), [Call::BeginLook, Call::FinishLook]);
    assert_eq!(line.calls().last(), Some(&Call::Reservation));
    assert_eq!(line.items(Call::Reservation), [request("new").reservation_id().to_string()]);
}

#[tokio::test]
async fn nothing_left_is_answered_only_from_a_fresh_look() {
    let (shop, _) = all_held(57, 3).await;
    // Whoever held the last one has looked, too.
    shop.clock.advance(Duration::from_millis(300));
    let line = Line::new(&shop);
    let instance = Instance::default();
    let looks = |line: &Line<'_>| line.items(Call::FinishLook).len();
    assert_eq!(line.reserve(&instance, request("first"), shirts(1)).await, Err(sold_out(1)));
    assert_eq!(looks(&line), 1);
    // It is as fresh as that for a moment.
    assert_eq!(line.reserve(&instance, request("second"), shirts(1)).await, Err(sold_out(1)));
    assert_eq!(looks(&line), 1);
    shop.clock.advance(Duration::from_millis(300));
    assert_eq!(line.reserve(&instance, request("third"), shirts(1)).await, Err(sold_out(1)));
    assert_eq!(looks(&line), 2);
}

#[tokio::test]
async fn an_instance_that_is_asked_all_the_time_takes_an_older_look_until_it_is_quiet_again() {
    let shop = known_to_be_sold_out(57).await;
    let line = Line::new(&shop);
    let instance = Instance::default();
    let mut number = 0;
    let mut looks_after = async |times: u32, pause: u64| {
        shop.clock.advance(Duration::from_millis(pause));
        line.renew();
        for _ in 0..times {
            number += 1;
            let began = shop.clock.now();
            let refused = line.reserve(&instance, request(&format!("new-{number}")), shirts(1)).await;
            assert_eq!(refused, Err(sold_out(1)));
            shop.clock.set(began);
        }
        line.items(Call::FinishLook).len()
    };
    assert_eq!(looks_after(5, 0).await, 1, "it is asked all the time");
    assert_eq!(looks_after(1, 60).await, 0);
    assert_eq!(looks_after(1, 300).await, 1);
    assert_eq!(looks_after(1, 60).await, 1, "it is quiet");
}

#[tokio::test]
async fn a_look_of_a_clock_that_is_ahead_proves_nothing() {
    let shop = known_to_be_sold_out(57).await;
    let line = Line::new(&shop);
    // The one that looked was a minute ahead of the one that is asked now.
    shop.clock.set(shop.clock.now().minus(Duration::from_secs(60)));
    assert_eq!(line.reserve(&Instance::default(), request("new"), shirts(1)).await, Err(sold_out(1)));
    assert_eq!(line.items(Call::FinishLook).len(), 1);
}

#[tokio::test]
async fn a_unit_that_comes_back_is_found_by_every_instance() {
    for units in [10, 57] {
        let (shop, instances) = all_held(units, 3).await;
        for instance in &instances {
            assert_eq!(shop.reserve_at(instance, request("too-early"), shirts(1)).await, Err(sold_out(1)));
        }
        let given_up = shop.try_to_reserve("unit-4", shirts(1)).await.unwrap().into_inner();
        shop.release(&given_up.id).await;
        shop.clock.advance(Duration::from_millis(300));
        let found = shop.reserve_at(&instances[0], request("in-time"), shirts(1)).await;
        assert!(found.is_ok(), "{units}: {found:?}");
        shop.clock.advance(Duration::from_millis(300));
        assert_eq!(shop.reserve_at(&instances[1], request("too-late"), shirts(1)).await, Err(sold_out(1)));
    }
}

#[tokio::test]
async fn a_buyer_of_two_gets_two_remnants() {
    let shop = known_to_be_sold_out(24).await;
    let on_page = |number: u32| {
        let page = shop.books().pages.into_iter().find(|page| page.key.number == number).unwrap();
        page.holds.keys().next().unwrap().clone()
    };
    let pages: Vec<u32> = shop.books().pages.iter().map(|page| page.key.number).collect();
    for number in &pages[..2] {
        shop.release(&on_page(*number)).await;
    }
    shop.clock.advance(Duration::from_secs(1));
    let line = Line::new(&shop);
    let refused = line.reserve(&Instance::default(), request("three"), shirts(3)).await;
    assert!(matches!(refused, Err(CreateReservationError::InsufficientStock(_))), "{refused:?}");
    line.renew();
    let made = line.reserve(&Instance::default(), request("two"), shirts(2)).await.unwrap().into_inner();
    let from: Vec<(u32, u32)> = made.holds.iter().map(|hold| (hold.page.number, hold.quantity)).collect();
    assert_eq!(BTreeMap::from_iter(from), BTreeMap::from([(pages[0], 1), (pages[1], 1)]));
    assert_eq!(line.writes()[..1], [Call::Reserve], "both in one transaction");
    assert!(line.items(Call::Hold).is_empty());
    assert_eq!(shop.units(), (0, 24, 0));
}

#[tokio::test]
async fn a_buyer_of_two_is_refused_where_one_is_left_and_a_buyer_of_one_gets_it() {
    let (shop, _) = all_held(24, 1).await;
    let given_up = shop.try_to_reserve("unit-4", shirts(1)).await.unwrap().into_inner();
    shop.release(&given_up.id).await;
    let refused = shop.try_to_reserve("two", shirts(2)).await;
    let Err(CreateReservationError::InsufficientStock(shortages)) = refused else { panic!("{refused:?}") };
    assert_eq!((shortages[0].requested, shortages[0].availability), (2, Availability::Low));
    assert_eq!(shop.units(), (1, 23, 0));
    assert!(shop.try_to_reserve("one", shirts(1)).await.is_ok());
}

#[tokio::test]
async fn a_page_whose_number_was_taken_by_somebody_who_died_is_sold_too() {
    let shop = Shop::open_with(&[("SHIRT", 20)]).await;
    for (name, fate) in [("before", Fate::AnswerLost), ("after", Fate::Dies)] {
        let line = Line::new(&shop);
        let call = if fate == Fate::Dies { Call::Plan } else { Call::OpenPage };
        line.script(call, fate);
        line.script(call, Fate::Dies);
        let died = line.reserve(&Instance::default(), request(name), shirts(1)).await;
        assert!(matches!(died, Err(CreateReservationError::Failure(_))), "{died:?}");
    }
    assert!(shop.books().pages.is_empty());
    for number in 0..20 {
        let made = shop.try_to_reserve(&format!("unit-{number}"), shirts(1)).await;
        assert!(made.is_ok(), "unit {number}: {made:?}");
    }
    assert_eq!(shop.units(), (0, 20, 0));
}

#[tokio::test]
async fn while_somebody_looks_others_wait_for_what_he_finds() {
    let shop = known_to_be_sold_out(57).await;
    let sku = "SHIRT".parse().unwrap();
    let looking = Looking::begin(shop.clock.now(), 7, None);
    let list = at_once(shop.store.begin_look(&sku, looking)).unwrap().unwrap();
    let line = Line::new(&shop);
    let look = Look {
        at: shop.clock.now(),
        full_at: shop.clock.now(),
        units: 0,
        pages: BTreeMap::new(),
        ..list.look
    };
    let store = &shop.store;
    line.meanwhile(Call::Lists, || {});
    line.meanwhile(Call::Lists, move || {
        let _written = at_once(store.finish_look(&"SHIRT".parse().unwrap(), looking, &look, None)).unwrap();
    });
    let began = shop.clock.now();
    assert_eq!(line.reserve(&Instance::default(), request("waits"), shirts(1)).await, Err(sold_out(1)));
    assert_eq!(line.items(Call::FinishLook).len(), 0, "the other one's look was enough");
    let waited = shop.clock.now().since(began);
    assert!(waited > Duration::ZERO && waited < Looking::TIME, "{waited:?}");
}

#[tokio::test]
async fn whoever_looks_and_dies_is_replaced_after_a_while() {
    let shop = known_to_be_sold_out(57).await;
    let line = Line::new(&shop);
    line.script(Call::Pages, Fate::Dies);
    let died = line.reserve(&Instance::default(), request("dies"), shirts(1)).await;
    assert!(matches!(died, Err(CreateReservationError::Failure(_))));
    assert!(shop.store.all_lists()[0].looking.is_some(), "nobody knows that he is dead");

    line.renew();
    let began = shop.clock.now();
    assert_eq!(line.reserve(&Instance::default(), request("waits"), shirts(1)).await, Err(sold_out(1)));
    let waited = shop.clock.now().since(began);
    let at_least = Looking::TIME - Duration::from_millis(30);
    assert!((at_least..Duration::from_secs(5)).contains(&waited), "{waited:?}");
    assert_eq!(line.items(Call::FinishLook).len(), 1);
    assert_eq!(shop.store.all_lists()[0].looking, None);
}

#[tokio::test]
async fn what_was_noted_is_found_though_whoever_looked_died_with_it() {
    // Everything was looked at, so that the next look need not be one at everything.
    let shop = known_to_be_sold_out(57).await;
    let given_up = shop.try_to_reserve("unit-4", shirts(1)).await.unwrap().into_inner();
    let line = Line::new(&shop);
    line.script(Call::Pages, Fate::Dies);
    shop.release_by(&line, &given_up.id).await.unwrap_err();
    assert_eq!(shop.units(), (1, 56, 0));
    shop.clock.advance(Duration::from_secs(1));
    let found = Line::new(&shop).reserve(&Instance::default(), request("second"), shirts(1)).await;
    assert!(found.is_ok(), "{found:?}");
}

#[tokio::test]
async fn a_store_that_answers_nothing_is_no_proof_that_nothing_is_left() {
    for call in
        [Call::Lists, Call::Pages, Call::BeginLook, Call::FinishLook, Call::Openers, Call::Reservation]
    {
        let shop = known_to_be_sold_out(57).await;
        let line = Line::new(&shop);
        for _ in 0..8 {
            line.script(call, Fate::Refused(Failure::Unavailable));
        }
        let failed = line.reserve(&Instance::default(), request("new"), shirts(1)).await;
        assert!(matches!(failed, Err(CreateReservationError::Failure(_))), "{call:?}: {failed:?}");
    }
}

#[tokio::test]
async fn fault_42_a_drops_writes_are_spread_over_its_pages_and_openers() {
    let (units, instances) = (2_560, 64);
    let shop = Shop::open_with(&[("SHIRT", units)]).await;
    let line = Line::new(&shop);
    let instances: Vec<Instance> = (0..instances).map(|_| Instance::default()).collect();
    for (number, instance) in (0..units).zip(instances.iter().cycle()) {
        let made = line.reserve(instance, request(&format!("unit-{number}")), shirts(1)).await;
        assert!(matches!(made, Ok(Idempotent::Executed(_))), "unit {number}: {made:?}");
    }
    let most = |call: Call| {
        let mut writes: BTreeMap<String, u32> = BTreeMap::new();
        for item in line.items(call) {
            *writes.entry(item).or_default() += 1;
        }
        writes.into_values().max().unwrap_or_default()
    };
    let holds = line.items(Call::Hold).len();
    assert!(most(Call::Hold) <= 2 * PAGE_UNITS, "a page takes {} of {holds} holds", most(Call::Hold));
    assert!(most(Call::OpenPage) <= 40, "an opener takes {} of 256 openings", most(Call::OpenPage));
    let on_list: usize = [Call::BeginLook, Call::FinishLook, Call::NoteReturned, Call::DropOpener]
        .map(|call| line.items(call).len())
        .iter()
        .sum();
    assert!(on_list < 200, "the list takes {on_list} writes");
    assert_eq!(shop.units(), (0, units, 0));
}
