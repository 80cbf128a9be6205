//! Single reads, batches and queries.

use std::collections::{BTreeSet, HashMap};

use application::Failure;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use futures_util::stream::{self, StreamExt, TryStreamExt};

use crate::attribute::{Item, item, text};
use crate::failure;
use crate::keys::{self, Index};

/// How many keys one batch takes.
const BATCH_MAX: usize = 100;
/// How often in a row a batch may bring nothing at all before it counts as throttled.
const EMPTY_ANSWERS_MAX: u32 = 3;
/// How many batches are under way at once: a look at ten thousand pages takes seven rounds of some ten milliseconds,
/// and no function opens more connections than these.
const BATCHES_AT_ONCE: usize = 16;

/// Whether a read must see every write that was answered before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Consistency {
    Strong,
    Eventual,
}

/// Reads one item, with every write that was answered before.
pub(crate) async fn get(
    client: &Client,
    operation: &'static str,
    table: &str,
    key: String,
    consistency: Consistency,
) -> Result<Option<Item>, Failure> {
    let request = client
        .get_item()
        .table_name(table)
        .key(keys::PARTITION, text(key))
        .consistent_read(consistency == Consistency::Strong);
    request.send().await.map(|answer| answer.item).map_err(|error| failure::of(operation, &error))
}

/// Reads items, in any order; an item that does not exist is left out.
pub(crate) async fn batch(
    client: &Client,
    operation: &'static str,
    table: &str,
    keys: BTreeSet<String>,
    consistency: Consistency,
) -> Result<Vec<Item>, Failure> {
    let mut keys = keys.into_iter().map(|key| item([(keys::PARTITION, text(key))]));
    let parts = core::iter::from_fn(|| {
        let part: Vec<Item> = keys.by_ref().take(BATCH_MAX).collect();
        (!part.is_empty()).then(|| batch_part(client, operation, table, part, consistency))
    });
    let parts: Vec<_> = parts.collect();
    let answers: Vec<Vec<Item>> = stream::iter(parts).buffer_unordered(BATCHES_AT_ONCE).try_collect().await?;
    Ok(answers.into_iter().flatten().collect())
}

/// Reads as many items as one batch takes.
async fn batch_part(
    client: &Client,
    operation: &'static str,
    table: &str,
    mut open: Vec<Item>,
    consistency: Consistency,
) -> Result<Vec<Item>, Failure> {
    let mut items = Vec::with_capacity(open.len());
    let mut empty_answers = 0;
    while !open.is_empty() {
        let wanted = KeysAndAttributes::builder()
            .set_keys(Some(open))
            .consistent_read(consistency == Consistency::Strong)
            .build()
            .map_err(failure::unbuilt(operation))?;
        let answer = client
            .batch_get_item()
            .request_items(table, wanted)
            .send()
            .await
            .map_err(|error| failure::of(operation, &error))?;
        let found = take(answer.responses, table).unwrap_or_default();
        open = take(answer.unprocessed_keys, table).map(|left| left.keys).unwrap_or_default();
        empty_answers = if found.is_empty() && !open.is_empty() { empty_answers + 1 } else { 0 };
        if empty_answers >= EMPTY_ANSWERS_MAX {
            return Err(Failure::Throttled);
        }
        items.extend(found);
    }
    Ok(items)
}

/// Reads every item of a table, each with every write that was answered before.
pub(crate) async fn scan(
    client: &Client,
    operation: &'static str,
    table: &str,
) -> Result<Vec<Item>, Failure> {
    let mut items = Vec::new();
    let mut start = None;
    loop {
        let request = client.scan().table_name(table).consistent_read(true).set_exclusive_start_key(start);
        let answer = request.send().await.map_err(|error| failure::of(operation, &error))?;
        items.extend(answer.items.unwrap_or_default());
        start = answer.last_evaluated_key;
        if start.is_none() {
            return Ok(items);
        }
    }
}

/// What is asked of an index: the items of one partition, those at some places where they are given.
pub(crate) struct Question {
    pub(crate) index: &'static Index,
    pub(crate) partition: AttributeValue,
    pub(crate) place: Option<Place>,
    pub(crate) limit: Option<i32>,
}

/// Where items stand in their partition.
pub(crate) enum Place {
    After(AttributeValue),
    /// At the place, or after it.
    From(AttributeValue),
    Before(AttributeValue),
    UpTo(AttributeValue),
    /// From the first to the second, both included.
    Within(AttributeValue, AttributeValue),
}

impl Place {
    /// As a condition, with the places that it compares to.
    fn condition(self) -> (&'static str, Item) {
        let to = |place| item([(":place", place)]);
        match self {
            Self::After(place) => ("#place > :place", to(place)),
            Self::From(place) => ("#place >= :place", to(place)),
            Self::Before(place) => ("#place < :place", to(place)),
            Self::UpTo(place) => ("#place <= :place", to(place)),
            Self::Within(first, last) => {
                ("#place BETWEEN :first AND :last", item([(":first", first), (":last", last)]))
            }
        }
    }
}

/// Reads one answer's worth of an index, in order, and whether there is more.
pub(crate) async fn query(
    client: &Client,
    operation: &'static str,
    table: &str,
    question: Question,
) -> Result<(Vec<Item>, bool), Failure> {
    let answer = asked(client, table, question).send().await;
    let answer = answer.map_err(|error| failure::of(operation, &error))?;
    Ok((answer.items.unwrap_or_default(), answer.last_evaluated_key.is_some()))
}

/// Reads all that answers a question, in order.
pub(crate) async fn query_all(
    client: &Client,
    operation: &'static str,
    table: &str,
    question: Question,
) -> Result<Vec<Item>, Failure> {
    let request = asked(client, table, question);
    let mut items = Vec::new();
    let mut start = None;
    loop {
        let answer = request.clone().set_exclusive_start_key(start).send().await;
        let answer = answer.map_err(|error| failure::of(operation, &error))?;
        items.extend(answer.items.unwrap_or_default());
        start = answer.last_evaluated_key;
        if start.is_none() {
            return Ok(items);
        }
    }
}

fn asked(client: &Client, table: &str, question: Question) -> QueryFluentBuilder {
    let Question { index, partition, place, limit } = question;
    let request = client
        .query()
        .table_name(table)
        .index_name(index.name)
        .expression_attribute_names("#partition", index.partition)
        .set_limit(limit);
    let (condition, mut values) = match place.map(Place::condition) {
        None => (String::new(), Item::new()),
        Some((condition, values)) => (format!(" AND {condition}"), values),
    };
    values.insert(":partition".to_owned(), partition);
    let request = if condition.is_empty() {
        request
    } else {
        request.expression_attribute_names("#place", index.place)
    };
    request
        .set_expression_attribute_values(Some(values))
        .key_condition_expression(format!("#partition = :partition{condition}"))
}

fn take<T>(of_tables: Option<HashMap<String, T>>, table: &str) -> Option<T> {
    of_tables.and_then(|mut of_tables| of_tables.remove(table))
}
