use std::borrow::Cow;
use std::collections::HashMap;

use application::Failure;
use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, Delete, Put, ReturnValue, ReturnValuesOnConditionCheckFailure,
    TransactWriteItem, Update,
};

use crate::attribute::{self, Item, text};
use crate::failure::unbuilt;
use crate::keys;

/// The condition of a write that only a new item passes.
pub(crate) const ABSENT: &str = "attribute_not_exists(pk)";
/// What a part of a transaction says that has no condition of its own.
pub(crate) const UNCONDITIONAL: &str = "";
/// The condition of a write that belongs to an item that was made before.
pub(crate) const PRESENT: &str = "attribute_exists(pk)";

/// What must be true of an item. An attribute is written `#name`, so that none can be a reserved word.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    pub(crate) text: &'static str,
    names: HashMap<String, String>,
    values: Item,
}

impl Condition {
    pub(crate) fn new(text: &'static str) -> Self {
        Self { text, names: HashMap::new(), values: Item::new() }
    }

    /// There is no such item.
    pub(crate) fn absent() -> Self {
        Self::new(ABSENT)
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

    /// The names, if there are any: the database refuses an empty map.
    pub(crate) fn names(&self) -> Option<HashMap<String, String>> {
        (!self.names.is_empty()).then(|| self.names.clone())
    }

    /// The values, if there are any.
    pub(crate) fn values(&self) -> Option<Item> {
        (!self.values.is_empty()).then(|| self.values.clone())
    }

    /// The condition as a part of a transaction. A part whose condition failed gives its item back.
    pub(crate) fn into_check(
        self,
        operation: &'static str,
        table: &str,
        key: String,
    ) -> Result<TransactWriteItem, Failure> {
        let check = ConditionCheck::builder()
            .table_name(table)
            .key(keys::PARTITION, text(key))
            .condition_expression(self.text)
            .set_expression_attribute_names(self.names())
            .set_expression_attribute_values(self.values())
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let check = check.build().map_err(unbuilt(operation))?;
        Ok(TransactWriteItem::builder().condition_check(check).build())
    }
}

/// An update and its condition.
pub(crate) struct Statement {
    pub(crate) update: Cow<'static, str>,
    /// With the names and values of the update too.
    pub(crate) condition: Condition,
    /// What an update by itself answers with; a transaction never does.
    pub(crate) answer: ReturnValue,
    /// What a refusal answers with.
    pub(crate) refusal: ReturnValuesOnConditionCheckFailure,
}

impl Statement {
    pub(crate) fn new(update: impl Into<Cow<'static, str>>, condition: &'static str) -> Self {
        Self {
            update: update.into(),
            condition: Condition::new(condition),
            answer: ReturnValue::None,
            refusal: ReturnValuesOnConditionCheckFailure::None,
        }
    }

    /// An update that only the other parts of its transaction guard.
    pub(crate) fn unconditional(update: &'static str) -> Self {
        Self::new(update, UNCONDITIONAL)
    }

    /// See [`Condition::name`].
    pub(crate) fn name(self, attribute: &str) -> Self {
        Self { condition: self.condition.name(attribute), ..self }
    }

    pub(crate) fn name_as(self, written: &str, attribute: String) -> Self {
        Self { condition: self.condition.name_as(written, attribute), ..self }
    }

    /// See [`Condition::value`].
    pub(crate) fn value(self, name: &str, value: AttributeValue) -> Self {
        Self { condition: self.condition.value(name, value), ..self }
    }

    /// Asks what the item is from then on, or was before.
    pub(crate) fn answering(self, answer: ReturnValue) -> Self {
        Self { answer, ..self }
    }

    /// Asks for the item that did not pass the condition.
    pub(crate) fn explaining(self) -> Self {
        Self { refusal: ReturnValuesOnConditionCheckFailure::AllOld, ..self }
    }

    /// The statement as a part of a transaction.
    pub(crate) fn into_write(
        self,
        operation: &'static str,
        table: &str,
        key: String,
    ) -> Result<TransactWriteItem, Failure> {
        let text = self.condition.text;
        let condition = (text != UNCONDITIONAL).then(|| text.to_owned());
        let update = Update::builder()
            .table_name(table)
            .key(keys::PARTITION, attribute::text(key))
            .update_expression(self.update)
            .set_condition_expression(condition)
            .set_expression_attribute_names(self.condition.names())
            .set_expression_attribute_values(self.condition.values())
            .return_values_on_condition_check_failure(self.refusal)
            .build()
            .map_err(unbuilt(operation))?;
        Ok(TransactWriteItem::builder().update(update).build())
    }
}

/// An item as a part of a transaction; without a condition, whatever stands there.
pub(crate) fn put(
    operation: &'static str,
    table: &str,
    item: Item,
    condition: Option<Condition>,
) -> Result<TransactWriteItem, Failure> {
    let put = Put::builder()
        .table_name(table)
        .set_item(Some(item))
        .set_condition_expression(condition.as_ref().map(|condition| condition.text.to_owned()))
        .set_expression_attribute_names(condition.as_ref().and_then(Condition::names))
        .set_expression_attribute_values(condition.as_ref().and_then(Condition::values));
    Ok(TransactWriteItem::builder().put(put.build().map_err(unbuilt(operation))?).build())
}

/// The end of an item as a part of a transaction.
pub(crate) fn delete(
    operation: &'static str,
    table: &str,
    key: String,
    condition: &Condition,
) -> Result<TransactWriteItem, Failure> {
    let delete = Delete::builder()
        .table_name(table)
        .key(keys::PARTITION, text(key))
        .condition_expression(condition.text)
        .set_expression_attribute_names(condition.names())
        .set_expression_attribute_values(condition.values());
    Ok(TransactWriteItem::builder().delete(delete.build().map_err(unbuilt(operation))?).build())
}
