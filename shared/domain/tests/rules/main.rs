//! What the domain promises, for values and sequences that nobody thought of.

#[cfg(test)]
mod samples; // reservations, checkouts and ways to make many of them

#[cfg(test)]
mod acting; // what a shopper brings back from an action
#[cfg(test)]
mod attempt; // one try to charge, under any answers
#[cfg(test)]
mod circuit; // one prober, and no gateway held back for ever
#[cfg(test)]
mod counterparty; // a gateway that knows what really happened
#[cfg(test)]
mod disputing; // money that a shopper demands back over the shop's head
#[cfg(test)]
mod ending; // a cancel, and money that goes back
#[cfg(test)]
mod fraud; // what is counted, and what the rules say of it
#[cfg(test)]
mod id; // what may be an id, and how ids follow from a request
#[cfg(test)]
mod invariant; // each violation is caught
#[cfg(test)]
mod ledger; // what moved, as double entries
#[cfg(test)]
mod money; // sums that refuse rather than wrap
#[cfg(test)]
mod order; // an order's transitions, one by one
#[cfg(test)]
mod payment; // an order's payment, driven by workers that die and gateways that fail
#[cfg(test)]
mod payment_text; // tokens, references and addresses, taken as they are or refused
#[cfg(test)]
mod reconciliation; // what a gateway lists, against the ledger
#[cfg(test)]
mod rejected; // refunds of which nothing was executed, and what comes into doubt after that
#[cfg(test)]
mod reservation; // one end, and only one
#[cfg(test)]
mod resolving; // what waits for a person, and what that person finds out
#[cfg(test)]
mod stock; // pages balance under any moves
#[cfg(test)]
mod timeline; // what happened to an order, told
#[cfg(test)]
mod webhook; // whom an event is about, and what becomes of it
