//! The payment gateways, as adapters of [`application::Gateway`], and what is known about each.

#![deny(missing_docs)]

mod capability; // what each gateway promises, in one table
mod line; // HTTP to a gateway: one request, and its answer or the loss of it
mod report; // what each call leaves in the log
mod settings; // the gateways, as a function's settings name them

pub mod paypal; // PayPal, with orders that the shopper approves
pub mod stripe; // Stripe, with PaymentIntents

pub use capability::{
    Approval, CancelFinality, Capability, FailedCall, MethodKind, WebhookSignature, capability,
    methods_offered,
};
pub use line::SettingError;
pub use settings::{SETTINGS, gateways};
