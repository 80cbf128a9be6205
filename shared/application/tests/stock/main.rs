//! How stock is sold, to the last unit and no further: which calls a request makes, what becomes of it when one of them
//! fails, who may have how much, and how units come and go during a sale. The use cases run as they are shipped, over
//! ports in memory.

#[cfg(test)]
mod line; // the line to the store, on which every call is noted and any may fail
#[cfg(test)]
#[path = "../faults/samples.rs"]
mod samples; // carts, products and checkouts
#[cfg(test)]
#[path = "../faults/shop.rs"]
#[allow(dead_code, reason = "it is the shop of the faults too, and each suite uses its part")]
mod shop; // a shop in memory, with its relay, its sweeper and its workers

#[cfg(test)]
mod alerts; // bands, crossings, and what changes when few units are left
#[cfg(test)]
mod any_call; // whatever any one call suffers, and whoever comes between
#[cfg(test)]
mod batches; // deadlines that are worked on together
#[cfg(test)]
mod carts; // several pages: all of them or none
#[cfg(test)]
mod end_game; // the last units, one looker, and who is told that nothing is left
#[cfg(test)]
mod expiry; // deadlines: far away, overdue, or met by a late write
#[cfg(test)]
mod limits; // what one customer may have
#[cfg(test)]
mod plain_path; // one page: two writes, nothing shared
#[cfg(test)]
mod supply; // receipts, counts and write-offs
