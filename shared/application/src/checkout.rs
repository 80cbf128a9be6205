//! Turns a reservation into an order with its first payment attempt.

use domain::order::{Checkout, Order};
use domain::reservation::{Reservation, Totals};
use domain::{Idempotent, Money, ReservationId};

use crate::repeat::until_definite;
use crate::{ChangeError, Clock, Failure, OrderPlacer, Reservations};

/// How often the decision is made anew after somebody else wrote the reservation meanwhile.
const DECISIONS_MAX: u32 = 3;

/// What the use case needs.
pub struct Ports<'a> {
    /// Reservations.
    pub reservations: &'a dyn Reservations,
    /// Orders.
    pub orders: &'a dyn OrderPlacer,
    /// The time.
    pub clock: &'a dyn Clock,
}

/// What a request asks for.
#[derive(Clone, Debug)]
pub struct PlaceOrder {
    /// The reservation to be paid for.
    pub reservation_id: ReservationId,
    /// The total that the shopper agreed to.
    pub expected_total: Money,
    /// Who pays, how, and where it goes.
    pub checkout: Checkout,
}

/// Why no order was placed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckoutError {
    /// This caller made no reservation of that id.
    #[error("there is no such reservation")]
    NotFound,
    /// The key was used for another checkout.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// The reservation is not open, or its time is over.
    #[error("the reservation is not held")]
    NotHeld,
    /// The shopper agreed to another total. Nothing is charged.
    #[error("the total has changed")]
    TotalChanged(Box<Totals>),
    /// The world broke.
    #[error(transparent)]
    Failure(#[from] Failure),
}

/// Places an order, or answers with the one that an earlier request under this key placed.
///
/// The order, its reservation and every hold change in one write; the store's stream tells the worker that charges.
///
/// # Errors
/// See [`CheckoutError`].
pub async fn checkout(ports: &Ports<'_>, command: &PlaceOrder) -> Result<Idempotent<Order>, CheckoutError> {
    match place(ports, command).await {
        Ok(order) => Ok(Idempotent::Executed(order)),
        Err(CheckoutError::Failure(failure)) => Err(failure.into()),
        // Before anybody is refused: the same request may have won already, and its answer was lost.
        Err(refusal) => earlier(ports, command).await?.map(Idempotent::AlreadyApplied).ok_or(refusal),
    }
}

/// The order that this request placed earlier.
async fn earlier(ports: &Ports<'_>, command: &PlaceOrder) -> Result<Option<Order>, CheckoutError> {
    match ports.orders.order(&command.checkout.request.order_id()).await? {
        Some(earlier) if earlier.fingerprint != command.checkout.fingerprint => Err(CheckoutError::KeyReused),
        earlier => Ok(earlier),
    }
}

async fn place(ports: &Ports<'_>, command: &PlaceOrder) -> Result<Order, CheckoutError> {
    for _ in 0..DECISIONS_MAX {
        let reservation = own_reservation(ports, command).await?;
        if reservation.totals.total != command.expected_total {
            return Err(CheckoutError::TotalChanged(Box::new(reservation.totals)));
        }
        let now = ports.clock.now();
        let (ordered, change) = Order::place(reservation, command.checkout.clone(), now)
            .map_err(|_refused| CheckoutError::NotHeld)?;
        match until_definite(|| ports.orders.place(&ordered, &change)).await {
            Ok(()) => return Ok(change.order),
            // Another checkout, a release or an expiry came first, or this very write did. Or another request under
            // the reservation's key was at work on it, and its shopper has it all the same.
            Err(ChangeError::Conflict) => {}
            Err(ChangeError::Failure(failure)) => return Err(failure.into()),
        }
    }
    Err(CheckoutError::NotHeld)
}

async fn own_reservation(ports: &Ports<'_>, command: &PlaceOrder) -> Result<Reservation, CheckoutError> {
    let found = ports.reservations.reservation(&command.reservation_id).await?;
    found
        .filter(|reservation| reservation.is_of(&command.checkout.request.caller))
        .ok_or(CheckoutError::NotFound)
}
