use std::collections::BTreeSet;

use super::index::Index;
use super::{Invariant, Violation};
use crate::Sku;
use crate::stock::{PageKey, StockPage, Supply};

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
    let on_sale = index.supplies.values().filter_map(|supply| check_supply(index, supply));
    let skus: BTreeSet<&Sku> = index.pages.keys().map(|key| &key.sku).collect();
    let strays = skus.into_iter().filter(|sku| !index.supplies.contains_key(sku));
    on_sale.chain(strays.filter_map(|sku| check_unsupplied(index, sku))).collect()
}

/// Units on pages that exist, and those that belong to pages not created yet, make up what was received.
fn check_supply(index: &Index<'_>, supply: &Supply) -> Option<Violation> {
    let capacity = |page: &StockPage| u64::from(page.capacity);
    let existing: u64 = index.pages_of(&supply.sku).map(capacity).sum();
    let missing: u64 = supply
        .first_pages()
        .filter(|page| !index.pages.contains_key(&page.key))
        .map(|page| capacity(&page))
        .sum();
    let accounted = existing.saturating_add(missing);
    (accounted != u64::from(supply.received)).then(|| {
        let detail =
            format!("{} units were received, and its pages account for {accounted}", supply.received);
        Violation::new(Invariant::SupplyAccounted, &supply.sku, detail)
    })
}

/// Pages may be created before their supply is recorded, and nobody can find a unit on them until then.
fn check_unsupplied(index: &Index<'_>, sku: &Sku) -> Option<Violation> {
    let touched = index.pages_of(sku).any(|page| page.available != page.capacity);
    touched.then(|| {
        Violation::new(Invariant::SupplyAccounted, sku, "units left its pages before it was put on sale")
    })
}

/// A page's name in a violation.
pub(super) fn place(key: &PageKey) -> String {
    format!("page {} of {}", key.number, key.sku)
}
