use super::desk::{Desk, Told};
use super::payment::Payment;
use super::report::{Booking, Change};
use crate::book::Entries;
use crate::dispute::{self, Demand, Dispute};

impl Desk {
    /// The shopper demands back what was captured.
    pub(super) fn charge_back(&self, entries: &Entries<'_>, payment: &Payment) -> rusqlite::Result<()> {
        let dispute = entries.charge_adyen_back(payment, entries.now()?)?;
        for code in ["NOTIFICATION_OF_CHARGEBACK", "CHARGEBACK"] {
            self.tell_of_dispute(entries, code, &dispute, payment)?;
        }
        Ok(())
    }

    /// The shopper does so without anybody being told. Answers the dispute, if there is such money here.
    pub(crate) fn demand_back(&self, demand: &Demand) -> rusqlite::Result<Option<Dispute>> {
        self.book.transaction(|entries| {
            let Some(payment) = entries.captured_adyen_payment(&demand.order_id)? else { return Ok(None) };
            entries.charge_adyen_back(&payment, demand.withdrawn_at).map(Some)
        })
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
                if decision == dispute::Standing::Won {
                    entries.book_dispute(&dispute, &payment, Change::ChargebackReversed, entries.now()?)?;
                }
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

impl Entries<'_> {
    /// Takes back what was captured of a payment, while nobody has decided yet.
    fn charge_adyen_back(&self, payment: &Payment, at: i64) -> rusqlite::Result<Dispute> {
        let dispute = Dispute {
            id: self.fresh_psp_reference()?,
            created: at,
            payment: payment.psp_reference.clone(),
            amount: payment.amount,
            currency: payment.currency.clone(),
            standing: dispute::Standing::Open,
        };
        self.add_dispute(&dispute)?;
        self.book_dispute(&dispute, payment, Change::ChargedBack, at)?;
        Ok(dispute)
    }

    fn book_dispute(
        &self,
        dispute: &Dispute,
        payment: &Payment,
        change: Change,
        at: i64,
    ) -> rusqlite::Result<()> {
        let (psp_reference, reference, amount) = (&dispute.id, "", dispute.amount);
        self.book_adyen(&Booking { payment, change, psp_reference, reference, amount, at })
    }
}
