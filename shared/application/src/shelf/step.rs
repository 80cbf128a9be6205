use std::time::Duration;

use domain::Timestamp;
use domain::catalog::Availability;
use domain::stock::{Lane, OpenerKey, PAGE_UNITS, PageKey, PlannedHold, StockList};

use super::Wanted;
use super::view::{Known, ListCopy, View};
use crate::Chance;

/// How old the list may be from which pages are chosen.
const LIST_AGE_MAX: Duration = Duration::from_millis(100);
/// What is younger than this is not read or looked at again, whatever it missed. Where thousands a second want the same
/// units, reads of the one list are what gives out first: a request that is told to wait for one waits half a second.
const LIST_AGE_MIN: Duration = Duration::from_millis(50);
/// So long after a page was read, units are taken from it without another read.
const PAGE_AGE_MAX: Duration = Duration::from_millis(4);
/// So long after this instance took from a page, it takes from it again without asking whether others are at it.
const OWN_AGE_MAX: Duration = Duration::from_millis(15);
/// So many misses, and a copy of the list is read again: everybody reads that one item.
const COPY_MISSES_MAX: u32 = 3;
/// So many misses, and somebody looks again.
const LOOK_MISSES_MAX: u32 = 1;

/// So often others may be faster, and whoever asks is told to come again: where many more ask than units come back, each
/// try of one is in the way of the others.
const LOST_MAX: u32 = 10;

/// How old the look may be from which "sold out" is answered by an instance that is seldom asked: a unit that came
/// back meanwhile would stay where it is for as long.
pub(super) const LOOK_AGE_QUIET: Duration = Duration::from_millis(25);
/// The same for one that is asked all the time: what it saves is reads of one item by every instance.
const LOOK_AGE_BUSY: Duration = Duration::from_millis(100);
/// So many answers within [`LOOK_AGE_QUIET`] of a look mean that an instance is asked all the time.
const BUSY_FROM: u32 = 3;
/// An instance that met somebody else's look counts as asked all the time for so long: many are at the same SKU.
const BUSY_FOR: Duration = Duration::from_secs(1);
/// For so long an instance asks for nothing after it was told that too many do.
const THROTTLED_FOR: Duration = Duration::from_millis(500);
/// Of so many instances that meet others one begins to look, and the others wait for it: of half as many after each
/// wait that brought no new look.
const LOOKERS: u32 = 1 << LOOKERS_DOUBLED;
const LOOKERS_DOUBLED: u32 = 2;
/// How far instances' clocks may differ before a look counts as one from the future, which proves nothing.
const SKEW_MAX: Duration = Duration::from_millis(250);

/// How old the list may be by which an instance that still has units of its own knows the SKU's band.
const BAND_AGE_MAX: Duration = Duration::from_secs(1);

/// Of so few units, as many as one page may have, others may have taken the rest meanwhile: whoever takes one of them sees
/// to it that the SKU's band is true, however young the last look is.
const LAST_UNITS: u32 = PAGE_UNITS;

/// What to do for somebody who wants units.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Take these.
    Take(Vec<PlannedHold>),
    /// Open a page that nobody has sold from.
    Open(OpenerKey),
    /// Read the list.
    ReadList,
    /// Read these pages.
    ReadPages(Vec<PageKey>),
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
    /// Unless somebody else does.
    Yes,
    /// And after whoever begins first, who may read a page before it is emptied.
    Surely,
    /// After whoever is at it.
    AfterOthers,
}

impl View {
    pub(super) fn step(&self, wanted: &Wanted<'_>, chance: &dyn Chance, now: Timestamp) -> Step {
        let units = wanted.quantity.units();
        let is_throttled = self.throttled_at.is_some_and(|at| now.since(at) <= THROTTLED_FOR);
        let list_age = self.list.as_ref().map_or(Duration::MAX, |copy| now.since(copy.here_at));
        let is_opening = self.list.as_ref().is_some_and(|copy| !copy.list.openers.is_empty());
        if let Some((number, known)) = self.own_page(units) {
            // While there are pages to open, nobody is at those of others.
            let is_own = now.since(known.here_at) <= OWN_AGE_MAX || is_opening && list_age <= LIST_AGE_MAX;
            if is_own || is_throttled {
                return take(wanted, vec![(number, units)]);
            }
        }
        // Whoever asks on makes it worse for those who could find out.
        if is_throttled {
            return Step::Throttled;
        }
        let Some(ListCopy { list, .. }) = self.list.as_ref() else { return Step::ReadList };
        if list.openers.is_empty() {
            return self.end_game(list, list_age, wanted, chance, now);
        }
        // Who met an empty opener reads which others are left, before it tries them all.
        if list_age > LIST_AGE_MAX || self.misses > 0 && list_age > LIST_AGE_MIN {
            return Step::ReadList;
        }
        // Units of one page are held by a plain write, those of several by a transaction.
        let several = self.several_pages(units, chance, |number, _| self.own.contains(&number));
        match several.filter(|_| units > PAGE_UNITS) {
            Some(parts) => take(wanted, parts),
            None => Step::Open(any_opener(list, chance)),
        }
    }

    /// Every page was opened, so others are at the pages that have units left. A page is read before a reservation is
    /// planned with it, because a read costs a part of the two writes of a plan that fails.
    fn end_game(
        &self,
        list: &StockList,
        list_age: Duration,
        wanted: &Wanted<'_>,
        chance: &dyn Chance,
        now: Timestamp,
    ) -> Step {
        let units = wanted.quantity.units();
        let is_single = list.single_page().is_some();
        let is_sure = |known: Known| {
            let is_left = self.left_to_others == Some(known.here_at);
            is_single || now.since(known.here_at) <= PAGE_AGE_MAX && !is_left
        };
        let own = self.own_page(units).filter(|(_, known)| is_sure(*known)).map(|(number, _)| number);
        let quiet = self.any_page(units, chance, |known| is_sure(known) && known.is_quiet);
        let one = own.or(quiet).or_else(|| self.any_page(units, chance, is_sure));
        let one = one.map(|number| vec![(number, units)]);
        if let Some(parts) = one.or_else(|| self.several_pages(units, chance, |_, known| is_sure(known))) {
            return take(wanted, parts);
        }
        if let Some(sold_out) = self.sold_out(list, wanted, now) {
            return sold_out;
        }
        if self.lost >= LOST_MAX && !is_single {
            return Step::Throttled;
        }
        let is_worn = self.misses >= COPY_MISSES_MAX && list_age > LIST_AGE_MIN;
        if list_age > LIST_AGE_MAX && !is_single || is_worn {
            return Step::ReadList;
        }
        let is_look_worn = self.look_misses >= LOOK_MISSES_MAX && now.since(list.look.at) > LIST_AGE_MIN;
        if is_look_worn && !is_single {
            // Since this copy somebody may have begun. Once it is another copy, that is enough, however long it took.
            let is_old = self.misses > 0 && list_age > LIST_AGE_MIN;
            return if is_old { Step::ReadList } else { self.look_or_wait(list, chance, now) };
        }
        let numbers = self.pages_to_read(units, chance);
        if !numbers.is_empty() {
            let key = |number| PageKey { sku: wanted.sku.clone(), number };
            return Step::ReadPages(numbers.into_iter().map(key).collect());
        }
        if list_age > LIST_AGE_MIN {
            return Step::ReadList;
        }
        match list.single_page() {
            Some(page) => Step::ReadPages(vec![page]),
            None => self.look_or_wait(list, chance, now),
        }
    }

    /// Looks, unless somebody does: a write that would be refused costs as much as one that is made. Where many are at
    /// the same SKU, a few of them are enough to begin.
    fn look_or_wait(&self, list: &StockList, chance: &dyn Chance, now: Timestamp) -> Step {
        let leaves_it_to_others =
            self.met_others(now) && chance.below(LOOKERS >> self.waits.min(LOOKERS_DOUBLED)) > 0;
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
        let is_proven = match list.single_page() {
            Some(page) => self.units.get(&page.number).is_some_and(|known| proves(known.at)),
            None => list.openers.is_empty() && list.look.saw_all() && proves(list.look.at),
        };
        (is_proven && self.known_units() < wanted.quantity.units()).then_some(Step::SoldOut)
    }

    /// Whether the SKU's band may be another than its list says: the last unit of its only page is gone, or the pages
    /// that nobody has opened are not plenty by themselves and nobody has looked for a while.
    pub(super) fn should_look(&self, now: Timestamp) -> ShouldLook {
        let Some(ListCopy { list, asked_at, here_at }) = &self.list else { return ShouldLook::No };
        if let Some(page) = list.single_page() {
            let emptied = self.units.get(&page.number).filter(|known| known.units == 0);
            return match emptied {
                None => ShouldLook::No,
                // A copy from before may speak of another time when the page was empty.
                Some(known) if *asked_at >= known.at && list.look.band == Availability::SoldOut => {
                    ShouldLook::No
                }
                Some(_) => ShouldLook::Yes,
            };
        }
        let took_last = self.took_last(list);
        let age_max = if took_last { LIST_AGE_MIN } else { BAND_AGE_MAX };
        if now.since(*here_at) >= age_max {
            ShouldLook::AfterReading
        } else if took_last {
            if list.is_being_looked_at(now) { ShouldLook::AfterOthers } else { ShouldLook::Surely }
        } else if now.since(list.look.at) >= BAND_AGE_MAX && self.unopened(list) <= list.low_at {
            ShouldLook::Yes
        } else {
            ShouldLook::No
        }
    }

    /// Whether what this instance took since the list's look may have been the last units. Nobody may ask after them, so
    /// nobody else would find that they are gone.
    fn took_last(&self, list: &StockList) -> bool {
        let is_told = list.look.band == Availability::SoldOut;
        let took_since = self.took_at.is_some_and(|at| at >= list.look.at);
        list.openers.is_empty() && !is_told && took_since && self.known_units() <= LAST_UNITS
    }

    pub(super) fn look_is_new(&self, now: Timestamp) -> bool {
        self.list.as_ref().is_some_and(|ListCopy { list, .. }| {
            let seen = match list.single_page() {
                Some(page) => self.units.get(&page.number).map(|known| known.at),
                None => Some(list.look.at),
            };
            seen.is_some_and(|at| now.since(at) <= LOOK_AGE_QUIET)
        })
    }
}

fn take(wanted: &Wanted<'_>, parts: Vec<(u32, u32)>) -> Step {
    let hold = |(number, quantity)| {
        let page = PageKey { sku: wanted.sku.clone(), number };
        PlannedHold { page, quantity }
    };
    Step::Take(parts.into_iter().map(hold).collect())
}

fn any_opener(list: &StockList, chance: &dyn Chance) -> OpenerKey {
    let lanes: Vec<_> = list.openers.keys().copied().collect();
    let pick = chance.below(u32::try_from(lanes.len()).unwrap_or(u32::MAX));
    let lane = lanes.get(usize::try_from(pick).unwrap_or_default()).copied();
    OpenerKey { sku: list.sku.clone(), lane: lane.unwrap_or(Lane::LOOSE) }
}
