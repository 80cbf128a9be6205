//! Holds stock for one cart: all its lines, or none.
//!
//! The reservation says first from which page its units will come, and the page is written second: two writes, and
//! nothing that two shoppers share. Several pages are held in one transaction with the reservation.

use std::time::Duration;

use domain::catalog::Availability;
use domain::reservation::{Reservation, ReservationState, Totals};
use domain::{Idempotent, MoneyError, RequestKey, Sku, Timestamp};

use crate::shelf::Seeker;
use crate::{
    Bands, Catalog, Chance, Clock, Failure, Holds, Limits, Offers, Orders, ReservationBook,
    ReservationCloser, Shelf, StockRoom, claims,
};

mod cart; // what a request asks for, lines of one SKU merged
mod made; // whether an earlier request has made it
mod plan; // from which pages
mod pricing; // what it costs, and what limits apply
mod taking; // exactly once, whoever else is at it

pub use cart::{Cart, CartLine, CartRefused};

pub(crate) use made::{Found, find};
use taking::{Taken, Taking};

/// What the use case needs.
pub struct Ports<'a> {
    /// Prices.
    pub catalog: &'a dyn Catalog,
    /// What this instance remembers of them.
    pub offers: &'a Offers,
    /// Stock pages, and where to look for them.
    pub stock: &'a dyn StockRoom,
    /// What this instance remembers of them.
    pub shelf: &'a Shelf,
    /// What it remembers of the bands of their SKUs.
    pub bands: &'a Bands,
    /// Reservations.
    pub reservations: &'a dyn ReservationBook,
    /// Ends those whose time is over, where they stand in the way of a limit.
    pub closer: &'a dyn ReservationCloser,
    /// Orders, which may have been cancelled.
    pub orders: &'a dyn Orders,
    /// Their holds.
    pub holds: &'a dyn Holds,
    /// What customers have of limited SKUs.
    pub limits: &'a dyn Limits,
    /// The time.
    pub clock: &'a dyn Clock,
    /// Randomness.
    pub chance: &'a dyn Chance,
}

/// What a request asks for.
#[derive(Clone, Debug)]
pub struct CreateReservation {
    /// Who asks, under which key.
    pub request: RequestKey,
    /// What is asked for.
    pub cart: Cart,
    /// How long the units are held.
    pub hold_time: Duration,
}

/// A SKU of which there are too few units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shortage {
    /// The SKU.
    pub sku: Sku,
    /// Units asked for.
    pub requested: u32,
    /// What there is.
    pub availability: Availability,
}

/// Why no reservation was made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CreateReservationError {
    /// The key was used for another cart.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// The catalog has no such SKU.
    #[error("there is no SKU {0}")]
    UnknownSku(Sku),
    /// Its sale has not begun.
    #[error("SKU {sku} is not on sale yet")]
    NotOnSaleYet {
        /// The SKU.
        sku: Sku,
        /// When it begins.
        from: Timestamp,
    },
    /// A SKU that is limited per customer is sold to customers who are signed in.
    #[error("SKU {0} is limited per customer")]
    SignInRequired(Sku),
    /// The customer would have more than the limit, unpaid units included.
    #[error("the customer would have more than {limit} units of SKU {sku}")]
    LimitReached {
        /// The SKU.
        sku: Sku,
        /// Units that a customer may have.
        limit: u32,
    },
    /// The price that the shopper saw is not the price now.
    #[error("the price of SKU {0} has changed")]
    PriceChanged(Sku),
    /// The SKU is not offered in the currency of the cart.
    #[error("SKU {0} is not offered in this currency")]
    CurrencyNotOffered(Sku),
    /// The sum is more than can be charged at once.
    #[error(transparent)]
    Total(#[from] MoneyError),
    /// There are too few units. Nothing is held.
    #[error("there are too few units")]
    InsufficientStock(Vec<Shortage>),
    /// The world broke.
    #[error(transparent)]
    Failure(#[from] Failure),
}

/// Holds a cart's units, or answers with the reservation that an earlier request under this key made.
///
/// # Errors
/// See [`CreateReservationError`]. A refusal is not remembered: the same request may succeed later.
pub async fn create_reservation(
    ports: &Ports<'_>,
    command: &CreateReservation,
) -> Result<Idempotent<Reservation>, CreateReservationError> {
    let draft = match draft(ports, command).await {
        Ok(draft) => draft,
        Err(CreateReservationError::Failure(failure)) => return Err(failure.into()),
        // Before anybody is refused: the same request may have won already, and its answer was lost.
        Err(refusal) => return earlier(ports, command).await?.map(Idempotent::AlreadyApplied).ok_or(refusal),
    };
    match Taking::new(ports, &draft).take().await? {
        Taken::Now(reservation) => {
            keep_bands(ports, &reservation).await;
            Ok(Idempotent::Executed(reservation))
        }
        Taken::Before(reservation) => Ok(Idempotent::AlreadyApplied(reservation)),
    }
}

/// The reservation as it will be written, but for its pages.
async fn draft(
    ports: &Ports<'_>,
    command: &CreateReservation,
) -> Result<Reservation, CreateReservationError> {
    let now = ports.clock.now();
    let lines = pricing::price(ports, command, now).await?;
    Ok(Reservation {
        id: command.request.reservation_id(),
        caller: command.request.caller.clone(),
        fingerprint: command.cart.fingerprint(),
        totals: Totals::of_items(&lines)?,
        lines,
        holds: Vec::new(),
        tried: Vec::new(),
        turn: 1,
        state: ReservationState::Open,
        created_at: now,
        expires_at: now.plus(command.hold_time),
    })
}

/// The reservation that this request made earlier, if it made one that holds its units or did.
async fn earlier(
    ports: &Ports<'_>,
    command: &CreateReservation,
) -> Result<Option<Reservation>, CreateReservationError> {
    let Ports { reservations, stock, clock, .. } = *ports;
    let id = command.request.reservation_id();
    let Some(found) = made::find(reservations, stock, &id, clock.now()).await? else { return Ok(None) };
    if taking::is_anothers(&found.reservation, &command.cart.fingerprint()) {
        return Err(CreateReservationError::KeyReused);
    }
    Ok(Some(found.reservation).filter(|_| found.is_made))
}

/// Once a second somebody who has just held units sees to it that the SKU's band is true. The units are held either
/// way, so a failure is for the next one to make good.
async fn keep_bands(ports: &Ports<'_>, reservation: &Reservation) {
    for line in &reservation.lines {
        if let Err(failure) = ports.seeker().keep_band(&line.sku).await {
            tracing::warn!(%failure, sku = %line.sku, "the band was not brought up to date");
        }
    }
}

impl<'a> Ports<'a> {
    fn seeker(&self) -> Seeker<'a> {
        Seeker { stock: self.stock, shelf: self.shelf, clock: self.clock, chance: self.chance }
    }

    fn claims(&self) -> claims::Ports<'a> {
        let Self { limits, closer, orders, clock, .. } = *self;
        claims::Ports { limits, reservations: closer, orders, clock }
    }
}
