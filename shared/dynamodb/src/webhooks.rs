use application::{FactLedger, Facts, Failure, WebhookInbox, WebhookLedger, WebhookQuarantine};
use async_trait::async_trait;
use domain::Idempotent;
use domain::payment::{GatewayName, GatewayReference};
use domain::webhook::{EventKey, Fact, Settlement, Webhook, WebhookState};
use domain::work::WorkKind;

use crate::attribute::{text, time};
use crate::read::{self, Consistency};
use crate::reservations::item::wake;
use crate::statement::{Condition, Statement};
use crate::write::{self, Verdict};
use crate::{OrdersTable, keys};

pub(crate) mod fact; // what events prove, as attributes
pub(crate) mod item; // events as items

#[cfg(test)]
mod tests;

/// The condition under which an event is settled: nobody has settled it.
pub(crate) const SETTLE_IF: &str = "#state = :received";
/// The condition under which a fact is kept: its event has none yet.
pub(crate) const KEEP_FACT_IF: &str = "attribute_not_exists(#fact)";
const KEEP_FACT: &str = "SET #fact = :fact";
const APPLY: &str = "SET #state = :state, #settled_at = :settled_at REMOVE #wake, #wake_at";
const QUARANTINE: &str = "SET #state = :state, #settled_at = :settled_at, #reason = :reason, #work = :work, \
    #work_since = :settled_at REMOVE #wake, #wake_at";
/// The condition under which a person's decision is written: nobody has decided otherwise.
pub(crate) const RESOLVE_IF: &str = "#state = :quarantined";
const DISMISS: &str = "SET #state = :state, #settled_at = :settled_at REMOVE #reason, #work, #work_since";
const APPLY_AGAIN: &str = "SET #state = :state, #wake = :wake, #wake_at = :wake_at \
    REMOVE #settled_at, #reason, #work, #work_since";

#[async_trait]
impl WebhookInbox for OrdersTable {
    async fn receive(&self, webhook: &Webhook) -> Result<Idempotent<()>, Failure> {
        let event = &webhook.event;
        if let Some(proven) = &event.fact {
            let _first_or_again = self.keep(&event.key, &event.reference, proven).await?;
        }
        let item = item::webhook(webhook);
        match write::put(&self.client, "receive", &self.table, &item, &Condition::absent()).await? {
            Verdict::Written(_) => Ok(Idempotent::Executed(())),
            Verdict::Refused(_) => Ok(Idempotent::AlreadyApplied(())),
        }
    }
}

#[async_trait]
impl WebhookLedger for OrdersTable {
    async fn webhook(&self, key: &EventKey) -> Result<Option<Webhook>, Failure> {
        let key = keys::webhook(key);
        let item = read::get(&self.client, "webhook", &self.table, key, Consistency::Strong).await?;
        item.as_ref().map(item::read_webhook).transpose()
    }

    async fn settle(&self, key: &EventKey, settlement: Settlement) -> Result<Idempotent<()>, Failure> {
        let key = keys::webhook(key);
        let statement = || settling(settlement);
        match write::update(&self.client, "settle", &self.table, &key, statement).await? {
            Verdict::Written(_) => Ok(Idempotent::Executed(())),
            Verdict::Refused(_) => Ok(Idempotent::AlreadyApplied(())),
        }
    }
}

#[async_trait]
impl WebhookQuarantine for OrdersTable {
    async fn resolve(&self, decided: &Webhook) -> Result<Idempotent<()>, Failure> {
        let key = keys::webhook(&decided.event.key);
        let statement = || resolving(decided);
        match write::update(&self.client, "resolve", &self.table, &key, statement).await? {
            Verdict::Written(_) => Ok(Idempotent::Executed(())),
            Verdict::Refused(_) => Ok(Idempotent::AlreadyApplied(())),
        }
    }
}

#[async_trait]
impl Facts for OrdersTable {
    async fn facts(&self, gateway: GatewayName, reference: &GatewayReference) -> Result<Vec<Fact>, Failure> {
        let key = keys::facts(gateway, reference);
        let item = read::get(&self.client, "facts", &self.table, key, Consistency::Strong).await?;
        item.as_ref().map_or(Ok(Vec::new()), fact::read_facts)
    }
}

#[async_trait]
impl FactLedger for OrdersTable {
    async fn keep(
        &self,
        event: &EventKey,
        reference: &GatewayReference,
        proven: &Fact,
    ) -> Result<Idempotent<()>, Failure> {
        let key = keys::facts(event.gateway, reference);
        let statement = || {
            Statement::new(KEEP_FACT, KEEP_FACT_IF)
                .name_as("#fact", keys::fact(&event.id))
                .value("fact", fact::fact(proven))
        };
        Ok(match write::update(&self.client, "keep fact", &self.table, &key, statement).await? {
            Verdict::Written(_) => Idempotent::Executed(()),
            Verdict::Refused(_) => Idempotent::AlreadyApplied(()),
        })
    }
}

/// Mirrors [`Webhook::settle`].
fn settling(settlement: Settlement) -> Statement {
    let update = if let Settlement::Quarantined { .. } = settlement { QUARANTINE } else { APPLY };
    let statement = Statement::new(update, SETTLE_IF)
        .name("state")
        .name("settled_at")
        .name("wake")
        .name(keys::WAKE.place)
        .value("received", text(item::RECEIVED))
        .value("state", text(settlement.as_str()))
        .value("settled_at", time(settlement.at()));
    match settlement {
        Settlement::Applied { .. } | Settlement::Dismissed { .. } => statement,
        Settlement::Quarantined { reason, .. } => statement
            .name("reason")
            .name("work")
            .name(keys::WORK.place)
            .value("reason", text(reason.as_str()))
            .value("work", text(WorkKind::Webhook.as_str())),
    }
}

/// Mirrors [`Webhook::decide`].
fn resolving(decided: &Webhook) -> Statement {
    let statement = |update, state| {
        Statement::new(update, RESOLVE_IF)
            .name("state")
            .name("settled_at")
            .name("reason")
            .name("work")
            .name(keys::WORK.place)
            .value("quarantined", text(item::QUARANTINED))
            .value("state", text(state))
    };
    match (decided.state, decided.wake) {
        (WebhookState::Settled(settlement), _) => {
            statement(DISMISS, settlement.as_str()).value("settled_at", time(settlement.at()))
        }
        (WebhookState::Received, woken) => {
            let statement = statement(APPLY_AGAIN, item::RECEIVED).name("wake").name(keys::WAKE.place);
            match woken {
                Some(woken) => statement.value("wake", wake(woken)).value(keys::WAKE.place, time(woken.at)),
                None => statement,
            }
        }
    }
}
