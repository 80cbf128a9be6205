use core::fmt;
use core::str::FromStr;
use core::time::Duration;
use std::collections::BTreeSet;

use super::Subject;
use crate::payment::AttemptNumber;
use crate::{Idempotent, OrderId, Timestamp};

/// A day in UTC, counted from the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i64);

impl Day {
    const LENGTH: Duration = Duration::from_secs(24 * 60 * 60);

    /// The day of a point in time.
    pub fn of(at: Timestamp) -> Self {
        let length = i64::try_from(Self::LENGTH.as_millis()).unwrap_or(i64::MAX);
        Self(at.as_millis().checked_div_euclid(length).unwrap_or_default())
    }

    /// That day and the one before: together at least the last 24 hours.
    pub fn with_eve(at: Timestamp) -> [Self; 2] {
        [Self::of(at), Self::of(at.minus(Self::LENGTH))]
    }

    /// Its number.
    pub const fn number(self) -> i64 {
        self.0
    }
}

/// One order, or one attempt of it. It says the same however often it is counted, so that it counts once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// When the order was placed, or the attempt was begun.
    pub at: Timestamp,
    /// The order.
    pub order: OrderId,
    /// The attempt; the first, where the order itself is counted.
    pub attempt: AttemptNumber,
}

/// Text that is no mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a mark is a time, an order and an attempt")]
pub struct NotAMark;

impl fmt::Display for Mark {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}:{}", self.at.as_millis(), self.order, self.attempt)
    }
}

impl FromStr for Mark {
    type Err = NotAMark;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.split(':');
        let (Some(at), Some(order), Some(attempt), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(NotAMark);
        };
        Ok(Self {
            at: Timestamp::from_millis(at.parse().map_err(|_| NotAMark)?),
            order: order.parse().map_err(|_| NotAMark)?,
            attempt: attempt.parse().map_err(|_| NotAMark)?,
        })
    }
}

/// What is counted at once, for every subject of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// Whose.
    pub subjects: Vec<Subject>,
    /// The day that it is kept under.
    pub day: Day,
    /// The order.
    pub order: Mark,
    /// Its attempts that the gateway declined so far.
    pub declines: BTreeSet<Mark>,
}

/// What was counted of a subject on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activity {
    /// Whose.
    pub subject: Subject,
    /// The day that it was counted on. What happened around midnight may be found under both days.
    pub day: Day,
    /// Its orders.
    pub orders: BTreeSet<Mark>,
    /// Its attempts that the gateway declined.
    pub declines: BTreeSet<Mark>,
}

/// So much was counted of the subject that no rule asks for more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("enough was counted")]
pub struct Full;

impl Activity {
    /// From how many orders or declines on a day nothing more is counted: far more than any rule asks for, and far less
    /// than an item can hold, whoever tries to fill it.
    pub const MARKS_MAX: usize = 200;

    /// Nothing yet.
    pub const fn none(subject: Subject, day: Day) -> Self {
        Self { subject, day, orders: BTreeSet::new(), declines: BTreeSet::new() }
    }

    /// Counts an order and its declines, each once.
    ///
    /// # Errors
    /// Refuses when enough was counted.
    pub fn count(mut self, count: &Count) -> Result<Idempotent<Self>, Full> {
        if self.orders.len() >= Self::MARKS_MAX || self.declines.len() >= Self::MARKS_MAX {
            return Err(Full);
        }
        let is_new = self.orders.insert(count.order.clone());
        let earlier = self.declines.len();
        self.declines.extend(count.declines.iter().cloned());
        let is_new = is_new || self.declines.len() > earlier;
        Ok(if is_new { Idempotent::Executed(self) } else { Idempotent::AlreadyApplied(self) })
    }
}
