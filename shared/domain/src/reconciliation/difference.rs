use core::fmt;

use super::{PostingNumber, Transfer};
use crate::payment::{GatewayName, GatewayReference};
use crate::work::{Work, WorkKind};
use crate::{Idempotent, Money, OrderId, Timestamp};

/// Something that a gateway and our ledgers say differently, for a person to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Which. Whoever finds the same one again finds it under the same key.
    pub key: DifferenceKey,
    /// The order that it is about, where it names one.
    pub order_id: Option<OrderId>,
    /// How much moved, or is posted.
    pub amount: Money,
    /// When it was found first.
    pub found_at: Timestamp,
    /// When a person was done with it.
    pub resolved_at: Option<Timestamp>,
}

/// What tells a difference from every other one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DifferenceKey {
    /// Where.
    pub gateway: GatewayName,
    /// What is wrong.
    pub kind: DifferenceKind,
    /// With what.
    pub subject: DifferenceSubject,
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DifferenceKind {
    /// Money moved for no order of ours.
    UnknownOrder,
    /// Money was captured for an order, or disputed, and for none of its attempts.
    UnknownAttempt,
    /// Money went back that nobody here has asked for.
    UnknownRefund,
    /// Another amount or currency moved than was asked for.
    Amount,
    /// Money moved, and neither the ledger says so nor does the gateway when it is asked.
    NotPosted,
    /// What is posted once was listed twice.
    ListedTwice,
    /// Money is posted, and the gateway neither lists it nor knows of it.
    NotListed,
    /// A refund did not reach its shopper, and the money is with the shop again.
    RefundFailed,
    /// What was captured never reached the shop.
    CaptureFailed,
}

/// What a difference is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DifferenceSubject {
    /// A transfer that the gateway lists, by its id there.
    Transfer(GatewayReference),
    /// A posting of an order's ledger.
    Posting(OrderId, PostingNumber),
}

impl Difference {
    /// A transfer that our ledgers do not say, or say otherwise.
    pub fn of_transfer(transfer: &Transfer, kind: DifferenceKind, now: Timestamp) -> Self {
        let Transfer { gateway, id, order_id, amount, .. } = transfer;
        let subject = DifferenceSubject::Transfer(id.clone());
        Self {
            key: DifferenceKey { gateway: *gateway, kind, subject },
            order_id: order_id.clone(),
            amount: *amount,
            found_at: now,
            resolved_at: None,
        }
    }

    /// A posting that its gateway does not know of.
    pub fn of_posting(order: &OrderId, posting: &crate::order::Posting, now: Timestamp) -> Self {
        let subject = DifferenceSubject::Posting(order.clone(), posting.number);
        Self {
            key: DifferenceKey { gateway: posting.gateway, kind: DifferenceKind::NotListed, subject },
            order_id: Some(order.clone()),
            amount: posting.amount,
            found_at: now,
            resolved_at: None,
        }
    }
}

impl Difference {
    /// What it waits for a person for.
    pub fn work(&self) -> Option<Work> {
        let work = Work { kind: WorkKind::Difference, since: self.found_at, until: None };
        self.resolved_at.is_none().then_some(work)
    }

    /// A person is done with it. What was found once is not forgotten.
    pub fn resolve(self, now: Timestamp) -> Idempotent<Self> {
        match self.resolved_at {
            Some(_) => Idempotent::AlreadyApplied(self),
            None => Idempotent::Executed(Self { resolved_at: Some(now), ..self }),
        }
    }
}

impl DifferenceKind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::UnknownOrder,
        Self::UnknownAttempt,
        Self::UnknownRefund,
        Self::Amount,
        Self::NotPosted,
        Self::ListedTwice,
        Self::NotListed,
        Self::RefundFailed,
        Self::CaptureFailed,
    ];

    /// The word in the database and in the log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UnknownOrder => "unknown_order",
            Self::UnknownAttempt => "unknown_attempt",
            Self::UnknownRefund => "unknown_refund",
            Self::Amount => "amount",
            Self::NotPosted => "not_posted",
            Self::ListedTwice => "listed_twice",
            Self::NotListed => "not_listed",
            Self::RefundFailed => "refund_failed",
            Self::CaptureFailed => "capture_failed",
        }
    }

    /// The kind of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

impl fmt::Display for DifferenceSubject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Transfer(id) => formatter.write_str(id.as_str()),
            Self::Posting(order, number) => write!(formatter, "{order}#{number}"),
        }
    }
}
