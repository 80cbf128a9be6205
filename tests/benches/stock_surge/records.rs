use std::collections::{HashMap, HashSet};

use crate::sale::{Key, Sale};

/// What a protocol has stored, read while nobody writes.
pub(crate) struct Records {
    /// Units that nobody holds, by SKU.
    pub(crate) free: Vec<u32>,
    /// Units of each request's holds.
    pub(crate) held: HashMap<Key, u32>,
    /// What customers' limits count, where there are any.
    pub(crate) claims: Option<Claims>,
    /// What always holds, and does not.
    pub(crate) violations: Vec<String>,
}

/// How what customers' limits count differs from what the customers hold.
#[derive(Clone, Copy, Default)]
pub(crate) struct Claims {
    /// Units that are counted for reservations that have ended.
    pub(crate) left: u32,
    /// Units that are counted for open reservations, and not held.
    pub(crate) waiting: u32,
    /// Units that a customer holds, and that are not counted.
    pub(crate) missing: u32,
}

/// The end of a case.
pub(crate) struct Audit {
    /// Units beyond the supply: at the worst moment, or by the records at the end.
    pub(crate) oversold: u32,
    /// Units that are neither free nor held, by the records where there are any.
    pub(crate) leaked: i64,
    /// What there is to say where a protocol's records are read.
    pub(crate) read: Option<Read>,
}

/// What the records show beside that.
pub(crate) struct Read {
    /// Units that the sale was told of and the records do not have so, or the other way round.
    pub(crate) untold: u32,
    pub(crate) claims: Option<Claims>,
    pub(crate) violations: Vec<String>,
}

impl Audit {
    /// Of the sale alone, or of what is stored, beside which the sale is held.
    pub(crate) fn of(sale: &Sale, records: Option<Records>) -> Self {
        let Some(records) = records else {
            return Self { oversold: sale.oversold(), leaked: sale.leaked(), read: None };
        };
        let free: u32 = records.free.iter().sum();
        let held: u32 = records.held.values().sum();
        let untold = records.untold(sale);
        let Records { claims, violations, .. } = records;
        Self {
            oversold: sale.oversold().max(held.saturating_sub(sale.supply())),
            leaked: i64::from(sale.supply()) - i64::from(free) - i64::from(held),
            read: Some(Read { untold, claims, violations }),
        }
    }
}

impl Records {
    fn untold(&self, sale: &Sale) -> u32 {
        let free: u32 =
            self.free.iter().zip(sale.free_by_sku()).map(|(units, told)| units.abs_diff(told)).sum();
        let told = sale.holds();
        let keys: HashSet<&Key> = self.held.keys().chain(told.keys()).collect();
        let units = |of: &HashMap<Key, u32>, key: &Key| of.get(key).copied().unwrap_or_default();
        let differs = |key: &Key| units(&self.held, key).abs_diff(units(&told, key));
        free + keys.into_iter().map(differs).sum::<u32>()
    }
}
