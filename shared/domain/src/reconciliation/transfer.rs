use crate::payment::{AttemptNumber, GatewayName, GatewayReference, RefundNumber};
use crate::webhook::{EventKey, Fact};
use crate::{Money, OrderId};

/// Money that a gateway lists as moved between a shopper and the shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// Where.
    pub gateway: GatewayName,
    /// The gateway's id for this very transfer.
    pub id: GatewayReference,
    /// Which way it went.
    pub kind: TransferKind,
    /// The order that it names; none where it names nothing that could be ours.
    pub order_id: Option<OrderId>,
    /// The object that an attempt was opened with, where the list says it.
    pub reference: Option<GatewayReference>,
    /// How much, in the currency that the shopper paid in.
    pub amount: Money,
    /// What it proves, where its gateway cannot be asked and the list is its word.
    pub fact: Option<Fact>,
}

impl Transfer {
    /// The key of what it proves, beside those of events: its gateway's list has it once.
    pub fn event_key(&self) -> Option<EventKey> {
        let id = format!("list-{}", self.id.as_str()).parse().ok()?;
        Some(EventKey { gateway: self.gateway, id })
    }
}

/// Which way money went, with the number that the gateway's object carries where it is ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TransferKind {
    /// From a shopper to the shop.
    Captured(Option<AttemptNumber>),
    /// Not to the shop after all: the shopper's bank did not give what was captured.
    CaptureFailed(Option<AttemptNumber>),
    /// Back to the shopper.
    Refunded(Option<RefundNumber>),
    /// Back to the shop, because a refund did not reach its shopper.
    RefundFailed(Option<RefundNumber>),
    /// Back to the shopper, who demanded it through their bank or at the gateway.
    Disputed {
        /// The attempt whose money it was, where the list says it.
        attempt: Option<AttemptNumber>,
        /// The gateway's id of the dispute, where the list says it.
        dispute: Option<GatewayReference>,
    },
    /// Back to the shop, which won the dispute.
    DisputeReversed {
        /// The attempt whose money it is, where the list says it.
        attempt: Option<AttemptNumber>,
        /// The gateway's id of the dispute, where the list says it.
        dispute: Option<GatewayReference>,
    },
}
