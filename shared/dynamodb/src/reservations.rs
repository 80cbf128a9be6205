use std::collections::BTreeSet;

use application::{
    CloseError, Failure, PlanError, ReservationBook, ReservationCloser, Reservations, ReserveError,
};
use async_trait::async_trait;
use aws_sdk_dynamodb::types::{CancellationReason, ReturnValue, TransactWriteItem};
use domain::reservation::{Reservation, ReservationState};
use domain::stock::{CustomerLimit, LimitReached};
use domain::{Idempotent, OrderId, ReservationId, Sku};

use crate::attribute::{number, text, time};
use crate::limits::{claim, claimed, standing};
use crate::read::{self, Consistency};
use crate::statement::{Condition, Statement, put};
use crate::stock::item::refusal;
use crate::stock::moves;
use crate::write::{self, Refusal, Verdict, condition_failed};
use crate::{OrdersTable, PurchaseTables, keys};

pub(crate) mod item; // reservations as items, and the parts that orders share

#[cfg(test)]
pub(crate) mod tests;

/// The condition of a plan that follows another: the reservation is what that plan was made from. Another plan and
/// whoever takes a reservation over add to the tried pages, and opening it again adds to its turns.
pub(crate) const PLAN_IF: &str = "#state = :state AND #turn = :turn AND size(#tried) = :tried";

/// The condition of a reservation's end by release or expiry. Whoever decided it saw this very deadline: one that was
/// refused and opened again meanwhile has another.
pub(crate) const CLOSE_IF: &str = "#state = :open AND #expires_at = :expires_at";
const CLOSE: &str = "SET #state = :state";

/// The condition of a reservation's check-out. Whoever decided it saw this very deadline ahead, and this very plan.
pub(crate) const CHECK_OUT_IF: &str =
    "#state = :open AND #expires_at = :expires_at AND #turn = :turn AND size(#tried) = :tried";
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
    async fn close(&self, closed: &Reservation) -> Result<Reservation, CloseError> {
        // Only an end is written here: an order writes its own reservation, and a plan that failed writes its own end.
        match closed.state {
            ReservationState::Released | ReservationState::Expired => {}
            ReservationState::Open | ReservationState::Ordered(_) | ReservationState::Refused => {
                return Err(CloseError::NotOpen);
            }
        }
        let statement = || {
            Statement::new(CLOSE, CLOSE_IF)
                .name("state")
                .name("expires_at")
                .value("state", text(item::state_word(&closed.state)))
                .value("open", text(item::state_word(&ReservationState::Open)))
                .value("expires_at", time(closed.expires_at))
                .answering(ReturnValue::AllNew)
        };
        let key = keys::reservation(&closed.id);
        match write::update(&self.client, "close", &self.table, &key, statement).await? {
            Verdict::Written(closed) => Ok(item::read_reservation(&closed)?),
            Verdict::Refused(_) => Err(CloseError::NotOpen),
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
    async fn plan(&self, next: &Reservation, seen: Option<&Reservation>) -> Result<(), PlanError> {
        let item = item::reservation(next);
        match write::put(&self.client, "plan", &self.orders.table, &item, &as_seen(seen)).await? {
            Verdict::Written(_) => Ok(()),
            Verdict::Refused(_) => Err(PlanError::Conflict),
        }
    }

    async fn reserve(&self, next: &Reservation, seen: Option<&Reservation>) -> Result<(), ReserveError> {
        // Claims that stand already are checked and not made again, which only a refusal can tell apart.
        let mut claimed: BTreeSet<Sku> = BTreeSet::new();
        loop {
            let writes = || self.reserving(next, seen, &claimed);
            let reasons = match write::transact(&self.client, "reserve", writes).await {
                Ok(()) => return Ok(()),
                Err(Refusal::Failure(failure)) => return Err(failure.into()),
                Err(Refusal::Conditions(reasons)) => reasons,
            };
            let Some((record, others)) = reasons.split_first() else {
                return Err(Failure::OutcomeUnknown.into());
            };
            if condition_failed(record) {
                return Err(ReserveError::Conflict);
            }
            let (pages, claims) = others.split_at(next.holds.len().min(others.len()));
            if pages.iter().any(condition_failed) {
                return Err(pages_refused(next, pages)?);
            }
            let known = claimed.len();
            claimed.extend(already_claimed(next, claims)?);
            if claimed.len() == known {
                return Err(Failure::Throttled.into());
            }
        }
    }
}

impl PurchaseTables {
    fn reserving(
        &self,
        next: &Reservation,
        seen: Option<&Reservation>,
        already_claimed: &BTreeSet<Sku>,
    ) -> Result<Vec<TransactWriteItem>, Failure> {
        let operation = "reserve";
        let table = &self.orders.table;
        let mut writes = vec![put(operation, table, item::reservation(next), Some(as_seen(seen)))?];
        for planned in &next.holds {
            let hold = moves::hold(&next.id, planned, next.expires_at).explaining();
            writes.push(hold.into_write(operation, &self.stock.table, keys::page(&planned.page))?);
        }
        for one in next.claims() {
            let key = keys::limit(&one.sku, &one.customer);
            writes.push(if already_claimed.contains(&one.sku) {
                claimed(&one).into_check(operation, table, key)?
            } else {
                claim(&one).into_write(operation, table, key)?
            });
        }
        Ok(writes)
    }
}

/// That a reservation is still what a plan was made from, or is not there where nothing was seen.
fn as_seen(seen: Option<&Reservation>) -> Condition {
    seen.map_or_else(Condition::absent, |seen| {
        Condition::new(PLAN_IF)
            .name("state")
            .name("turn")
            .name("tried")
            .value("state", text(item::state_word(&seen.state)))
            .value("turn", number(seen.turn))
            .value("tried", number(seen.tried.len()))
    })
}

/// The pages that refused, each with why: also where a hold of it is already, so that its units are not taken twice.
fn pages_refused(next: &Reservation, reasons: &[CancellationReason]) -> Result<ReserveError, Failure> {
    let refused = next.holds.iter().zip(reasons).filter(|(_, reason)| condition_failed(reason));
    let pages = refused.map(|(planned, reason)| {
        let why = refusal(&planned.page, reason.item(), &next.id)?;
        Ok((planned.page.clone(), why))
    });
    Ok(ReserveError::Refused(pages.collect::<Result<_, Failure>>()?))
}

/// The SKUs whose claims were refused because they stand already, exactly so.
///
/// # Errors
/// With what stands where it would be too much.
fn already_claimed(next: &Reservation, reasons: &[CancellationReason]) -> Result<Vec<Sku>, ReserveError> {
    let mut claimed = Vec::new();
    let mut reached: Vec<CustomerLimit> = Vec::new();
    for (claim, reason) in next.claims().zip(reasons).filter(|(_, reason)| condition_failed(reason)) {
        match standing(&claim, reason.item())?.claim(&claim) {
            Ok(Idempotent::AlreadyApplied(_)) => claimed.push(claim.sku),
            // It was there when it was looked at first, and has been given back since: whoever did that decides.
            Ok(Idempotent::Executed(limit)) => reached.push(limit),
            Err(LimitReached { standing }) => reached.push(standing),
        }
    }
    if reached.is_empty() { Ok(claimed) } else { Err(ReserveError::LimitReached(reached)) }
}

/// Mirrors [`Reservation::check_out`].
pub(crate) fn check_out(ordered: &Reservation, order: &OrderId) -> Statement {
    Statement::new(CHECK_OUT, CHECK_OUT_IF)
        .name("state")
        .name("order_id")
        .name("expires_at")
        .name("turn")
        .name("tried")
        .value("state", text(item::ORDERED))
        .value("order_id", text(order.as_str()))
        .value("open", text(item::state_word(&ReservationState::Open)))
        .value("expires_at", time(ordered.expires_at))
        .value("turn", number(ordered.turn))
        .value("tried", number(ordered.tried.len()))
}
