use domain::order::{RefundRefused, RefundRequest};
use domain::payment::{RefundOutcome, RefundStep};
use domain::{Idempotent, Money};

use super::Shop;
use crate::counterparty::Fate;

impl Shop {
    /// Together refunds never exceed what was captured, and one reference is one refund.
    pub(super) fn refund(&mut self, reference: u32, amount: i64) {
        let amount = Money::new(amount, self.order.totals.total.currency()).unwrap();
        let request = RefundRequest { reference: format!("claim-{reference}").parse().unwrap(), amount };
        match self.order.clone().refund(request, self.now) {
            Ok(Idempotent::Executed(change)) => self.commit(change),
            Ok(Idempotent::AlreadyApplied(unchanged)) => assert_eq!(unchanged.order, self.order),
            Err(RefundRefused::TooMuch { left }) => assert!(amount.amount() > left.amount()),
            Err(RefundRefused::NotPaid) => assert_eq!(self.order.refundable(), None),
            Err(RefundRefused::NotPositive) => assert_eq!(amount.amount(), 0),
            Err(RefundRefused::Disputed) => assert!(self.order.has_open_dispute()),
            Err(RefundRefused::ReferenceReused) => assert!(!self.order.refunds.is_empty()),
        }
    }

    /// A worker does what is next about a refund.
    pub(super) fn work_on_refund(&mut self, step: RefundStep, fate: Fate) {
        let charge = self.order.refund_charge(self.order.open_refund().unwrap()).unwrap();
        let change = match step {
            RefundStep::Leave(_) => return,
            RefundStep::LookUp => {
                let outcome = self.gateway.look_up_refund(&charge, fate);
                self.order.clone().record_refund_look_up(outcome, self.now).unwrap()
            }
            RefundStep::Claim => {
                self.commit(self.order.clone().claim_refund(self.now).unwrap());
                let charge = self.order.refund_charge(self.order.open_refund().unwrap()).unwrap();
                let outcome = self.gateway.refund(&charge, fate);
                self.commit(self.order.clone().record_refund(outcome, self.now).unwrap());
                if outcome == RefundOutcome::Disputed {
                    self.see_disputes();
                }
                return;
            }
        };
        self.commit(change);
    }
}
