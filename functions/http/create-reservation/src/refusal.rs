use application::Clock;
use application::create_reservation::{CreateReservationError, Shortage};
use lambda::problem::{
    CUSTOMER_LIMIT_REACHED, IDEMPOTENCY_KEY_REUSED, INSUFFICIENT_STOCK, NOT_ON_SALE_YET, PRICE_CHANGED,
    Problem, SIGN_IN_REQUIRED, UNKNOWN_SKU,
};
use serde::Serialize;

/// A SKU of which there are too few units, as a client reads it.
#[derive(Serialize)]
struct ShortageShown {
    sku: String,
    requested: u32,
    availability: &'static str,
}

/// Every refusal of this route; a new one does not compile until it is decided here.
pub(crate) fn problem(error: CreateReservationError, clock: &dyn Clock) -> Problem {
    match error {
        CreateReservationError::KeyReused => Problem::of(IDEMPOTENCY_KEY_REUSED),
        CreateReservationError::UnknownSku(sku) => Problem::of(UNKNOWN_SKU).with("sku", sku.as_str()),
        CreateReservationError::NotOnSaleYet { sku, from } => {
            let seconds = from.since(clock.now()).as_secs().saturating_add(1);
            Problem::of(NOT_ON_SALE_YET)
                .retry_after(u32::try_from(seconds).unwrap_or(u32::MAX))
                .with("sku", sku.as_str())
                .with("on_sale_from", lambda::wire::Time(from))
        }
        CreateReservationError::SignInRequired(sku) => {
            Problem::of(SIGN_IN_REQUIRED).with("sku", sku.as_str())
        }
        CreateReservationError::LimitReached { sku, limit } => {
            Problem::of(CUSTOMER_LIMIT_REACHED).with("sku", sku.as_str()).with("limit_per_customer", limit)
        }
        CreateReservationError::PriceChanged(sku) => Problem::of(PRICE_CHANGED).with("sku", sku.as_str()),
        CreateReservationError::CurrencyNotOffered(_) | CreateReservationError::Total(_) => {
            Problem::out_of_range("/lines", error.to_string())
        }
        CreateReservationError::InsufficientStock(shortages) => {
            let shown: Vec<_> = shortages.into_iter().map(ShortageShown::from).collect();
            Problem::of(INSUFFICIENT_STOCK).with("shortages", shown)
        }
        CreateReservationError::Failure(failure) => failure.into(),
    }
}

impl From<Shortage> for ShortageShown {
    fn from(shortage: Shortage) -> Self {
        Self {
            sku: shortage.sku.to_string(),
            requested: shortage.requested,
            availability: shortage.availability.as_str(),
        }
    }
}
