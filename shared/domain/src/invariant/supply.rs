use std::collections::{BTreeMap, BTreeSet};

use super::index::Index;
use super::{Invariant, Violation};
use crate::Sku;
use crate::stock::{Lane, Movement, Opener, PAGE_UNITS, PageKey, StockPage, Supply};

/// Whether every unit of a page is on sale, held or sold, and none is twice.
pub fn page_balances(page: &StockPage) -> bool {
    let held: u64 = page.holds.values().map(|hold| u64::from(hold.quantity())).sum();
    let accounted = u64::from(page.available).saturating_add(held).saturating_add(u64::from(page.sold));
    accounted == u64::from(page.capacity)
}

pub(super) fn check_page(page: &StockPage) -> Option<Violation> {
    (!page_balances(page)).then(|| {
        let StockPage { available, sold, capacity, .. } = page;
        let held = page.held_units();
        let detail = format!("{available} available + {held} held + {sold} sold is not {capacity}");
        Violation::new(Invariant::PageBalances, place(&page.key), detail)
    })
}

pub(super) fn check(index: &Index<'_>) -> Vec<Violation> {
    let on_sale = index.supplies.values().flat_map(|supply| {
        [check_supply(index, supply), check_ledger(index, supply), check_openers(index, supply)]
    });
    let on_sale = on_sale.flatten();
    let skus: BTreeSet<&Sku> = index.pages.keys().map(|key| &key.sku).collect();
    let strays = skus.into_iter().filter(|sku| !index.supplies.contains_key(sku));
    on_sale.chain(strays.map(check_unsupplied)).collect()
}

/// Units on pages that exist, and those of pages that nobody has written yet, make up what was put on sale.
fn check_supply(index: &Index<'_>, supply: &Supply) -> Option<Violation> {
    let existing: u64 = index.pages_of(&supply.sku).map(|page| u64::from(page.capacity)).sum();
    let created = index.pages_of(&supply.sku).filter(|page| page.key.lane() != Lane::LOOSE).count();
    let given: u64 = supply.lanes.iter().map(|pages| u64::from(*pages)).sum();
    let missing = given.checked_sub(u64::try_from(created).unwrap_or(u64::MAX));
    let accounted = missing.map(|pages| existing.saturating_add(pages.saturating_mul(u64::from(PAGE_UNITS))));
    (accounted != Some(supply.units())).then(|| {
        let detail = format!("{} units are on sale, and its pages account for {accounted:?}", supply.units());
        Violation::new(Invariant::SupplyAccounted, &supply.sku, detail)
    })
}

/// The ledger has every movement, and they add up to the supply and to the capacity of each page.
fn check_ledger(index: &Index<'_>, supply: &Supply) -> Option<Violation> {
    let mut movements: Vec<&Movement> =
        index.books.movements.iter().filter(|movement| movement.sku == supply.sku).collect();
    movements.sort_by_key(|movement| movement.number);
    let numbers = movements.iter().map(|movement| movement.number);
    if !numbers.eq(1..=supply.version) {
        return Some(violation(supply, "its ledger has gaps"));
    }
    let came: i64 = movements.iter().map(|movement| movement.units).fold(0, i64::saturating_add);
    if u64::try_from(came) != Ok(supply.units()) {
        return Some(violation(supply, "its ledger adds up to another number of units"));
    }
    let mut loose: BTreeMap<u32, i64> = BTreeMap::new();
    let mut given: BTreeMap<Lane, i64> = BTreeMap::new();
    for movement in movements {
        for (number, units) in &movement.pages {
            let sum = loose.entry(*number).or_default();
            *sum = sum.saturating_add(*units);
        }
        for (lane, pages) in &movement.unopened {
            let sum = given.entry(*lane).or_default();
            *sum = sum.saturating_add(*pages);
        }
    }
    let page_differs = |page: &StockPage| {
        let begins = if page.key.lane() == Lane::LOOSE { 0 } else { i64::from(PAGE_UNITS) };
        let explained = begins.saturating_add(loose.get(&page.key.number).copied().unwrap_or_default());
        explained != i64::from(page.capacity)
    };
    if let Some(page) = index.pages_of(&supply.sku).find(|page| page_differs(page)) {
        return Some(violation(supply, format!("its ledger does not explain {}", place(&page.key))));
    }
    let lane_differs =
        |lane: &Lane| i64::from(supply.given(*lane)) != given.get(lane).copied().unwrap_or_default();
    Lane::openers(supply.openers())
        .any(|lane| lane_differs(&lane))
        .then(|| violation(supply, "its ledger does not explain what an opener was given"))
}

/// An opener has what the supply gave it, and a page of its lane was handed out before it was created.
fn check_openers(index: &Index<'_>, supply: &Supply) -> Option<Violation> {
    let of_sku = |opener: &&Opener| opener.key.sku == supply.sku;
    let openers: BTreeMap<Lane, &Opener> =
        index.books.openers.iter().filter(of_sku).map(|opener| (opener.key.lane, opener)).collect();
    let differs = |lane: Lane| {
        openers
            .get(&lane)
            .is_none_or(|opener| opener.pages != supply.given(lane) || opener.opened > opener.pages)
    };
    if Lane::openers(supply.openers()).any(differs) {
        return Some(violation(supply, "an opener has other pages than the supply gave it"));
    }
    let is_early = |page: &&StockPage| {
        let lane = page.key.lane();
        let handed_out = openers.get(&lane).map_or(supply.loose_pages, |opener| opener.opened);
        page.key.place() >= handed_out
    };
    let early = index.pages_of(&supply.sku).find(is_early)?;
    Some(violation(supply, format!("{} was never handed out", place(&early.key))))
}

fn violation(supply: &Supply, detail: impl Into<String>) -> Violation {
    Violation::new(Invariant::SupplyAccounted, &supply.sku, detail)
}

fn check_unsupplied(sku: &Sku) -> Violation {
    Violation::new(Invariant::SupplyAccounted, sku, "it has pages, and was never put on sale")
}

/// A page's name in a violation.
pub(super) fn place(key: &PageKey) -> String {
    format!("page {} of {}", key.number, key.sku)
}
