use std::borrow::Cow;
use std::collections::HashMap;

use application::Failure;
use aws_sdk_dynamodb::types::{
    AttributeValue, Delete, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};

use crate::attribute::{Item, item, text};
use crate::failure::unbuilt;
use crate::keys;

/// The condition of a write that only a new item passes.
pub(crate) const ABSENT: &str = "attribute_not_exists(pk)";

/// An update and its condition. Every attribute is written `#name`, so that none can be a reserved word.
pub(crate) struct Statement {
    pub(crate) update: Cow<'static, str>,
    pub(crate) condition: &'static str,
    pub(crate) names: HashMap<String, String>,
    pub(crate) values: HashMap<String, AttributeValue>,
}

impl Statement {
    pub(crate) fn new(update: impl Into<Cow<'static, str>>, condition: &'static str) -> Self {
        Self { update: update.into(), condition, names: HashMap::new(), values: HashMap::new() }
    }

    /// Says that `#attribute` means this attribute.
    pub(crate) fn name(self, attribute: &str) -> Self {
        self.name_as(&format!("#{attribute}"), attribute.to_owned())
    }

    pub(crate) fn name_as(mut self, written: &str, attribute: String) -> Self {
        self.names.insert(written.to_owned(), attribute);
        self
    }

    /// Says that `:name` means this value.
    pub(crate) fn value(mut self, name: &str, value: AttributeValue) -> Self {
        self.values.insert(format!(":{name}"), value);
        self
    }

    /// The statement as a part of a transaction. A part whose condition failed gives its item back where asked.
    pub(crate) fn into_write(
        self,
        operation: &'static str,
        table: &str,
        key: String,
        on_failure: ReturnValuesOnConditionCheckFailure,
    ) -> Result<TransactWriteItem, Failure> {
        let update = Update::builder()
            .table_name(table)
            .key(keys::PARTITION, text(key))
            .update_expression(self.update)
            .condition_expression(self.condition)
            .set_expression_attribute_names(Some(self.names))
            .set_expression_attribute_values(Some(self.values))
            .return_values_on_condition_check_failure(on_failure)
            .build()
            .map_err(unbuilt(operation))?;
        Ok(TransactWriteItem::builder().update(update).build())
    }
}

/// What must be true of an item before it is replaced or removed.
pub(crate) enum Before {
    /// There is none.
    Absent,
    /// Whatever stands there.
    Anything,
    /// What this condition says of the value that was seen.
    Seen(&'static str, AttributeValue),
}

impl Before {
    fn condition(self) -> (Option<String>, Option<HashMap<String, AttributeValue>>) {
        match self {
            Self::Absent => (Some(ABSENT.to_owned()), None),
            Self::Anything => (None, None),
            Self::Seen(condition, seen) => (Some(condition.to_owned()), Some(item([(":seen", seen)]))),
        }
    }
}

/// An item as a part of a transaction.
pub(crate) fn put(
    operation: &'static str,
    table: &str,
    item: Item,
    before: Before,
) -> Result<TransactWriteItem, Failure> {
    let (condition, values) = before.condition();
    let put = Put::builder()
        .table_name(table)
        .set_item(Some(item))
        .set_condition_expression(condition)
        .set_expression_attribute_values(values);
    Ok(TransactWriteItem::builder().put(put.build().map_err(unbuilt(operation))?).build())
}

/// The end of an item as a part of a transaction.
pub(crate) fn delete(
    operation: &'static str,
    table: &str,
    key: String,
    before: Before,
) -> Result<TransactWriteItem, Failure> {
    let (condition, values) = before.condition();
    let delete = Delete::builder()
        .table_name(table)
        .key(keys::PARTITION, text(key))
        .set_condition_expression(condition)
        .set_expression_attribute_values(values);
    Ok(TransactWriteItem::builder().delete(delete.build().map_err(unbuilt(operation))?).build())
}
