#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod archive; // everything at once, for an audit
mod attribute; // typed reading and writing of attributes
mod catalog; // products and their SKUs
mod circuits; // whether gateways are asked at all
mod failure; // what an SDK error proves
mod limits; // what customers have of limited SKUs
mod orders; // orders, each change one write
mod read; // single reads, batches and queries
mod reconciliations; // how far the gateways' lists were compared, and what differs
mod reservations; // reservations, made and ended
mod statement; // an update and its condition, as text
mod stock; // pages, holds, and where to look for units
mod supply; // what is put on sale and taken off
mod sweep_index; // what the sweeper looks at
mod tables; // the adapters, by the tables that they need
mod velocity; // how often customers, addresses and cards were seen
mod webhooks; // what gateways told, kept once
mod work_items; // what waits for a person
mod write; // conditional writes, alone and in transactions

pub mod keys; // every key, and the registry of items and questions
pub mod stream; // a stream record as a wake-up

#[cfg(test)]
mod arbitrary; // any product, page, reservation and order
#[cfg(test)]
mod embedded; // a database inside the test
#[cfg(test)]
mod size; // how large the database says an item is

pub use tables::{CatalogTable, OrdersTable, PurchaseTables, StockTable};
