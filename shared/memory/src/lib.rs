//! Every port in memory, for tests and for the simulator: one thread or many, no clock, no chance, nothing hidden.
//!
//! The store decides by the domain's own transitions, so it is the rule that the real adapters are compared with.
//! Everything is kept in an order, so that the same calls give the same answers on every run.

#![deny(missing_docs)]

mod chance; // numbers from a seed
mod clock; // a time that moves when it is told to
mod commit; // what the store's stream would carry
mod gateway; // a gateway that does what its script says, and keeps a book
mod queues; // wake-ups that wait for their time
mod secrets; // secrets that can be rotated
mod store; // products, stock, reservations and orders

pub use chance::SeededChance;
pub use clock::ManualClock;
pub use commit::{Commit, Record};
pub use gateway::{Call, CallMade, Fate, RefundCall, ScriptedGateway};
pub use queues::{Queues, Sent};
pub use secrets::Secrets;
pub use store::Store;
