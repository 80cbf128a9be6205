//! Tells what happened to an order, from its history and its ledger.

use domain::OrderId;
use domain::invariant::{Violation, check_record};
use domain::order::TimelineStep;

use crate::{Failure, OrderHistories};

/// What happened to an order, as its own record tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline {
    /// What each write made of it, and the money that moved, oldest first.
    pub steps: Vec<TimelineStep>,
    /// Why it cannot be believed: a line or a posting was changed, or taken out. None where all is as it was written.
    pub violations: Vec<Violation>,
}

/// The timeline of an order, whoever made it: it is for operators.
///
/// # Errors
/// When the store cannot be read.
pub async fn get_timeline(histories: &dyn OrderHistories, id: &OrderId) -> Result<Option<Timeline>, Failure> {
    let Some(record) = histories.order_record(id).await? else { return Ok(None) };
    let violations = check_record(&record);
    for violation in &violations {
        tracing::error!(order = id.as_str(), %violation, "an order needs a person: its record is not what was written");
    }
    Ok(Some(Timeline { steps: record.timeline(), violations }))
}
