use super::{Order, OrderChange, OrderState};
use crate::payment::{ActionResult, Attempt};
use crate::wake::{Queue, Wake};
use crate::{Idempotent, Timestamp};

/// What a shopper brought back is of no use: no action is awaited, or its time is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the order does not wait for an action of its shopper")]
pub struct NoActionAwaited;

impl Order {
    /// Takes what the shopper brought back from an action at the gateway, and wakes a worker for it. The same result again
    /// changes nothing, whatever has become of it since.
    ///
    /// # Errors
    /// Refuses unless an action is awaited, and another result than the one that was brought back before.
    pub fn submit_action_result(
        mut self,
        result: ActionResult,
        now: Timestamp,
    ) -> Result<Idempotent<OrderChange>, NoActionAwaited> {
        let has_it = |attempt: &Attempt| attempt.action_result.as_ref() == Some(&result);
        if self.attempts.iter().any(has_it) {
            return Ok(Idempotent::AlreadyApplied(self.unchanged()));
        }
        if self.state != OrderState::PendingPayment {
            return Err(NoActionAwaited);
        }
        let submit = |attempt: Attempt| attempt.submit_action_result(result, now).ok();
        let attempt = self.attempts.pop().and_then(submit).ok_or(NoActionAwaited)?;
        self.attempts.push(attempt);
        self.wake = Some(Wake { queue: Queue::CapturePayment, at: now });
        Ok(Idempotent::Executed(self.next_version(now, None)))
    }
}
