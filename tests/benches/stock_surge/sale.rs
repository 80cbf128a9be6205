use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::case::Case;
use crate::table::{Bill, Costs};
use crate::virtual_time::{VirtualTime, lock};

/// What is true about the stock, which no environment knows: told at the instant of each effect, by the closures that
/// make it.
pub(crate) struct Sale {
    units: u32,
    skus: usize,
    /// Until when it counts how long a unit lies idle: later too few shoppers come who could take it.
    watched_until: Duration,
    time: VirtualTime,
    bill: Arc<Bill>,
    truth: Mutex<Truth>,
}

/// How long before the last shopper came a unit must be back to count as one that shoppers could take.
const LAST_MOMENTS: Duration = Duration::from_secs(1);

/// The key of a shopper's request, the same on every repetition.
pub(crate) type Key = u64;

/// Where a unit lies: its SKU, and the page, counter or item that has it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Spot {
    pub(crate) sku: usize,
    pub(crate) number: usize,
}

struct Truth {
    /// By SKU: units that no hold has taken from the stock.
    free: Vec<u32>,
    /// When a buyer of so many units, less one, could last not have been served.
    short: [Option<Duration>; 2],
    holds: HashMap<Key, u32>,
    held: u32,
    held_most: u32,
    /// Requests that took units.
    takers: HashSet<Key>,
    last_take: Duration,
    first_sold_out: Option<SoldOut>,
    /// When units came back to a spot and have not left it since; counted from the first sell-out on, while shoppers come.
    idle: HashMap<Spot, VecDeque<Duration>>,
    idle_times: Vec<Duration>,
    history: Vec<(Duration, u32)>,
}

/// How things stood when the last free unit went for the first time.
#[derive(Clone, Copy)]
pub(crate) struct SoldOut {
    pub(crate) at: Duration,
    /// Requests that had taken units by then.
    pub(crate) takers: usize,
    /// Costs until then.
    pub(crate) costs: Costs,
}

impl Sale {
    /// The units of a case on sale.
    pub(crate) fn new(case: &Case, time: VirtualTime, bill: Arc<Bill>) -> Self {
        let Case { units, skus, arrivals, .. } = *case;
        let truth = Truth {
            free: vec![units; skus],
            short: [None; 2],
            holds: HashMap::new(),
            held: 0,
            held_most: 0,
            takers: HashSet::new(),
            last_take: Duration::ZERO,
            first_sold_out: None,
            idle: HashMap::new(),
            idle_times: Vec::new(),
            history: Vec::new(),
        };
        let watched_until = arrivals.saturating_sub(LAST_MOMENTS);
        Self { units, skus, watched_until, time, bill, truth: Mutex::new(truth) }
    }

    /// Units put on sale, over all SKUs.
    pub(crate) fn supply(&self) -> u32 {
        self.units.saturating_mul(u32::try_from(self.skus).unwrap_or(u32::MAX))
    }

    /// A request took units from the stock.
    pub(crate) fn took(&self, key: Key, spot: Spot, units: u32) {
        let now = self.time.now();
        let mut truth = lock(&self.truth);
        let truth = &mut *truth;
        if let Some(free) = truth.free.get_mut(spot.sku) {
            *free = free.saturating_sub(units);
        }
        truth.takers.insert(key);
        truth.last_take = now;
        if let Some(idle) = truth.idle.get_mut(&spot) {
            let back = (0..units).filter_map(|_| idle.pop_front());
            truth.idle_times.extend(back.map(|since| now - since));
        }
        truth.note_shortage(now);
        if truth.first_sold_out.is_none() && truth.free.contains(&0) {
            let costs = self.bill.so_far();
            truth.first_sold_out = Some(SoldOut { at: now, takers: truth.takers.len(), costs });
        }
    }

    /// Units came back to the stock.
    pub(crate) fn gave_back(&self, spot: Spot, units: u32) {
        let now = self.time.now();
        let mut truth = lock(&self.truth);
        truth.note_shortage(now);
        if let Some(free) = truth.free.get_mut(spot.sku) {
            *free += units;
        }
        if truth.first_sold_out.is_some() && now < self.watched_until {
            let idle = truth.idle.entry(spot).or_default();
            idle.extend((0..units).map(|_| now));
        }
    }

    /// A hold was recorded for a request.
    pub(crate) fn held(&self, key: Key, units: u32) {
        let now = self.time.now();
        let mut truth = lock(&self.truth);
        *truth.holds.entry(key).or_default() += units;
        truth.held += units;
        truth.held_most = truth.held_most.max(truth.held);
        let held = truth.held;
        truth.history.push((now, held));
    }

    /// A request's hold ended.
    pub(crate) fn let_go(&self, key: Key, units: u32) {
        let mut truth = lock(&self.truth);
        if let Some(held) = truth.holds.get_mut(&key) {
            *held = held.saturating_sub(units);
        }
        truth.held = truth.held.saturating_sub(units);
    }

    /// How the first sell-out stood, once it was.
    pub(crate) fn first_sold_out(&self) -> Option<SoldOut> {
        lock(&self.truth).first_sold_out
    }

    /// Requests that took units so far, and when the last one did.
    pub(crate) fn takers(&self) -> (usize, Duration) {
        let truth = lock(&self.truth);
        (truth.takers.len(), truth.last_take)
    }

    /// Whether a buyer of so many units of each SKU could have been served at any time since.
    pub(crate) fn could_serve_since(&self, since: Duration, units: u32) -> bool {
        let truth = lock(&self.truth);
        let enough_now = truth.free.iter().all(|free| *free >= units);
        let short = truth.short.get(units.saturating_sub(1) as usize).copied().flatten();
        enough_now && short.is_none_or(|short| short < since)
    }

    /// Units free now, over all SKUs.
    pub(crate) fn free(&self) -> u32 {
        self.free_by_sku().iter().sum()
    }

    /// Units of each SKU that are free now.
    pub(crate) fn free_by_sku(&self) -> Vec<u32> {
        lock(&self.truth).free.clone()
    }

    /// Units promised beyond those put on sale, at the worst moment.
    pub(crate) fn oversold(&self) -> u32 {
        lock(&self.truth).held_most.saturating_sub(self.supply())
    }

    /// Units that are neither free nor held.
    pub(crate) fn leaked(&self) -> i64 {
        let truth = lock(&self.truth);
        let free: u32 = truth.free.iter().sum();
        i64::from(self.supply()) - i64::from(free) - i64::from(truth.held)
    }

    /// Units that a request holds, by its key.
    pub(crate) fn holds(&self) -> HashMap<Key, u32> {
        lock(&self.truth).holds.clone()
    }

    /// How long each returned unit lay idle, those too that still lie there.
    pub(crate) fn idle_times(&self) -> Vec<Duration> {
        let now = self.time.now();
        let truth = lock(&self.truth);
        let still = truth.idle.values().flatten().map(|since| now.saturating_sub(*since));
        truth.idle_times.iter().copied().chain(still).collect()
    }

    /// Units held at each time when that grew.
    pub(crate) fn history(&self) -> Vec<(Duration, u32)> {
        lock(&self.truth).history.clone()
    }
}

impl Truth {
    fn note_shortage(&mut self, now: Duration) {
        let least = self.free.iter().copied().min().unwrap_or_default();
        for (units, short) in (1..).zip(&mut self.short) {
            if least < units {
                *short = Some(now);
            }
        }
    }
}
