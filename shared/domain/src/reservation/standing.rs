use super::{Reservation, ReservationState};
use crate::Timestamp;
use crate::order::{Order, OrderState};

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

impl Reservation {
    /// What its shopper is told: from the reservation, then from the order that it became.
    pub fn standing(&self, order: Option<&Order>, now: Timestamp) -> Standing {
        match (&self.state, order.map(|order| &order.state)) {
            (ReservationState::Open, _) if now < self.expires_at => Standing::Held,
            // From its deadline on it reads as expired, whether or not a worker came by.
            (ReservationState::Open | ReservationState::Expired | ReservationState::Refused, _)
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
