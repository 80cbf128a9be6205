use domain::order::{OrderState, RefundRefused, RefundRequest, ReturnedLine};
use domain::payment::{RefundOutcome, RefundStep};
use domain::{Idempotent, Money, Quantity};

use super::Shop;
use crate::counterparty::Fate;

impl Shop {
    /// Together refunds never exceed what was captured, and one reference is one refund.
    pub(super) fn refund(&mut self, reference: u32, amount: i64, units: i64) {
        let amount = Money::new(amount, self.order.totals.total.currency()).unwrap();
        let sku = self.order.lines[0].sku.clone();
        let request = RefundRequest {
            reference: format!("claim-{reference}").parse().unwrap(),
            amount,
            returned: Quantity::parse(units)
                .map(|quantity| ReturnedLine { sku, quantity })
                .into_iter()
                .collect(),
        };
        match self.order.clone().refund(request, self.now) {
            Ok(Idempotent::Executed(change)) => self.commit(change),
            Ok(Idempotent::AlreadyApplied(unchanged)) => assert_eq!(unchanged.order, self.order),
            Err(RefundRefused::TooMuch { left }) => assert!(amount.amount() > left.amount()),
            Err(RefundRefused::NotPaid) => assert_eq!(self.order.refundable(), None),
            Err(RefundRefused::NotPositive) => assert_eq!(amount.amount(), 0),
            Err(RefundRefused::Disputed) => assert!(self.order.has_open_dispute()),
            Err(RefundRefused::NotSold { .. }) => {
                let sold: u32 = self.order.sold_units().iter().map(|unit| unit.quantity).sum();
                assert!(i64::from(sold) < units);
            }
            Err(RefundRefused::ReferenceReused) => assert!(!self.order.refunds.is_empty()),
        }
    }

    /// A worker tells those who look for units of what came back.
    pub(super) fn see_to_units(&mut self) {
        if matches!(self.order.state, OrderState::Paid { .. }) && self.order.has_units_to_end() {
            self.commit(self.order.clone().rest(self.now));
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
