use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::stock::{OpenerKey, PAGE_UNITS, PageKey, PlannedHold, StockList};
use domain::{Sku, Timestamp};

use crate::Chance;

mod seek; // units from memory, from an opener, from the list, or from a look
mod view; // the pages of one SKU, and what to do next to get some

pub(crate) use seek::{Seeker, Wanted};
use view::{ShouldLook, Step, View};

/// How many SKUs an instance remembers before it starts over.
const SKUS_MAX: usize = 1_000;

/// What an instance remembers of the pages of each SKU. A hint that costs a write when it is wrong, never a fact:
/// the page's own condition decides.
#[derive(Debug, Default)]
pub struct Shelf {
    views: Mutex<BTreeMap<Sku, View>>,
}

impl Shelf {
    /// Notes what a page has after this instance took from it.
    pub(crate) fn took(&self, page: &PageKey, left: u32, now: Timestamp) {
        self.with(&page.sku, |view| {
            view.last = Some(page.number);
            view.own.insert(page.number);
            view.know(page.number, left, now);
        });
    }

    /// Notes that a transaction took these, which does not say what it left.
    pub(crate) fn took_parts(&self, holds: &[PlannedHold], now: Timestamp) {
        for hold in holds {
            let PageKey { sku, number } = &hold.page;
            self.with(sku, |view| {
                let before = view.units.get(number).map_or(0, |known| known.units);
                view.know(*number, before.saturating_sub(hold.quantity), now);
            });
        }
    }

    /// Notes what a page really has, as its refusal told.
    pub(crate) fn refused(&self, page: &PageKey, left: u32, now: Timestamp) {
        self.with(&page.sku, |view| {
            view.misses = view.misses.saturating_add(1);
            view.look_misses = view.look_misses.saturating_add(1);
            view.know(page.number, left, now);
        });
    }

    /// Notes that a page was too busy to say what it has.
    pub(crate) fn doubted(&self, page: &PageKey) {
        self.with(&page.sku, |view| view.doubt(page.number));
    }

    /// Units of a SKU as far as known, for whoever is refused.
    pub(crate) fn units(&self, sku: &Sku) -> u32 {
        self.with(sku, |view| view.units.values().fold(0, |sum: u32, known| sum.saturating_add(known.units)))
    }

    /// From how many units down a SKU is low, as the list said that was read last.
    pub(crate) fn low_at(&self, sku: &Sku) -> Option<u32> {
        self.with(sku, |view| view.list.as_ref().map(|(list, _)| list.low_at))
    }

    fn step(&self, wanted: &Wanted<'_>, chance: &dyn Chance, now: Timestamp) -> Step {
        self.with(wanted.sku, |view| {
            let step = view.step(wanted, chance, now);
            if step == Step::SoldOut {
                view.answers = view.answers.saturating_add(u32::from(view.look_is_new(now)));
            }
            step
        })
    }

    /// Whether the SKU's band may be another than its list says.
    fn should_look(&self, sku: &Sku, now: Timestamp) -> ShouldLook {
        self.with(sku, |view| view.should_look(now))
    }

    fn listed(&self, list: StockList, now: Timestamp) {
        self.with(&list.sku.clone(), |view| view.listed(list, now));
    }

    fn opened(&self, page: &PageKey, now: Timestamp) {
        self.with(&page.sku, |view| view.opened(page));
        self.took(page, PAGE_UNITS, now);
    }

    /// Notes that too many ask for the list or the pages.
    fn throttled(&self, sku: &Sku, now: Timestamp) {
        self.with(sku, |view| view.throttled_at = Some(now));
    }

    /// Notes that somebody else looks at the pages just now.
    fn met_a_look(&self, sku: &Sku, now: Timestamp) {
        self.with(sku, |view| view.met_at = Some(now));
    }

    /// Notes that an opener has no page left. Answers whether the list must be told.
    fn emptied(&self, opener: &OpenerKey, pages: u32) -> bool {
        self.with(&opener.sku, |view| view.emptied(opener.lane, pages))
    }

    /// How many pages an opener was given, if this is the last of them as far as known.
    fn is_last_of(&self, opener: &OpenerKey, page: &PageKey) -> Option<u32> {
        self.with(&opener.sku, |view| {
            let given = view.list.as_ref().and_then(|(list, _)| list.openers.get(&opener.lane)).copied();
            given.filter(|pages| page.place().saturating_add(1) == *pages)
        })
    }

    /// Notes what the SKU's only page has.
    fn seen(&self, page: &PageKey, units: u32, now: Timestamp) {
        self.with(&page.sku, |view| {
            view.know(page.number, units, now);
            view.is_doubted = false;
        });
    }

    fn with<T>(&self, sku: &Sku, work: impl FnOnce(&mut View) -> T) -> T {
        let mut views = self.views();
        if views.len() > SKUS_MAX && !views.contains_key(sku) {
            views.clear();
        }
        work(views.entry(sku.clone()).or_default())
    }

    fn views(&self) -> MutexGuard<'_, BTreeMap<Sku, View>> {
        self.views.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
