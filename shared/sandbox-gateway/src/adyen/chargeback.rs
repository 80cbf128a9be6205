use super::desk::{Desk, Told};
use super::payment::Payment;
use crate::book::Entries;
use crate::dispute::{self, Dispute};

impl Desk {
    /// The shopper demands back what was captured.
    pub(super) fn charge_back(&self, entries: &Entries<'_>, payment: &Payment) -> rusqlite::Result<()> {
        let dispute = Dispute {
            id: entries.fresh_psp_reference()?,
            created: entries.now()?,
            payment: payment.psp_reference.clone(),
            amount: payment.amount,
            currency: payment.currency.clone(),
            standing: dispute::Standing::Open,
        };
        entries.add_dispute(&dispute)?;
        for code in ["NOTIFICATION_OF_CHARGEBACK", "CHARGEBACK"] {
            self.tell_of_dispute(entries, code, &dispute, payment)?;
        }
        Ok(())
    }

    /// Whoever plays with the sandbox decides a dispute. Answers whether there is one.
    pub(crate) fn decide_dispute(&self, id: &str, decision: dispute::Standing) -> rusqlite::Result<bool> {
        self.book.transaction(|entries| {
            let Some(dispute) = entries.dispute(id)? else { return Ok(false) };
            let Some(payment) = entries.adyen_payment(&dispute.payment)? else { return Ok(false) };
            let code = match decision {
                dispute::Standing::Open => return Ok(true),
                dispute::Standing::Won => "CHARGEBACK_REVERSED",
                dispute::Standing::Lost => "DISPUTE_DEFENSE_PERIOD_ENDED",
            };
            if entries.decide_dispute(&dispute, decision)? {
                self.tell_of_dispute(entries, code, &dispute, &payment)?;
            }
            Ok(true)
        })
    }

    /// What is told of a dispute has its id, and the name of its payment.
    fn tell_of_dispute(
        &self,
        entries: &Entries<'_>,
        code: &'static str,
        dispute: &Dispute,
        payment: &Payment,
    ) -> rusqlite::Result<()> {
        let told = Told {
            code,
            success: true,
            psp_reference: dispute.id.clone(),
            reference: &payment.reference,
            amount: (&dispute.currency, dispute.amount),
            payment: Some(&payment.psp_reference),
            account: &payment.account,
        };
        self.tell(entries, told)
    }
}
