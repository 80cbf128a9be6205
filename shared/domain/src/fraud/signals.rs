use core::time::Duration;
use std::collections::BTreeSet;

use super::{Activity, Mark, SubjectKind};
use crate::order::Order;
use crate::{OrderId, Timestamp};

/// What can be measured of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// How many other orders of the same subject there were.
    Orders(SubjectKind, Window),
    /// How many attempts of the same subject the gateway declined.
    Declines(SubjectKind, Window),
    /// The amount, in minor units, where nothing was paid before in its currency.
    FirstAmount,
    /// How many times the average of what was paid before it is. Amounts under [`Signals::JUMP_FROM`] do not jump.
    TimesPaid,
    /// What the gateway itself thinks, as [`Risk::value`](super::Risk::value) has it, once it has authorized.
    GatewayRisk,
}

/// How far back it is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// Ten minutes.
    TenMinutes,
    /// An hour.
    Hour,
    /// Twenty-four hours.
    Day,
}

impl Window {
    const fn length(self) -> Duration {
        Duration::from_secs(match self {
            Self::TenMinutes => 10 * 60,
            Self::Hour => 60 * 60,
            Self::Day => 24 * 60 * 60,
        })
    }
}

/// What a customer has paid so far, in one currency. It counts what was captured, also where it went back later.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PaidHistory {
    /// How many orders.
    pub orders: u64,
    /// How much, in minor units.
    pub amount: u64,
}

/// What the store knows about the subjects of an order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// What was counted, on the last two days.
    pub activities: Vec<Activity>,
    /// What the customer has paid.
    pub paid: PaidHistory,
}

/// What is measured of an order at one time.
#[derive(Clone, Debug)]
pub struct Signals {
    order: OrderId,
    amount: u64,
    known: Known,
    now: Timestamp,
}

impl Signals {
    /// From which amount on, in minor units, one can be far above what was paid before: a second shirt is no jump.
    pub const JUMP_FROM: u64 = 50_000;

    /// What is known about an order.
    pub fn of(order: &Order, known: Known, now: Timestamp) -> Self {
        let amount = u64::try_from(order.totals.total.amount()).unwrap_or_default();
        Self { order: order.id.clone(), amount, known, now }
    }

    /// The value of a signal.
    pub fn value(&self, signal: Signal) -> u64 {
        let paid = self.known.paid;
        match signal {
            Signal::Orders(kind, window) => {
                self.marks(kind, window, |activity| &activity.orders, |mark| mark.order != self.order)
            }
            Signal::Declines(kind, window) => {
                self.marks(kind, window, |activity| &activity.declines, |_| true)
            }
            Signal::FirstAmount if paid.orders == 0 => self.amount,
            // The gateway has not been asked yet.
            Signal::FirstAmount | Signal::GatewayRisk => 0,
            Signal::TimesPaid if self.amount < Self::JUMP_FROM => 0,
            Signal::TimesPaid => {
                self.amount.saturating_mul(paid.orders).checked_div(paid.amount).unwrap_or_default()
            }
        }
    }

    /// How many different marks a subject has, over all days, that are young enough.
    fn marks<'a>(
        &'a self,
        kind: SubjectKind,
        window: Window,
        counted: impl Fn(&'a Activity) -> &'a BTreeSet<Mark>,
        counts: impl Fn(&Mark) -> bool,
    ) -> u64 {
        let activities = self.known.activities.iter().filter(|activity| activity.subject.kind == kind);
        let young = |mark: &&Mark| self.now.since(mark.at) < window.length() && counts(mark);
        let marks: BTreeSet<&Mark> = activities.flat_map(counted).filter(young).collect();
        u64::try_from(marks.len()).unwrap_or(u64::MAX)
    }
}
