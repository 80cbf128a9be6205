//! What is true, and nothing else: no clock, no network, no AWS, no async.
//!
//! A rule is a function that consumes a state and returns the next one, or names why it refuses.
//! The database enforces the same rules by its conditions; the contract suite proves that they agree.

#![deny(missing_docs)]
#![deny(clippy::arithmetic_side_effects)]

mod id; // every typed id, and how ids derive from an idempotency key
mod idempotent; // doing it twice is an answer
mod money; // minor units with a currency
mod quantity; // how many units one line may ask for
mod timestamp; // milliseconds; "now" is always an argument

pub mod catalog; // products, variants, what a shopper may see of their stock
pub mod fraud; // what is known before a charge: allow it, review it or refuse it
pub mod invariant; // what always holds, checked over everything that is stored
pub mod order; // a reservation being paid for, or paid
pub mod payment; // attempts, and what a gateway's answer proves
pub mod reconciliation; // whether the gateways' lists and our ledgers say the same
pub mod reservation; // a shopper's holds, with one deadline
pub mod stock; // pages: units and the open holds taken from them
pub mod wake; // what must happen later, as data
pub mod webhook; // what a gateway tells by itself, and what became of it
pub mod work; // what waits for a person

pub use id::{
    Caller, EventId, Fingerprint, IdParseError, IdempotencyKey, OrderId, ProductId, Reference, RequestKey,
    ReservationId, Sku,
};
pub use idempotent::Idempotent;
pub use money::{Currency, Money, MoneyError};
pub use quantity::{Quantity, QuantityOutOfRange};
pub use timestamp::Timestamp;
