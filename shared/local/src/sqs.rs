//! The part of Amazon SQS that the shop uses, with its rules: standard queues, delivered at least once.
//!
//! Messages live in a file and survive the process; a message that was being processed when the process died is
//! visible again at the next start.

mod attributes; // message attributes and the digest that SDKs check
mod calls; // what each call takes and answers
mod message; // a message, sent and received
mod refusal; // SQS's errors under both of their names
mod rules; // limits of messages and batches
mod server; // AWS JSON over HTTP
mod store; // messages in SQLite; time comes in as an argument

pub use attributes::Attributes;
pub use message::{Message, NewMessage};
pub use refusal::Refusal;
pub use server::serve;
pub use store::{Counts, Store};

pub(crate) use message::system_attributes;

/// The digest by which SQS confirms what it has stored.
pub(crate) fn digest(bytes: &[u8]) -> String {
    format!("{:x}", md5::compute(bytes))
}

#[cfg(test)]
mod tests;
