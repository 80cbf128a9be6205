//! What the suites share: a shop to run, and shoppers who use it over HTTP as a storefront does.

mod shop; // the local shop as a process of its own
mod shopper; // a guest or a customer with a token, and what a storefront does for them

pub use shop::{CatalogFile, Shop};
pub use shopper::{Answer, Shopper, checkout, key};
