use application::{ChangeError, Failure, OrderHistories, OrderLedger, OrderPlacer, Orders};
use async_trait::async_trait;
use aws_sdk_dynamodb::types::TransactWriteItem;
use domain::OrderId;
use domain::order::{HoldsChange, Order, OrderChange, OrderRecord, seen_hold};
use domain::reservation::Reservation;
use domain::stock::PlannedHold;
use domain::wake::Wake;

use crate::attribute::{list, number, time};
use crate::limits::claimed;
use crate::read::{self, Consistency};
use crate::reservations::check_out;
use crate::statement::{Condition, Statement, put};
use crate::stock::moves::{move_hold, take_back};
use crate::write::{self, Refusal, Verdict};
use crate::{OrdersTable, PurchaseTables, keys, velocity};

mod attempt; // attempts and methods as values
mod dispute; // disputes as values
pub(crate) mod item; // orders as items
mod refund; // refunds as values
mod screening; // what the fraud rules, and a person, said as values

#[cfg(test)]
pub(crate) mod tests;

/// The condition of an order's change: it still has the version that the change was made from.
pub(crate) const RECORD_IF: &str = "#version = :seen_version";
const POSTPONE: &str = "SET #wake = :wake, #wake_at = :wake_at";

#[async_trait]
impl Orders for OrdersTable {
    async fn order(&self, id: &OrderId) -> Result<Option<Order>, Failure> {
        let key = keys::order(id);
        let item = read::get(&self.client, "order", &self.table, key, Consistency::Strong).await?;
        item.as_ref().map(item::read_order).transpose()
    }
}

#[async_trait]
impl OrderHistories for OrdersTable {
    async fn order_record(&self, id: &OrderId) -> Result<Option<OrderRecord>, Failure> {
        let key = keys::order(id);
        let item = read::get(&self.client, "order_record", &self.table, key, Consistency::Strong).await?;
        item.as_ref().map(item::read_record).transpose()
    }
}

#[async_trait]
impl Orders for PurchaseTables {
    async fn order(&self, id: &OrderId) -> Result<Option<Order>, Failure> {
        self.orders.order(id).await
    }
}

#[async_trait]
impl OrderPlacer for PurchaseTables {
    /// Mirrors [`Order::place`].
    async fn place(&self, ordered: &Reservation, change: &OrderChange) -> Result<(), ChangeError> {
        let writes = || {
            let table = &self.orders.table;
            let key = keys::reservation(&ordered.id);
            let mut writes = vec![check_out(ordered, &change.order.id).into_write("place", table, key)?];
            writes.push(put("place", table, item::new_order(change), Some(Condition::absent()))?);
            for claim in ordered.claims() {
                let key = keys::limit(&claim.sku, &claim.customer);
                writes.push(claimed(&claim).into_check("place", table, key)?);
            }
            self.move_holds(&mut writes, "place", &change.order, change.holds.as_ref())?;
            Ok(writes)
        };
        written(write::transact(&self.client, "place", writes).await)
    }
}

#[async_trait]
impl OrderLedger for PurchaseTables {
    async fn record(&self, change: &OrderChange) -> Result<(), ChangeError> {
        // A change without a version makes an order; there is none that it could have been made from.
        let seen = change.seen_version.ok_or(ChangeError::Conflict)?;
        let key = keys::order(&change.order.id);
        let table = &self.orders.table;
        if change.holds.is_none() {
            let statement = || recording(change, seen);
            return match write::update(&self.client, "record", table, &key, statement).await? {
                Verdict::Written(_) => Ok(()),
                Verdict::Refused(_) => Err(ChangeError::Conflict),
            };
        }
        let writes = || {
            let mut writes = vec![recording(change, seen).into_write("record", table, key.clone())?];
            self.move_holds(&mut writes, "record", &change.order, change.holds.as_ref())?;
            if let Some((key, paid)) = velocity::pay(change) {
                writes.push(paid.into_write("record", table, key)?);
            }
            Ok(writes)
        };
        written(write::transact(&self.client, "record", writes).await)
    }

    async fn postpone(&self, seen: &Order, wake: Wake) -> Result<(), ChangeError> {
        let statement = || {
            Statement::new(POSTPONE, RECORD_IF)
                .name("version")
                .name("wake")
                .name(keys::WAKE.place)
                .value("seen_version", number(seen.version))
                .value("wake", crate::reservations::item::wake(wake))
                .value(keys::WAKE.place, time(wake.at))
        };
        let key = keys::order(&seen.id);
        match write::update(&self.client, "postpone", &self.orders.table, &key, statement).await? {
            Verdict::Written(_) => Ok(()),
            Verdict::Refused(_) => Err(ChangeError::Conflict),
        }
    }
}

impl PurchaseTables {
    fn move_holds(
        &self,
        writes: &mut Vec<TransactWriteItem>,
        operation: &'static str,
        order: &Order,
        change: Option<&HoldsChange>,
    ) -> Result<(), Failure> {
        let mut write = |unit: &PlannedHold, statement: Statement| {
            writes.push(statement.into_write(operation, &self.stock.table, keys::page(&unit.page))?);
            Ok(())
        };
        match change {
            None => Ok(()),
            Some(HoldsChange::Moved { held_until, target }) => order.holds.iter().try_for_each(|planned| {
                let seen = seen_hold(planned, *held_until);
                write(planned, move_hold(&order.reservation_id, seen, *target))
            }),
            Some(HoldsChange::TakenBack(units)) => {
                units.iter().try_for_each(|unit| write(unit, take_back(unit.quantity)))
            }
        }
    }
}

/// What an order's change writes: what may have changed, and one more line of history. Attributes that this version
/// does not know stay as they are.
fn recording(change: &OrderChange, seen_version: u64) -> Statement {
    let mut set = "SET #history = list_append(#history, :history)".to_owned();
    let mut remove = String::new();
    let postings = item::postings(&change.order);
    let mut statement = Statement::new("", RECORD_IF)
        .name("history")
        .value("history", item::history(change))
        .value("seen_version", number(seen_version));
    if let Some(postings) = postings {
        // What was posted before stays as it is, whatever this writer has read.
        set.push_str(", #ledger = list_append(if_not_exists(#ledger, :no_postings), :postings)");
        statement = statement
            .name("ledger")
            .value("postings", postings)
            .value("no_postings", list(core::iter::empty()));
    }
    for (attribute, value) in item::moving(&change.order) {
        statement = statement.name(attribute);
        match value {
            Some(value) => {
                set.push_str(&format!(", #{attribute} = :{attribute}"));
                statement = statement.value(attribute, value);
            }
            None => {
                remove.push_str(if remove.is_empty() { " REMOVE #" } else { ", #" });
                remove.push_str(attribute);
            }
        }
    }
    statement.update = (set + &remove).into();
    statement
}

fn written(answer: Result<(), Refusal>) -> Result<(), ChangeError> {
    answer.map_err(|refusal| match refusal {
        Refusal::Conditions(_) => ChangeError::Conflict,
        Refusal::Failure(failure) => ChangeError::Failure(failure),
    })
}
