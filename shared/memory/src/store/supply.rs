use application::{ChangeSupplyError, Failure, StockKeeper};
use async_trait::async_trait;
use domain::stock::{Movement, Opener, StockList, SupplyChange};
use domain::{Reference, Sku};

use super::{PageRecord, Records, Store};

#[async_trait]
impl StockKeeper for Store {
    async fn movement(&self, sku: &Sku, reference: &Reference) -> Result<Option<Movement>, Failure> {
        Ok(self.lock().movements.get(&(sku.clone(), reference.clone())).cloned())
    }

    async fn change_supply(&self, change: &SupplyChange) -> Result<(), ChangeSupplyError> {
        let mut records = self.lock();
        let SupplyChange { supply, seen_version, movement } = change;
        let version = records.supplies.get(&supply.sku).map_or(0, |supply| supply.version);
        let place = (supply.sku.clone(), movement.reference.clone());
        if version != *seen_version || records.movements.contains_key(&place) {
            return Err(ChangeSupplyError::Stale);
        }
        let openers = records.openers_after(change).ok_or(ChangeSupplyError::Taken)?;
        let pages = records.pages_after(change).ok_or(ChangeSupplyError::Taken)?;
        records.changed();
        records.openers.extend(openers.into_iter().map(|opener| (opener.key.clone(), opener)));
        records.write_pages(pages);
        records.movements.insert(place, movement.clone());
        records.supplies.insert(supply.sku.clone(), supply.clone());
        let list = records.lists.remove(&supply.sku).unwrap_or_else(|| StockList::first(supply));
        records.lists.insert(supply.sku.clone(), list.supplied(change));
        Ok(())
    }

    async fn set_low(&self, sku: &Sku, at: u32) -> Result<(), Failure> {
        if let Some(list) = self.lock().lists.get_mut(sku) {
            list.low_at = at;
        }
        Ok(())
    }
}

impl Records {
    /// The openers that gain or lose pages; `None` when one has handed out a page that it was to lose.
    fn openers_after(&self, change: &SupplyChange) -> Option<Vec<Opener>> {
        let after = change.openers().map(|(key, pages)| {
            let opened = self.openers.get(&key).map_or(0, |opener| opener.opened);
            (opened <= pages).then_some(Opener { key, pages, opened })
        });
        after.collect()
    }

    /// The loose pages that come, and the pages that lose units; `None` when one has too few left.
    fn pages_after(&self, change: &SupplyChange) -> Option<Vec<PageRecord>> {
        let new = change.new_pages().map(|page| Some(PageRecord { page, sweep_at: None }));
        let taken = change.taken().map(|(key, units)| {
            let PageRecord { page, sweep_at } = self.page(&key)?;
            Some(PageRecord { page: page.write_off(units).ok()?, sweep_at })
        });
        new.chain(taken).collect()
    }
}
