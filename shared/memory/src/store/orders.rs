use application::{ChangeError, Failure, OrderLedger, OrderPlacer, Orders};
use async_trait::async_trait;
use domain::OrderId;
use domain::invariant::OrderRecord;
use domain::order::{Order, OrderChange};
use domain::reservation::{Reservation, ReservationState};
use domain::wake::Wake;

use super::{Records, Store};
use crate::Commit;

#[async_trait]
impl Orders for Store {
    async fn order(&self, id: &OrderId) -> Result<Option<Order>, Failure> {
        Ok(self.lock().orders.get(id).map(|record| record.order.clone()))
    }
}

#[async_trait]
impl OrderPlacer for Store {
    async fn place(&self, ordered: &Reservation, change: &OrderChange) -> Result<(), ChangeError> {
        let mut records = self.lock();
        let order = &change.order;
        if records.orders.contains_key(&order.id) {
            return Err(ChangeError::Conflict);
        }
        let open = |stored: &&Reservation| {
            stored.state == ReservationState::Open && stored.expires_at == ordered.expires_at
        };
        let stored = records.reservations.get(&ordered.id).filter(open).ok_or(ChangeError::Conflict)?;
        let ended = Reservation { state: ReservationState::Ordered(order.id.clone()), ..stored.clone() };
        let pages = records.moved(order, change.holds).ok_or(ChangeError::Conflict)?;
        records.write_pages(pages);
        records.write_reservation(ended);
        records.write_order(change);
        Ok(())
    }
}

#[async_trait]
impl OrderLedger for Store {
    async fn record(&self, change: &OrderChange) -> Result<(), ChangeError> {
        let mut records = self.lock();
        let version = records.orders.get(&change.order.id).map(|record| record.order.version);
        if version.is_none() || version != change.seen_version {
            return Err(ChangeError::Conflict);
        }
        let pages = records.moved(&change.order, change.holds).ok_or(ChangeError::Conflict)?;
        records.write_pages(pages);
        records.write_order(change);
        Ok(())
    }

    async fn postpone(&self, seen: &Order, wake: Wake) -> Result<(), ChangeError> {
        let mut records = self.lock();
        let stored = records.orders.get_mut(&seen.id).map(|record| &mut record.order);
        let order = stored.filter(|order| order.version == seen.version).ok_or(ChangeError::Conflict)?;
        let commit = Commit::of_order(order, order.wake, Some(wake));
        order.wake = Some(wake);
        records.commits.push(commit);
        Ok(())
    }
}

impl Records {
    /// The order as the change leaves it, and the line that its history gains.
    fn write_order(&mut self, change: &OrderChange) {
        let OrderChange { order, .. } = change;
        let earlier = self.orders.remove(&order.id);
        let before = earlier.as_ref().and_then(|record| record.order.wake);
        self.commits.push(Commit::of_order(order, before, order.wake));
        let mut history = earlier.map(|record| record.history).unwrap_or_default();
        history.push(change.audit_entry());
        self.orders.insert(order.id.clone(), OrderRecord { order: order.clone(), history });
    }
}
