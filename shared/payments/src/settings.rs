use core::time::Duration;
use std::sync::Arc;

use application::{Gateways, SecretName, Secrets};

use crate::SettingError;
use crate::paypal::PayPalGateway;
use crate::stripe::StripeGateway;

/// The settings of whoever calls gateways: where each is reached, such as `https://api.stripe.com`, and under which
/// name its secret is kept.
pub const SETTINGS: [&str; 4] = ["STRIPE_ENDPOINT", "STRIPE_SECRET", "PAYPAL_ENDPOINT", "PAYPAL_SECRET"];

/// Every gateway, ready to be called, from the values of [`SETTINGS`]. Each call ends within `timeout`.
///
/// # Errors
/// When an endpoint is no URL, or the HTTP client cannot be made.
pub fn gateways(
    [stripe, stripe_secret, paypal, paypal_secret]: [String; SETTINGS.len()],
    secrets: &Arc<dyn Secrets>,
    timeout: Duration,
) -> Result<Gateways, SettingError> {
    let secrets = || Arc::clone(secrets);
    let stripe = StripeGateway::new(&stripe, secrets(), SecretName(stripe_secret), timeout)?;
    let paypal = PayPalGateway::new(&paypal, secrets(), SecretName(paypal_secret), timeout)?;
    Ok(Gateways::new(Box::new(stripe), Box::new(paypal)))
}
