//! Counts a reservation's units against its customer's limits, and gives them back with its end.

use domain::order::{Order, OrderState};
use domain::reservation::{ExpireRefused, Reservation};
use domain::stock::{CustomerLimit, LimitClaim};
use domain::{Idempotent, OrderId};

use crate::repeat::until_definite;
use crate::{ClaimError, Clock, CloseError, Failure, Limits, Orders, ReservationCloser};

/// How often a claim is made. Before the last time, claims that nobody needs any more are given back.
const CLAIMS_MAX: u32 = 2;

/// How often it is decided whether a claim's reservation has ended, after somebody else closed it meanwhile.
const DECISIONS_MAX: u32 = 2;

/// What a claim needs.
#[derive(Clone, Copy)]
pub(crate) struct Ports<'a> {
    pub(crate) limits: &'a dyn Limits,
    pub(crate) reservations: &'a dyn ReservationCloser,
    pub(crate) orders: &'a dyn Orders,
    pub(crate) clock: &'a dyn Clock,
}

/// The customer has too many units of this SKU already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LimitReached(pub(crate) CustomerLimit);

/// Claims all that a reservation needs; the first that is over the limit stops it.
pub(crate) async fn claim(
    ports: Ports<'_>,
    reservation: &Reservation,
) -> Result<Result<(), LimitReached>, Failure> {
    for claim in reservation.claims() {
        for earlier in 1..=CLAIMS_MAX {
            match until_definite(|| ports.limits.claim(&claim)).await {
                Ok(Idempotent::Executed(()) | Idempotent::AlreadyApplied(())) => break,
                Err(ClaimError::Failure(failure)) => return Err(failure),
                Err(ClaimError::Reached(reached)) => {
                    let freed = give_back_ended(ports, &reached.standing, &claim).await?;
                    if earlier == CLAIMS_MAX || !freed {
                        return Ok(Err(LimitReached(reached.standing)));
                    }
                }
            }
        }
    }
    Ok(Ok(()))
}

/// Gives back what a reservation claimed. Its end is written already.
pub(crate) async fn give_back(limits: &dyn Limits, ended: &Reservation) -> Result<(), Failure> {
    give_back_all(limits, ended.claims()).await
}

/// Gives back what a reservation claimed of SKUs of which all its order's units came back.
pub(crate) async fn give_back_returned(
    limits: &dyn Limits,
    reservation: &Reservation,
    order: &Order,
) -> Result<(), Failure> {
    give_back_all(limits, reservation.claims().filter(|claim| order.has_returned_all(&claim.sku))).await
}

async fn give_back_all(limits: &dyn Limits, claims: impl Iterator<Item = LimitClaim>) -> Result<(), Failure> {
    for claim in claims {
        let _given_back: Idempotent<()> = until_definite(|| limits.give_back(&claim)).await?;
    }
    Ok(())
}

/// Gives back the claims of reservations that have ended, and this reservation's claim of an earlier turn. Answers
/// whether there were any.
pub(crate) async fn give_back_ended(
    ports: Ports<'_>,
    standing: &CustomerLimit,
    mine: &LimitClaim,
) -> Result<bool, Failure> {
    let mut any = false;
    for claim in standing.standing() {
        let has_ended = if claim.reservation == mine.reservation {
            claim.turn < mine.turn
        } else {
            has_ended(ports, &claim).await?
        };
        if has_ended {
            let _given_back: Idempotent<()> = until_definite(|| ports.limits.give_back(&claim)).await?;
            any = true;
        }
    }
    Ok(any)
}

/// Whether a claim's reservation can never be bought. One whose time is over is ended first: until that is written,
/// somebody whose clock is behind might still check it out.
async fn has_ended(ports: Ports<'_>, claim: &LimitClaim) -> Result<bool, Failure> {
    for _ in 0..DECISIONS_MAX {
        let Some(reservation) = ports.reservations.reservation(&claim.reservation).await? else {
            // A claim comes after its reservation, so there is nothing that it could still be for.
            return Ok(true);
        };
        if reservation.turn > claim.turn {
            return Ok(true);
        }
        match reservation.expire(ports.clock.now()) {
            Ok(Idempotent::AlreadyApplied(_)) => return Ok(true),
            Ok(Idempotent::Executed(expired)) => {
                match until_definite(|| ports.reservations.close(&expired)).await {
                    Ok(_) => return Ok(true),
                    // A checkout came first, or this very write did: what stands decides.
                    Err(CloseError::NotOpen) => {}
                    Err(CloseError::Failure(failure)) => return Err(failure),
                }
            }
            Err(ExpireRefused::NotDue { .. }) => return Ok(false),
            Err(ExpireRefused::Ordered(order)) => return is_given_up(ports, &order, claim).await,
        }
    }
    Err(Failure::Throttled)
}

/// Whether its order was cancelled, or all of the SKU's units came back.
async fn is_given_up(ports: Ports<'_>, order: &OrderId, claim: &LimitClaim) -> Result<bool, Failure> {
    let order = ports.orders.order(order).await?;
    Ok(order.is_some_and(|order| match order.state {
        OrderState::Cancelled { .. } => true,
        OrderState::Paid { .. } => order.has_returned_all(&claim.sku),
        OrderState::PendingPayment | OrderState::PaymentFailed { .. } => false,
    }))
}
