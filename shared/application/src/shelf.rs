use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::stock::{PageKey, PlannedHold, Supply};
use domain::{Quantity, Sku, Timestamp};

use crate::{Chance, Failure, Stock};

/// How old a look at the pages may be from which "sold out" is answered.
const LOOK_AGE_MAX: Duration = Duration::from_millis(250);

/// How many SKUs an instance remembers before it starts over.
const SKUS_MAX: usize = 1_000;

/// What an instance remembers of the pages of each SKU. A hint that costs a write when it is wrong, never a fact:
/// the page's own condition decides.
#[derive(Debug, Default)]
pub struct Shelf {
    views: Mutex<BTreeMap<Sku, View>>,
}

/// The pages of one SKU as an instance last knew them.
#[derive(Debug)]
struct View {
    looked_at: Timestamp,
    available: BTreeMap<u32, u32>,
    /// The page that this instance took from last. An instance that keeps to its own page meets nobody there.
    own: Option<u32>,
}

impl Shelf {
    /// Plans a line's holds from memory, and after a fresh look when memory has too few units.
    ///
    /// `None` means that a look no older than a quarter of a second showed too few.
    pub(crate) async fn plan(
        &self,
        stock: &dyn Stock,
        chance: &dyn Chance,
        sku: &Sku,
        quantity: Quantity,
        now: Timestamp,
    ) -> Result<Option<Vec<PlannedHold>>, Failure> {
        if let Some(planned) = self.plan_from_memory(chance, sku, quantity) {
            return Ok(Some(planned));
        }
        if !self.looked_since(sku, now.minus(LOOK_AGE_MAX)) {
            self.look(stock, sku, now).await?;
        }
        Ok(self.plan_from_memory(chance, sku, quantity))
    }

    /// Units of a SKU that the last look and what came after it leave.
    pub(crate) fn units(&self, sku: &Sku) -> u32 {
        self.views()
            .get(sku)
            .map_or(0, |view| view.available.values().fold(0, |sum, units| sum.saturating_add(*units)))
    }

    /// Notes that units were taken.
    pub(crate) fn took(&self, planned: &[PlannedHold]) {
        let mut views = self.views();
        for hold in planned {
            if let Some(view) = views.get_mut(&hold.page.sku) {
                view.own = Some(hold.page.number);
                if let Some(units) = view.available.get_mut(&hold.page.number) {
                    *units = units.saturating_sub(hold.quantity);
                }
            }
        }
    }

    /// Notes what pages really have, as their refusal told.
    pub(crate) fn learn(&self, refusals: &[(PageKey, u32)]) {
        let mut views = self.views();
        for (page, units) in refusals {
            if let Some(view) = views.get_mut(&page.sku) {
                view.available.insert(page.number, *units);
            }
        }
    }

    async fn look(&self, stock: &dyn Stock, sku: &Sku, now: Timestamp) -> Result<(), Failure> {
        let supplies = stock.supplies(std::slice::from_ref(sku)).await?;
        let keys: Vec<PageKey> = supplies.iter().flat_map(Supply::page_keys).collect();
        let pages = stock.pages(&keys).await?;
        let mut views = self.views();
        if views.len() > SKUS_MAX {
            views.clear();
        }
        let own = views.get(sku).and_then(|view| view.own);
        let available = pages.into_iter().map(|page| (page.key.number, page.available)).collect();
        views.insert(sku.clone(), View { looked_at: now, available, own });
        Ok(())
    }

    fn looked_since(&self, sku: &Sku, then: Timestamp) -> bool {
        self.views().get(sku).is_some_and(|view| view.looked_at >= then)
    }

    fn plan_from_memory(
        &self,
        chance: &dyn Chance,
        sku: &Sku,
        quantity: Quantity,
    ) -> Option<Vec<PlannedHold>> {
        let views = self.views();
        let view = views.get(sku)?;
        let wanted = quantity.units();
        let one = |number: u32, units: u32| PlannedHold {
            page: PageKey { sku: sku.clone(), number },
            quantity: units,
        };
        if let Some(number) = view.single_page(chance, wanted) {
            return Some(vec![one(number, wanted)]);
        }
        view.several_pages(wanted)
            .map(|parts| parts.into_iter().map(|(number, units)| one(number, units)).collect())
    }

    fn views(&self) -> MutexGuard<'_, BTreeMap<Sku, View>> {
        self.views.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl View {
    /// One page that has them all: this instance's own, or else one by chance, so that instances spread.
    fn single_page(&self, chance: &dyn Chance, wanted: u32) -> Option<u32> {
        let enough = |number: &u32| self.available.get(number).is_some_and(|units| *units >= wanted);
        if let Some(own) = self.own.filter(enough) {
            return Some(own);
        }
        let candidates: Vec<u32> = self.available.keys().copied().filter(enough).collect();
        let pick = chance.below(u32::try_from(candidates.len()).unwrap_or(u32::MAX));
        candidates.get(usize::try_from(pick).unwrap_or_default()).copied()
    }

    /// The fewest pages that have them together: the fullest first.
    fn several_pages(&self, wanted: u32) -> Option<Vec<(u32, u32)>> {
        let mut pages: Vec<(u32, u32)> = self
            .available
            .iter()
            .map(|(number, units)| (*number, *units))
            .filter(|(_, units)| *units > 0)
            .collect();
        pages.sort_by_key(|(_, units)| std::cmp::Reverse(*units));
        let mut missing = wanted;
        let mut parts = Vec::new();
        for (number, units) in pages {
            let part = units.min(missing);
            parts.push((number, part));
            missing = missing.saturating_sub(part);
            if missing == 0 {
                return Some(parts);
            }
        }
        None
    }
}
