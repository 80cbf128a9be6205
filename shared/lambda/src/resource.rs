//! The shop's resources as several routes show or read them.

pub mod order; // an order, and its payment as its shopper is told
pub mod payment_method; // what a shopper offers to pay with
pub mod product; // a product, its variants and their availability
pub mod reservation; // a reservation, its lines and totals
