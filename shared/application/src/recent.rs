use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::{Sku, Timestamp};

/// How old an answer may be that a shopper gets from memory.
const AGE_MAX: Duration = Duration::from_secs(1);

/// How many SKUs an instance remembers before it starts over.
const SKUS_MAX: usize = 2_000;

/// What an instance looked up about SKUs, each for at most a second: a SKU that everybody wants is read by each instance
/// once a second, and not with every request.
#[derive(Debug)]
pub(crate) struct Recent<T> {
    seen: Mutex<BTreeMap<Sku, (Timestamp, T)>>,
}

impl<T> Default for Recent<T> {
    fn default() -> Self {
        Self { seen: Mutex::default() }
    }
}

impl<T: Clone> Recent<T> {
    /// What is remembered of these SKUs, and those of which nothing is.
    pub(crate) fn recall(
        &self,
        skus: impl Iterator<Item = Sku>,
        now: Timestamp,
    ) -> (BTreeMap<Sku, T>, Vec<Sku>) {
        let seen = self.seen();
        let mut fresh = BTreeMap::new();
        let mut unseen = Vec::new();
        for sku in skus {
            match seen.get(&sku) {
                Some((at, known)) if now.is_within(AGE_MAX, *at) => {
                    fresh.insert(sku, known.clone());
                }
                Some(_) | None => unseen.push(sku),
            }
        }
        (fresh, unseen)
    }

    /// Remembers what was looked up now.
    pub(crate) fn remember(&self, found: &BTreeMap<Sku, T>, now: Timestamp) {
        let mut seen = self.seen();
        if seen.len() > SKUS_MAX {
            seen.clear();
        }
        seen.extend(found.iter().map(|(sku, known)| (sku.clone(), (now, known.clone()))));
    }

    fn seen(&self) -> MutexGuard<'_, BTreeMap<Sku, (Timestamp, T)>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
