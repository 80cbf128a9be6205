use domain::OrderId;
use domain::payment::AttemptNumber;

use super::{Bank, Status};

/// What a person sees and does at the gateway itself.
impl Bank {
    /// Whether something that was asked for is still on its way, or taken on and not done.
    pub(crate) fn has_anything_under_way(&self) -> bool {
        !self.late.is_empty() || !self.late_refunds.is_empty() || !self.received.is_empty()
    }

    /// Whether the attempt's money has moved. Where it has not, it never will from now on.
    pub(crate) fn captured_or_cancelled(&mut self, order: &OrderId, attempt: AttemptNumber) -> bool {
        let mut is_captured = false;
        for intent in &mut self.intents {
            if intent.charge.order_id != *order || intent.charge.attempt != attempt {
                continue;
            }
            if intent.status == Status::Succeeded {
                is_captured = true;
            } else {
                intent.status = Status::Canceled;
            }
        }
        is_captured
    }
}
