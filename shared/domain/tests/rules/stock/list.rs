use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use domain::Timestamp;
use domain::catalog::Availability;
use domain::stock::{AlertKind, Lane, Look, Looking, PAGE_UNITS, PageKey, StockList};
use proptest::prelude::*;

use super::looker::{Happening, Looker, any_happening, looker};
use crate::samples::{NOON, page};

proptest! {
    #[test]
    fn a_look_finds_every_unit_whatever_came_back_while_another_looked(
        received in 1..60_i64,
        happenings in proptest::collection::vec(any_happening(), 0..60),
        full in any::<bool>(),
    ) {
        let mut looker = looker(received);
        for happening in happenings {
            looker.happen(happening);
        }
        // One that has begun already may miss what came later; the next one does not.
        looker.finish(false);
        let look = looker.look(full);
        prop_assert_eq!(&look.pages, &looker.with_units());
        prop_assert_eq!(look.units, looker.keeping.free());
        prop_assert_eq!(look.band, Availability::of(looker.keeping.free(), Availability::LOW));
        prop_assert!(look.is_complete);
        prop_assert_eq!(look.saw_all(), looker.keeping.openers.values().all(|opener| opener.left() == 0));
    }

    #[test]
    fn every_crossing_is_told_of_once_and_in_turn(
        received in 1..60_i64,
        happenings in proptest::collection::vec(any_happening(), 0..60),
    ) {
        let mut looker = looker(received);
        let mut band = looker.keeping.list.as_ref().unwrap().look.band;
        let mut told = 0;
        for happening in happenings {
            looker.happen(happening);
            let after = looker.keeping.list.as_ref().unwrap().look.clone();
            let kind = AlertKind::of(band, after.band);
            told += u64::from(kind.is_some());
            prop_assert_eq!(after.alerts, told);
            prop_assert_eq!(looker.alerts.len(), usize::try_from(told).unwrap());
            if kind.is_some() {
                let last = looker.alerts.last().unwrap();
                prop_assert_eq!((Some(last.kind), last.number, last.units), (kind, told, after.units));
            }
            band = after.band;
        }
    }
}

#[test]
fn a_look_reads_what_is_listed_what_came_back_and_what_was_opened_since() {
    let mut looker = looker(57);
    let lane = Lane::opener(1).unwrap();
    looker.keeping.open(lane);
    looker.keeping.open(lane);
    looker.keeping.pages.get_mut(&page("shirt", lane.page(0))).unwrap().available = 0;
    looker.look(true);
    looker.keeping.open(lane);

    let mut list = looker.keeping.list.clone().unwrap();
    let to_read = |list: &StockList, full| list.to_read(&looker.keeping.all_openers(), full);
    let keys = |places: &[u32]| -> BTreeSet<PageKey> {
        let opened = places.iter().map(|place| page("shirt", lane.page(*place)));
        opened.chain([page("shirt", Lane::LOOSE.page(0))]).collect()
    };
    assert_eq!(to_read(&list, false), keys(&[1, 2]));
    assert_eq!(to_read(&list, true), keys(&[0, 1, 2]));
    list.returned.insert(lane.page(0));
    assert_eq!(to_read(&list, false), keys(&[0, 1, 2]));
}

#[test]
fn what_nobody_noted_or_whoever_looked_died_with_is_found_by_a_full_look() {
    for is_noted in [false, true] {
        let mut looker = looker(7);
        let loose = page("shirt", 0);
        looker.keeping.pages.get_mut(&loose).unwrap().available = 0;
        assert_eq!(looker.look(false).band, Availability::SoldOut);
        looker.keeping.pages.get_mut(&loose).unwrap().available = 1;
        if is_noted {
            looker.keeping.list.as_mut().unwrap().returned.insert(loose.number);
            looker.begin();
            looker.begun = None;
        }
        assert_eq!(looker.look(false).units, 0);
        assert_eq!(looker.look(true).units, 1);
    }
}

#[test]
fn a_full_look_is_due_after_a_while() {
    let list = looker(7).keeping.list.unwrap();
    assert!(list.needs_full_look(NOON), "nobody has looked yet");
    let mut looked = list;
    looked.look.full_at = NOON;
    let due = NOON.plus(StockList::FULL_LOOK_EVERY);
    assert!(!looked.needs_full_look(due.minus(Duration::from_millis(1))));
    assert!(looked.needs_full_look(due));
}

#[test]
fn one_that_looks_for_too_long_counts_as_dead() {
    let mut list = looker(7).keeping.list.unwrap();
    assert!(!list.is_being_looked_at(NOON));
    list.looking = Some(Looking::begin(NOON, 1, None));
    let dead = NOON.plus(Looking::TIME);
    assert!(list.is_being_looked_at(NOON));
    assert!(list.is_being_looked_at(dead.minus(Duration::from_millis(1))));
    assert!(!list.is_being_looked_at(dead));
}

#[test]
fn each_that_looks_after_a_dead_one_has_twice_the_time_up_to_a_limit() {
    let mut looking = Looking::begin(NOON, 0, None);
    for (by, milliseconds) in (1..).zip([200, 400, 800, 1_600, 3_200, 5_000, 5_000]) {
        looking = Looking::begin(looking.until, by, Some(looking));
        assert_eq!(looking.until.since(looking.since), Duration::from_millis(milliseconds));
    }
    // A clock that went back gives nobody no time at all.
    let odd = Looking { since: NOON, until: NOON.minus(Looking::TIME), by: 0 };
    assert_eq!(Looking::begin(NOON, 1, Some(odd)).until, NOON.plus(Looking::TIME));
}

/// A SKU whose pages with units are more than a list names, after a look at all of them.
fn crowded() -> Looker {
    let pages = u32::try_from(StockList::PAGES_MAX).unwrap() + 20;
    let mut looker = looker(i64::from(pages * PAGE_UNITS));
    for lane in Lane::openers(looker.keeping.supply.openers()) {
        for _ in 0..looker.keeping.supply.given(lane) {
            looker.keeping.open(lane);
        }
    }
    let numbers: Vec<PageKey> = looker.keeping.pages.keys().take(20).cloned().collect();
    for key in numbers {
        looker.keeping.pages.get_mut(&key).unwrap().available = 1;
    }
    looker
}

#[test]
fn of_more_pages_than_it_has_room_for_a_list_names_the_fullest() {
    let mut looker = crowded();
    let look = looker.look(true);
    assert_eq!(look.pages.len(), StockList::PAGES_MAX);
    assert!(look.pages.values().all(|units| *units == PAGE_UNITS));
    assert!(!look.is_complete && !look.saw_all());
    assert_eq!(look.units, looker.keeping.free());
}

#[test]
fn a_list_that_had_no_room_for_all_says_nothing_of_the_others_until_everything_is_looked_at() {
    let mut looker = crowded();
    let listed = looker.look(true).pages;
    for number in listed.keys() {
        looker.keeping.pages.get_mut(&page("shirt", *number)).unwrap().available = 0;
    }
    let look = looker.look(false);
    assert_eq!(
        (look.units, look.band),
        (0, Availability::InStock),
        "twenty units are on pages that it does not name"
    );
    assert!(!look.is_complete && !look.saw_all());
    assert!(looker.keeping.list.as_ref().unwrap().needs_full_look(NOON), "its end has come");
    let look = looker.look(true);
    assert_eq!((look.units, look.is_complete), (20, true));
}

#[test]
fn a_sku_of_one_page_is_tried_directly_and_one_of_more_is_not() {
    assert_eq!(looker(10).keeping.list.unwrap().single_page(), Some(page("shirt", 0)));
    assert_eq!(looker(11).keeping.list.unwrap().single_page(), None);
    let mut two = looker(3);
    two.happen(Happening::Receive(3));
    assert_eq!(two.keeping.list.unwrap().single_page(), None);
}

#[test]
fn what_a_receipt_brings_is_in_the_list_at_once() {
    let mut looker = looker(10);
    looker.keeping.list.as_mut().unwrap().returned.clear();
    looker.happen(Happening::Receive(34));
    let list = looker.keeping.list.unwrap();
    let lane = Lane::opener(1).unwrap();
    assert_eq!(list.openers, BTreeMap::from([(lane, 3)]));
    assert_eq!((list.lanes, list.loose_pages), (1, 2));
    assert_eq!(list.returned, BTreeSet::from([Lane::LOOSE.page(1)]));
    assert_eq!(list.opener_keys().map(|key| key.lane).collect::<Vec<_>>(), [lane]);
}

#[test]
fn a_look_that_never_was_is_older_than_any_other() {
    let never = Look::never(3, Availability::Low);
    assert_eq!((never.at, never.full_at), (Timestamp::from_millis(0), Timestamp::from_millis(0)));
    assert!(!never.saw_all(), "it has seen no page of them");
}
