use std::collections::BTreeMap;

use application::{Failure, HoldError, Holds, Stock};
use async_trait::async_trait;
use aws_sdk_dynamodb::types::ReturnValue;
use domain::stock::{Hold, HoldMove, Opener, OpenerKey, PageKey, PlannedHold, StockList, StockPage, Supply};
use domain::{Idempotent, ReservationId, Sku, Timestamp};

use crate::attribute::Fields;
use crate::read::{self, Consistency};
use crate::write::{self, Verdict};
use crate::{PurchaseTables, StockTable, keys, supply};

pub(crate) mod item; // pages, holds and openers as items
pub(crate) mod list; // lists, looks and alerts as items
pub(crate) mod moves; // what a hold does, each beside the rule that it mirrors
pub(crate) mod room; // where units are found: openers, lists and looks

#[cfg(test)]
mod tests;

#[async_trait]
impl Stock for StockTable {
    async fn supplies(&self, skus: &[Sku]) -> Result<Vec<Supply>, Failure> {
        let keys = skus.iter().map(keys::supply).collect();
        let items = read::batch(&self.client, "supplies", &self.table, keys, Consistency::Strong).await?;
        items.iter().map(supply::item::read_supply).collect()
    }

    async fn lists(&self, skus: &[Sku]) -> Result<Vec<StockList>, Failure> {
        let keys = skus.iter().map(keys::list).collect();
        let items = read::batch(&self.client, "lists", &self.table, keys, Consistency::Eventual).await?;
        items.iter().map(list::read_list).collect()
    }

    async fn openers(&self, keys: &[OpenerKey]) -> Result<Vec<Opener>, Failure> {
        let keys = keys.iter().map(keys::opener).collect();
        let items = read::batch(&self.client, "openers", &self.table, keys, Consistency::Strong).await?;
        items.iter().map(item::read_opener).collect()
    }

    async fn pages(&self, keys: &[PageKey]) -> Result<Vec<StockPage>, Failure> {
        let asked = keys.iter().map(keys::page).collect();
        let items = read::batch(&self.client, "pages", &self.table, asked, Consistency::Strong).await?;
        let unwritten = keys.iter().map(|key| (key.clone(), StockPage::unwritten(key.clone())));
        let mut pages: BTreeMap<PageKey, Option<StockPage>> = unwritten.collect();
        for item in &items {
            let page = item::read_page(item)?;
            pages.insert(page.key.clone(), Some(page));
        }
        Ok(pages.into_values().flatten().collect())
    }
}

#[async_trait]
impl Stock for PurchaseTables {
    async fn supplies(&self, skus: &[Sku]) -> Result<Vec<Supply>, Failure> {
        self.stock.supplies(skus).await
    }

    async fn lists(&self, skus: &[Sku]) -> Result<Vec<StockList>, Failure> {
        self.stock.lists(skus).await
    }

    async fn openers(&self, keys: &[OpenerKey]) -> Result<Vec<Opener>, Failure> {
        self.stock.openers(keys).await
    }

    async fn pages(&self, keys: &[PageKey]) -> Result<Vec<StockPage>, Failure> {
        self.stock.pages(keys).await
    }
}

#[async_trait]
impl Holds for StockTable {
    async fn hold(
        &self,
        reservation: &ReservationId,
        planned: &PlannedHold,
        expires_at: Timestamp,
    ) -> Result<Idempotent<u32>, HoldError> {
        let statement =
            || moves::hold(reservation, planned, expires_at).answering(ReturnValue::UpdatedNew).explaining();
        let key = keys::page(&planned.page);
        match write::update(&self.client, "hold", &self.table, &key, statement).await? {
            Verdict::Written(changed) => Ok(Idempotent::Executed(Fields(&changed).number("available")?)),
            Verdict::Refused(None) => Err(item::refusal(&planned.page, None, reservation)?.into()),
            // What the refusing page says, in the words of the rule that the condition mirrors.
            Verdict::Refused(Some(page)) => {
                match item::read_page(&page)?.hold(reservation, planned, expires_at) {
                    Ok(Idempotent::AlreadyApplied(page)) => Ok(Idempotent::AlreadyApplied(page.available)),
                    Err(refused) => Err(refused.into()),
                    Ok(Idempotent::Executed(_)) => Err(Failure::Unreadable("available").into()),
                }
            }
        }
    }

    async fn free(
        &self,
        page: &PageKey,
        reservation: &ReservationId,
        seen: Hold,
    ) -> Result<Idempotent<u32>, Failure> {
        let statement = || {
            moves::move_hold(reservation, seen, HoldMove::Free)
                .answering(ReturnValue::UpdatedNew)
                .explaining()
        };
        match write::update(&self.client, "free", &self.table, &keys::page(page), statement).await? {
            Verdict::Written(changed) => Ok(Idempotent::Executed(Fields(&changed).number("available")?)),
            // The hold is gone or is another: somebody moved it, and that stands.
            Verdict::Refused(Some(page)) => {
                Ok(Idempotent::AlreadyApplied(Fields(&page).number("available")?))
            }
            Verdict::Refused(None) => Ok(Idempotent::AlreadyApplied(0)),
        }
    }
}
