//! The contract of each port: the same cases against the store in memory, which the simulator runs on, and against the
//! adapters of DynamoDB on an embedded database. A verdict of the simulator counts because the two agree here.

#![expect(clippy::disallowed_methods, reason = "the database is the outside world: it runs beside the tests")]

#[cfg(test)]
mod samples; // products, reservations and orders
#[cfg(test)]
mod world; // every port, in memory and on the embedded database

#[cfg(test)]
mod catalog; // products, their listings and their SKUs
#[cfg(test)]
mod circuits; // whether gateways are asked at all
#[cfg(test)]
mod commands; // any sequence of writes gives the same answers in both worlds
#[cfg(test)]
mod limits; // what customers have of limited SKUs
#[cfg(test)]
mod orders; // orders, placed and moved on
#[cfg(test)]
mod reconciliations; // how far lists were compared, and what differs
#[cfg(test)]
mod reservations; // reservations, made and ended
#[cfg(test)]
mod returned; // units that came back to the shop
#[cfg(test)]
mod room; // where units are found: openers, lists and looks
#[cfg(test)]
mod stock; // pages and holds
#[cfg(test)]
mod supply; // what is put on sale and taken off
#[cfg(test)]
mod sweep_index; // what the sweeper is told
#[cfg(test)]
mod velocity; // what is counted for the fraud rules
#[cfg(test)]
mod wake_ups; // what the relay is told
#[cfg(test)]
mod webhooks; // what gateways told
#[cfg(test)]
mod work_items; // what waits for a person
