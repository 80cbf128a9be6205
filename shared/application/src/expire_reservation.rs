//! Ends reservations, or the orders that they became, whose time is over.

use std::future::pending;
use std::pin::Pin;
use std::time::Duration;

use domain::order::{Order, OrderState};
use domain::reservation::{ExpireRefused, Reservation};
use domain::stock::{Hold, PageKey, PlannedHold};
use domain::{Idempotent, OrderId, ReservationId, Timestamp};

use crate::give_back::{self, Returned, free, free_all, tell};
use crate::repeat::until_definite;
use crate::side_by_side::{SideBySide, in_order, side_by_side};
use crate::{
    Chance, ChangeError, Clock, CloseError, Failure, Holds, Limits, OrderLedger, Queues, ReservationCloser,
    StockRoom, Subject, WakeUp, claims,
};

/// How often the decision is made anew after somebody else closed the reservation meanwhile.
const DECISIONS_MAX: u32 = 3;

/// So long the units of a batch that are back wait for those that are not, to be told of together. To free some takes
/// about 5 ms, and the list has few writes to spare.
const SLOW_FROM: Duration = Duration::from_millis(10);

/// What the use case needs.
pub struct Ports<'a> {
    /// Reservations.
    pub reservations: &'a dyn ReservationCloser,
    /// Their holds.
    pub holds: &'a dyn Holds,
    /// What they count against customers' limits.
    pub limits: &'a dyn Limits,
    /// Where units are looked for.
    pub stock: &'a dyn StockRoom,
    /// The orders that they became.
    pub orders: &'a dyn OrderLedger,
    /// Where a deadline further away than the longest delay is sent on.
    pub queues: &'a dyn Queues,
    /// The time.
    pub clock: &'a dyn Clock,
    /// Randomness.
    pub chance: &'a dyn Chance,
}

impl<'a> Ports<'a> {
    fn giving_back(&self) -> give_back::Ports<'a> {
        let Self { holds, stock, clock, chance, .. } = *self;
        give_back::Ports { holds, stock, clock, chance }
    }
}

/// A reservation whose end is written, and what that leaves to be done: [`finish`] does it. Who dies before it is done
/// begins again, and finds as much to do.
#[derive(Debug)]
#[must_use = "its units are not back yet"]
pub struct Ended(Left);

#[derive(Debug)]
enum Left {
    /// Its time is not over, or it was paid for.
    Nothing,
    /// Its holds are on their pages.
    Closed(Reservation),
    /// Its holds went with its order, which may still have a worker to be woken.
    Cancelled(Reservation, Option<Box<Order>>),
    /// Some units of its order, which is paid for, came back to the shop.
    Returned(Reservation, Box<Order>),
}

/// Ends one reservation if its time is over. Safe to run any number of times.
///
/// # Errors
/// When the store or the queue fails: the message must come again.
pub async fn expire_reservation(ports: &Ports<'_>, id: &ReservationId) -> Result<Ended, Failure> {
    for _ in 0..DECISIONS_MAX {
        let Some(reservation) = ports.reservations.reservation(id).await? else {
            // No write of ours makes a hold without its reservation; tables restored to different times may.
            tracing::error!(reservation = %id, "a hold needs a person: its reservation does not exist");
            return Ok(Ended(Left::Nothing));
        };
        let now = ports.clock.now();
        let closed = match reservation.clone().expire(now) {
            Ok(Idempotent::Executed(expired)) => close(ports, expired).await?,
            Ok(Idempotent::AlreadyApplied(closed)) => Some(closed),
            Err(ExpireRefused::NotDue { expires_at }) => {
                // One that was opened again outlives what kept its earlier requests from their pages.
                free_late(ports, &reservation, now, |_| true).await?;
                send_on(ports, id, expires_at, now).await?;
                return Ok(Ended(Left::Nothing));
            }
            Err(ExpireRefused::Ordered(order)) => {
                return expire_order(ports, reservation, &order, now).await.map(Ended);
            }
        };
        if let Some(closed) = closed {
            return Ok(Ended(Left::Closed(closed)));
        }
    }
    Err(Failure::Throttled)
}

/// Gives back what these held, as many as a queue delivers at once: frees their holds, then tells each list once for all
/// of them, then gives back their claims. Answers for each in its place; after an error its message must come again.
///
/// Thousands that expire in one second have one list among them, which takes a thousand writes a second. They are
/// freed at the same time and not where each is ended, so that no unit waits for the end of another.
pub async fn finish(ports: &Ports<'_>, ended: Vec<Ended>) -> Vec<Result<(), Failure>> {
    let told = free_and_tell(ports, &ended).await;
    let settle = |(ended, told): (Ended, Result<(), Failure>)| async move {
        told?;
        ended.settle(ports).await
    };
    side_by_side(ended.into_iter().zip(told).map(settle)).await
}

/// Answers, each in its place, whether what one message frees is free and told of.
type Telling<'a> = Pin<Box<dyn Future<Output = Vec<(usize, Result<(), Failure>)>> + Send + 'a>>;

/// Tells once of all that is free soon, and apart of what is slow: a write whose answer was lost takes seconds, for
/// which the units of the others would lie where nobody looks.
async fn free_and_tell(ports: &Ports<'_>, ended: &[Ended]) -> Vec<Result<(), Failure>> {
    let mut freeing = SideBySide::of(ended.iter().map(|ended| ended.free(ports)));
    freeing.go_on_until(ports.clock.wait(SLOW_FROM)).await;
    let soon = freeing.take_done();
    let late = async {
        freeing.go_on_until(pending()).await;
        tell_of(ports, freeing.take_done()).await
    };
    let both: [Telling<'_>; 2] = [Box::pin(tell_of(ports, soon)), Box::pin(late)];
    in_order(side_by_side(both).await.into_iter().flatten().collect())
}

/// Tells each list once, and answers for each in its place whether it was freed and told of.
async fn tell_of(
    ports: &Ports<'_>,
    freed: Vec<(usize, Result<Returned, Failure>)>,
) -> Vec<(usize, Result<(), Failure>)> {
    let told = tell(ports.giving_back(), freed.iter().flat_map(|(_, freed)| freed)).await;
    let outcome = |freed: Result<Returned, Failure>| told.of(&freed?);
    freed.into_iter().map(|(place, freed)| (place, outcome(freed))).collect()
}

impl Ended {
    async fn free(&self, ports: &Ports<'_>) -> Result<Returned, Failure> {
        match &self.0 {
            Left::Nothing => Ok(Returned::default()),
            Left::Closed(closed) => free_all(ports.giving_back(), closed).await,
            Left::Cancelled(reservation, _) => Ok(Returned::of(&reservation.holds)),
            Left::Returned(_, order) => Ok(Returned::of(order.returned_units())),
        }
    }

    /// What it counted against limits, and its order's worker.
    async fn settle(self, ports: &Ports<'_>) -> Result<(), Failure> {
        match self.0 {
            Left::Nothing => Ok(()),
            Left::Closed(closed) => claims::give_back(ports.limits, &closed).await,
            Left::Cancelled(reservation, order) => {
                claims::give_back(ports.limits, &reservation).await?;
                match order {
                    Some(order) => rest(ports, *order).await,
                    None => Ok(()),
                }
            }
            Left::Returned(reservation, order) => {
                claims::give_back_returned(ports.limits, &reservation, &order).await?;
                rest(ports, *order).await
            }
        }
    }
}

/// Closes first; the holds are freed after that, because no hold is freed under a reservation that could still be
/// checked out. `None` when a checkout or a release came first, or this very write did: what stands decides.
async fn close(ports: &Ports<'_>, expired: Reservation) -> Result<Option<Reservation>, Failure> {
    match until_definite(|| ports.reservations.close(&expired)).await {
        Ok(expired) => {
            tracing::info!(reservation = %expired.id, "reservation expired");
            Ok(Some(expired))
        }
        Err(CloseError::NotOpen) => Ok(None),
        Err(CloseError::Failure(failure)) => Err(failure),
    }
}

/// The message came before the deadline, because the queue knows no longer delay.
async fn send_on(
    ports: &Ports<'_>,
    id: &ReservationId,
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<(), Failure> {
    let wake_up = WakeUp { subject: Subject::ExpireReservation(id.clone()), at: expires_at };
    let refused = ports.queues.send(&[wake_up], now).await?;
    if refused.is_empty() { Ok(()) } else { Err(Failure::Unavailable) }
}

/// An order is given up only when its payment failed and its time to try again is over.
async fn expire_order(
    ports: &Ports<'_>,
    reservation: Reservation,
    id: &OrderId,
    now: Timestamp,
) -> Result<Left, Failure> {
    let Some(order) = ports.orders.order(id).await? else {
        return Ok(Left::Nothing);
    };
    let is_ours = |page: &PageKey| reservation.holds.iter().any(|planned| planned.page == *page);
    free_late(ports, &reservation, now, |page| order.holds_nothing() || !is_ours(page)).await?;
    if let OrderState::PaymentFailed { retry_until } = order.state
        && now < retry_until
    {
        send_on(ports, &order.reservation_id, retry_until, now).await?;
        return Ok(Left::Nothing);
    }
    cancel(ports, reservation, order, now).await
}

/// Frees what was written late: of an order, on pages that it has nothing on, and on its own once it was paid for or given
/// up. The pages are read first, because there hardly ever is any.
async fn free_late(
    ports: &Ports<'_>,
    reservation: &Reservation,
    now: Timestamp,
    may_be_on: impl Fn(&PageKey) -> bool,
) -> Result<(), Failure> {
    let may_be_late = |planned: &PlannedHold, hold: Hold| hold.is_overdue(now) && may_be_on(&planned.page);
    let overdue: Vec<(&PlannedHold, Hold)> = reservation
        .held()
        .chain(reservation.stray())
        .filter(|(planned, hold)| may_be_late(planned, *hold))
        .collect();
    if overdue.is_empty() {
        return Ok(());
    }
    let keys: Vec<PageKey> = overdue.iter().map(|(planned, _)| planned.page.clone()).collect();
    let pages = ports.stock.pages(&keys).await?;
    let is_there = |planned: &PlannedHold, hold: Hold| {
        let page = pages.iter().find(|page| page.key == planned.page);
        page.and_then(|page| page.holds.get(&reservation.id)) == Some(&hold)
    };
    let late = overdue.into_iter().filter(|(planned, hold)| is_there(planned, *hold));
    // A repetition would not find them there, so their lists are told at once.
    free(ports.giving_back(), &reservation.id, late).await?.tell(ports.giving_back()).await
}

async fn cancel(
    ports: &Ports<'_>,
    reservation: Reservation,
    order: Order,
    now: Timestamp,
) -> Result<Left, Failure> {
    if matches!(order.state, OrderState::Cancelled { .. }) {
        let woken = order.wake.is_some().then(|| Box::new(order));
        return Ok(Left::Cancelled(reservation, woken));
    }
    if matches!(order.state, OrderState::Paid { .. }) && order.has_units_to_end() {
        return Ok(Left::Returned(reservation, Box::new(order)));
    }
    // Paid or in flight: no clock ends it.
    let Ok(change) = order.expire(now) else { return Ok(Left::Nothing) };
    match until_definite(|| ports.orders.record(&change)).await {
        Ok(()) => {
            tracing::info!(order = %change.order.id, "order cancelled: no payment in time");
            Ok(Left::Cancelled(reservation, None))
        }
        // The shopper offered another method just now, or this very write was applied: both stand.
        Err(ChangeError::Conflict) => Ok(Left::Nothing),
        Err(ChangeError::Failure(failure)) => Err(failure),
    }
}

/// Its worker need not be woken again.
async fn rest(ports: &Ports<'_>, order: Order) -> Result<(), Failure> {
    let change = order.rest(ports.clock.now());
    match until_definite(|| ports.orders.record(&change)).await {
        // Whoever came first has written the same.
        Ok(()) | Err(ChangeError::Conflict) => Ok(()),
        Err(ChangeError::Failure(failure)) => Err(failure),
    }
}
