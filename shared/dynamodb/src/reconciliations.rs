use application::{DifferenceLedger, Differences, Failure, Reconciliations};
use async_trait::async_trait;
use domain::payment::GatewayName;
use domain::reconciliation::{Difference, DifferenceKey, Reconciled, Window};
use domain::{Idempotent, OrderId, Timestamp};

use crate::attribute::{Fields, text, time};
use crate::read::{self, Consistency, Place, Question};
use crate::statement::{ABSENT, Condition, Statement};
use crate::sweep_index::nominated;
use crate::write::{self, Verdict};
use crate::{OrdersTable, keys};

pub(crate) mod item; // differences as items

#[cfg(test)]
mod tests;

/// The condition under which more has been compared: it begins where the comparison was seen to be.
pub(crate) const ADVANCE_IF: &str = "#until = :seen";
const ADVANCE: &str = "SET #gateway = :gateway, #until = :until REMOVE #unanswered_since";

/// The condition under which a window's first unanswered question is noted: it still is the next one, and none is.
pub(crate) const NOTE_UNANSWERED_IF: &str = "#until = :until AND attribute_not_exists(#unanswered_since)";
const NOTE_UNANSWERED: &str = "SET #unanswered_since = :since";

/// The condition under which a person is done with a difference: it is there, and nobody is.
pub(crate) const RESOLVE_IF: &str = "attribute_exists(#found_at) AND attribute_not_exists(#resolved_at)";
const RESOLVE: &str = "SET #resolved_at = :resolved_at REMOVE #work, #work_since";

#[async_trait]
impl Reconciliations for OrdersTable {
    async fn reconciled(&self, gateway: GatewayName) -> Result<Option<Reconciled>, Failure> {
        let key = keys::reconciliation(gateway);
        let item = read::get(&self.client, "reconciled", &self.table, key, Consistency::Strong).await?;
        item.as_ref().map(|item| item::read_reconciled(Fields(item))).transpose()
    }

    async fn advance(
        &self,
        gateway: GatewayName,
        seen: Option<Timestamp>,
        until: Timestamp,
    ) -> Result<Idempotent<()>, Failure> {
        let key = keys::reconciliation(gateway);
        let statement = || {
            let statement = match seen {
                None => Statement::new(ADVANCE, ABSENT),
                Some(seen) => Statement::new(ADVANCE, ADVANCE_IF).value("seen", time(seen)),
            };
            let statement =
                ["gateway", "until", "unanswered_since"].into_iter().fold(statement, Statement::name);
            statement.value("gateway", text(gateway.as_str())).value("until", time(until))
        };
        match write::update(&self.client, "advance", &self.table, &key, statement).await? {
            Verdict::Written(_) => Ok(Idempotent::Executed(())),
            Verdict::Refused(_) => Ok(Idempotent::AlreadyApplied(())),
        }
    }

    async fn note_unanswered(
        &self,
        gateway: GatewayName,
        until: Timestamp,
        since: Timestamp,
    ) -> Result<Idempotent<()>, Failure> {
        let key = keys::reconciliation(gateway);
        let statement = || {
            let statement = Statement::new(NOTE_UNANSWERED, NOTE_UNANSWERED_IF);
            let statement = ["until", "unanswered_since"].into_iter().fold(statement, Statement::name);
            statement.value("until", time(until)).value("since", time(since))
        };
        match write::update(&self.client, "note_unanswered", &self.table, &key, statement).await? {
            Verdict::Written(_) => Ok(Idempotent::Executed(())),
            Verdict::Refused(_) => Ok(Idempotent::AlreadyApplied(())),
        }
    }

    async fn posted(&self, shard: u32, window: Window) -> Result<Vec<OrderId>, Failure> {
        let question = Question {
            index: &keys::POSTED,
            partition: text(shard.to_string()),
            place: Some(Place::Within(time(window.begins_at()), time(window.last_millisecond()))),
            limit: None,
        };
        let items = read::query_all(&self.client, "posted", &self.table, question).await?;
        Ok(nominated(&items, keys::parse_posted))
    }
}

#[async_trait]
impl Differences for OrdersTable {
    async fn note(&self, difference: &Difference) -> Result<Idempotent<()>, Failure> {
        let item = item::difference(difference);
        match write::put(&self.client, "note", &self.table, &item, &Condition::absent()).await? {
            Verdict::Written(_) => Ok(Idempotent::Executed(())),
            Verdict::Refused(_) => Ok(Idempotent::AlreadyApplied(())),
        }
    }

    async fn difference(&self, key: &DifferenceKey) -> Result<Option<Difference>, Failure> {
        let key = keys::difference(key);
        let item = read::get(&self.client, "difference", &self.table, key, Consistency::Strong).await?;
        item.as_ref().map(item::read_difference).transpose()
    }
}

#[async_trait]
impl DifferenceLedger for OrdersTable {
    async fn resolve(&self, resolved: &Difference) -> Result<Idempotent<()>, Failure> {
        // What is not resolved has nothing to be written.
        let Some(at) = resolved.resolved_at else { return Ok(Idempotent::AlreadyApplied(())) };
        let statement = || {
            let statement = Statement::new(RESOLVE, RESOLVE_IF).value("resolved_at", time(at));
            ["found_at", "resolved_at", "work", keys::WORK.place].into_iter().fold(statement, Statement::name)
        };
        let key = keys::difference(&resolved.key);
        match write::update(&self.client, "resolve", &self.table, &key, statement).await? {
            Verdict::Written(_) => Ok(Idempotent::Executed(())),
            Verdict::Refused(_) => Ok(Idempotent::AlreadyApplied(())),
        }
    }
}
