use application::{ChangeError, Failure, OrderHistories, OrderLedger, OrderPlacer, Orders, Overdue};
use async_trait::async_trait;
use domain::OrderId;
use domain::order::{Order, OrderChange, OrderRecord};
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
impl OrderHistories for Store {
    async fn order_record(&self, id: &OrderId) -> Result<Option<OrderRecord>, Failure> {
        Ok(self.lock().orders.get(id).cloned())
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
        let as_planned = |stored: &&Reservation| {
            let plan = |reservation: &Reservation| {
                (reservation.expires_at, reservation.turn, reservation.tried.len())
            };
            stored.state == ReservationState::Open && plan(stored) == plan(ordered)
        };
        let stored = records.reservations.get(&ordered.id).filter(as_planned).ok_or(ChangeError::Conflict)?;
        if !ordered.claims().all(|claim| records.stands(&claim)) {
            return Err(ChangeError::Conflict);
        }
        let ended = Reservation { state: ReservationState::Ordered(order.id.clone()), ..stored.clone() };
        let pages = records.moved(order, change.holds.as_ref()).ok_or(ChangeError::Conflict)?;
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
        let pages = records.moved(&change.order, change.holds.as_ref()).ok_or(ChangeError::Conflict)?;
        records.write_pages(pages);
        records.write_order(change);
        Ok(())
    }

    async fn postpone(&self, seen: &Order, wake: Wake) -> Result<(), ChangeError> {
        let mut records = self.lock();
        let stored = records.orders.get(&seen.id).filter(|record| record.order.version == seen.version);
        let mut record = stored.ok_or(ChangeError::Conflict)?.clone();
        records.commits.push(Commit::of_order(&record.order, record.order.wake, Some(wake)));
        record.order.wake = Some(wake);
        records.put_order(record);
        Ok(())
    }
}

impl Records {
    /// The order as the change leaves it, and the line that its history gains.
    fn write_order(&mut self, change: &OrderChange) {
        let OrderChange { order, .. } = change;
        self.note_paid(change);
        let earlier = self.orders.get(&order.id);
        let before = earlier.and_then(|record| record.order.wake);
        let mut history = earlier.map(|record| record.history.clone()).unwrap_or_default();
        history.push(change.audit_entry());
        self.commits.push(Commit::of_order(order, before, order.wake));
        self.put_order(OrderRecord { order: order.clone(), history });
    }

    /// Puts an order in the place of what stands under its id, and in its places for the sweeper and for whoever reconciles.
    pub(super) fn put_order(&mut self, record: OrderRecord) {
        self.changed();
        let wake_at = |record: &OrderRecord| record.order.wake.map(|wake| wake.at);
        let posted_at = |record: &OrderRecord| record.order.ledger.posted_at();
        let (id, at, posted) = (record.order.id.clone(), wake_at(&record), posted_at(&record));
        let earlier = self.orders.insert(id.clone(), record);
        self.posted.moved(&id, earlier.as_ref().and_then(posted_at), posted);
        self.overdue.moved(&Overdue::Order(id), earlier.as_ref().and_then(wake_at), at);
    }
}
