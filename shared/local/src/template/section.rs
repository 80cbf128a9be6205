use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::TemplateError;
use super::intrinsics::Scope;

/// A part of the template that is about to be read.
pub(super) struct Section<'a> {
    pub(super) place: String,
    properties: &'a Value,
    scope: &'a Scope<'a>,
}

impl<'a> Section<'a> {
    pub(super) fn of(place: String, properties: &'a Value, scope: &'a Scope<'a>) -> Self {
        Self { place, properties, scope }
    }

    /// Reads the part as `T`, which must know every key but those that have a meaning only in the cloud.
    ///
    /// The cloud-only keys are left out before anything is resolved: they may name what does not exist here.
    pub(super) fn read<T: DeserializeOwned>(&self, cloud_only: &[&str]) -> Result<T, TemplateError> {
        let resolved = self.resolve(cloud_only)?;
        serde_json::from_value(resolved).map_err(|error| self.error(error.to_string()))
    }

    /// The part as plain data, without its cloud-only keys.
    pub(super) fn resolve(&self, cloud_only: &[&str]) -> Result<Value, TemplateError> {
        let kept = match self.properties {
            Value::Null => Value::Object(Map::new()),
            Value::Object(properties) => Value::Object(
                properties
                    .iter()
                    .filter(|(key, _)| !cloud_only.contains(&key.as_str()))
                    .map(|(key, value)| (key.clone(), value.clone()))
                    .collect(),
            ),
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                return Err(self.error("is no mapping"));
            }
        };
        Ok(self.scope.resolve(&self.place, &kept)?.unwrap_or(Value::Null))
    }

    pub(super) fn error(&self, problem: impl Into<String>) -> TemplateError {
        TemplateError::new(&self.place, problem)
    }
}
