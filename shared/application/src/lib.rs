//! What the shop does: one file per use case, and the ports that they need.
//!
//! A use case takes the few ports that it needs, so that its signature reads like its function's permissions. A rule
//! that said no is a refusal with a name of its own; a [`Failure`] means that the world broke.

#![deny(missing_docs)]

mod ports; // what the use cases need from the world
mod repeat; // an unknown outcome repeats the very same write
mod side_by_side; // several things at once

mod availability; // what a shopper sees of stock, at most a second old
mod breaker; // no charge begins at a gateway that is ill
mod budget; // the time that a worker has
mod claims; // what counts against a customer's limits
mod decision; // what is decided about an order, written to the version that was seen
mod disputing; // what a gateway shows of disputes, written to the order
mod follow_up; // what a gateway has news of is found out, and seen to
mod give_back; // units back to sale
mod ledger; // a movement of stock, whoever else moves or sells it
mod look; // which pages have units, found out by one for all
mod offers; // what SKUs cost, at most a second old
mod recent; // what an instance looked up, for a second
mod shelf; // what an instance remembers of stock pages

pub mod add_payment_method;
pub mod adjust_stock;
pub mod apply_webhook;
pub mod audit;
pub mod cancel_order;
pub mod capture_payment;
pub mod checkout;
pub mod count_work_items;
pub mod create_reservation;
pub mod expire_reservation;
pub mod get_order;
pub mod get_product;
pub mod get_reservation;
pub mod get_timeline;
pub mod list_products;
pub mod list_work_items;
pub mod put_on_sale;
pub mod receive_stock;
pub mod receive_webhook;
pub mod reconcile;
pub mod refund_order;
pub mod relay;
pub mod release_reservation;
pub mod resolve_difference;
pub mod resolve_order;
pub mod resolve_webhook;
pub mod review_order;
pub mod submit_action_result;
pub mod sweep;
pub mod write_off_stock;

pub use availability::Bands;
pub use breaker::{Breaker, CircuitsSeen};
pub use budget::Budget;
pub use offers::Offers;
pub use ports::*;
pub use shelf::Shelf;
