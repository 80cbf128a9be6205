use super::Order;
use crate::Timestamp;

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderState {
    /// A payment is in flight, or its outcome is not known yet.
    PendingPayment,
    /// Exactly one attempt was captured.
    Paid {
        /// When we learned it.
        at: Timestamp,
    },
    /// Every attempt is a definite no. The units stay held, so that the shopper can try another method.
    PaymentFailed {
        /// Until then.
        retry_until: Timestamp,
    },
    /// Given up without a charge, or with everything given back; the units are back on sale.
    Cancelled {
        /// When.
        at: Timestamp,
    },
}

impl OrderState {
    /// Every word in the API.
    const WORDS: [&'static str; 7] = [
        "pending_payment",
        "paid",
        "payment_failed",
        "cancelled",
        Self::PARTIALLY_REFUNDED,
        Self::REFUNDED,
        Self::DISPUTED,
    ];
    /// The word for a paid order of which a part has gone back.
    const PARTIALLY_REFUNDED: &'static str = "partially_refunded";
    /// The word for one of which everything has.
    const REFUNDED: &'static str = "refunded";
    /// The word for one of which something is in dispute, or was lost to one.
    const DISPUTED: &'static str = "disputed";

    /// A word of the API that was stored, if it is one.
    pub fn word(text: &str) -> Option<&'static str> {
        Self::WORDS.into_iter().find(|word| *word == text)
    }

    /// The word in the API.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::PendingPayment => "pending_payment",
            Self::Paid { .. } => "paid",
            Self::PaymentFailed { .. } => "payment_failed",
            Self::Cancelled { .. } => "cancelled",
        }
    }
}

impl Order {
    /// The word in the API: that of its state, and for a paid one what became of the money since.
    pub fn word(&self) -> &'static str {
        let back = self.refunded();
        if !matches!(self.state, OrderState::Paid { .. }) {
            self.state.as_str()
        } else if self.is_disputed() {
            OrderState::DISPUTED
        } else if back == 0 {
            self.state.as_str()
        } else if back < self.totals.total.amount() {
            OrderState::PARTIALLY_REFUNDED
        } else {
            OrderState::REFUNDED
        }
    }
}
