use std::collections::BTreeMap;

use super::{
    Lane, Movement, MovementRequest, Opener, OpenerKey, PAGE_UNITS, PageKey, StockPage, SupplyChange, Units,
};
use crate::Sku;
use crate::reservation::PAGES_MAX;

/// What was put on sale of a SKU. Selling does not touch it, so a receipt during a sale meets no shopper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Supply {
    /// The SKU.
    pub sku: Sku,
    /// Counts its movements. Every movement requires the version it was decided on.
    pub version: u64,
    /// Units ever put on sale.
    pub received: u64,
    /// Units ever taken off sale.
    pub written_off: u64,
    /// Loose pages, numbered from 0 in their lane.
    pub loose_pages: u32,
    /// Pages that each opener was given, from lane 1 on.
    pub lanes: Vec<u32>,
}

/// Why stock does not move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SupplyRefused {
    /// The shop does not keep so many of one SKU.
    #[error("more than {} units of one SKU", Supply::UNITS_MAX)]
    TooMany,
    /// Fewer units are free: what is held or sold cannot be taken off sale.
    #[error("only {available} units can be taken off sale")]
    Insufficient {
        /// Units that are free.
        available: u32,
    },
    /// The units lie on more pages than one write takes.
    #[error("the units lie on many pages: at most {at_once} can be taken off sale at once")]
    Scattered {
        /// Units that one write takes.
        at_once: u32,
    },
}

impl Supply {
    /// The most units of one SKU that may be on sale.
    pub const UNITS_MAX: u64 = 10_000_000;
    /// Pages of an opener from which a further opener is worth its reads.
    const PAGES_PER_OPENER: u64 = 16;

    /// The supply of a SKU of which nothing was put on sale.
    pub const fn none(sku: Sku) -> Self {
        Self { sku, version: 0, received: 0, written_off: 0, loose_pages: 0, lanes: Vec::new() }
    }

    /// Units on sale, held or sold.
    pub const fn units(&self) -> u64 {
        self.received.saturating_sub(self.written_off)
    }

    /// How many openers it has.
    pub fn openers(&self) -> u32 {
        u32::try_from(self.lanes.len()).unwrap_or(Lane::OPENERS_MAX)
    }

    /// Where its openers are.
    pub fn opener_keys(&self) -> impl Iterator<Item = OpenerKey> {
        Lane::openers(self.openers()).map(|lane| OpenerKey { sku: self.sku.clone(), lane })
    }

    /// Where its loose pages are.
    pub fn loose_page_keys(&self) -> impl Iterator<Item = PageKey> {
        (0..self.loose_pages).map(|place| PageKey::at(self.sku.clone(), Lane::LOOSE, place))
    }

    /// Puts units on sale: full pages by the openers, the remainder as a loose page. Up to a page's units are one
    /// loose page, so that a SKU with few units is a single page.
    ///
    /// # Errors
    /// Refuses more units than the shop keeps of one SKU.
    pub fn receive(mut self, units: Units, request: MovementRequest) -> Result<SupplyChange, SupplyRefused> {
        let units = units.get();
        self.received = self.received.saturating_add(u64::from(units));
        if self.units() > Self::UNITS_MAX {
            return Err(SupplyRefused::TooMany);
        }
        let (full, rest) =
            if units <= PAGE_UNITS { (0, units) } else { (units / PAGE_UNITS, units % PAGE_UNITS) };
        let unopened = self.give_openers(full);
        let mut pages = BTreeMap::new();
        if rest > 0 {
            pages.insert(self.add_loose_page(), i64::from(rest));
        }
        Ok(self.moved(request, i64::from(units), unopened, pages))
    }

    /// Takes free units off sale: full pages that nobody has sold from first, and then what lies on opened ones.
    ///
    /// # Errors
    /// Refuses more units than are free, and more pages than one write takes.
    pub fn write_off(
        mut self,
        units: Units,
        openers: &[Opener],
        opened: &[StockPage],
        request: MovementRequest,
    ) -> Result<SupplyChange, SupplyRefused> {
        let mut missing = units.get();
        self.written_off = self.written_off.saturating_add(u64::from(missing));
        let mut unopened = BTreeMap::new();
        let mut pages = BTreeMap::new();
        for opener in openers {
            let taken = opener.left().min(missing.div_ceil(PAGE_UNITS));
            if taken == 0 {
                continue;
            }
            unopened.insert(opener.key.lane, i64::from(taken).saturating_neg());
            let units = taken.saturating_mul(PAGE_UNITS);
            // The part of the last page that stays on sale becomes a loose page.
            if let Some(stays) = units.checked_sub(missing).filter(|stays| *stays > 0) {
                pages.insert(self.add_loose_page(), i64::from(stays));
            }
            missing = missing.saturating_sub(units);
        }
        for (lane, change) in &unopened {
            if let Some(given) = self.lane_mut(*lane) {
                *given = given.saturating_add_signed(i32::try_from(*change).unwrap_or(i32::MIN));
            }
        }
        let short = missing;
        missing = take_from(opened, missing, &mut pages);
        if missing > 0 {
            let free: u32 = opened.iter().fold(0, |sum, page| sum.saturating_add(page.available));
            let covered = units.get().saturating_sub(short);
            return Err(if free >= short {
                SupplyRefused::Scattered { at_once: units.get().saturating_sub(missing) }
            } else {
                SupplyRefused::Insufficient { available: covered.saturating_add(free) }
            });
        }
        Ok(self.moved(request, i64::from(units.get()).saturating_neg(), unopened, pages))
    }

    fn moved(
        mut self,
        request: MovementRequest,
        units: i64,
        unopened: BTreeMap<Lane, i64>,
        pages: BTreeMap<u32, i64>,
    ) -> SupplyChange {
        let seen_version = self.version;
        self.version = self.version.saturating_add(1);
        let MovementRequest { reference, kind, at } = request;
        let (sku, number) = (self.sku.clone(), self.version);
        let movement = Movement { sku, number, reference, kind, units, unopened, pages, at };
        SupplyChange { supply: self, seen_version, movement }
    }

    /// Spreads full pages over the openers, of which more pages deserve more. What does not go round goes to the last
    /// ones, so that none comes to be without a page.
    fn give_openers(&mut self, full: u32) -> BTreeMap<Lane, i64> {
        if full == 0 {
            return BTreeMap::new();
        }
        let pages =
            self.lanes.iter().map(|pages| u64::from(*pages)).sum::<u64>().saturating_add(u64::from(full));
        let wanted = u32::try_from(pages.div_ceil(Self::PAGES_PER_OPENER)).unwrap_or(u32::MAX);
        let wanted = wanted.clamp(1, Lane::OPENERS_MAX);
        while self.openers() < wanted {
            self.lanes.push(0);
        }
        let openers = self.openers();
        let mut given = BTreeMap::new();
        for (place, lane) in (0..openers).zip(Lane::openers(openers)) {
            let more = full.checked_div(openers).unwrap_or_default();
            let rest = full.checked_rem(openers).unwrap_or_default();
            let more = more.saturating_add(u32::from(place >= openers.saturating_sub(rest)));
            if more > 0 {
                if let Some(pages) = self.lane_mut(lane) {
                    *pages = pages.saturating_add(more);
                }
                given.insert(lane, i64::from(more));
            }
        }
        given
    }

    fn add_loose_page(&mut self) -> u32 {
        let number = Lane::LOOSE.page(self.loose_pages);
        self.loose_pages = self.loose_pages.saturating_add(1);
        number
    }

    fn lane_mut(&mut self, lane: Lane) -> Option<&mut u32> {
        let place = usize::try_from(lane.number().checked_sub(1)?).ok()?;
        self.lanes.get_mut(place)
    }

    /// Pages that an opener was given.
    pub fn given(&self, lane: Lane) -> u32 {
        let place = lane.number().checked_sub(1).and_then(|place| usize::try_from(place).ok());
        place.and_then(|place| self.lanes.get(place)).copied().unwrap_or_default()
    }
}

/// Takes units from opened pages, the fullest first, and answers how many are still missing.
fn take_from(opened: &[StockPage], mut missing: u32, taken: &mut BTreeMap<u32, i64>) -> u32 {
    let mut free: Vec<(u32, u32)> =
        opened.iter().map(|page| (page.available, page.key.number)).filter(|(units, _)| *units > 0).collect();
    free.sort_unstable_by(|a, b| b.cmp(a));
    for (units, number) in free.into_iter().take(PAGES_MAX) {
        let part = units.min(missing);
        if part > 0 {
            taken.insert(number, i64::from(part).saturating_neg());
        }
        missing = missing.saturating_sub(part);
    }
    missing
}
