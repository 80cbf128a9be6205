use application::{ChangeSupplyError, Failure};
use domain::stock::{Movement, SupplyChange};
use domain::{Reference, Sku};
use memory::Store;

use super::boxed;
use super::stock::page;
use crate::conduct::{Conduct, Honest, Invoked, now};

/// Whether a change was made from the supply that stands.
fn is_fresh(store: &Store, change: &SupplyChange) -> bool {
    let skus = std::slice::from_ref(&change.supply.sku);
    let found: Result<_, Failure> = now(application::Stock::supplies(store, skus));
    found.unwrap_or_default().pop().map_or(0, |supply| supply.version) == change.seen_version
}

#[derive(Default)]
struct ReferenceUnchecked(Honest);

impl Conduct for ReferenceUnchecked {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn movement(&self, _: Invoked, _: &Sku, _: &Reference) -> Option<Movement> {
        None
    }

    fn change_supply(&self, _: Invoked, change: &SupplyChange) -> Result<(), ChangeSupplyError> {
        if !is_fresh(self.store(), change) {
            return Err(ChangeSupplyError::Stale);
        }
        self.store().overwrite_supply(change);
        Ok(())
    }
}

pub(super) fn reference_unchecked() -> Box<dyn Conduct> {
    boxed(ReferenceUnchecked::default())
}

#[derive(Default)]
struct StaleSupply(Honest);

impl Conduct for StaleSupply {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn change_supply(&self, by: Invoked, change: &SupplyChange) -> Result<(), ChangeSupplyError> {
        let is_new = self.0.movement(by, &change.supply.sku, &change.movement.reference).is_none();
        if is_new && !is_fresh(self.store(), change) && change.taken().next().is_none() {
            self.store().overwrite_supply(change);
            return Ok(());
        }
        self.0.change_supply(by, change)
    }
}

pub(super) fn stale_supply() -> Box<dyn Conduct> {
    boxed(StaleSupply::default())
}

/// Takes units off sale whoever holds them.
#[derive(Default)]
struct HeldWrittenOff(Honest);

impl Conduct for HeldWrittenOff {
    fn store(&self) -> &Store {
        self.0.store()
    }

    fn change_supply(&self, by: Invoked, change: &SupplyChange) -> Result<(), ChangeSupplyError> {
        let answer = self.0.change_supply(by, change);
        if answer != Err(ChangeSupplyError::Taken) {
            return answer;
        }
        self.store().overwrite_supply(change);
        for (key, units) in change.taken() {
            if let Some(mut page) = page(self.store(), &key) {
                page.capacity = page.capacity.saturating_sub(units);
                page.available = page.available.saturating_sub(units);
                self.store().overwrite_page(page);
            }
        }
        Ok(())
    }
}

pub(super) fn held_written_off() -> Box<dyn Conduct> {
    boxed(HeldWrittenOff::default())
}
