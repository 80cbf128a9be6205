//! What waits for a person.

use core::time::Duration;

use crate::Timestamp;

/// A record that waits for a person. It waits for one thing at a time: the next shows when that is resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Work {
    /// What for.
    pub kind: WorkKind,
    /// Since when.
    pub since: Timestamp,
    /// Until when somebody can decide; after that it is decided by itself.
    pub until: Option<Timestamp>,
}

/// What a person is needed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WorkKind {
    /// To approve or refuse an order that the fraud rules object to, before its authorization lapses.
    FraudReview,
    /// To find out what became of a payment.
    Payment,
    /// To find out what became of a refund.
    Refund,
    /// To answer a dispute at its gateway, which then decides.
    Dispute,
    /// To see whom an event concerns that names nobody.
    Webhook,
    /// To find out why a gateway lists something else than our ledgers say.
    Difference,
}

impl Work {
    /// How long before the end of its time a decision becomes urgent.
    pub const URGENT: Duration = Duration::from_secs(12 * 60 * 60);

    /// What a record waits for after a change. Whatever it waited for before goes on waiting.
    pub(crate) fn going_on(
        before: Option<Self>,
        needs: Option<(WorkKind, Option<Timestamp>)>,
        now: Timestamp,
    ) -> Option<Self> {
        let (kind, until) = needs?;
        let since = before.filter(|work| work.kind == kind).map_or(now, |work| work.since);
        Some(Self { kind, since, until })
    }

    /// Whether it will soon be decided by itself.
    pub fn is_urgent(&self, now: Timestamp) -> bool {
        self.until.is_some_and(|until| until <= now.plus(Self::URGENT))
    }
}

impl WorkKind {
    /// Every kind.
    pub const ALL: [Self; 6] =
        [Self::FraudReview, Self::Payment, Self::Refund, Self::Dispute, Self::Webhook, Self::Difference];

    /// The word in the API, in the database and in the log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FraudReview => "fraud_review",
            Self::Payment => "payment",
            Self::Refund => "refund",
            Self::Dispute => "dispute",
            Self::Webhook => "webhook",
            Self::Difference => "difference",
        }
    }

    /// The kind of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}
