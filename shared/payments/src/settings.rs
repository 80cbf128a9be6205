use core::time::Duration;
use std::sync::Arc;

use application::{Facts, Gateways, SecretName, Secrets};
use domain::payment::GatewayName;

use crate::SettingError;
use crate::adyen::AdyenGateway;
use crate::paypal::PayPalGateway;
use crate::stripe::StripeGateway;

/// The settings of whoever calls gateways: where each is reached, such as `https://api.stripe.com`, and under which
/// name its secret is kept; at Adyen also which merchant account is paid.
pub const SETTINGS: [&str; 7] = [
    "STRIPE_ENDPOINT",
    "STRIPE_SECRET",
    "PAYPAL_ENDPOINT",
    "PAYPAL_SECRET",
    "ADYEN_ENDPOINT",
    "ADYEN_SECRET",
    "ADYEN_MERCHANT_ACCOUNT",
];

/// Every gateway, ready to be called, from the values of [`SETTINGS`]. Each call ends within `timeout`.
///
/// # Errors
/// When an endpoint is no URL, or the HTTP client cannot be made.
pub fn gateways(
    accounts: [String; SETTINGS.len()],
    secrets: &Arc<dyn Secrets>,
    facts: Arc<dyn Facts>,
    timeout: Duration,
) -> Result<Gateways, SettingError> {
    let (stripe, paypal, adyen) = each(accounts, secrets, facts, timeout)?;
    Ok(Gateways::new(Box::new(stripe), Box::new(paypal), Box::new(adyen)))
}

/// The settings of whoever also reads what Adyen moved, which is told by report files alone: where they are downloaded,
/// and under which name the credentials of the report user are kept.
pub const REPORT_SETTINGS: [&str; 2] = ["ADYEN_REPORTS_ENDPOINT", "ADYEN_REPORTS_SECRET"];

/// Every gateway, ready to be called and to list what it moved, from the values of [`SETTINGS`] and [`REPORT_SETTINGS`].
///
/// # Errors
/// As [`gateways`].
pub fn gateways_with_reports(
    accounts: [String; SETTINGS.len()],
    [endpoint, secret]: [String; REPORT_SETTINGS.len()],
    secrets: &Arc<dyn Secrets>,
    facts: Arc<dyn Facts>,
    timeout: Duration,
) -> Result<Gateways, SettingError> {
    let (stripe, paypal, adyen) = each(accounts, secrets, facts, timeout)?;
    let adyen = adyen.with_reports(&endpoint, Arc::clone(secrets), SecretName(secret))?;
    Ok(Gateways::new(Box::new(stripe), Box::new(paypal), Box::new(adyen)))
}

fn each(
    [stripe, stripe_secret, paypal, paypal_secret, adyen, adyen_secret, merchant]: [String; SETTINGS.len()],
    secrets: &Arc<dyn Secrets>,
    facts: Arc<dyn Facts>,
    timeout: Duration,
) -> Result<(StripeGateway, PayPalGateway, AdyenGateway), SettingError> {
    let secrets = || Arc::clone(secrets);
    let stripe = StripeGateway::new(&stripe, secrets(), SecretName(stripe_secret), timeout)?;
    let paypal = PayPalGateway::new(&paypal, secrets(), SecretName(paypal_secret), timeout)?;
    let adyen = AdyenGateway::new(&adyen, merchant, secrets(), SecretName(adyen_secret), facts, timeout)?;
    Ok((stripe, paypal, adyen))
}

/// The settings with what shoppers' browsers reach each gateway with.
pub const PUBLIC_KEYS: [&str; 3] = ["STRIPE_PUBLIC_KEY", "PAYPAL_CLIENT_ID", "ADYEN_CLIENT_KEY"];

/// The gateways that are offered, each with its key, from the values of [`PUBLIC_KEYS`]: one without is not offered.
pub fn offered([stripe, paypal, adyen]: [String; PUBLIC_KEYS.len()]) -> Vec<(GatewayName, String)> {
    let keys = [(GatewayName::Stripe, stripe), (GatewayName::PayPal, paypal), (GatewayName::Adyen, adyen)];
    keys.into_iter().filter(|(_, key)| !key.is_empty()).collect()
}
