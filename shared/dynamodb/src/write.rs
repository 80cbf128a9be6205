//! Conditional writes, alone and in transactions.
//!
//! A write that met another transaction on its item is repeated a few times, after pauses of some milliseconds: a
//! transaction holds its items for about five, and those who met there must not all come back at once.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

use application::Failure;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{CancellationReason, TransactWriteItem};

use crate::attribute::{Item, text};
use crate::statement::{Condition, Statement};
use crate::{failure, keys};

#[cfg(test)]
mod tests;

/// How often a write is made when it meets other transactions on its items: once, and five times again.
const TRIES_MAX: u32 = 6;

const CONDITION_FAILED: &str = "ConditionalCheckFailedException";
const MET_A_TRANSACTION: &str = "TransactionConflictException";

/// What became of a conditional write.
#[must_use]
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Verdict {
    /// With the attributes that were asked for.
    Written(Item),
    /// Its condition did not hold for this item, which is there if it was asked for and exists.
    Refused(Option<Item>),
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
    statement: impl Fn() -> Statement + Send + Sync,
) -> Result<Verdict, Failure> {
    let attempt = || {
        let Statement { update, condition, answer, refusal } = statement();
        client
            .update_item()
            .table_name(table)
            .key(keys::PARTITION, text(key))
            .update_expression(update)
            .condition_expression(condition.text)
            .set_expression_attribute_names(condition.names())
            .set_expression_attribute_values(condition.values())
            .return_values(answer)
            .return_values_on_condition_check_failure(refusal)
            .send()
    };
    match met_nobody(attempt).await? {
        Ok(written) => Ok(Verdict::Written(written.attributes.unwrap_or_default())),
        Err(error) if failure::is(&error, CONDITION_FAILED) => Ok(Verdict::Refused(refused_item(error))),
        Err(error) => Err(failure::of(operation, &error)),
    }
}

fn refused_item(error: SdkError<UpdateItemError, HttpResponse>) -> Option<Item> {
    let UpdateItemError::ConditionalCheckFailedException(refused) = error.into_service_error() else {
        return None;
    };
    refused.item
}

/// Puts one item under a condition.
pub(crate) async fn put(
    client: &Client,
    operation: &'static str,
    table: &str,
    item: &Item,
    condition: &Condition,
) -> Result<Verdict, Failure> {
    let attempt = || {
        client
            .put_item()
            .table_name(table)
            .set_item(Some(item.clone()))
            .condition_expression(condition.text)
            .set_expression_attribute_names(condition.names())
            .set_expression_attribute_values(condition.values())
            .send()
    };
    match met_nobody(attempt).await? {
        Ok(_) => Ok(Verdict::Written(Item::new())),
        Err(error) if failure::is(&error, CONDITION_FAILED) => Ok(Verdict::Refused(None)),
        Err(error) => Err(failure::of(operation, &error)),
    }
}

/// Makes a write again while it meets other transactions on its item.
async fn met_nobody<T, E: ProvideErrorMetadata, Answer>(
    attempt: impl Fn() -> Answer + Send + Sync,
) -> Result<Result<T, SdkError<E, HttpResponse>>, Failure>
where
    Answer: Future<Output = Result<T, SdkError<E, HttpResponse>>> + Send,
{
    for earlier in 0..TRIES_MAX {
        pause(earlier).await;
        match attempt().await {
            Err(error) if failure::is(&error, MET_A_TRANSACTION) => {}
            answer => return Ok(answer),
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
