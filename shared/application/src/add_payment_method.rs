//! Tries another payment method on the same hold, after the ones so far were declined.

use domain::order::{Order, RetryRefused};
use domain::payment::{AttemptRequest, PaymentMethod};
use domain::{Caller, Idempotent, OrderId};

use crate::decision::decide;
use crate::{Clock, Failure, OrderLedger};

/// How often the decision is made anew after somebody else changed the order meanwhile.
const DECISIONS_MAX: u32 = 4;

/// What the use case needs.
pub struct Ports<'a> {
    /// Orders.
    pub orders: &'a dyn OrderLedger,
    /// The time.
    pub clock: &'a dyn Clock,
}

/// What a request asks for.
#[derive(Clone, Debug)]
pub struct AddPaymentMethod {
    /// Who asks.
    pub caller: Caller,
    /// The order to be paid.
    pub order_id: OrderId,
    /// The request, by which a repetition is recognised.
    pub request: AttemptRequest,
    /// What the shopper offers now.
    pub payment_methods: Vec<PaymentMethod>,
}

/// Why the method was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddPaymentMethodError {
    /// This caller made no order of that id.
    #[error("there is no such order")]
    NotFound,
    /// The key was used for other methods.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// The order does not take another method now.
    #[error(transparent)]
    Refused(RetryRefused),
    /// The world broke.
    #[error(transparent)]
    Failure(#[from] Failure),
}

/// Begins another attempt, or answers with the order as an earlier request under this key left it.
///
/// # Errors
/// See [`AddPaymentMethodError`].
pub async fn add_payment_method(
    ports: &Ports<'_>,
    command: &AddPaymentMethod,
) -> Result<Idempotent<Order>, AddPaymentMethodError> {
    decide(ports.orders, &command.order_id, DECISIONS_MAX, |found| {
        let order =
            found.filter(|order| order.caller == command.caller).ok_or(AddPaymentMethodError::NotFound)?;
        let earlier = order.attempts.iter().filter_map(|attempt| attempt.requested.as_ref());
        if let Some(earlier) = earlier.into_iter().find(|earlier| earlier.key == command.request.key) {
            return if earlier.fingerprint == command.request.fingerprint {
                Ok(Idempotent::AlreadyApplied(order.unchanged()))
            } else {
                Err(AddPaymentMethodError::KeyReused)
            };
        }
        let methods = command.payment_methods.clone();
        let change = order.retry(methods, command.request.clone(), ports.clock.now());
        change.map(Idempotent::Executed).map_err(AddPaymentMethodError::Refused)
    })
    .await
}
