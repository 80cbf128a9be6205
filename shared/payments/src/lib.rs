//! The payment gateways, as adapters of [`application::Gateway`], and what is known about each.

#![deny(missing_docs)]

mod capability; // what each gateway promises, in one table
mod credential; // which secret proves who asks, also while it is rotated
mod line; // HTTP to a gateway: one request, and its answer or the loss of it
mod report; // what each call leaves in the log

pub mod paypal; // PayPal, with orders that the shopper approves
pub mod stripe; // Stripe, with PaymentIntents

pub use capability::{
    Approval, CancelFinality, Capability, FailedCall, MethodKind, WebhookSignature, capability,
    methods_offered,
};
pub use line::SettingError;

use core::time::Duration;
use std::sync::Arc;

use application::{Gateways, SecretName, Secrets};

use self::paypal::PayPalGateway;
use self::stripe::StripeGateway;

/// Where a gateway is reached, and under which name its secret is kept.
#[derive(Clone, Debug)]
pub struct Account {
    /// Such as `https://api.stripe.com`.
    pub endpoint: String,
    /// The name in the secret store.
    pub secret: String,
}

/// Every gateway, ready to be called. Each call ends within `timeout`.
///
/// # Errors
/// When an endpoint is no URL, or the HTTP client cannot be made.
pub fn gateways(
    [stripe, paypal]: [Account; 2],
    secrets: &Arc<dyn Secrets>,
    timeout: Duration,
) -> Result<Gateways, SettingError> {
    let name = |account: &Account| SecretName(account.secret.clone());
    let (stripe_name, paypal_name) = (name(&stripe), name(&paypal));
    let stripe = StripeGateway::new(&stripe.endpoint, Arc::clone(secrets), stripe_name, timeout)?;
    let paypal = PayPalGateway::new(&paypal.endpoint, Arc::clone(secrets), paypal_name, timeout)?;
    Ok(Gateways::new(Box::new(stripe), Box::new(paypal)))
}
