use application::Failure;
use domain::payment::{AttemptNumber, GatewayName, RefundNumber};
use domain::reconciliation::{Transfer, TransferKind};
use domain::webhook::{Fact, FactSubject};
use domain::{Money, Timestamp};

use super::{REPORT, amount, zone};
use crate::reference;

/// A transfer, and when it entered Adyen's books.
#[derive(Debug)]
pub(super) struct Booking {
    pub(super) at: Timestamp,
    pub(super) transfer: Transfer,
}

/// A row of the report, in the columns that say what it is about.
#[derive(Debug)]
pub(super) struct Row<'a> {
    pub(super) psp_reference: &'a str,
    pub(super) merchant_reference: &'a str,
    pub(super) booking_date: &'a str,
    pub(super) time_zone: &'a str,
    pub(super) record_type: &'a str,
    pub(super) payment_currency: &'a str,
    pub(super) captured: &'a str,
    pub(super) modification_psp_reference: &'a str,
    pub(super) modification_merchant_reference: &'a str,
}

impl Row<'_> {
    /// The columns that the report must have, by their names in it, in the order of the fields. The last but one is not among
    /// those that it has by itself.
    pub(super) const COLUMNS: [&'static str; 9] = [
        "Psp Reference",
        "Merchant Reference",
        "Booking Date",
        "TimeZone",
        "Record Type",
        "Payment Currency",
        "Captured (PC)",
        "Modification Psp Reference",
        "Modification Merchant Reference",
    ];

    /// What moved; none where the row is about no shopper's money, or about a dispute's.
    pub(super) fn booking(&self) -> Result<Option<Booking>, Failure> {
        let Some(kind) = self.kind() else { return Ok(None) };
        let read = || {
            Some(Booking {
                at: zone::read(self.booking_date, self.time_zone)?,
                transfer: self.transfer(kind)?,
            })
        };
        read().map(Some).ok_or(Failure::Unreadable(REPORT))
    }

    /// What a change of a payment means (<https://docs.adyen.com/account/payments-lifecycle>). `SentForSettle` and
    /// `SentForRefund` are what the webhooks of a capture and a refund tell of, and what the ledger posts; that either has come
    /// to its end, as `Settled` or `Refunded` says days later, moves nothing more. A scheme may refuse both after that.
    fn kind(&self) -> Option<TransferKind> {
        match self.record_type {
            "SentForSettle" => Some(TransferKind::Captured(self.attempt())),
            "CaptureFailed" | "SettledReversed" => Some(TransferKind::CaptureFailed(self.attempt())),
            "SentForRefund" => Some(TransferKind::Refunded(self.refund())),
            "RefundFailed" | "RefundedReversed" => Some(TransferKind::RefundFailed(self.refund())),
            _ => None,
        }
    }

    fn attempt(&self) -> Option<AttemptNumber> {
        reference::purpose(self.merchant_reference).map(|purpose| purpose.attempt)
    }

    /// What a person gave back there by hand has another reference than the shop's, or none.
    fn refund(&self) -> Option<RefundNumber> {
        reference::refund(self.modification_merchant_reference).map(|(_, number)| number)
    }

    fn transfer(&self, kind: TransferKind) -> Option<Transfer> {
        let amount = amount::read(self.captured, self.payment_currency)?;
        Some(Transfer {
            gateway: GatewayName::Adyen,
            id: self.id(&kind).parse().ok()?,
            order_id: reference::purpose(self.merchant_reference).map(|purpose| purpose.order_id),
            // The attempt's object is our own name for it. Somebody else's may be anything.
            reference: self.merchant_reference.parse().ok(),
            amount,
            fact: self.fact(&kind, amount),
            kind,
        })
    }

    /// What the row proves of a payment of ours. A failure is for a person: what it undoes is posted.
    fn fact(&self, kind: &TransferKind, amount: Money) -> Option<Fact> {
        let subject = match kind {
            TransferKind::Captured(Some(_)) => FactSubject::Capture,
            TransferKind::Refunded(Some(number)) => FactSubject::Refund(*number),
            TransferKind::Captured(None)
            | TransferKind::CaptureFailed(_)
            | TransferKind::Refunded(None)
            | TransferKind::RefundFailed(_)
            | TransferKind::Disputed { .. }
            | TransferKind::DisputeReversed { .. } => return None,
        };
        let payment = self.psp_reference.parse().ok()?;
        Some(Fact { subject, success: true, amount: Some(amount), payment, risk: None })
    }

    /// What fails later has the id of what it was, which is listed too.
    fn id(&self, kind: &TransferKind) -> String {
        match kind {
            // A payment that Adyen captures by itself is not told apart from its capture by all methods.
            TransferKind::Captured(_) if self.modification_psp_reference.is_empty() => {
                self.psp_reference.to_owned()
            }
            TransferKind::Captured(_) | TransferKind::Refunded(_) | TransferKind::Disputed { .. } => {
                self.modification_psp_reference.to_owned()
            }
            TransferKind::CaptureFailed(_)
            | TransferKind::RefundFailed(_)
            | TransferKind::DisputeReversed { .. } => {
                format!("{}-{}", self.modification_psp_reference, self.record_type)
            }
        }
    }
}
