//! Adyen's subset: payments of stored cards, and captures, cancels and refunds that are taken on and told of later.

mod chargeback; // money that a shopper demands back
mod desk; // one request against the book, in one transaction
mod ledger; // the payments in the book
mod notification; // what is told, and its signature
mod parameters; // the parameters that are known, and nothing else
mod payment; // the states of a payment, and what each stored card does
mod redirect; // the page of a shopper's bank, and what is brought back from there
mod report; // what moved, as the report of a day
mod risk; // what Adyen thinks of a payment

pub(crate) use desk::{Call, Desk, in_use, server_error, too_many_requests, unauthorized};
pub(crate) use ledger::{CHARGES, SCHEMA};
pub(crate) use notification::{is_id, signed};
pub(crate) use payment::Card;
pub(crate) use redirect::Redirect;
pub(crate) use report::{SCHEMA as REPORT_SCHEMA, Taking};
