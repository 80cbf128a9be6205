//! The shipped use cases on in-memory ports, on one thread, in virtual time, from a seed.
//!
//! Every call to a port is one place to interleave and one place to fail. After every commit the invariants are
//! checked over everything that is stored and over the gateway's own book, and once faults have stopped everything
//! must come to its end. Nothing here reads a clock or rolls real dice, so a run repeats to the last call.

#![deny(missing_docs)]

mod answer; // what shoppers ask, and what they hear
mod bank; // the gateway's side
mod checker; // what must hold
mod conduct; // what the other sides do, honestly or not
mod cores; // many runs at the same time
mod dice; // chance from a seed
mod fault; // what goes wrong at a call
mod invocation; // the ports before one invocation
mod keeper; // whoever keeps the stock
mod mail; // the queues
mod mutation; // deliberate bugs
mod run; // one run from its name to its verdict
mod scenario; // what shoppers do
mod search; // looking for a run that breaks something
mod serve; // the functions, as the cloud invokes them
mod shopper; // one shopper
mod simulation; // tasks and their scheduler
mod stream; // what was committed, for the relay
mod world; // time, chance, and the gate that calls wait at

pub use checker::Broken;
pub use cores::{cores, on_every_core};
pub use fault::{Fault, Planned};
pub use mutation::{Caught, Mutation};
pub use run::{Circumstances, Course, Run, Verdict};
pub use scenario::Scenario;
pub use search::{Searched, pairs, seeds, sweep};
