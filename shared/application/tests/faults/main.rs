//! What goes wrong between the workers: messages twice, late, lost or out of order, workers that are slow or die,
//! stale indexes. The use cases run as they are shipped, over ports in memory; the names carry the numbers of the
//! fault catalogue.

#[cfg(test)]
mod samples; // carts, products and checkouts
#[cfg(test)]
mod shop; // a shop in memory, with its relay, its sweeper and its workers
#[cfg(test)]
mod slow; // a gateway whose one call takes as long as a test wants

#[cfg(test)]
mod acting; // a shopper who brings a result back from the gateway's pages
#[cfg(test)]
mod approval; // a shopper who approves on the gateway's pages
#[cfg(test)]
mod breaker; // a gateway that is ill
#[cfg(test)]
mod budget; // a worker whose time runs out
#[cfg(test)]
mod cancelled; // orders that are cancelled, and money that goes back
#[cfg(test)]
mod disputed; // money that a shopper demands back over the shop's head
#[cfg(test)]
mod fraud; // what the shop refuses, or has a person look at
#[cfg(test)]
mod known_requests; // ids and fingerprints of requests that were made before
#[cfg(test)]
mod lapsed; // money that was held for too long, or is not what was asked for
#[cfg(test)]
mod late_messages; // messages after their time, and out of order
#[cfg(test)]
mod listed_disputes; // disputes that a gateway lists and never told of
#[cfg(test)]
mod orphaned; // money that a gateway takes after it had said no
#[cfg(test)]
mod reconciled; // what a gateway lists, and what is posted
#[cfg(test)]
mod relayed; // a relay that dies, stands still or is refused; messages that are lost
#[cfg(test)]
mod shopper_action; // a shopper who must act, and does or does not
#[cfg(test)]
mod size; // more than a transaction takes
#[cfg(test)]
mod timeline; // what happened to an order, told
#[cfg(test)]
mod two_workers; // two workers of one order
#[cfg(test)]
mod webhooks; // what a gateway tells by itself
#[cfg(test)]
mod work_items; // what waits for a person
