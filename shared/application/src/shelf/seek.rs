use std::time::Duration;

use domain::stock::{Opened, OpenerKey, PageKey, PlannedHold};
use domain::{Quantity, Sku, Timestamp};

use super::{Shelf, ShouldLook, Step};
use crate::look::{self, look};
use crate::{Chance, Clock, Failure, StockRoom};

/// How long one request looks for units, over all its plans. It ends well before its function does; whoever is told
/// that too much is going on asks again under the same key.
const SEARCH_TIME: Duration = Duration::from_secs(8);

/// How many steps one request takes to find units. Most of them would be waits for somebody else's look: together
/// they outlast one that died.
const STEPS_MAX: u32 = 60;

/// How many of them may fail.
const FAILURES_MAX: u32 = 2;

/// How long to wait for somebody else's look at first, half of it by chance; twice as long each time, so that those who
/// wait do not keep the one who looks from the list. A look takes about 20 ms.
const WAIT_MILLIS: u32 = 60;
const WAITS_DOUBLED: u32 = 3;

/// How many steps one request takes, which has its units, to keep a SKU's band true: a read, a look, and two waits for
/// somebody else's.
const BAND_STEPS_MAX: u32 = 4;

/// What somebody wants.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'a> {
    pub(crate) sku: &'a Sku,
    pub(crate) quantity: Quantity,
    /// Since when. A look that began later proves what it shows.
    pub(crate) since: Timestamp,
    /// Pages that have no room for it, whatever they have for others.
    pub(crate) without: &'a [PageKey],
}

/// Finds units.
#[derive(Clone, Copy)]
pub(crate) struct Seeker<'a> {
    pub(crate) stock: &'a dyn StockRoom,
    pub(crate) shelf: &'a Shelf,
    pub(crate) clock: &'a dyn Clock,
    pub(crate) chance: &'a dyn Chance,
}

impl Seeker<'_> {
    /// From which pages to take what is wanted; `None` when a fresh look shows that there are too few.
    pub(crate) async fn find(&self, wanted: Wanted<'_>) -> Result<Option<Vec<PlannedHold>>, Failure> {
        let mut failures = 0;
        let mut waits = 0;
        for _ in 0..STEPS_MAX {
            if self.clock.now().since(wanted.since) >= SEARCH_TIME {
                break;
            }
            let step = match self.shelf.step(&wanted, self.chance, self.clock.now()) {
                Step::Take(holds) => return Ok(Some(holds)),
                Step::SoldOut => return Ok(None),
                Step::Throttled => break,
                Step::Open(opener) => self.open(&opener).await,
                Step::ReadList => match self.read_list(wanted.sku).await {
                    Ok(false) => return Ok(None),
                    read => read.map(|_listed| ()),
                },
                Step::ReadPages(keys) => self.read_pages(wanted.sku, &keys).await,
                Step::Look => self.look_or_wait(wanted.sku, &mut waits).await,
                Step::Wait => self.wait(wanted.sku, &mut waits).await,
            };
            match step {
                Ok(()) => {}
                Err(Failure::Throttled) => self.shelf.throttled(wanted.sku, self.clock.now()),
                // Nothing depends on any one step: another opener, another look, another moment.
                Err(_) if failures < FAILURES_MAX => failures += 1,
                Err(failure) => return Err(failure),
            }
        }
        Err(Failure::Throttled)
    }

    /// Looks again if the SKU's band may have changed. Whoever holds units does this once a second, for everybody, and
    /// whoever may hold the last ones does it at once; it has nothing to do with the units that it holds.
    pub(crate) async fn keep_band(&self, sku: &Sku) -> Result<(), Failure> {
        let mut waits = 0;
        for _ in 0..BAND_STEPS_MAX {
            match self.shelf.should_look(sku, self.clock.now()) {
                ShouldLook::No => break,
                ShouldLook::AfterReading => {
                    self.read_list(sku).await?;
                }
                ShouldLook::Yes => {
                    self.look(sku).await?;
                    break;
                }
                ShouldLook::AfterOthers => self.wait(sku, &mut waits).await?,
                ShouldLook::Surely => self.look_or_wait(sku, &mut waits).await?,
            }
        }
        Ok(())
    }

    async fn read_list(&self, sku: &Sku) -> Result<bool, Failure> {
        let now = self.clock.now();
        let lists = self.stock.lists(std::slice::from_ref(sku)).await?;
        let Some(list) = lists.into_iter().next() else { return Ok(false) };
        self.shelf.listed(list, now, self.clock.now());
        Ok(true)
    }

    async fn read_pages(&self, sku: &Sku, keys: &[PageKey]) -> Result<(), Failure> {
        let now = self.clock.now();
        let pages = self.stock.pages(keys).await?;
        self.shelf.seen(sku, (keys, &pages), self.chance, (now, self.clock.now()));
        Ok(())
    }

    async fn open(&self, opener: &OpenerKey) -> Result<(), Failure> {
        match self.stock.open_page(opener).await? {
            Opened::Page(page) => {
                // One says for all that an opener is empty: whoever took its last page.
                let given = self.shelf.is_last_of(opener, &page);
                self.shelf.opened(&page, self.clock.now());
                if let Some(given) = given {
                    self.shelf.emptied(opener, given);
                    self.stock.drop_opener(opener, given).await?;
                }
            }
            Opened::NoneLeft { pages } => {
                if self.shelf.emptied(opener, pages) {
                    self.stock.drop_opener(opener, pages).await?;
                }
            }
        }
        Ok(())
    }

    async fn look_or_wait(&self, sku: &Sku, waits: &mut u32) -> Result<(), Failure> {
        if !self.look(sku).await? {
            self.wait(sku, waits).await?;
        }
        Ok(())
    }

    /// Looks, unless somebody else is at it. Answers whether it did.
    async fn look(&self, sku: &Sku) -> Result<bool, Failure> {
        let now = self.clock.now();
        let Some(list) = look(self.ports(), sku, self.shelf.looking(sku)).await? else { return Ok(false) };
        self.shelf.listed(list, now, self.clock.now());
        Ok(true)
    }

    async fn wait(&self, sku: &Sku, waits: &mut u32) -> Result<(), Failure> {
        self.shelf.met_a_look(sku, self.clock.now());
        let longest = WAIT_MILLIS << (*waits).min(WAITS_DOUBLED);
        *waits = waits.saturating_add(1);
        let millis = longest / 2 + self.chance.below(longest / 2);
        self.clock.wait(Duration::from_millis(u64::from(millis))).await;
        self.read_list(sku).await?;
        Ok(())
    }

    fn ports(&self) -> look::Ports<'_> {
        look::Ports { stock: self.stock, clock: self.clock, chance: self.chance }
    }
}
