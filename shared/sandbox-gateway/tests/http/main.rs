//! The gateway's behaviour, over real HTTP on loopback.

#![expect(clippy::disallowed_methods, reason = "the tests run the gateway beside themselves")]

#[cfg(test)]
mod book; // what lasts, and what is a charge
#[cfg(test)]
mod client; // a gateway on a free port, and a client that speaks to it
#[cfg(test)]
mod disputes; // money that shoppers demand back over the shop's head
#[cfg(test)]
mod faults; // what tests can switch on
#[cfg(test)]
mod idempotency; // the same key again
#[cfg(test)]
mod paypal; // PayPal's side, from the approval to the capture
#[cfg(test)]
mod tokens; // what each token does, and which moves are refused
#[cfg(test)]
mod transfers; // what moved, listed
#[cfg(test)]
mod webhooks; // what the gateway tells by itself
