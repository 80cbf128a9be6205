//! PayPal's subset: orders that the shopper approves, authorizations of them and captures of those.

mod amount; // money in major units
mod answer; // PayPal-shaped bodies
mod desk; // one request against the book, in one transaction
mod dispute; // money that an account's owner demands back
mod ledger; // the orders in the book
mod notification; // what is told of a change
mod order; // the states of an order and the moves between them
mod parameters; // the parameters that are known, and nothing else
mod signer; // what events are signed with, and the certificate of that
mod transfers; // what moved, listed

pub(crate) use answer::{
    authentication_failed, id_in_use, server_error, token, too_many_requests, unknown_route,
};
pub(crate) use desk::{Call, Desk};
pub(crate) use dispute::is_id as is_dispute;
pub(crate) use ledger::{CHARGES, SCHEMA};
pub(crate) use notification::is_id;
pub(crate) use order::{Account, Order, Standing};
pub use signer::{NotMade, PayPalSigner};
