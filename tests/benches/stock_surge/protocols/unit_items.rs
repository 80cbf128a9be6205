use std::sync::Mutex;
use std::time::Duration;

use application::Failure;

use super::{Answer, Protocol, Request, Setting, unthrottled};
use crate::client::Client;
use crate::limits::baselines::{BLOCK, MISSES_MAX, SOLD_OUT_FOR, TRIES};
use crate::limits::sizes;
use crate::sale::{Key, Spot};
use crate::table::{Effect, Item, Read, Write};
use crate::virtual_time::lock;

/// Every unit is an item of its own that says who holds it. Environments look at a block of them and take those that
/// are free, one conditional write each; a list tells which blocks are sold. Two units are a transaction.
pub(crate) struct UnitItems {
    setting: Setting,
    rows: Mutex<Rows>,
}

struct Rows {
    holders: Vec<Option<Key>>,
    /// By block: whether it was found sold.
    sold: Vec<bool>,
}

/// An environment and what it believes.
pub(crate) struct Environment {
    client: Client,
    block: usize,
    /// Units of that block that were free at the last look.
    free: Vec<usize>,
    /// Blocks not known to be sold, and when the list was read.
    open: Vec<usize>,
    listed: Option<Duration>,
}

impl UnitItems {
    fn take(&self, units: &[usize], key: Key) -> Effect<bool> {
        let mut rows = lock(&self.rows);
        let holders: Vec<Option<Key>> =
            units.iter().map(|unit| rows.holders.get(*unit).copied().flatten()).collect();
        if holders.iter().any(Option::is_some) {
            // An earlier attempt of this very write may have taken them.
            return Effect::Refused(holders.iter().all(|holder| *holder == Some(key)));
        }
        for unit in units {
            if let Some(holder) = rows.holders.get_mut(*unit) {
                *holder = Some(key);
            }
            // Idle times are per block, because no shopper asks for a certain unit.
            self.setting.sale.took(key, Spot { sku: 0, number: unit / BLOCK }, 1);
        }
        self.setting.sale.held(key, units.len() as u32);
        Effect::Written(true)
    }

    async fn try_hold(&self, environment: &mut Environment, request: Request) -> Result<Answer, Failure> {
        let wanted = request.units as usize;
        for tries in 0..TRIES {
            if environment.free.len() < wanted && !self.find_block(environment, wanted).await? {
                return Ok(Answer::SoldOut);
            }
            let Environment { client, free, .. } = environment;
            let units = free.split_off(free.len().saturating_sub(wanted));
            if units.len() < wanted {
                continue;
            }
            let writes: Vec<Write> = units.iter().map(|unit| Write::of(item(*unit), 1)).collect();
            let take = || self.take(&units, request.key);
            let taken = match writes.as_slice() {
                [one] => client.write(one, take).await?,
                several => client.transact(several, take).await?,
            };
            if taken {
                return Ok(Answer::Held);
            }
            // Somebody else is in this block: what the last look showed is old.
            if tries % MISSES_MAX == MISSES_MAX - 1 {
                free.clear();
            }
        }
        Ok(Answer::Busy)
    }

    /// Looks at the block once more, or at another by chance. False when the list has no block left.
    async fn find_block(&self, environment: &mut Environment, wanted: usize) -> Result<bool, Failure> {
        let Environment { client, block, free, open, listed } = environment;
        let now = client.table.time.now();
        if listed.is_none_or(|at| now.saturating_sub(at) >= SOLD_OUT_FOR) {
            let list = Read::eventual(vec![list()], sizes::BLOCKS);
            *open = client.read(&list, || lock(&self.rows).open()).await?;
            *listed = Some(now);
        }
        if !open.contains(block) {
            let Some(another) = client.table.draws.one_of(open) else { return Ok(false) };
            *block = *another;
        }
        *free = self.look(client, *block).await?;
        if free.len() >= wanted {
            return Ok(true);
        }
        open.retain(|another| another != block);
        if free.is_empty() {
            self.mark(client, *block, true).await?;
            // Who gives a unit back frees it first and looks at the list second, so one of the two sees the other.
            if !self.look(client, *block).await?.is_empty() {
                self.mark(client, *block, false).await?;
            }
        }
        Ok(!open.is_empty())
    }

    /// The free units of a block, in any order.
    async fn look(&self, client: &Client, block: usize) -> Result<Vec<usize>, Failure> {
        let units = block * BLOCK..((block + 1) * BLOCK).min(self.setting.units as usize);
        let look = Read::eventual(units.clone().map(item).collect(), sizes::UNIT);
        let seen = client.read(&look, || {
            let rows = lock(&self.rows);
            let is_free = |unit: &usize| rows.holders.get(*unit).is_some_and(Option::is_none);
            units.clone().filter(is_free).collect::<Vec<_>>()
        });
        let mut free = seen.await?;
        for place in 0..free.len() {
            free.swap(place, client.table.draws.below(place + 1));
        }
        Ok(free)
    }

    /// Frees a unit, and then says so in the list if its block is there.
    async fn free(&self, client: &Client, unit: usize, key: Key) -> Result<(), Failure> {
        let block = unit / BLOCK;
        let give_back = || {
            let mut rows = lock(&self.rows);
            let Some(holder) = rows.holders.get_mut(unit).filter(|holder| **holder == Some(key)) else {
                return Effect::Refused(());
            };
            *holder = None;
            self.setting.sale.let_go(key, 1);
            self.setting.sale.gave_back(Spot { sku: 0, number: block }, 1);
            Effect::Written(())
        };
        unthrottled(client, &Write::of(item(unit), 1), give_back).await?;
        self.mark(client, block, false).await
    }

    /// Writes into the list that a block is sold, or that it is not, unless it says so.
    async fn mark(&self, client: &Client, block: usize, is_sold: bool) -> Result<(), Failure> {
        let marked = || lock(&self.rows).sold.get(block).copied();
        let list_now = Read::consistent(vec![list()], sizes::BLOCKS);
        while client.read(&list_now, marked).await?.is_some_and(|mark| mark != is_sold) {
            let write = || {
                if let Some(mark) = lock(&self.rows).sold.get_mut(block) {
                    *mark = is_sold;
                }
                Effect::Written(())
            };
            unthrottled(client, &Write::of(list(), 1), write).await?;
        }
        Ok(())
    }
}

impl Rows {
    fn open(&self) -> Vec<usize> {
        (0..).zip(&self.sold).filter(|(_, sold)| !**sold).map(|(block, _)| block).collect()
    }
}

impl Protocol for UnitItems {
    type Environment = Environment;
    type Ended = ();

    fn open(setting: Setting) -> Self {
        let units = setting.units as usize;
        let rows = Rows { holders: vec![None; units], sold: vec![false; units.div_ceil(BLOCK)] };
        Self { setting, rows: Mutex::new(rows) }
    }

    fn start(&self, client: Client) -> Environment {
        Environment { client, block: usize::MAX, free: Vec::new(), open: Vec::new(), listed: None }
    }

    async fn hold(&self, environment: &mut Environment, request: Request) -> Answer {
        self.try_hold(environment, request).await.unwrap_or_else(Answer::from)
    }

    async fn expire(&self, client: &Client, request: Request) -> Result<(), Failure> {
        let held: Vec<usize> = {
            let rows = lock(&self.rows);
            let is_theirs = |(_, holder): &(usize, &Option<Key>)| **holder == Some(request.key);
            (0..).zip(&rows.holders).filter(is_theirs).map(|(unit, _)| unit).collect()
        };
        for unit in held {
            self.free(client, unit, request.key).await?;
        }
        Ok(())
    }
}

fn item(unit: usize) -> Item {
    Item::of(&("unit", unit))
}

fn list() -> Item {
    Item::hot(&("blocks", 0))
}
