//! What the shop does: one file per use case, and the ports that they need.
//!
//! A use case takes the few ports that it needs, so that its signature reads like its function's permissions. A rule
//! that said no is a refusal with a name of its own; a [`Failure`] means that the world broke.

#![deny(missing_docs)]

mod ports; // what the use cases need from the world
mod repeat; // an unknown outcome repeats the very same write

mod availability; // what a shopper sees of stock, at most a second old
mod shelf; // what an instance remembers of stock pages

pub mod add_payment_method;
pub mod audit;
pub mod capture_payment;
pub mod checkout;
pub mod create_reservation;
pub mod expire_reservation;
pub mod get_order;
pub mod get_product;
pub mod get_reservation;
pub mod list_products;
pub mod put_on_sale;
pub mod relay;
pub mod release_reservation;
pub mod sweep;

pub use availability::Bands;
pub use ports::*;
pub use shelf::Shelf;
