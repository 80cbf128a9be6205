//! Conditional writes, alone and in transactions.
//!
//! A write that met another transaction on its item is repeated a few times, after pauses of some milliseconds: a
//! transaction holds its items for about five, and those who met there must not all come back at once.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

use application::Failure;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{CancellationReason, TransactWriteItem};
use domain::Idempotent;

use crate::attribute::{Item, text};
use crate::statement::{ABSENT, Statement};
use crate::{failure, keys};

#[cfg(test)]
mod tests;

/// How often a write is made when it meets other transactions on its items: once, and five times again.
const TRIES_MAX: u32 = 6;

const CONDITION_FAILED: &str = "ConditionalCheckFailedException";
const MET_A_TRANSACTION: &str = "TransactionConflictException";

/// What became of a conditional write.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Written,
    /// Its condition did not hold.
    Refused,
}

/// Why a transaction was not written.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// At least one condition did not hold; the reasons stand in the order of the writes.
    Conditions(Vec<CancellationReason>),
    Failure(Failure),
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

/// Whether this part's condition did not hold.
pub(crate) fn condition_failed(reason: &CancellationReason) -> bool {
    reason.code() == Some("ConditionalCheckFailed")
}

/// Updates one item under a condition.
pub(crate) async fn update(
    client: &Client,
    operation: &'static str,
    table: &str,
    key: &str,
    statement: impl Fn() -> Statement + Send,
) -> Result<Verdict, Failure> {
    for earlier in 0..TRIES_MAX {
        pause(earlier).await;
        let Statement { update, condition, names, values } = statement();
        let answer = client
            .update_item()
            .table_name(table)
            .key(keys::PARTITION, text(key))
            .update_expression(update)
            .condition_expression(condition)
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(values))
            .send()
            .await;
        match answer {
            Ok(_) => return Ok(Verdict::Written),
            Err(error) if failure::is(&error, CONDITION_FAILED) => return Ok(Verdict::Refused),
            Err(error) if failure::is(&error, MET_A_TRANSACTION) => {}
            Err(error) => return Err(failure::of(operation, &error)),
        }
    }
    Err(Failure::Throttled)
}

/// Waits before a repetition: 5, 10, 20, 40, 80 ms at most, half of it by chance.
#[expect(clippy::disallowed_methods, reason = "to wait out a transaction costs less than to fail for it")]
async fn pause(earlier_tries: u32) {
    let Some(doublings) = earlier_tries.checked_sub(1) else { return };
    let longest = 5_000_u64 << doublings;
    // Every hasher of the standard library begins with a random key of its own.
    let chance = RandomState::new().build_hasher().finish() % (longest / 2);
    tokio::time::sleep(Duration::from_micros(longest / 2 + chance)).await;
}

/// Puts an item unless there is one.
pub(crate) async fn put_new(
    client: &Client,
    operation: &'static str,
    table: &str,
    item: Item,
) -> Result<Idempotent<()>, Failure> {
    let put = client.put_item().table_name(table).set_item(Some(item)).condition_expression(ABSENT);
    match put.send().await {
        Ok(_) => Ok(Idempotent::Executed(())),
        Err(error) if failure::is(&error, CONDITION_FAILED) => Ok(Idempotent::AlreadyApplied(())),
        Err(error) => Err(failure::of(operation, &error)),
    }
}

/// Makes all of these writes or none. The first is the record that the others belong to: what its condition says
/// is said at once, whatever the others met.
pub(crate) async fn transact(
    client: &Client,
    operation: &'static str,
    writes: impl Fn() -> Result<Vec<TransactWriteItem>, Failure> + Send,
) -> Result<(), Refusal> {
    for earlier in 0..TRIES_MAX {
        pause(earlier).await;
        let answer = client.transact_write_items().set_transact_items(Some(writes()?)).send().await;
        let Err(error) = answer else { return Ok(()) };
        let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error()
        else {
            return Err(failure::of(operation, &error).into());
        };
        let reasons = cancelled.cancellation_reasons();
        if reasons.first().is_some_and(condition_failed) {
            return Err(Refusal::Conditions(reasons.to_vec()));
        }
        if reasons.iter().any(|reason| reason.code() == Some("TransactionConflict")) {
            continue;
        }
        if reasons.iter().any(condition_failed) {
            return Err(Refusal::Conditions(reasons.to_vec()));
        }
        return Err(failure::of_cancellation(operation, reasons).into());
    }
    Err(Failure::Throttled.into())
}
