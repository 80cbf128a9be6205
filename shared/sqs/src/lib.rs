//! Wake-ups as messages of SQS: who sends them, and what they say.

#![deny(missing_docs)]

mod failure; // what an SDK error proves
mod message; // what a message says
mod queues; // the sender

pub use message::{ApplyWebhookMessage, CapturePaymentMessage, ExpireReservationMessage, StockAlertMessage};
pub use queues::Queues;
