use application::{ChangeError, Failure, OrderLedger, OrderPlacer, Orders};
use async_trait::async_trait;
use domain::OrderId;
use domain::order::{AuditEntry, Order, OrderChange};
use domain::payment::AttemptState;
use domain::reservation::Reservation;
use domain::wake::Wake;

use super::Invocation;
use crate::world::BEGIN;

#[async_trait]
impl Orders for Invocation {
    async fn order(&self, id: &OrderId) -> Result<Option<Order>, Failure> {
        let found = self.read("read order", id, || self.world.conduct.order(self.by, id)).await?;
        let has_leases = self.world.desk().has_leases;
        Ok(if has_leases { found } else { found.map(without_lease) })
    }
}

/// The order as it reads when every lease is over: a lease saves work, and nothing may rest on it.
fn without_lease(mut order: Order) -> Order {
    if let Some(attempt) = order.attempts.last_mut()
        && let AttemptState::Sending { lease_until, .. } = &mut attempt.state
    {
        *lease_until = BEGIN;
    }
    order
}

#[async_trait]
impl OrderPlacer for Invocation {
    async fn place(&self, ordered: &Reservation, change: &OrderChange) -> Result<(), ChangeError> {
        let id = &change.order.id;
        self.write("place order", id, |conduct| conduct.place(self.by, ordered, change)).await
    }
}

#[async_trait]
impl OrderLedger for Invocation {
    async fn record(&self, change: &OrderChange) -> Result<(), ChangeError> {
        self.write("record", &Recorded(change), |conduct| conduct.record(self.by, change)).await
    }

    async fn postpone(&self, seen: &Order, wake: Wake) -> Result<(), ChangeError> {
        self.write("postpone order", &seen.id, |conduct| conduct.postpone(self.by, seen, wake)).await
    }
}

/// A change in the trace: the version that it makes, and what it makes of the payment.
struct Recorded<'a>(&'a OrderChange);

impl core::fmt::Display for Recorded<'_> {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let AuditEntry { version, state, attempt, payment, .. } = self.0.audit_entry();
        write!(formatter, "version {version}: {state}, attempt {attempt} {payment}")
    }
}
