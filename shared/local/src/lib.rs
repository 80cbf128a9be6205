//! The local shop: the whole system in one process, wired from the `template.yaml` that SAM deploys.
//!
//! Functions run as they are and never know that they are local: the SDK finds the tables, queues and secrets by the
//! endpoints in their environment, and those speak AWS's protocols over loopback, with AWS's rules.

#![deny(missing_docs)]
#![expect(
    clippy::disallowed_methods,
    reason = "the local shop is the outside world of the functions: their clock, their timers and their threads"
)]

mod amazon_json; // AWS's JSON protocols over HTTP
mod arguments; // the command line
mod aws; // ARNs, the region, the account
mod catalog; // what is on the shelves when the shop opens
mod clock; // the time of the outside world
mod command; // the program: opens the shop, says where, and closes it
mod dynamodb; // the embedded tables and their streams
mod front; // HTTP as API Gateway turns it into events
mod functions; // every function, by its folder's name
mod greeting; // curl lines for people
mod id; // random ids
mod instances; // a function's instances, one request at a time
mod shop; // everything together
mod sign_in; // customers of the local shop: their tokens, and the key
mod sources; // queues, streams and schedules → functions
mod sqlite; // how files are opened

pub mod secrets; // Secrets Manager, as far as it is used
pub mod sqs; // SQS, as far as it is used
pub mod template; // template.yaml, understood or refused

pub use arguments::Arguments;
pub use catalog::{CatalogError, CatalogFile, LowStockEntry, Price, ProductEntry, VariantEntry};
pub use command::main;
pub use dynamodb::DynamoDbError;
pub use functions::Functions;
pub use shop::{AuditError, Options, Shop, StartError, Stop, TEMPLATE};
