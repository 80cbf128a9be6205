use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::stock::{Looking, OpenerKey, PAGE_UNITS, PageKey, PlannedHold, StockList, StockPage};
use domain::{Sku, Timestamp};

use crate::Chance;

mod seek; // units from memory, from an opener, from the list, or from a look
mod step; // what to do next to get some
mod view; // the pages of one SKU

pub(crate) use seek::{Seeker, Wanted};
use step::{ShouldLook, Step};
use view::{ListCopy, View};

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
            view.took_at = Some(now);
            view.own.insert(page.number);
            view.know(page.number, left, now);
        });
    }

    /// Notes that a transaction took these, which does not say what it left.
    pub(crate) fn took_parts(&self, holds: &[PlannedHold], now: Timestamp) {
        for hold in holds {
            let PageKey { sku, number } = &hold.page;
            self.with(sku, |view| {
                view.took_at = Some(now);
                let before = view.units.get(number).map_or(0, |known| known.units);
                view.know(*number, before.saturating_sub(hold.quantity), now);
            });
        }
    }

    /// Notes what a page really has, as its refusal told.
    pub(crate) fn refused(&self, page: &PageKey, left: u32, now: Timestamp) {
        self.with(&page.sku, |view| {
            view.missed();
            view.know(page.number, left, now);
        });
    }

    /// Notes that a page was too busy to say what it has.
    pub(crate) fn doubted(&self, page: &PageKey) {
        self.with(&page.sku, |view| view.doubt(page.number));
    }

    /// Units of a SKU as far as known, for whoever is refused.
    pub(crate) fn units(&self, sku: &Sku) -> u32 {
        self.with(sku, |view| view.known_units())
    }

    /// From how many units down a SKU is low, as the list said that was read last.
    pub(crate) fn low_at(&self, sku: &Sku) -> Option<u32> {
        self.with(sku, |view| view.list.as_ref().map(|copy| copy.list.low_at))
    }

    fn step(&self, wanted: &Wanted<'_>, chance: &dyn Chance, now: Timestamp) -> Step {
        self.with(wanted.sku, |view| {
            view.serve(wanted.since);
            let step = view.without(wanted, |view| view.step(wanted, chance, now));
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

    /// Who was looking when the list was read last.
    fn looking(&self, sku: &Sku) -> Option<Looking> {
        self.with(sku, |view| view.list.as_ref().and_then(|copy| copy.list.looking))
    }

    /// Takes a copy of the list that was asked for then and is here now.
    fn listed(&self, list: StockList, asked_at: Timestamp, here_at: Timestamp) {
        self.with(&list.sku.clone(), |view| view.listed(ListCopy { list, asked_at, here_at }));
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
        self.with(sku, |view| {
            view.met_at = Some(now);
            view.waits = view.waits.saturating_add(1);
        });
    }

    /// Notes that an opener has no page left. Answers whether the list must be told.
    fn emptied(&self, opener: &OpenerKey, pages: u32) -> bool {
        self.with(&opener.sku, |view| view.emptied(opener.lane, pages))
    }

    /// How many pages an opener was given, if this is the last of them as far as known.
    fn is_last_of(&self, opener: &OpenerKey, page: &PageKey) -> Option<u32> {
        self.with(&opener.sku, |view| {
            let given = view.list.as_ref().and_then(|copy| copy.list.openers.get(&opener.lane)).copied();
            given.filter(|pages| page.place().saturating_add(1) == *pages)
        })
    }

    /// Notes what these pages have; those that were not found are no pages.
    fn seen(
        &self,
        sku: &Sku,
        (keys, pages): (&[PageKey], &[StockPage]),
        chance: &dyn Chance,
        times: (Timestamp, Timestamp),
    ) {
        self.with(sku, |view| view.seen(keys, pages, chance, times));
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
