use core::time::Duration;

use super::{AttemptNumber, GatewayReference};
use crate::{Money, Timestamp};

/// Money of an order that its shopper demands back from their bank, or at the gateway, over the shop's head.
///
/// ```text
/// Open ─▶ Won      the money is the shop's again
///   └───▶ Lost     it is the shopper's
/// ```
///
/// Adapters rebuild it from storage; everybody else moves it by its transitions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dispute {
    /// Its number within the order, from 1.
    pub number: DisputeNumber,
    /// The gateway's id of it.
    pub reference: GatewayReference,
    /// The attempt whose money it is about.
    pub attempt: AttemptNumber,
    /// How much. What the gateway charges for it is not in it.
    pub amount: Money,
    /// Where it stands.
    pub state: DisputeState,
    /// When we learned of it.
    pub opened_at: Timestamp,
    /// What stands for it in a list that gives no ids of disputes.
    pub listed_as: ListedAs,
}

/// The transfers of its gateway's list that stand for a dispute, by their ids. A list that gives no id of the dispute says no
/// more than how much it was, so it is written down which transfer was taken for which dispute: each stands for one alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListedAs {
    /// The one that took the money.
    pub withdrawn: Option<GatewayReference>,
    /// The one that returned it.
    pub reversed: Option<GatewayReference>,
}

/// Which way the money of a dispute moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisputeWay {
    /// From the shop.
    Withdrawn,
    /// To the shop, which won.
    Reversed,
}

/// The number of a dispute within its order, from 1.
pub type DisputeNumber = u32;

/// Where a dispute stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisputeState {
    /// Nobody has decided yet, and the gateway keeps the money meanwhile.
    Open,
    /// It was decided for the shop.
    Won {
        /// When we learned it.
        at: Timestamp,
    },
    /// It was decided for the shopper, or nobody defended it.
    Lost {
        /// When we learned it.
        at: Timestamp,
    },
}

/// A dispute as its gateway shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisputeSeen {
    /// The gateway's id of it.
    pub reference: GatewayReference,
    /// How much.
    pub amount: Money,
    /// How it was decided; none while it is open.
    pub decision: Option<DisputeDecision>,
}

/// For whom a dispute was decided. A gateway that hears of it again (Adyen's second chargeback) begins another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DisputeDecision {
    /// For the shop.
    Won,
    /// For the shopper.
    Lost,
}

impl Dispute {
    /// How long after the last look an open dispute is looked at again, should nobody tell how it ended.
    pub const LOOK_AGAIN: Duration = Duration::from_secs(12 * 60 * 60);

    /// Whether nobody has decided yet.
    pub const fn is_open(&self) -> bool {
        matches!(self.state, DisputeState::Open)
    }

    /// Whether the money is the shopper's.
    pub const fn is_lost(&self) -> bool {
        matches!(self.state, DisputeState::Lost { .. })
    }

    /// How it was decided, if it was.
    pub const fn decision(&self) -> Option<DisputeDecision> {
        match self.state {
            DisputeState::Open => None,
            DisputeState::Won { .. } => Some(DisputeDecision::Won),
            DisputeState::Lost { .. } => Some(DisputeDecision::Lost),
        }
    }

    /// Whether its gateway now says something else than what is settled here.
    pub fn is_contradicted_by(&self, seen: &DisputeSeen) -> bool {
        self.reference == seen.reference
            && (self.amount != seen.amount
                || (seen.decision.is_some() && !self.is_open() && self.decision() != seen.decision))
    }

    /// The word for it in an order's history.
    pub const fn word(&self) -> &'static str {
        match self.state {
            DisputeState::Open => "dispute open",
            DisputeState::Won { .. } => "dispute won",
            DisputeState::Lost { .. } => "dispute lost",
        }
    }
}

impl ListedAs {
    /// The transfer that stands for it this way.
    pub const fn of(&self, way: DisputeWay) -> Option<&GatewayReference> {
        match way {
            DisputeWay::Withdrawn => self.withdrawn.as_ref(),
            DisputeWay::Reversed => self.reversed.as_ref(),
        }
    }

    /// Whether everything that was written down before is still so.
    pub(crate) fn continues(&self, earlier: &Self) -> bool {
        [DisputeWay::Withdrawn, DisputeWay::Reversed]
            .into_iter()
            .all(|way| earlier.of(way).is_none() || earlier.of(way) == self.of(way))
    }
}

impl DisputeDecision {
    /// The state that follows from it.
    pub(crate) const fn state(self, at: Timestamp) -> DisputeState {
        match self {
            Self::Won => DisputeState::Won { at },
            Self::Lost => DisputeState::Lost { at },
        }
    }
}
