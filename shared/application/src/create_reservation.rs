//! Holds stock for one cart: all its lines, or none.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::catalog::{Availability, Product, Variant};
use domain::reservation::{Line, PAGES_MAX, Reservation, ReservationState, Totals};
use domain::stock::PlannedHold;
use domain::{Idempotent, MoneyError, RequestKey, Sku, Timestamp};

use crate::repeat::until_definite;
use crate::{Catalog, Chance, Clock, Failure, ReservationBook, ReserveError, Shelf, Stock};

mod cart; // what a request asks for, lines of one SKU merged

pub use cart::{Cart, CartLine, CartRefused};

/// How often a plan is made anew after a page turned out to have too few units. Each refusal means that somebody
/// else got them, so the sale goes on meanwhile.
const PLANS_MAX: u32 = 16;

/// What the use case needs.
pub struct Ports<'a> {
    /// Prices.
    pub catalog: &'a dyn Catalog,
    /// Stock pages.
    pub stock: &'a dyn Stock,
    /// What this instance remembers of them.
    pub shelf: &'a Shelf,
    /// Reservations.
    pub reservations: &'a dyn ReservationBook,
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
    match reserve(ports, command).await {
        Ok(Some(reservation)) => Ok(Idempotent::Executed(reservation)),
        Ok(None) => earlier(ports, command)
            .await?
            .map(Idempotent::AlreadyApplied)
            .ok_or(Failure::OutcomeUnknown.into()),
        Err(CreateReservationError::Failure(failure)) => Err(failure.into()),
        // Before anybody is refused: the same request may have won already, and its answer was lost.
        Err(refusal) => earlier(ports, command).await?.map(Idempotent::AlreadyApplied).ok_or(refusal),
    }
}

/// The reservation that this request made earlier.
async fn earlier(
    ports: &Ports<'_>,
    command: &CreateReservation,
) -> Result<Option<Reservation>, CreateReservationError> {
    match ports.reservations.reservation(&command.request.reservation_id()).await? {
        Some(earlier) if earlier.fingerprint != command.cart.fingerprint() => {
            Err(CreateReservationError::KeyReused)
        }
        earlier => Ok(earlier),
    }
}

/// Writes the reservation and its holds; `None` when a reservation of this id exists.
async fn reserve(
    ports: &Ports<'_>,
    command: &CreateReservation,
) -> Result<Option<Reservation>, CreateReservationError> {
    let now = ports.clock.now();
    let products = ports.catalog.products_of(&command.cart.skus()).await?;
    let lines = price(&command.cart, &products, now)?;
    let draft = Reservation {
        id: command.request.reservation_id(),
        caller: command.request.caller.clone(),
        fingerprint: command.cart.fingerprint(),
        totals: Totals::of_items(&lines)?,
        lines,
        holds: Vec::new(),
        state: ReservationState::Open,
        created_at: now,
        expires_at: now.plus(command.hold_time),
    };
    for _ in 0..PLANS_MAX {
        let reservation = Reservation { holds: plan(ports, &draft.lines).await?, ..draft.clone() };
        match until_definite(|| ports.reservations.reserve(&reservation)).await {
            Ok(Idempotent::Executed(())) => {
                ports.shelf.took(&reservation.holds);
                return Ok(Some(reservation));
            }
            Ok(Idempotent::AlreadyApplied(())) => return Ok(None),
            Err(ReserveError::Insufficient(pages)) => ports.shelf.learn(&pages),
            Err(ReserveError::Failure(failure)) => return Err(failure.into()),
        }
    }
    Err(Failure::Throttled.into())
}

/// The lines at today's prices, all in one currency.
fn price(cart: &Cart, products: &[Product], now: Timestamp) -> Result<Vec<Line>, CreateReservationError> {
    let variants: BTreeMap<&Sku, &Variant> = products
        .iter()
        .flat_map(|product| &product.variants)
        .map(|variant| (&variant.sku, variant))
        .collect();
    let mut currency = cart.currency;
    let mut lines = Vec::new();
    for asked in &cart.lines {
        let sku = asked.sku.clone();
        let Some(variant) = variants.get(&sku) else {
            return Err(CreateReservationError::UnknownSku(sku));
        };
        if let Some(from) = variant.on_sale_from.filter(|_| !variant.is_on_sale(now)) {
            return Err(CreateReservationError::NotOnSaleYet { sku, from });
        }
        if variant.limit_per_customer.is_some() {
            return Err(CreateReservationError::SignInRequired(sku));
        }
        if *currency.get_or_insert(variant.price.currency()) != variant.price.currency() {
            return Err(CreateReservationError::CurrencyNotOffered(sku));
        }
        if asked.unit_price.is_some_and(|seen| seen != variant.price) {
            return Err(CreateReservationError::PriceChanged(sku));
        }
        lines.push(Line { sku, quantity: asked.quantity, unit_price: variant.price });
    }
    Ok(lines)
}

/// From which pages each line is taken.
async fn plan(ports: &Ports<'_>, lines: &[Line]) -> Result<Vec<PlannedHold>, CreateReservationError> {
    let mut holds = Vec::new();
    let mut shortages = Vec::new();
    for line in lines {
        let now = ports.clock.now();
        match ports.shelf.plan(ports.stock, ports.chance, &line.sku, line.quantity, now).await? {
            Some(planned) => holds.extend(planned),
            None => shortages.push(shortage(ports, line)),
        }
    }
    if shortages.is_empty() && holds.len() > PAGES_MAX {
        shortages = lines.iter().map(|line| shortage(ports, line)).collect();
    }
    if shortages.is_empty() { Ok(holds) } else { Err(CreateReservationError::InsufficientStock(shortages)) }
}

fn shortage(ports: &Ports<'_>, line: &Line) -> Shortage {
    Shortage {
        sku: line.sku.clone(),
        requested: line.quantity.units(),
        availability: Availability::of(ports.shelf.units(&line.sku)),
    }
}
