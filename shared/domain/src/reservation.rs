//! A shopper's holds, with one deadline.
//!
//! ```text
//! Open ──check out──▶ Ordered        its fate is the order's from here on
//!   ├────release────▶ Released
//!   └────expire─────▶ Expired        from `expires_at` on
//! ```

use crate::order::{Order, OrderState};
use crate::stock::{Hold, PlannedHold};
use crate::wake::{Queue, Wake};
use crate::{
    Caller, Fingerprint, Idempotent, Money, MoneyError, OrderId, Quantity, ReservationId, Sku, Timestamp,
};

/// How many different SKUs one reservation may hold.
pub const LINES_MAX: usize = 20;

/// From how many pages one reservation may take. With the reservation and an order beside them in one
/// transaction this stays under DynamoDB's 100 items.
pub const PAGES_MAX: usize = 70;

/// Some units of one SKU at the price of the moment they were held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The SKU.
    pub sku: Sku,
    /// How many units.
    pub quantity: Quantity,
    /// What one unit costs.
    pub unit_price: Money,
}

/// What is to be paid, and how it comes about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Totals {
    /// The lines.
    pub items: Money,
    /// Taken off.
    pub discount: Money,
    /// Delivery.
    pub shipping: Money,
    /// Tax.
    pub tax: Money,
    /// What is charged.
    pub total: Money,
    /// Whether the prices contain the tax.
    pub tax_included: bool,
}

impl Totals {
    /// The totals of lines without shipping, tax or discount.
    ///
    /// # Errors
    /// Refuses no lines, lines of several currencies, and sums that no gateway would take.
    pub fn of_items(lines: &[Line]) -> Result<Self, MoneyError> {
        let first = lines.first().ok_or(MoneyError::Nothing)?;
        let zero = Money::zero(first.unit_price.currency());
        let items = lines
            .iter()
            .try_fold(zero, |sum, line| sum.checked_add(line.unit_price.checked_times(line.quantity)?))?;
        Ok(Self { items, discount: zero, shipping: zero, tax: zero, total: items, tax_included: true })
    }
}

/// A shopper's set of holds with one deadline.
///
/// Adapters rebuild it from storage; everybody else moves it by its transitions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reservation {
    /// Its id, which follows from the request that made it.
    pub id: ReservationId,
    /// Who made it. Nobody else can see it.
    pub caller: Caller,
    /// What the request asked for.
    pub fingerprint: Fingerprint,
    /// What is held, one line a SKU.
    pub lines: Vec<Line>,
    /// What it would cost.
    pub totals: Totals,
    /// From which pages.
    pub holds: Vec<PlannedHold>,
    /// Where it stands.
    pub state: ReservationState,
    /// When it was made.
    pub created_at: Timestamp,
    /// From here on it cannot be checked out any more.
    pub expires_at: Timestamp,
}

/// Where a reservation stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReservationState {
    /// The shopper may check it out or release it.
    Open,
    /// It became this order.
    Ordered(OrderId),
    /// The shopper gave it up.
    Released,
    /// Its deadline passed.
    Expired,
}

/// What a shopper is told about a reservation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The units are set aside.
    Held,
    /// A payment for them is in flight.
    Paying,
    /// They are paid for.
    Sold,
    /// The shopper gave them up.
    Released,
    /// Their time is over.
    Expired,
}

impl Standing {
    /// The word in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Paying => "paying",
            Self::Sold => "sold",
            Self::Released => "released",
            Self::Expired => "expired",
        }
    }
}

/// The reservation is not open, or its time is over.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the reservation is not held")]
pub struct NotHeld;

/// Why a reservation was not expired.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExpireRefused {
    /// Its deadline has not passed.
    #[error("the reservation is held until {expires_at:?}")]
    NotDue {
        /// The deadline.
        expires_at: Timestamp,
    },
    /// It became an order, which decides from here on.
    #[error("the reservation became order {0}")]
    Ordered(OrderId),
}

impl Reservation {
    /// Becomes an order.
    ///
    /// # Errors
    /// Refuses when it is not open, and from its deadline on.
    pub fn check_out(self, order: OrderId, now: Timestamp) -> Result<Self, NotHeld> {
        match self.state {
            ReservationState::Open if now < self.expires_at => {
                Ok(Self { state: ReservationState::Ordered(order), ..self })
            }
            ReservationState::Open
            | ReservationState::Ordered(_)
            | ReservationState::Released
            | ReservationState::Expired => Err(NotHeld),
        }
    }

    /// Is given up by the shopper.
    ///
    /// # Errors
    /// Refuses when it became an order.
    pub fn release(self) -> Result<Idempotent<Self>, NotHeld> {
        match self.state {
            ReservationState::Open => {
                Ok(Idempotent::Executed(Self { state: ReservationState::Released, ..self }))
            }
            ReservationState::Released | ReservationState::Expired => Ok(Idempotent::AlreadyApplied(self)),
            ReservationState::Ordered(_) => Err(NotHeld),
        }
    }

    /// Ends because its deadline passed.
    ///
    /// # Errors
    /// Refuses before the deadline, and when it became an order.
    pub fn expire(self, now: Timestamp) -> Result<Idempotent<Self>, ExpireRefused> {
        match self.state {
            ReservationState::Open if now >= self.expires_at => {
                Ok(Idempotent::Executed(Self { state: ReservationState::Expired, ..self }))
            }
            ReservationState::Open => Err(ExpireRefused::NotDue { expires_at: self.expires_at }),
            ReservationState::Released | ReservationState::Expired => Ok(Idempotent::AlreadyApplied(self)),
            ReservationState::Ordered(order) => Err(ExpireRefused::Ordered(order)),
        }
    }

    /// When a worker must see to its end.
    pub const fn wake(&self) -> Wake {
        Wake { queue: Queue::ExpireReservation, at: self.expires_at }
    }

    /// The order it became.
    pub const fn order_id(&self) -> Option<&OrderId> {
        match &self.state {
            ReservationState::Ordered(order) => Some(order),
            ReservationState::Open | ReservationState::Released | ReservationState::Expired => None,
        }
    }

    /// Its holds, each with the exact value that it has on its page while the reservation is open.
    pub fn held(&self) -> impl Iterator<Item = (&PlannedHold, Hold)> {
        self.holds.iter().map(|planned| (planned, planned.held(self.expires_at)))
    }

    /// What its shopper is told: from the reservation, then from the order that it became.
    pub fn standing(&self, order: Option<&Order>, now: Timestamp) -> Standing {
        match (&self.state, order.map(|order| &order.state)) {
            (ReservationState::Open, _) if now < self.expires_at => Standing::Held,
            // From its deadline on it reads as expired, whether or not a worker came by.
            (ReservationState::Open | ReservationState::Expired, _)
            | (ReservationState::Ordered(_), Some(OrderState::Cancelled { .. })) => Standing::Expired,
            (ReservationState::Released, _) => Standing::Released,
            (ReservationState::Ordered(_), None | Some(OrderState::PendingPayment)) => Standing::Paying,
            (ReservationState::Ordered(_), Some(OrderState::Paid { .. })) => Standing::Sold,
            (ReservationState::Ordered(_), Some(OrderState::PaymentFailed { retry_until })) => {
                if now < *retry_until { Standing::Held } else { Standing::Expired }
            }
        }
    }
}
