use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use application::{FactLedger, Facts, Failure, Overdue, WebhookInbox, WebhookLedger, WebhookQuarantine};
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
        let event = &webhook.event;
        if let Some(fact) = &event.fact {
            let _first_or_again = records.keep_fact(&event.key, &event.reference, fact);
        }
        records.write_webhook(webhook);
        Ok(Idempotent::Executed(()))
    }
}

#[async_trait]
impl FactLedger for Store {
    async fn keep(
        &self,
        key: &EventKey,
        reference: &GatewayReference,
        fact: &Fact,
    ) -> Result<Idempotent<()>, Failure> {
        Ok(self.lock().keep_fact(key, reference, fact))
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
        let object = (gateway, reference.clone());
        Ok(self.lock().facts.get(&object).into_iter().flat_map(BTreeMap::values).cloned().collect())
    }
}

impl Records {
    fn keep_fact(&mut self, key: &EventKey, reference: &GatewayReference, fact: &Fact) -> Idempotent<()> {
        let facts = self.facts.entry((key.gateway, reference.clone())).or_default();
        match facts.entry(key.clone()) {
            Entry::Occupied(_) => Idempotent::AlreadyApplied(()),
            Entry::Vacant(free) => {
                free.insert(fact.clone());
                Idempotent::Executed(())
            }
        }
    }

    pub(super) fn write_webhook(&mut self, webhook: &Webhook) {
        let key = webhook.event.key.clone();
        let before = self.webhooks.insert(key.clone(), webhook.clone()).and_then(|earlier| earlier.wake);
        let wake_at = |wake: Option<Wake>| wake.map(|wake| wake.at);
        self.overdue.moved(&Overdue::Webhook(key.clone()), wake_at(before), wake_at(webhook.wake));
        self.commits.push(Commit { record: Record::Webhook(key), before, after: webhook.wake });
    }
}
