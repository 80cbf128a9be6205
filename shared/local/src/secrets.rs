//! The part of AWS Secrets Manager that the shop uses: reading a version by its stage, and putting a new one.

mod server; // AWS JSON over HTTP
mod store; // versions and their stages in SQLite

pub use server::serve;
pub use store::{NewVersion, Refusal, Store, Version, Which};
