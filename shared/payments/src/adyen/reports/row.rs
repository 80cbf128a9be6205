use application::Failure;
use domain::payment::{AttemptNumber, GatewayName, GatewayReference, RefundNumber};
use domain::reconciliation::{Transfer, TransferKind};
use domain::webhook::{DisputeStage, Fact, FactSubject};
use domain::{Money, Timestamp};

use super::super::facts;
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
    pub(super) original_amount: &'a str,
}

impl Row<'_> {
    /// The columns that the report must have, by their names in it, in the order of the fields. Not all of the last three are
    /// among those that it has by itself.
    pub(super) const COLUMNS: [&'static str; 10] = [
        "Psp Reference",
        "Merchant Reference",
        "Booking Date",
        "TimeZone",
        "Record Type",
        "Payment Currency",
        "Captured (PC)",
        "Modification Psp Reference",
        "Modification Merchant Reference",
        "Original Amount",
    ];

    /// What moved; none where the row is about no shopper's money.
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
    /// to its end, as `Settled` or `Refunded` says days later, moves nothing more. A scheme may refuse both after that. A
    /// chargeback that was reversed can come a second time, and is another dispute then.
    fn kind(&self) -> Option<TransferKind> {
        match self.record_type {
            "SentForSettle" => Some(TransferKind::Captured(self.attempt())),
            "CaptureFailed" | "SettledReversed" => Some(TransferKind::CaptureFailed(self.attempt())),
            "SentForRefund" => Some(TransferKind::Refunded(self.refund())),
            "RefundFailed" | "RefundedReversed" => Some(TransferKind::RefundFailed(self.refund())),
            "Chargeback" => Some(TransferKind::Disputed { attempt: self.attempt(), dispute: self.dispute() }),
            "SecondChargeback" => {
                let again = self.dispute().and_then(|first| facts::again(first.as_str()).parse().ok());
                Some(TransferKind::Disputed { attempt: self.attempt(), dispute: again })
            }
            "ChargebackReversed" => {
                Some(TransferKind::DisputeReversed { attempt: self.attempt(), dispute: self.dispute() })
            }
            _ => None,
        }
    }

    /// How far a dispute is, where the row is about one. Nothing moves when nobody has defended it: the money is gone by then.
    fn stage(&self) -> Option<DisputeStage> {
        match self.record_type {
            "Chargeback" => Some(DisputeStage::Opened),
            "ChargebackReversed" => Some(DisputeStage::Won),
            "SecondChargeback" => Some(DisputeStage::LostAgain),
            _ => None,
        }
    }

    fn dispute(&self) -> Option<GatewayReference> {
        self.modification_psp_reference.parse().ok()
    }

    fn attempt(&self) -> Option<AttemptNumber> {
        reference::purpose(self.merchant_reference).map(|purpose| purpose.attempt)
    }

    /// What a person gave back there by hand has another reference than the shop's, or none.
    fn refund(&self) -> Option<RefundNumber> {
        reference::refund(self.modification_merchant_reference).map(|(_, number)| number)
    }

    fn transfer(&self, kind: TransferKind) -> Option<Transfer> {
        let amount = self.amount()?;
        Some(Transfer {
            gateway: GatewayName::Adyen,
            id: self.id(&kind)?,
            order_id: reference::purpose(self.merchant_reference).map(|purpose| purpose.order_id),
            // The attempt's object is our own name for it. Somebody else's may be anything.
            reference: self.merchant_reference.parse().ok(),
            amount,
            fact: self.fact(&kind, amount),
            kind,
        })
    }

    /// How much moved. What is charged back after it was settled leaves the register of captured money as it is, and enters
    /// that of what is paid out, less fees and in another currency.
    fn amount(&self) -> Option<Money> {
        let is_beside = self.captured.is_empty() && self.stage().is_some();
        let value = if is_beside { self.original_amount } else { self.captured };
        amount::read(value, self.payment_currency)
    }

    /// What the row proves of a payment of ours. A failure is for a person: what it undoes is posted.
    fn fact(&self, kind: &TransferKind, amount: Money) -> Option<Fact> {
        let subject = match kind {
            TransferKind::Captured(Some(_)) => FactSubject::Capture,
            TransferKind::Refunded(Some(number)) => FactSubject::Refund(*number),
            TransferKind::Disputed { attempt: Some(_), .. }
            | TransferKind::DisputeReversed { attempt: Some(_), .. } => {
                FactSubject::Dispute { reference: self.dispute()?, stage: self.stage()? }
            }
            TransferKind::Captured(None)
            | TransferKind::CaptureFailed(_)
            | TransferKind::Refunded(None)
            | TransferKind::RefundFailed(_)
            | TransferKind::Disputed { attempt: None, .. }
            | TransferKind::DisputeReversed { attempt: None, .. } => return None,
        };
        let payment = self.psp_reference.parse().ok()?;
        Some(Fact { subject, success: true, amount: Some(amount), payment, risk: None })
    }

    /// What fails later has the id of what it was, which is listed too, and so has each step of a dispute.
    fn id(&self, kind: &TransferKind) -> Option<GatewayReference> {
        let id = match kind {
            // A payment that Adyen captures by itself is not told apart from its capture by all methods.
            TransferKind::Captured(_) if self.modification_psp_reference.is_empty() => {
                self.psp_reference.to_owned()
            }
            TransferKind::Captured(_) | TransferKind::Refunded(_) => {
                self.modification_psp_reference.to_owned()
            }
            TransferKind::CaptureFailed(_) | TransferKind::RefundFailed(_) => {
                format!("{}-{}", self.modification_psp_reference, self.record_type)
            }
            TransferKind::Disputed { .. } | TransferKind::DisputeReversed { .. } => {
                format!("{}-{}", self.dispute()?.as_str(), self.record_type)
            }
        };
        id.parse().ok()
    }
}
