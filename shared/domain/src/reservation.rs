//! A shopper's holds, with one deadline.
//!
//! ```text
//! Open ──check out──▶ Ordered        its fate is the order's from here on
//!   ├────release────▶ Released
//!   ├────expire─────▶ Expired        from `expires_at` on
//!   └────refuse─────▶ Refused        no page had the units; the same request may open it again
//! ```
//!
//! It is written before its holds, with the pages that they are to be taken from, so that every hold can be found from
//! it: a page is listed first, and written second.

use core::time::Duration;

use crate::stock::{Hold, LimitClaim, PlannedHold};
use crate::wake::{Queue, Wake};
use crate::{Caller, Fingerprint, Idempotent, OrderId, ReservationId, Timestamp};

mod standing; // what its shopper is told
mod totals; // lines, and what they cost together

pub use standing::Standing;
pub use totals::{Line, Totals};

/// How many different SKUs one reservation may hold.
pub const LINES_MAX: usize = 20;

/// From how many pages one reservation may take. With the reservation and an order beside them in one
/// transaction this stays under DynamoDB's 100 items.
pub const PAGES_MAX: usize = 70;

/// How many pages that refused a reservation it may list, so that it stays a small item.
pub const TRIED_MAX: usize = 100;

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
    /// Holds that may stand beside the planned ones until their deadline: of pages that refused it before, where a
    /// write may come late, and without units on pages that were planned by a request before this one.
    pub tried: Vec<TriedHold>,
    /// Counts how often it was opened. It is part of what its limit claims are known by.
    pub turn: u32,
    /// Where it stands.
    pub state: ReservationState,
    /// When it was made.
    pub created_at: Timestamp,
    /// From here on it cannot be checked out any more.
    pub expires_at: Timestamp,
}

/// A hold that may stand on a page although it is not planned any more, or has no units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TriedHold {
    /// The hold.
    pub planned: PlannedHold,
    /// Its deadline.
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
    /// No page had the units. Nobody was told of it, and the same request may open it again.
    Refused,
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
    /// How long after its deadline a hold may still stand on its page: it was written late, or the sweeper stood still.
    const STANDS_AT_MOST: Duration = Duration::from_secs(7 * 24 * 60 * 60);

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
            | ReservationState::Expired
            | ReservationState::Refused => Err(NotHeld),
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
            ReservationState::Released | ReservationState::Expired | ReservationState::Refused => {
                Ok(Idempotent::AlreadyApplied(self))
            }
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
            ReservationState::Released | ReservationState::Expired | ReservationState::Refused => {
                Ok(Idempotent::AlreadyApplied(self))
            }
            ReservationState::Ordered(order) => Err(ExpireRefused::Ordered(order)),
        }
    }

    /// Ends because no page has the units.
    ///
    /// # Errors
    /// Refuses when it is not open.
    pub fn refuse(self) -> Result<Self, NotHeld> {
        match self.state {
            ReservationState::Open => Ok(Self { state: ReservationState::Refused, ..self }),
            ReservationState::Ordered(_)
            | ReservationState::Released
            | ReservationState::Expired
            | ReservationState::Refused => Err(NotHeld),
        }
    }

    /// Plans other pages after those planned refused; `None` once it lists as many as it may.
    pub fn replan(mut self, holds: Vec<PlannedHold>) -> Option<Self> {
        let expires_at = self.expires_at;
        let refused = self.holds.into_iter().map(|planned| TriedHold { planned, expires_at });
        self.tried.extend(refused);
        Self { holds, ..self }.within_bounds()
    }

    /// Another request goes on with it. What the one before still writes is what this one writes too, until this one
    /// fences the planned pages off; it notes that first, so that the fences can be found.
    #[must_use]
    pub fn take_over(mut self) -> Self {
        let expires_at = self.expires_at;
        let fences = self.holds.iter().map(|planned| TriedHold { planned: planned.fence(), expires_at });
        self.tried.extend(fences);
        self
    }

    /// Itself; `None` once it lists as many pages as it may.
    pub fn within_bounds(self) -> Option<Self> {
        (self.tried.len() <= TRIED_MAX).then_some(self)
    }

    /// The same request opens a refused reservation again, as `fresh` has it; `None` once it lists as many pages as
    /// it may.
    pub fn reopen(self, fresh: Self) -> Option<Self> {
        let holds = fresh.holds.clone();
        let turn = self.turn.saturating_add(1);
        let mut refused = self.replan(holds)?;
        // A hold that is not listed is found by nobody, so what may still stand somewhere stays on the list.
        refused.tried.retain(|tried| fresh.created_at < tried.expires_at.plus(Self::STANDS_AT_MOST));
        Some(Self { tried: refused.tried, turn, ..fresh })
    }

    /// When a worker must see to its end.
    pub const fn wake(&self) -> Wake {
        Wake { queue: Queue::ExpireReservation, at: self.expires_at }
    }

    /// The order it became.
    pub const fn order_id(&self) -> Option<&OrderId> {
        match &self.state {
            ReservationState::Ordered(order) => Some(order),
            ReservationState::Open
            | ReservationState::Released
            | ReservationState::Expired
            | ReservationState::Refused => None,
        }
    }

    /// Its holds, each with the exact value that it has on its page while the reservation is open.
    pub fn held(&self) -> impl Iterator<Item = (&PlannedHold, Hold)> {
        self.holds.iter().map(|planned| (planned, planned.held(self.expires_at)))
    }

    /// Holds that a late write may have left on pages that refused before, each with its exact value.
    pub fn stray(&self) -> impl Iterator<Item = (&PlannedHold, Hold)> {
        self.tried.iter().map(|tried| (&tried.planned, tried.planned.held(tried.expires_at)))
    }

    /// What its units count against its customer's limits.
    pub fn claims(&self) -> impl Iterator<Item = LimitClaim> {
        self.lines.iter().filter_map(|line| {
            Some(LimitClaim {
                sku: line.sku.clone(),
                customer: self.caller.clone(),
                reservation: self.id.clone(),
                turn: self.turn,
                quantity: line.quantity.units(),
                limit: line.limit?,
            })
        })
    }

    /// Whether this caller made it, and was told so or may yet be.
    pub fn is_of(&self, caller: &Caller) -> bool {
        self.caller == *caller && self.state != ReservationState::Refused
    }
}
