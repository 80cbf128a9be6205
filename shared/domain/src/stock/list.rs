use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};

use super::{AlertKind, Lane, Opener, OpenerKey, PageKey, StockAlert, StockPage, Supply, SupplyChange};
use crate::catalog::Availability;
use crate::{Sku, Timestamp};

/// Which pages of a SKU are worth a try. A hint: wrong, it costs a write or a delay, and never a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StockList {
    /// The SKU.
    pub sku: Sku,
    /// Openers that may have pages left, each with the pages that it was given when that was noted.
    pub openers: BTreeMap<Lane, u32>,
    /// How many openers the SKU has in all.
    pub lanes: u32,
    /// How many loose pages it has.
    pub loose_pages: u32,
    /// From this many units down it is said to be low.
    pub low_at: u32,
    /// Pages that got units back since the last look began.
    pub returned: BTreeSet<u32>,
    /// What the last look found.
    pub look: Look,
    /// Who is looking now.
    pub looking: Option<Looking>,
}

/// What a look at the pages of a SKU found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// When it began: nothing that came later is in it.
    pub at: Timestamp,
    /// When the last look at every page began.
    pub full_at: Timestamp,
    /// Pages with units, and how many; at most [`StockList::PAGES_MAX`], the fullest.
    pub pages: BTreeMap<u32, u32>,
    /// Whether those are all pages with units.
    pub is_complete: bool,
    /// Units that could be held, on all pages and on those that nobody has sold from.
    pub units: u32,
    /// How far each lane was handed out, the loose one first: the pages before that are looked at only while they
    /// are listed or were returned.
    pub seen: Vec<u32>,
    /// The band of `units`.
    pub band: Availability,
    /// How many crossings were told of.
    pub alerts: u64,
}

/// One that is looking at the pages. It may have died.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Looking {
    /// Since when.
    pub since: Timestamp,
    /// From then on it counts as dead.
    pub until: Timestamp,
    /// Tells it from another that began in the same millisecond.
    pub by: u32,
}

impl Looking {
    /// How long a look may take at first: about five times as long as it does.
    pub const TIME: Duration = Duration::from_millis(100);
    /// How long one may take at most, however many before it were too slow.
    pub const TIME_MAX: Duration = Duration::from_secs(5);

    /// Begins to look. Whoever was seen looking last did not end: it may have died, or this is a day on which a look
    /// takes longer, so its successor gets twice the time. Otherwise slow ones would replace each other for ever.
    pub fn begin(since: Timestamp, by: u32, before: Option<Self>) -> Self {
        let time = before.map_or(Self::TIME, |before| {
            before.until.since(before.since).saturating_mul(2).clamp(Self::TIME, Self::TIME_MAX)
        });
        Self { since, until: since.plus(time), by }
    }

    /// Whether it counts as dead.
    pub fn is_dead(&self, now: Timestamp) -> bool {
        self.until <= now
    }
}

impl Look {
    /// Nobody has looked yet.
    pub const fn never(units: u32, band: Availability) -> Self {
        let never = Timestamp::from_millis(0);
        Self {
            at: never,
            full_at: never,
            pages: BTreeMap::new(),
            is_complete: true,
            units,
            seen: Vec::new(),
            band,
            alerts: 0,
        }
    }

    /// Whether its pages have every unit that it found. A page that was opened since is not among them, so a look
    /// that left some unopened does not prove that nothing is left.
    pub fn saw_all(&self) -> bool {
        self.is_complete && self.pages.values().copied().fold(0, u32::saturating_add) == self.units
    }

    fn seen_of(&self, lane: Lane) -> u32 {
        let place = usize::try_from(lane.number()).unwrap_or(usize::MAX);
        self.seen.get(place).copied().unwrap_or_default()
    }
}

impl StockList {
    /// How many pages a list names: with their units about 2 KB, so that reading it costs half a unit.
    pub const PAGES_MAX: usize = 200;
    /// How old the last look at every page may be before the next look is one again. It finds what whoever died
    /// after giving units back did not note.
    pub const FULL_LOOK_EVERY: Duration = Duration::from_secs(10);

    /// The list of a SKU of which this is put on sale first.
    pub fn first(supply: &Supply) -> Self {
        let units = u32::try_from(supply.units()).unwrap_or(u32::MAX);
        let low_at = Availability::LOW;
        Self {
            sku: supply.sku.clone(),
            openers: BTreeMap::new(),
            lanes: 0,
            loose_pages: 0,
            low_at,
            returned: BTreeSet::new(),
            look: Look::never(units, Availability::of(units, low_at)),
            looking: None,
        }
    }

    /// Notes what a change of supply brought, so that nobody need wait for the next look to try it.
    #[must_use]
    pub fn supplied(mut self, change: &SupplyChange) -> Self {
        self.openers.extend(change.openers().map(|(key, pages)| (key.lane, pages)));
        self.lanes = change.supply.openers();
        self.loose_pages = change.supply.loose_pages;
        self.returned.extend(change.new_pages().map(|page| page.key.number));
        self
    }

    /// Where the openers are that have handed out pages. A look reads all of them: one that has none left may have been
    /// given some since the last look, and have handed those out.
    pub fn opener_keys(&self) -> impl Iterator<Item = OpenerKey> {
        Lane::openers(self.lanes).map(|lane| OpenerKey { sku: self.sku.clone(), lane })
    }

    /// Whether somebody alive may be looking.
    pub fn is_being_looked_at(&self, now: Timestamp) -> bool {
        self.looking.is_some_and(|looking| !looking.is_dead(now))
    }

    /// Whether the next look must be one at every page: the last of that kind is long ago, or the list had no room
    /// for all pages with units and has come to its end.
    pub fn needs_full_look(&self, now: Timestamp) -> bool {
        let long_ago = now.since(self.look.full_at) >= Self::FULL_LOOK_EVERY;
        let ran_out = !self.look.is_complete && self.look.pages.len().saturating_mul(2) < Self::PAGES_MAX;
        long_ago || ran_out
    }

    /// The pages that a look reads: those listed, those returned, and those opened since the last look; or all.
    pub fn to_read(&self, openers: &[Opener], full: bool) -> BTreeSet<PageKey> {
        let listed = self.look.pages.keys().chain(&self.returned);
        let mut keys: BTreeSet<PageKey> =
            listed.map(|number| PageKey { sku: self.sku.clone(), number: *number }).collect();
        let from = |lane: Lane| if full { 0 } else { self.look.seen_of(lane) };
        let loose = (from(Lane::LOOSE)..self.loose_pages)
            .map(|place| PageKey::at(self.sku.clone(), Lane::LOOSE, place));
        let opened = openers.iter().flat_map(|opener| {
            let places = from(opener.key.lane)..opener.opened;
            places.map(|place| PageKey::at(self.sku.clone(), opener.key.lane, place))
        });
        keys.extend(loose.chain(opened));
        keys
    }

    /// What was found by reading these pages, and the alert for a crossing.
    ///
    /// A page that is not among them counts as nothing here, and one that nobody has written is full.
    pub fn found(
        &self,
        openers: &[Opener],
        pages: &[StockPage],
        began: Timestamp,
        full: bool,
    ) -> (Look, Option<StockAlert>) {
        let mut with_units: Vec<(u32, u32)> = pages
            .iter()
            .filter(|page| page.available > 0)
            .map(|page| (page.available, page.key.number))
            .collect();
        with_units.sort_unstable_by(|a, b| b.cmp(a));
        let unopened = openers.iter().map(Opener::units);
        let opened = with_units.iter().map(|(units, _)| *units);
        let units = opened.chain(unopened).fold(0_u32, u32::saturating_add);
        // Without the whole list, a short one says nothing about the pages that it had no room for.
        let is_complete = with_units.len() <= Self::PAGES_MAX && (full || self.look.is_complete);
        let is_counted = full || is_complete || units > self.low_at;
        let band = if is_counted { self.band_of(units) } else { self.look.band };
        let mut seen: Vec<u32> = vec![self.loose_pages];
        seen.extend(Lane::openers(self.lanes).map(|lane| {
            let opener = openers.iter().find(|opener| opener.key.lane == lane);
            opener.map_or_else(|| self.look.seen_of(lane), |opener| opener.opened)
        }));
        let kind = AlertKind::of(self.look.band, band);
        let alerts = self.look.alerts.saturating_add(kind.map_or(0, |_| 1));
        let alert =
            kind.map(|kind| StockAlert { sku: self.sku.clone(), number: alerts, kind, units, at: began });
        let look = Look {
            at: began,
            full_at: if full { began } else { self.look.full_at },
            pages: with_units
                .into_iter()
                .take(Self::PAGES_MAX)
                .map(|(units, number)| (number, units))
                .collect(),
            is_complete,
            units,
            seen,
            band,
            alerts,
        };
        (look, alert)
    }

    /// The band of a number of units of this SKU.
    pub const fn band_of(&self, units: u32) -> Availability {
        Availability::of(units, self.low_at)
    }

    /// Whether the SKU is a single page, which is tried directly and says by itself whether it is sold out.
    pub fn single_page(&self) -> Option<PageKey> {
        (self.lanes == 0 && self.loose_pages == 1).then(|| PageKey::at(self.sku.clone(), Lane::LOOSE, 0))
    }
}
