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
    const WORDS: [&'static str; 6] =
        ["pending_payment", "paid", "payment_failed", "cancelled", Self::PARTIALLY_REFUNDED, Self::REFUNDED];
    /// The word for a paid order of which a part has gone back.
    pub(super) const PARTIALLY_REFUNDED: &'static str = "partially_refunded";
    /// The word for one of which everything has.
    pub(super) const REFUNDED: &'static str = "refunded";

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
