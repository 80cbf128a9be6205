use std::collections::BTreeSet;

use application::{Failure, Stock, StockRoom};
use async_trait::async_trait;
use domain::stock::{
    Look, Looking, Opened, Opener, OpenerKey, PageKey, StockAlert, StockList, StockPage, Supply,
};
use domain::{Idempotent, Sku};

use super::Store;
use crate::Commit;

#[async_trait]
impl Stock for Store {
    async fn supplies(&self, skus: &[Sku]) -> Result<Vec<Supply>, Failure> {
        let records = self.lock();
        Ok(each_once(skus).filter_map(|sku| records.supplies.get(sku)).cloned().collect())
    }

    async fn lists(&self, skus: &[Sku]) -> Result<Vec<StockList>, Failure> {
        let records = self.lock();
        Ok(each_once(skus).filter_map(|sku| records.lists.get(sku)).cloned().collect())
    }

    async fn openers(&self, keys: &[OpenerKey]) -> Result<Vec<Opener>, Failure> {
        let records = self.lock();
        Ok(each_once(keys).filter_map(|key| records.openers.get(key)).cloned().collect())
    }

    async fn pages(&self, keys: &[PageKey]) -> Result<Vec<StockPage>, Failure> {
        let records = self.lock();
        Ok(each_once(keys).filter_map(|key| records.page(key)).map(|record| record.page).collect())
    }
}

#[async_trait]
impl StockRoom for Store {
    async fn open_page(&self, opener: &OpenerKey) -> Result<Opened, Failure> {
        let mut records = self.lock();
        records.changed();
        Ok(records.openers.get_mut(opener).map_or(Opened::NoneLeft { pages: 0 }, Opener::open))
    }

    async fn drop_opener(&self, opener: &OpenerKey, pages: u32) -> Result<(), Failure> {
        if let Some(list) = self.lock().lists.get_mut(&opener.sku)
            && list.openers.get(&opener.lane) == Some(&pages)
        {
            list.openers.remove(&opener.lane);
        }
        Ok(())
    }

    async fn note_returned(&self, sku: &Sku, numbers: &[u32]) -> Result<Option<StockList>, Failure> {
        let mut records = self.lock();
        let Some(list) = records.lists.get_mut(sku) else { return Ok(None) };
        list.returned.extend(numbers);
        Ok(Some(list.clone()))
    }

    async fn begin_look(&self, sku: &Sku, looking: Looking) -> Result<Option<StockList>, Failure> {
        let mut records = self.lock();
        let free =
            |list: &&mut StockList| list.looking == Some(looking) || !list.is_being_looked_at(looking.since);
        let Some(list) = records.lists.get_mut(sku).filter(free) else { return Ok(None) };
        let before = list.clone();
        list.returned.clear();
        list.looking = Some(looking);
        Ok(Some(before))
    }

    async fn finish_look(
        &self,
        sku: &Sku,
        looking: Looking,
        look: &Look,
        alert: Option<&StockAlert>,
    ) -> Result<Idempotent<()>, Failure> {
        let mut records = self.lock();
        let place = alert.map(|alert| (alert.sku.clone(), alert.number));
        if place.is_some_and(|place| records.alerts.contains_key(&place)) {
            return Ok(Idempotent::AlreadyApplied(()));
        }
        let is_latest = |list: &&mut StockList| list.looking == Some(looking);
        let Some(list) = records.lists.get_mut(sku).filter(is_latest) else {
            return Ok(Idempotent::AlreadyApplied(()));
        };
        list.look = look.clone();
        list.looking = None;
        if let Some(alert) = alert {
            records.alerts.insert((alert.sku.clone(), alert.number), alert.clone());
            records.commits.push(Commit::of_alert(alert));
        }
        Ok(Idempotent::Executed(()))
    }
}

fn each_once<K: Ord>(keys: &[K]) -> impl Iterator<Item = &K> {
    keys.iter().collect::<BTreeSet<_>>().into_iter()
}
