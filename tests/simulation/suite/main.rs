//! What `cargo test` runs of the simulator: a smoke of every mode, and whether the simulator can be believed.

mod determinism; // a run repeats to the last call
mod mutations; // deliberate bugs are caught
mod regressions; // runs that broke something once
mod smoke; // each mode, for as long as a test may take
