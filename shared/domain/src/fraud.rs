//! What is known about an order before it is charged, and what follows from that: charge it, charge it once a person
//! has looked, or do not charge it.
//!
//! What is counted stands under digests, so that no counter names a person, an address or a card.

mod activity; // what was counted of one subject on one day
mod review; // an authorization that waits for a person
mod risk; // what the gateway itself thinks
mod rules; // every rule, in one table
mod screening; // what the rules say of an order
mod signals; // what is measured of an order
mod subject; // what orders are counted by

pub use activity::{Activity, Count, Day, Full, Mark};
pub use review::{Review, ReviewDecision, ReviewEnd};
pub use risk::Risk;
pub use rules::{RULES, Rule};
pub use screening::{Screening, Verdict, screen, screen_risk};
pub use signals::{Known, PaidHistory, Signal, Signals, Window};
pub use subject::{Subject, SubjectKind};
