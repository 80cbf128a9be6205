use std::collections::BTreeSet;

use application::{ChangeSupplyError, Failure, StockKeeper};
use async_trait::async_trait;
use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::stock::{Movement, OpenerKey, PageKey, StockList, StockPage, SupplyChange};
use domain::{Reference, Sku};

use crate::attribute::{number, number_set, text};
use crate::read::{self, Consistency};
use crate::statement::{Condition, PRESENT, Statement, put};
use crate::stock::{item as stock_item, list, moves};
use crate::write::{self, Refusal, Verdict, condition_failed};
use crate::{StockTable, keys};

pub(crate) mod item; // supplies and movements as items

#[cfg(test)]
mod tests;

/// The condition of a change of supply: nobody changed it since it was read.
pub(crate) const CHANGE_IF: &str = "#version = :seen_version";

/// The condition of what an opener is given or loses: it keeps what it has handed out.
pub(crate) const GIVE_IF: &str = "attribute_not_exists(pk) OR #opened <= :pages";
const GIVE: &str = "SET #sku = :sku, #lane = :lane, #pages = :pages, #opened = if_not_exists(#opened, :zero)";

/// The condition of what a page loses: only units that nobody holds or bought. Nobody may have written the page before: then
/// it is full.
pub(crate) const WRITE_OFF_IF: &str = "attribute_not_exists(pk) OR #available >= :units";
const WRITE_OFF: &str = "SET #sku = :sku, #number = :number, #sweep_shard = :shard, \
                         #capacity = if_not_exists(#capacity, :full) - :units, \
                         #sold = if_not_exists(#sold, :zero), \
                         #available = if_not_exists(#available, :full) - :units";

/// The same where a page that nobody has written has no units: it is none of an opener's.
const WRITE_OFF_WRITTEN_IF: &str = "#available >= :units";
const WRITE_OFF_WRITTEN: &str = "SET #available = #available - :units, #capacity = #capacity - :units";

const SET_LOW: &str = "SET #low_at = :at";

#[async_trait]
impl StockKeeper for StockTable {
    async fn movement(&self, sku: &Sku, reference: &Reference) -> Result<Option<Movement>, Failure> {
        let key = keys::movement(sku, reference);
        let item = read::get(&self.client, "movement", &self.table, key, Consistency::Strong).await?;
        item.as_ref().map(item::read_movement).transpose()
    }

    async fn change_supply(&self, change: &SupplyChange) -> Result<(), ChangeSupplyError> {
        match write::transact(&self.client, "change_supply", || self.supplying(change)).await {
            Ok(()) => Ok(()),
            Err(Refusal::Failure(failure)) => Err(failure.into()),
            // The supply and its movement come first: what they say is another movement's doing.
            Err(Refusal::Conditions(reasons)) => {
                let is_stale = reasons.iter().take(RECORDS).any(condition_failed);
                Err(if is_stale { ChangeSupplyError::Stale } else { ChangeSupplyError::Taken })
            }
        }
    }

    async fn set_low(&self, sku: &Sku, at: u32) -> Result<(), Failure> {
        let statement = || Statement::new(SET_LOW, PRESENT).name("low_at").value("at", number(at));
        match write::update(&self.client, "set_low", &self.table, &keys::list(sku), statement).await? {
            // Refused: nothing of it was ever put on sale.
            Verdict::Written(_) | Verdict::Refused(_) => Ok(()),
        }
    }
}

/// How many writes of a change say that it happened: the supply, its movement, and the list.
const RECORDS: usize = 3;

impl StockTable {
    fn supplying(&self, change: &SupplyChange) -> Result<Vec<TransactWriteItem>, Failure> {
        let operation = "change_supply";
        let seen =
            || Condition::new(CHANGE_IF).name("version").value("seen_version", number(change.seen_version));
        let is_first = change.seen_version == 0;
        let before = if is_first { Condition::absent() } else { seen() };
        let mut writes = vec![
            put(operation, &self.table, item::supply(&change.supply), Some(before))?,
            put(operation, &self.table, item::movement(&change.movement), Some(Condition::absent()))?,
        ];
        writes.push(if is_first {
            let first = StockList::first(&change.supply).supplied(change);
            put(operation, &self.table, list::stock_list(&first), Some(Condition::absent()))?
        } else {
            supplied(change).into_write(operation, &self.table, keys::list(&change.supply.sku))?
        });
        for (opener, pages) in change.openers() {
            writes.push(given(&opener, pages).into_write(operation, &self.table, keys::opener(&opener))?);
        }
        for page in change.new_pages() {
            writes.push(put(operation, &self.table, stock_item::page(&page), Some(Condition::absent()))?);
        }
        for (page, units) in change.taken() {
            writes.push(written_off(&page, units).into_write(operation, &self.table, keys::page(&page))?);
        }
        Ok(writes)
    }
}

/// Mirrors [`StockList::supplied`].
fn supplied(change: &SupplyChange) -> Statement {
    let mut update = "SET #lanes = :lanes, #loose_pages = :loose_pages".to_owned();
    let mut statement = Statement::new("", PRESENT)
        .name("lanes")
        .name("loose_pages")
        .value("lanes", number(change.supply.openers()))
        .value("loose_pages", number(change.supply.loose_pages));
    for (opener, pages) in change.openers() {
        let lane = opener.lane.number();
        update.push_str(&format!(", #openers.#lane{lane} = :pages{lane}"));
        statement = statement
            .name("openers")
            .name_as(&format!("#lane{lane}"), lane.to_string())
            .value(&format!("pages{lane}"), number(pages));
    }
    let returned: BTreeSet<u32> = change.new_pages().map(|page| page.key.number).collect();
    if !returned.is_empty() {
        update.push_str(" ADD #returned :returned");
        statement = statement.name("returned").value("returned", number_set(&returned));
    }
    statement.update = update.into();
    statement
}

fn given(opener: &OpenerKey, pages: u32) -> Statement {
    Statement::new(GIVE, GIVE_IF)
        .name("sku")
        .name("lane")
        .name("pages")
        .name("opened")
        .value("sku", text(opener.sku.as_str()))
        .value("lane", number(opener.lane.number()))
        .value("pages", number(pages))
        .value("zero", number(0))
}

/// Mirrors [`StockPage::write_off`], of [`StockPage::unwritten`] where the page is not there.
fn written_off(page: &PageKey, units: u32) -> Statement {
    let full = StockPage::unwritten(page.clone()).filter(|page| units <= page.available);
    let statement = match full {
        Some(full) => moves::first_written(Statement::new(WRITE_OFF, WRITE_OFF_IF), &full),
        None => Statement::new(WRITE_OFF_WRITTEN, WRITE_OFF_WRITTEN_IF).name("capacity"),
    };
    statement.name("available").value("units", number(units))
}
