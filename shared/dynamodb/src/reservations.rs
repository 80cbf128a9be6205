use application::{CloseError, Failure, ReservationBook, ReservationCloser, Reservations, ReserveError};
use async_trait::async_trait;
use aws_sdk_dynamodb::types::{CancellationReason, ReturnValuesOnConditionCheckFailure, TransactWriteItem};
use domain::reservation::{Reservation, ReservationState};
use domain::{Idempotent, OrderId, ReservationId};

use crate::attribute::{text, time};
use crate::read::{self, Consistency};
use crate::statement::{Before, Statement, put};
use crate::stock::item::units_left;
use crate::stock::moves;
use crate::write::{self, Refusal, Verdict, condition_failed};
use crate::{OrdersTable, PurchaseTables, keys};

pub(crate) mod item; // reservations as items, and the parts that orders share

#[cfg(test)]
pub(crate) mod tests;

/// The condition of a reservation's end by release or expiry.
pub(crate) const CLOSE_IF: &str = "#state = :open";
const CLOSE: &str = "SET #state = :state";

/// The condition of a reservation's check-out. Whoever decided it saw this very deadline ahead.
pub(crate) const CHECK_OUT_IF: &str = "#state = :open AND #expires_at = :expires_at";
const CHECK_OUT: &str = "SET #state = :state, #order_id = :order_id";

#[async_trait]
impl Reservations for OrdersTable {
    async fn reservation(&self, id: &ReservationId) -> Result<Option<Reservation>, Failure> {
        let key = keys::reservation(id);
        let item = read::get(&self.client, "reservation", &self.table, key, Consistency::Strong).await?;
        item.as_ref().map(item::read_reservation).transpose()
    }
}

#[async_trait]
impl ReservationCloser for OrdersTable {
    /// Mirrors [`Reservation::release`] and [`Reservation::expire`], which has checked the deadline.
    async fn close(&self, closed: &Reservation) -> Result<(), CloseError> {
        // Only an end is written here: an order writes its own reservation.
        match closed.state {
            ReservationState::Released | ReservationState::Expired => {}
            ReservationState::Open | ReservationState::Ordered(_) => return Err(CloseError::NotOpen),
        }
        let statement = || {
            Statement::new(CLOSE, CLOSE_IF)
                .name("state")
                .value("state", text(item::state_word(&closed.state)))
                .value("open", text(item::state_word(&ReservationState::Open)))
        };
        let key = keys::reservation(&closed.id);
        match write::update(&self.client, "close", &self.table, &key, statement).await? {
            Verdict::Written => Ok(()),
            Verdict::Refused => Err(CloseError::NotOpen),
        }
    }
}

#[async_trait]
impl Reservations for PurchaseTables {
    async fn reservation(&self, id: &ReservationId) -> Result<Option<Reservation>, Failure> {
        self.orders.reservation(id).await
    }
}

#[async_trait]
impl ReservationBook for PurchaseTables {
    async fn reserve(&self, reservation: &Reservation) -> Result<Idempotent<()>, ReserveError> {
        let writes = || self.holds_of_new(reservation);
        match write::transact(&self.client, "reserve", writes).await {
            Ok(()) => Ok(Idempotent::Executed(())),
            Err(Refusal::Failure(failure)) => Err(failure.into()),
            Err(Refusal::Conditions(reasons)) => match reasons.split_first() {
                Some((record, _)) if condition_failed(record) => Ok(Idempotent::AlreadyApplied(())),
                Some((_, pages)) => Err(insufficient(reservation, pages)),
                None => Err(Failure::OutcomeUnknown.into()),
            },
        }
    }
}

impl PurchaseTables {
    fn holds_of_new(&self, reservation: &Reservation) -> Result<Vec<TransactWriteItem>, Failure> {
        let mut writes = Vec::with_capacity(reservation.holds.len() + 1);
        writes.push(put("reserve", &self.orders.table, item::reservation(reservation), Before::Absent)?);
        for planned in &reservation.holds {
            let hold = moves::hold(&reservation.id, planned, reservation.expires_at);
            let key = keys::page(&planned.page);
            let answer = ReturnValuesOnConditionCheckFailure::AllOld;
            writes.push(hold.into_write("reserve", &self.stock, key, answer)?);
        }
        Ok(writes)
    }
}

/// The pages that refused, each with what it still has for this reservation.
///
/// A hold on a page without its reservation cannot come from here, for they are written together; should a restored
/// table bring it about, its units are not taken twice: the page counts as empty for this reservation, another one is
/// planned, and the sweeper ends the stray hold.
fn insufficient(reservation: &Reservation, reasons: &[CancellationReason]) -> ReserveError {
    let refused = reservation.holds.iter().zip(reasons).filter(|(_, reason)| condition_failed(reason));
    let left = refused.map(|(planned, reason)| {
        let left = units_left(reason.item(), &reservation.id)?;
        Ok((planned.page.clone(), left))
    });
    match left.collect() {
        Ok(pages) => ReserveError::Insufficient(pages),
        Err(failure) => ReserveError::Failure(failure),
    }
}

/// Mirrors [`Reservation::check_out`].
pub(crate) fn check_out(ordered: &Reservation, order: &OrderId) -> Statement {
    Statement::new(CHECK_OUT, CHECK_OUT_IF)
        .name("state")
        .name("order_id")
        .name("expires_at")
        .value("state", text(item::ORDERED))
        .value("order_id", text(order.as_str()))
        .value("open", text(item::state_word(&ReservationState::Open)))
        .value("expires_at", time(ordered.expires_at))
}
