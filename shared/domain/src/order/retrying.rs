use super::{HoldsChange, Order, OrderChange, OrderState};
use crate::Timestamp;
use crate::payment::{AttemptRequest, PaymentMethod};
use crate::stock::HoldMove;
use crate::wake::{Queue, Wake};

/// Why another payment method was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RetryRefused {
    /// A payment is in flight, or was made, or the units are gone.
    #[error("the order does not wait for another payment method")]
    NotAwaitingMethod,
    /// The order used up its attempts.
    #[error("an order takes at most {} attempts", Order::ATTEMPTS_MAX)]
    TooManyAttempts,
}

impl Order {
    /// Offers other payment methods after every attempt so far was a definite no.
    ///
    /// # Errors
    /// Refuses unless the order waits for one and its units are still held.
    pub fn retry(
        mut self,
        methods: Vec<PaymentMethod>,
        request: AttemptRequest,
        now: Timestamp,
    ) -> Result<OrderChange, RetryRefused> {
        let retry_until = match self.state {
            OrderState::PaymentFailed { retry_until } if now < retry_until => retry_until,
            OrderState::PaymentFailed { .. }
            | OrderState::PendingPayment
            | OrderState::Paid { .. }
            | OrderState::Cancelled { .. } => return Err(RetryRefused::NotAwaitingMethod),
        };
        if self.attempts.len() >= Self::ATTEMPTS_MAX {
            return Err(RetryRefused::TooManyAttempts);
        }
        let mut methods = methods.into_iter();
        let first = methods.next().ok_or(RetryRefused::NotAwaitingMethod)?;
        self.begin_attempt(first, Some(request), now);
        self.fallbacks = methods.collect();
        self.state = OrderState::PendingPayment;
        self.held_until = retry_until;
        self.wake = Some(Wake { queue: Queue::CapturePayment, at: now });
        Ok(self.next_version(
            now,
            Some(HoldsChange::Moved { held_until: Some(retry_until), target: HoldMove::ToPaying }),
        ))
    }
}
