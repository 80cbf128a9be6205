//! The payment gateways, as adapters of [`application::Gateway`], and what is known about each.

#![deny(missing_docs)]

mod capability; // what each gateway promises, in one table
mod credential; // which secret proves who asks, also while it is rotated
mod decimal; // amounts in major units
mod held; // what was authorized last, for the capture that follows
mod hex; // bytes as digits
mod line; // HTTP to a gateway: one request, and its answer or the loss of it
mod reference; // our own names for payments and refunds
mod report; // what each call leaves in the log
mod secret_key; // the key that requests carry, when it is rotated too
mod settings; // the gateways, as a function's settings name them
mod webhook_secret; // the secret that webhooks are signed with, when it is rotated too
mod webhooks; // what each gateway tells, verified

pub mod adyen; // Adyen, with payments whose captures, cancels and refunds end by webhooks
pub mod paypal; // PayPal, with orders that the shopper approves
pub mod stripe; // Stripe, with PaymentIntents

pub use capability::{
    Approval, CancelFinality, Capability, CertificatePin, FailedCall, MethodKind, RiskSignal, TransferList,
    WebhookSignature, capability, methods_offered,
};
pub use line::SettingError;
pub use settings::{PUBLIC_KEYS, REPORT_SETTINGS, SETTINGS, gateways, gateways_with_reports, offered};
pub use webhook_secret::WebhookError;
pub use webhooks::{WEBHOOK_SETTINGS, Webhooks};
