use std::collections::BTreeMap;
use std::time::Duration;

use domain::catalog::Availability;
use domain::stock::{Looking, StockList};
use domain::{Sku, Timestamp};
use memory::Store;

use super::Checker;
use super::answers::Known;
use crate::answer::Answer;
use crate::world::Desk;

/// A shopper is shown a band that was true at most a second ago.
const BAND_IS_TRUE: &str = "BAND_IS_TRUE";
/// A look writes down a band that was true at some time while it looked: from it alerts follow.
const LOOK_IS_TRUE: &str = "LOOK_IS_TRUE";

/// How old a band may be: what an instance remembers, of a list that was read behind its writes.
const AGE_MAX: Duration = Duration::from_secs(1).saturating_add(Desk::STALE_MAX);

/// The latest look at each SKU.
pub(super) type Looks = BTreeMap<Sku, Seen>;

/// A look, as it went on.
#[derive(Debug)]
pub(super) struct Seen {
    looking: Looking,
    began: Timestamp,
    ended: Option<Timestamp>,
}

impl Seen {
    /// Until when others take it for one that goes on.
    fn until(&self, skew_max: Duration) -> Timestamp {
        let dead = self.began.plus(self.looking.until.since(self.looking.since)).plus(skew_max);
        self.ended.map_or(dead, |ended| ended.min(dead))
    }
}

impl Checker {
    /// A shopper sees a product.
    pub(crate) fn shown(&mut self, known: Known, answer: &Answer, store: &Store, skew_max: Duration) {
        let Answer::Product(bands) = answer else { return };
        let from = known.sent.minus(AGE_MAX);
        for list in store.all_lists() {
            let Some(band) = bands.get(&list.sku) else { continue };
            let (fewest, most) = self.pages.bounds(&list.sku, from);
            // Whoever looks has cleared what was noted, and writes down in a moment what it found.
            let was_looked_at = self.looks.get(&list.sku).is_some_and(|seen| seen.until(skew_max) >= from);
            let fewest = if was_looked_at { 0 } else { fewest };
            self.is_true(BAND_IS_TRUE, &list, *band, (fewest, most));
        }
    }

    /// Somebody begins to look.
    pub(crate) fn look_begins(&mut self, sku: &Sku, looking: Looking, now: Timestamp) {
        self.looks.insert(sku.clone(), Seen { looking, began: now, ended: None });
    }

    /// A look is written down.
    pub(crate) fn look_ends(&mut self, sku: &Sku, looking: Looking, store: &Store, now: Timestamp) {
        let Some(seen) = self.looks.get_mut(sku).filter(|seen| seen.looking == looking) else { return };
        seen.ended = Some(now);
        let bounds = self.pages.bounds(sku, seen.began);
        let list = store.all_lists().into_iter().find(|list| list.sku == *sku);
        if let Some(list) = list.filter(|list| list.look.is_complete) {
            self.is_true(LOOK_IS_TRUE, &list, list.look.band, bounds);
        }
    }

    fn is_true(
        &mut self,
        invariant: &'static str,
        list: &StockList,
        band: Availability,
        (fewest, most): (u32, u32),
    ) {
        let could_be = rank(list.band_of(fewest))..=rank(list.band_of(most));
        if !could_be.contains(&rank(band)) {
            let (sku, band) = (&list.sku, band.as_str());
            let detail = format!("{sku} is said to be {band}, with {fewest} to {most} units at that time");
            self.breaks(invariant, || detail);
        }
    }
}

/// Bands from the fewest units on.
const fn rank(band: Availability) -> u8 {
    match band {
        Availability::SoldOut => 0,
        Availability::Low => 1,
        Availability::InStock => 2,
    }
}
