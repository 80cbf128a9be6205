use async_trait::async_trait;
use domain::Currency;
use domain::fraud::{Count, Day, Known, Subject};

use super::Failure;

/// Why nothing was counted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CountError {
    /// Of these subjects enough was counted. The others may be counted without them.
    #[error("enough was counted of {} subjects", .0.len())]
    Full(Vec<Subject>),
    /// The world broke.
    #[error(transparent)]
    Failure(#[from] Failure),
}

/// How often customers, addresses and ways to pay were seen.
#[async_trait]
pub trait Velocity: Send + Sync {
    /// Counts an order and its declines for each of its subjects ([`domain::fraud::Activity::count`]), or for none.
    /// Counting it again changes nothing.
    async fn count(&self, count: &Count) -> Result<(), CountError>;

    /// What was counted of subjects on these days, and what the customer among them has paid in this currency, with
    /// everything that was written before.
    async fn known(&self, subjects: &[Subject], days: [Day; 2], currency: Currency)
    -> Result<Known, Failure>;
}
