use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use domain::Timestamp;
use domain::catalog::Availability;
use domain::stock::{Lane, OpenerKey, PAGE_UNITS, PageKey, PlannedHold, StockList};

use super::Wanted;
use crate::Chance;

/// How old the list may be from which pages are chosen.
const LIST_AGE_MAX: Duration = Duration::from_millis(100);
/// What is younger than this is not read or looked at again, whatever it missed.
const LIST_AGE_MIN: Duration = Duration::from_millis(15);
/// So many misses, and a copy of the list is read again: each costs two writes on items of their own, and a read is one
/// of an item that everybody reads.
const COPY_MISSES_MAX: u32 = 3;
/// So many misses, and somebody looks again.
const LOOK_MISSES_MAX: u32 = 1;

/// How old the look may be from which "sold out" is answered by an instance that is seldom asked: a unit that came
/// back meanwhile would stay where it is for as long.
const LOOK_AGE_QUIET: Duration = Duration::from_millis(25);
/// The same for one that is asked all the time: what it saves is reads of one item by every instance.
const LOOK_AGE_BUSY: Duration = Duration::from_millis(250);
/// So many answers within [`LOOK_AGE_QUIET`] of a look mean that an instance is asked all the time.
const BUSY_FROM: u32 = 3;
/// An instance that met somebody else's look counts as asked all the time for so long: many are at the same SKU.
const BUSY_FOR: Duration = Duration::from_secs(1);
/// For so long an instance asks for nothing after it was told that too many do.
const THROTTLED_FOR: Duration = Duration::from_millis(500);
/// Of so many instances that are asked all the time one begins to look, and the others wait for it.
const LOOKERS: u32 = 16;
/// How far instances' clocks may differ before a look counts as one from the future, which proves nothing.
const SKEW_MAX: Duration = Duration::from_millis(250);

/// How old the list may be by which an instance that still has units of its own knows the SKU's band.
const BAND_AGE_MAX: Duration = Duration::from_secs(1);

/// The pages of one SKU as an instance last knew them.
#[derive(Debug, Default)]
pub(super) struct View {
    /// The list, and when it was read.
    pub(super) list: Option<(StockList, Timestamp)>,
    /// Units of pages as far as known, and since when.
    pub(super) units: BTreeMap<u32, Known>,
    /// The pages that this instance took units from: it meets nobody there, as long as every instance keeps to its own.
    pub(super) own: BTreeSet<u32>,
    /// The one that it took from last.
    pub(super) last: Option<u32>,
    /// How many pages the opener had left from which this instance opened one last.
    pub(super) left: Option<u32>,
    /// How many pages and openers had fewer units than this copy of the list let hope.
    pub(super) misses: u32,
    /// How many pages had fewer units than the list's look found there.
    pub(super) look_misses: u32,
    /// Openers that had no page left, of as many as they were given.
    pub(super) emptied: BTreeMap<Lane, u32>,
    /// Whether a page was too busy to say what it has. Until somebody has looked again, nothing proves that there is
    /// nothing left.
    pub(super) is_doubted: bool,
    /// How many answers of "sold out" followed from the list's look within [`LOOK_AGE_QUIET`].
    pub(super) answers: u32,
    /// When this instance met somebody else's look last.
    pub(super) met_at: Option<Timestamp>,
    /// When the list or the pages were too busy to be read last.
    pub(super) throttled_at: Option<Timestamp>,
}

/// What is known of a page's units.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) units: u32,
    pub(super) at: Timestamp,
}

/// What to do for somebody who wants units.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Take these.
    Take(Vec<PlannedHold>),
    /// Open a page that nobody has sold from.
    Open(OpenerKey),
    /// Read the list.
    ReadList,
    /// Read the SKU's only page.
    ReadPage(PageKey),
    /// Look at the pages.
    Look,
    /// Wait for whoever looks.
    Wait,
    /// There are too few.
    SoldOut,
    /// Too many are at it.
    Throttled,
}

/// Whether somebody should look at a SKU's pages so that its band stays true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ShouldLook {
    No,
    AfterReading,
    Yes,
}

impl View {
    pub(super) fn step(&self, wanted: &Wanted<'_>, chance: &dyn Chance, now: Timestamp) -> Step {
        let take = |parts: Vec<(u32, u32)>| {
            let hold = |(number, quantity)| PlannedHold {
                page: PageKey { sku: wanted.sku.clone(), number },
                quantity,
            };
            Step::Take(parts.into_iter().map(hold).collect())
        };
        let units = wanted.quantity.units();
        if let Some(number) = self.own_page(units) {
            return take(vec![(number, units)]);
        }
        // Whoever asks on makes it worse for those who could find out.
        if self.throttled_at.is_some_and(|at| now.since(at) <= THROTTLED_FOR) {
            return Step::Throttled;
        }
        let Some((list, read_at)) = &self.list else { return Step::ReadList };
        let list_age = now.since(*read_at);
        if !list.openers.is_empty() {
            // Who met an empty opener reads which others are left, before it tries them all.
            if list_age > LIST_AGE_MAX || self.misses > 0 && list_age > LIST_AGE_MIN {
                return Step::ReadList;
            }
            // Units of one page are held by a plain write, those of several by a transaction.
            let several = self.several_pages(units, |number| self.own.contains(number));
            return match several.filter(|_| units > PAGE_UNITS) {
                Some(parts) => take(parts),
                None => Step::Open(any_opener(list, chance)),
            };
        }
        let is_worn = self.misses >= COPY_MISSES_MAX && list_age > LIST_AGE_MIN;
        if list_age > LIST_AGE_MAX && list.single_page().is_none() || is_worn {
            return self.sold_out(list, wanted, now).unwrap_or(Step::ReadList);
        }
        let is_look_worn = self.look_misses >= LOOK_MISSES_MAX && now.since(list.look.at) > LIST_AGE_MIN;
        if is_look_worn && list.single_page().is_none() {
            return self.look_or_wait(list, chance, now);
        }
        if let Some(number) = self.any_page(units, chance) {
            return take(vec![(number, units)]);
        }
        if let Some(parts) = self.several_pages(units, |_| true) {
            return take(parts);
        }
        if let Some(sold_out) = self.sold_out(list, wanted, now) {
            return sold_out;
        }
        if list_age > LIST_AGE_MIN {
            return Step::ReadList;
        }
        match list.single_page() {
            Some(page) => Step::ReadPage(page),
            None => self.look_or_wait(list, chance, now),
        }
    }

    /// Looks, unless somebody does: a write that would be refused costs as much as one that is made. Where many are at
    /// the same SKU, a few of them are enough to begin.
    fn look_or_wait(&self, list: &StockList, chance: &dyn Chance, now: Timestamp) -> Step {
        let leaves_it_to_others = self.met_others(now) && chance.below(LOOKERS) > 0;
        if list.is_being_looked_at(now) || leaves_it_to_others { Step::Wait } else { Step::Look }
    }

    fn met_others(&self, now: Timestamp) -> bool {
        self.met_at.is_some_and(|at| now.since(at) <= BUSY_FOR)
    }

    /// "Sold out", if what is known proves it.
    fn sold_out(&self, list: &StockList, wanted: &Wanted<'_>, now: Timestamp) -> Option<Step> {
        if self.is_doubted {
            return None;
        }
        let is_busy = self.met_others(now) || self.answers >= BUSY_FROM;
        let age_max = if is_busy { LOOK_AGE_BUSY } else { LOOK_AGE_QUIET };
        let proves = |at: Timestamp| {
            let is_recent = at >= wanted.since || now.since(at) <= age_max;
            is_recent && at <= now.plus(SKEW_MAX)
        };
        let has_enough = self.several_pages(wanted.quantity.units(), |_| true).is_some();
        let is_proven = match list.single_page() {
            Some(page) => self.units.get(&page.number).is_some_and(|known| proves(known.at)),
            None => list.openers.is_empty() && list.look.saw_all() && proves(list.look.at),
        };
        (is_proven && !has_enough).then_some(Step::SoldOut)
    }

    /// Whether the SKU's band may be another than its list says: the last unit of its only page is gone, or the pages
    /// that nobody has opened are not plenty by themselves and nobody has looked for a while.
    pub(super) fn should_look(&self, now: Timestamp) -> ShouldLook {
        let Some((list, read_at)) = &self.list else { return ShouldLook::No };
        if let Some(page) = list.single_page() {
            let emptied = self.units.get(&page.number).filter(|known| known.units == 0);
            return match emptied {
                None => ShouldLook::No,
                // A copy from before may speak of another time when the page was empty.
                Some(known) if *read_at >= known.at && list.look.band == Availability::SoldOut => {
                    ShouldLook::No
                }
                Some(_) => ShouldLook::Yes,
            };
        }
        if now.since(*read_at) >= BAND_AGE_MAX {
            ShouldLook::AfterReading
        } else if now.since(list.look.at) >= BAND_AGE_MAX && self.unopened(list) <= list.low_at {
            ShouldLook::Yes
        } else {
            ShouldLook::No
        }
    }

    /// About how many units are on pages that nobody has opened: the openers are emptied alike.
    fn unopened(&self, list: &StockList) -> u32 {
        let openers = u32::try_from(list.openers.len()).unwrap_or(u32::MAX);
        let pages = self.left.map_or(u32::MAX, |left| left.saturating_mul(openers));
        if openers == 0 { 0 } else { pages.saturating_mul(PAGE_UNITS) }
    }

    /// Notes how many pages an opener has left, now that it handed out this one.
    pub(super) fn opened(&mut self, page: &PageKey) {
        let given = self.list.as_ref().and_then(|(list, _)| list.openers.get(&page.lane()));
        self.left = given.map(|given| given.saturating_sub(page.place().saturating_add(1)));
    }

    pub(super) fn look_is_new(&self, now: Timestamp) -> bool {
        self.list.as_ref().is_some_and(|(list, _)| {
            let seen = match list.single_page() {
                Some(page) => self.units.get(&page.number).map(|known| known.at),
                None => Some(list.look.at),
            };
            seen.is_some_and(|at| now.since(at) <= LOOK_AGE_QUIET)
        })
    }

    /// Takes a copy of the list. What this instance learned after the list's look is newer, and stays.
    pub(super) fn listed(&mut self, list: StockList, now: Timestamp) {
        let (look, returned_before) = match &self.list {
            Some((known, _)) => (known.look.at, known.returned.clone()),
            None => (Timestamp::from_millis(0), BTreeSet::new()),
        };
        if look != list.look.at {
            self.answers = 0;
            self.look_misses = 0;
            self.is_doubted = false;
        }
        let looked = list
            .look
            .pages
            .iter()
            .map(|(number, units)| (*number, Known { units: *units, at: list.look.at }));
        let mut units: BTreeMap<u32, Known> = looked.collect();
        // A look without room for all pages says nothing about one that it leaves out.
        let may_be_left_out = |number: &u32| !list.look.is_complete && self.own.contains(number);
        // What an earlier look found is older, whatever the clock of whoever looked then.
        let is_newer = |number: &u32, known: &Known| {
            known.at > list.look.at && known.at != look || may_be_left_out(number)
        };
        units.extend(
            self.units.iter().filter(|(number, known)| is_newer(number, known)).map(|(n, k)| (*n, *k)),
        );
        // Nobody knows how much came back: at most a page is full.
        let full = Known { units: PAGE_UNITS, at: list.look.at };
        units.extend(list.returned.difference(&returned_before).map(|number| (*number, full)));
        if let Some(page) = list.single_page() {
            units.entry(page.number).or_insert(full);
        }
        self.units = units;
        self.misses = 0;
        self.list = Some((list, now));
    }

    /// Notes that a page was too busy, so that others are tried first.
    pub(super) fn doubt(&mut self, number: u32) {
        self.own.remove(&number);
        self.units.remove(&number);
        self.is_doubted = true;
    }

    /// Notes that an opener has no page left of as many as it was given. Answers whether that was known before and
    /// the list still had it: whoever took its last page has died before saying so.
    pub(super) fn emptied(&mut self, lane: Lane, pages: u32) -> bool {
        if let Some((list, _)) = &mut self.list {
            list.openers.remove(&lane);
        }
        self.misses = self.misses.saturating_add(1);
        self.emptied.insert(lane, pages) == Some(pages)
    }

    /// Notes what a page has. Of empty pages none is this instance's own.
    pub(super) fn know(&mut self, number: u32, units: u32, at: Timestamp) {
        if units == 0 {
            self.own.remove(&number);
        }
        self.units.insert(number, Known { units, at });
    }

    /// A page of this instance's own that has them all: the one it took from last, or else a remnant.
    fn own_page(&self, units: u32) -> Option<u32> {
        let enough = |number: &u32| self.units.get(number).is_some_and(|known| known.units >= units);
        self.last.filter(enough).or_else(|| self.own.iter().copied().find(enough))
    }

    /// Any page that may have them all, by chance, so that instances spread: as many to a page as it has units.
    fn any_page(&self, units: u32, chance: &dyn Chance) -> Option<u32> {
        let enough = || self.units.iter().filter(|(_, known)| known.units >= units);
        let sum = enough().map(|(_, known)| known.units).fold(0, u32::saturating_add);
        let mut place = chance.below(sum);
        let found = enough().find(|(_, known)| match place.checked_sub(known.units) {
            Some(rest) => {
                place = rest;
                false
            }
            None => true,
        });
        found.map(|(number, _)| *number)
    }

    /// The fewest pages that have them together: the fullest first.
    fn several_pages(&self, wanted: u32, which: impl Fn(&u32) -> bool) -> Option<Vec<(u32, u32)>> {
        let with_units = self.units.iter().filter(|(number, known)| known.units > 0 && which(number));
        let mut pages: Vec<(u32, u32)> = with_units.map(|(number, known)| (*number, known.units)).collect();
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

fn any_opener(list: &StockList, chance: &dyn Chance) -> OpenerKey {
    let lanes: Vec<_> = list.openers.keys().copied().collect();
    let pick = chance.below(u32::try_from(lanes.len()).unwrap_or(u32::MAX));
    let lane = lanes.get(usize::try_from(pick).unwrap_or_default()).copied();
    OpenerKey { sku: list.sku.clone(), lane: lane.unwrap_or(Lane::LOOSE) }
}
