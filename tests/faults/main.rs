//! The sweep on the real adapter: whole purchases through DynamoDB's SDK, and at each of their calls in turn something
//! goes wrong. Clients and queues try again; what was bought, charged and given back must be as on a calm day.
//!
//! A failure prints the command that plays its case again, with every call.

#![expect(clippy::disallowed_methods, reason = "a case to be played again is named in the environment")]

#[cfg(test)]
mod case; // one play of one scenario with its faults, as text
#[cfg(test)]
mod fault; // what can go wrong with a call
#[cfg(test)]
mod line; // the SDK's way to the store in this process, with the faults on it
#[cfg(test)]
mod scenario; // what shoppers do
#[cfg(test)]
mod shopper; // a client that repeats its requests
#[cfg(test)]
mod sweep; // every call of every scenario, one after the other
#[cfg(test)]
mod world; // the store, the workers and their queues
