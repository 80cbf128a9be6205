//! The payment gateways, as adapters of [`application::Gateway`], and what is known about each.

#![deny(missing_docs)]

mod capability; // what each gateway promises, in one table

pub mod stripe; // Stripe, with PaymentIntents

pub use capability::{
    Approval, CancelFinality, Capability, FailedCall, MethodKind, WebhookSignature, capability,
};
