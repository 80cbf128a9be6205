use super::{Order, Posting};
use crate::Timestamp;
use crate::payment::Attempt;

/// An order and every line of its history, oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderRecord {
    /// The order as it is.
    pub order: Order,
    /// What each write made of it.
    pub history: Vec<AuditEntry>,
}

/// One line of an order's history: what one write made of it. The store appends it in the same write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// The version that this write gave the order; without gaps from 1.
    pub version: u64,
    /// When.
    pub at: Timestamp,
    /// The order's state from then on.
    pub state: &'static str,
    /// The attempt that counted then.
    pub attempt: u32,
    /// That attempt's state from then on, its review, and the state of the newest refund and of the newest dispute.
    pub payment: String,
}

impl AuditEntry {
    /// The line for an order as a write left it.
    pub fn of(order: &Order) -> Self {
        let attempt = order.attempt();
        Self {
            version: order.version,
            at: order.updated_at,
            state: order.word(),
            attempt: attempt.map_or(0, |attempt| attempt.number),
            payment: payment(order),
        }
    }
}

/// What one write made of an order, and the money that it says has moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimelineStep {
    /// The line of the history.
    pub entry: AuditEntry,
    /// What was posted with it.
    pub postings: Vec<Posting>,
}

impl OrderRecord {
    /// What happened to the order, oldest first.
    pub fn timeline(&self) -> Vec<TimelineStep> {
        let step = |entry: &AuditEntry| TimelineStep {
            entry: entry.clone(),
            postings: self.order.ledger.added_by(entry.version).cloned().collect(),
        };
        self.history.iter().map(step).collect()
    }
}

fn payment(order: &Order) -> String {
    let attempt = order.attempt().map(Attempt::word).unwrap_or_default();
    let refund = order.refunds.last().map(|refund| format!("{} {}", refund.state.word(), refund.number));
    let dispute = order.disputes.last().map(|dispute| format!("{} {}", dispute.word(), dispute.number));
    [Some(attempt), refund, dispute].into_iter().flatten().collect::<Vec<_>>().join(", ")
}
