use core::time::Duration;

use crate::Timestamp;
use crate::payment::GatewayName;

/// An authorization whose capture waits for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Review {
    /// Until then a person can decide; after that it is voided, before the gateway lets it lapse.
    pub until: Timestamp,
    /// How it ended, and when.
    pub end: Option<(ReviewEnd, Timestamp)>,
}

/// How a review ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReviewEnd {
    /// A person decided.
    Decided(ReviewDecision),
    /// Nobody decided in time.
    Lapsed,
    /// The order was cancelled meanwhile.
    Withdrawn,
}

/// What a person decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReviewDecision {
    /// It is captured.
    Approve,
    /// It is voided, and the order ends.
    Refuse,
}

impl Review {
    /// The review of an attempt that was begun then: it cannot have been authorized earlier.
    pub(crate) fn of(gateway: GatewayName, started_at: Timestamp) -> Self {
        Self { until: started_at.plus(time_to_decide(gateway)), end: None }
    }

    /// Whether it ended without an approval, and its order with it.
    pub const fn ended_its_order(&self) -> bool {
        matches!(self.end, Some((ReviewEnd::Lapsed | ReviewEnd::Decided(ReviewDecision::Refuse), _)))
    }

    /// The words in an order's history.
    pub const fn word(&self) -> &'static str {
        match self.end {
            None => "in review",
            Some((end, _)) => end.as_str(),
        }
    }
}

impl ReviewEnd {
    /// Every end.
    pub const ALL: [Self; 4] = [
        Self::Decided(ReviewDecision::Approve),
        Self::Decided(ReviewDecision::Refuse),
        Self::Lapsed,
        Self::Withdrawn,
    ];

    /// The words in the database and in an order's history.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Decided(ReviewDecision::Approve) => "review approved",
            Self::Decided(ReviewDecision::Refuse) => "review refused",
            Self::Lapsed => "review lapsed",
            Self::Withdrawn => "review withdrawn",
        }
    }

    /// The end of these words.
    pub fn named(words: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|end| end.as_str() == words)
    }
}

/// How long a person has, well within the time for which an authorization is good.
const fn time_to_decide(gateway: GatewayName) -> Duration {
    const DAY: u64 = 24 * 60 * 60;
    Duration::from_secs(match gateway {
        // 7 days for most cards (https://docs.stripe.com/payments/place-a-hold-on-a-payment-method).
        // At Adyen the schemes of the same cards decide.
        GatewayName::Stripe | GatewayName::Adyen => 5 * DAY,
        // Honoured for 3 days (https://developer.paypal.com/docs/checkout/standard/customize/authorization/).
        GatewayName::PayPal => 2 * DAY,
    })
}
