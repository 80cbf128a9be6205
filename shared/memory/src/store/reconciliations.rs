use std::ops::Bound;

use application::{DifferenceLedger, Differences, Failure, Reconciliations};
use async_trait::async_trait;
use domain::payment::GatewayName;
use domain::reconciliation::{Difference, DifferenceKey, Reconciled, Window};
use domain::{Idempotent, OrderId, Timestamp};

use super::Store;

#[async_trait]
impl Reconciliations for Store {
    async fn reconciled(&self, gateway: GatewayName) -> Result<Option<Reconciled>, Failure> {
        Ok(self.lock().reconciled.get(&gateway).copied())
    }

    async fn advance(
        &self,
        gateway: GatewayName,
        seen: Option<Timestamp>,
        until: Timestamp,
    ) -> Result<Idempotent<()>, Failure> {
        let mut records = self.lock();
        if records.reconciled.get(&gateway).map(|reconciled| reconciled.until) != seen {
            return Ok(Idempotent::AlreadyApplied(()));
        }
        records.reconciled.insert(gateway, Reconciled::until(until));
        Ok(Idempotent::Executed(()))
    }

    async fn note_unanswered(
        &self,
        gateway: GatewayName,
        until: Timestamp,
        since: Timestamp,
    ) -> Result<Idempotent<()>, Failure> {
        let mut records = self.lock();
        match records.reconciled.get_mut(&gateway) {
            Some(reconciled) if *reconciled == Reconciled::until(until) => {
                reconciled.unanswered_since = Some(since);
                Ok(Idempotent::Executed(()))
            }
            Some(_) | None => Ok(Idempotent::AlreadyApplied(())),
        }
    }

    async fn posted(&self, shard: u32, window: Window) -> Result<Vec<OrderId>, Failure> {
        let end = Bound::Excluded(window.ends_at());
        Ok(self.lock().posted.between(shard, window.begins_at(), end))
    }
}

#[async_trait]
impl Differences for Store {
    async fn note(&self, difference: &Difference) -> Result<Idempotent<()>, Failure> {
        let mut records = self.lock();
        if records.differences.contains_key(&difference.key) {
            return Ok(Idempotent::AlreadyApplied(()));
        }
        records.differences.insert(difference.key.clone(), difference.clone());
        Ok(Idempotent::Executed(()))
    }

    async fn difference(&self, key: &DifferenceKey) -> Result<Option<Difference>, Failure> {
        Ok(self.lock().differences.get(key).cloned())
    }
}

#[async_trait]
impl DifferenceLedger for Store {
    async fn resolve(&self, resolved: &Difference) -> Result<Idempotent<()>, Failure> {
        let mut records = self.lock();
        match records.differences.get_mut(&resolved.key) {
            Some(difference) if difference.resolved_at.is_none() => {
                difference.resolved_at = resolved.resolved_at;
                Ok(Idempotent::Executed(()))
            }
            Some(_) | None => Ok(Idempotent::AlreadyApplied(())),
        }
    }
}
