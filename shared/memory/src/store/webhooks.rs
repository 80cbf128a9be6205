use application::{Facts, Failure, Overdue, WebhookInbox, WebhookLedger, WebhookQuarantine};
use async_trait::async_trait;
use domain::Idempotent;
use domain::payment::{GatewayName, GatewayReference};
use domain::wake::Wake;
use domain::webhook::{EventKey, Fact, Settlement, Webhook};

use super::{Records, Store};
use crate::{Commit, Record};

#[async_trait]
impl WebhookInbox for Store {
    async fn receive(&self, webhook: &Webhook) -> Result<Idempotent<()>, Failure> {
        let mut records = self.lock();
        if records.webhooks.contains_key(&webhook.event.key) {
            return Ok(Idempotent::AlreadyApplied(()));
        }
        records.write_webhook(webhook);
        Ok(Idempotent::Executed(()))
    }
}

#[async_trait]
impl WebhookLedger for Store {
    async fn webhook(&self, key: &EventKey) -> Result<Option<Webhook>, Failure> {
        Ok(self.lock().webhooks.get(key).cloned())
    }

    async fn settle(&self, key: &EventKey, settlement: Settlement) -> Result<Idempotent<()>, Failure> {
        let mut records = self.lock();
        let stored = records.webhooks.get(key).cloned();
        let Some(Ok(settled)) = stored.map(|webhook| webhook.settle(settlement)) else {
            return Ok(Idempotent::AlreadyApplied(()));
        };
        records.write_webhook(&settled);
        Ok(Idempotent::Executed(()))
    }
}

#[async_trait]
impl WebhookQuarantine for Store {
    async fn resolve(&self, decided: &Webhook) -> Result<Idempotent<()>, Failure> {
        let mut records = self.lock();
        let stored = records.webhooks.get(&decided.event.key);
        if stored.and_then(Webhook::work).is_none() {
            return Ok(Idempotent::AlreadyApplied(()));
        }
        records.write_webhook(decided);
        Ok(Idempotent::Executed(()))
    }
}

#[async_trait]
impl Facts for Store {
    async fn facts(&self, gateway: GatewayName, reference: &GatewayReference) -> Result<Vec<Fact>, Failure> {
        let records = self.lock();
        let events = records.webhooks.values().map(|webhook| &webhook.event);
        let told = events.filter(|event| event.key.gateway == gateway && event.reference == *reference);
        Ok(told.filter_map(|event| event.fact.clone()).collect())
    }
}

impl Records {
    pub(super) fn write_webhook(&mut self, webhook: &Webhook) {
        let key = webhook.event.key.clone();
        let before = self.webhooks.insert(key.clone(), webhook.clone()).and_then(|earlier| earlier.wake);
        let wake_at = |wake: Option<Wake>| wake.map(|wake| wake.at);
        self.overdue.moved(&Overdue::Webhook(key.clone()), wake_at(before), wake_at(webhook.wake));
        self.commits.push(Commit { record: Record::Webhook(key), before, after: webhook.wake });
    }
}
