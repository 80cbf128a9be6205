use std::collections::{BTreeMap, BTreeSet};

use domain::Timestamp;
use domain::stock::{Lane, PAGE_UNITS, PageKey, StockList, StockPage};

use super::Wanted;
use crate::Chance;

/// How many pages are read at once to find one that has units. More are found with more, and where thousands a second
/// read, the pages' partitions have no reads left for the one who looks.
const READ_AT_ONCE: usize = 4;

/// The pages of one SKU as an instance last knew them.
#[derive(Debug, Default)]
pub(super) struct View {
    /// The list as it was read last.
    pub(super) list: Option<ListCopy>,
    /// Units of pages as far as known, and since when.
    pub(super) units: BTreeMap<u32, Known>,
    /// The pages that this instance took units from: it meets nobody there, as long as every instance keeps to its own.
    pub(super) own: BTreeSet<u32>,
    /// The one that it took from last.
    pub(super) last: Option<u32>,
    /// When this instance took units last.
    pub(super) took_at: Option<Timestamp>,
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
    /// How many answers of "sold out" followed from the list's look within a moment.
    pub(super) answers: u32,
    /// Since when somebody is being served, and how often others were faster meanwhile.
    pub(super) served: Option<Timestamp>,
    pub(super) lost: u32,
    /// When this instance left to others what it had read last.
    pub(super) left_to_others: Option<Timestamp>,
    /// How often this instance has waited for a newer look.
    pub(super) waits: u32,
    /// When this instance met somebody else's look last.
    pub(super) met_at: Option<Timestamp>,
    /// When the list or the pages were too busy to be read last.
    pub(super) throttled_at: Option<Timestamp>,
}

/// A copy of the list. Where a read takes long, what it brought is as old as that, and still the news of this moment:
/// whoever took it for old would read for ever.
#[derive(Debug)]
pub(super) struct ListCopy {
    pub(super) list: StockList,
    /// When it was asked for: it may lack what came later.
    pub(super) asked_at: Timestamp,
    /// When it was here.
    pub(super) here_at: Timestamp,
}

/// What is known of a page's units.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) units: u32,
    /// When that was asked for: it may lack what came later.
    pub(super) at: Timestamp,
    /// When it was here.
    pub(super) here_at: Timestamp,
    /// Whether it was read twice and had as many both times: nobody may be at it.
    pub(super) is_quiet: bool,
}

impl Known {
    const fn new(units: u32, at: Timestamp) -> Self {
        Self { units, at, here_at: at, is_quiet: false }
    }
}

impl View {
    /// Serves somebody who has been waiting since then.
    pub(super) fn serve(&mut self, since: Timestamp) {
        if self.served != Some(since) {
            (self.served, self.lost) = (Some(since), 0);
        }
    }

    /// Answers as if the pages that have no room for it had no units.
    pub(super) fn without<T>(&mut self, wanted: &Wanted<'_>, answer: impl FnOnce(&Self) -> T) -> T {
        let mut hidden = Vec::new();
        for page in wanted.without.iter().filter(|page| page.sku == *wanted.sku) {
            if let Some(known) = self.units.get_mut(&page.number) {
                hidden.push((page.number, std::mem::take(&mut known.units)));
            }
        }
        let answer = answer(self);
        for (number, units) in hidden {
            self.units.entry(number).and_modify(|known| known.units = units);
        }
        answer
    }

    /// About how many units are on pages that nobody has opened: the openers are emptied alike.
    pub(super) fn unopened(&self, list: &StockList) -> u32 {
        let openers = u32::try_from(list.openers.len()).unwrap_or(u32::MAX);
        let pages = self.left.map_or(u32::MAX, |left| left.saturating_mul(openers));
        if openers == 0 { 0 } else { pages.saturating_mul(PAGE_UNITS) }
    }

    /// Notes how many pages an opener has left, now that it handed out this one.
    pub(super) fn opened(&mut self, page: &PageKey) {
        let given = self.list.as_ref().and_then(|copy| copy.list.openers.get(&page.lane()));
        self.left = given.map(|given| given.saturating_sub(page.place().saturating_add(1)));
    }

    /// Takes a copy of the list. What this instance learned after the list's look is newer, and stays.
    pub(super) fn listed(&mut self, copy: ListCopy) {
        let list = &copy.list;
        let (look, returned_before) = match &self.list {
            Some(known) => (known.list.look.at, known.list.returned.clone()),
            None => (Timestamp::from_millis(0), BTreeSet::new()),
        };
        if look != list.look.at {
            self.answers = 0;
            self.waits = 0;
            self.look_misses = 0;
            self.is_doubted = false;
        }
        let looked =
            list.look.pages.iter().map(|(number, units)| (*number, Known::new(*units, list.look.at)));
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
        let full = Known::new(PAGE_UNITS, list.look.at);
        units.extend(list.returned.difference(&returned_before).map(|number| (*number, full)));
        for number in list.returned.iter().copied().chain(list.single_page().map(|page| page.number)) {
            units.entry(number).or_insert(full);
        }
        self.units = units;
        self.misses = 0;
        self.list = Some(copy);
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
        if let Some(copy) = &mut self.list {
            copy.list.openers.remove(&lane);
        }
        self.misses = self.misses.saturating_add(1);
        self.emptied.insert(lane, pages) == Some(pages)
    }

    /// Notes what a page has. Of empty pages none is this instance's own.
    pub(super) fn know(&mut self, number: u32, units: u32, at: Timestamp) {
        if units == 0 {
            self.own.remove(&number);
        }
        self.units.insert(number, Known::new(units, at));
    }

    /// Notes what these pages have; those that were not found are no pages. Where others have emptied most of them, as
    /// many try for the rest as there may be units, and the others leave it to them.
    pub(super) fn seen(
        &mut self,
        keys: &[PageKey],
        pages: &[StockPage],
        chance: &dyn Chance,
        (asked_at, here_at): (Timestamp, Timestamp),
    ) {
        let mut found = 0_u32;
        for key in keys {
            let page = pages.iter().find(|page| page.key == *key);
            let units = page.map_or(0, |page| page.available);
            let before = self.units.get(&key.number).map(|known| known.units);
            let is_quiet = before == Some(units);
            self.units.insert(key.number, Known { units, at: asked_at, here_at, is_quiet });
            if units == 0 {
                self.own.remove(&key.number);
            }
            found = found.saturating_add(units);
        }
        let read = u32::try_from(keys.len()).unwrap_or(u32::MAX);
        let leaves_it = chance.below(read.saturating_mul(read)) >= found.saturating_mul(found);
        if found == 0 {
            self.missed();
        } else if leaves_it && self.look_misses == 0 {
            // Once for each look: there may be nobody else.
            self.look_misses = 1;
            self.misses = self.misses.saturating_add(1);
            self.left_to_others = Some(here_at);
        }
        if self.list.as_ref().is_some_and(|copy| copy.list.single_page().is_some()) {
            self.is_doubted = false;
        }
    }

    /// Notes that there were fewer units than the list let hope.
    pub(super) fn missed(&mut self) {
        self.lost = self.lost.saturating_add(1);
        self.misses = self.misses.saturating_add(1);
        self.look_misses = self.look_misses.saturating_add(1);
    }

    /// A page of this instance's own that has them all: the one it took from last, or else a remnant.
    pub(super) fn own_page(&self, units: u32) -> Option<(u32, Known)> {
        let enough = |number: u32| {
            let known = self.units.get(&number).filter(|known| known.units >= units);
            known.map(|known| (number, *known))
        };
        self.last.and_then(enough).or_else(|| self.own.iter().copied().find_map(enough))
    }

    /// Units on all pages as far as known.
    pub(super) fn known_units(&self) -> u32 {
        self.units.values().fold(0, |sum, known| sum.saturating_add(known.units))
    }

    /// Any page that may have them all, by chance, so that instances spread: as many to a page as it has units.
    pub(super) fn any_page(
        &self,
        units: u32,
        chance: &dyn Chance,
        which: impl Fn(Known) -> bool,
    ) -> Option<u32> {
        let enough = || self.units.iter().filter(|(_, known)| known.units >= units && which(**known));
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
    pub(super) fn several_pages(
        &self,
        wanted: u32,
        chance: &dyn Chance,
        which: impl Fn(u32, Known) -> bool,
    ) -> Option<Vec<(u32, u32)>> {
        let mut missing = wanted;
        let mut parts = Vec::new();
        for (number, known) in self.fullest_first(chance) {
            if which(number, known) {
                let part = known.units.min(missing);
                parts.push((number, part));
                missing = missing.saturating_sub(part);
            }
            if missing == 0 {
                return Some(parts);
            }
        }
        None
    }

    /// Pages that may have them all, any of them, or else the fullest that have them together; none where there are too
    /// few.
    pub(super) fn pages_to_read(&self, wanted: u32, chance: &dyn Chance) -> Vec<u32> {
        let own = self.own_page(wanted).map(|(number, _)| number);
        if let Some(first) = own.or_else(|| self.any_page(wanted, chance, |_| true)) {
            let from = self.units.range(first..).chain(self.units.range(..first));
            let enough = from.filter(|(_, known)| known.units >= wanted);
            return enough.map(|(number, _)| *number).take(READ_AT_ONCE).collect();
        }
        match self.several_pages(wanted, chance, |_, _| true) {
            None => Vec::new(),
            Some(parts) => {
                let pages = self.fullest_first(chance).into_iter().map(|(number, _)| number);
                pages.take(parts.len().max(READ_AT_ONCE)).collect()
            }
        }
    }

    /// The pages with units, of those with as many any first, so that instances spread.
    fn fullest_first(&self, chance: &dyn Chance) -> Vec<(u32, Known)> {
        let with_units = self.units.iter().filter(|(_, known)| known.units > 0);
        let mut pages: Vec<(u32, Known)> = with_units.map(|(number, known)| (*number, *known)).collect();
        let first = chance.below(u32::try_from(pages.len()).unwrap_or(u32::MAX));
        pages.rotate_left(usize::try_from(first).unwrap_or_default());
        pages.sort_by_key(|(_, known)| std::cmp::Reverse(known.units));
        pages
    }
}
