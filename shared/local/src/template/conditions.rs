use serde_json::Value;

use super::TemplateError;
use super::intrinsics::{Scope, text};

impl Scope<'_> {
    /// Whether the template's condition of this name holds here.
    pub(super) fn condition(&self, place: &str, name: &str) -> Result<bool, TemplateError> {
        let expression = self.conditions.and_then(|conditions| conditions.get(name));
        let missing = || TemplateError::new(place, format!("there is no condition {name}"));
        self.holds(&format!("condition {name}"), expression.ok_or_else(missing)?)
    }

    fn holds(&self, place: &str, expression: &Value) -> Result<bool, TemplateError> {
        let strange =
            || TemplateError::new(place, format!("the local shop does not understand {expression}"));
        let (name, argument) =
            expression.as_object().and_then(|map| map.iter().next()).ok_or_else(strange)?;
        match (name.as_str(), argument) {
            ("Condition", Value::String(name)) => self.condition(place, name),
            ("Fn::Equals", Value::Array(sides)) => match sides.as_slice() {
                [left, right] => {
                    let (left, right) = (self.resolve(place, left)?, self.resolve(place, right)?);
                    Ok(left.as_ref().map(text) == right.as_ref().map(text))
                }
                _ => Err(strange()),
            },
            ("Fn::Not", Value::Array(parts)) => match parts.as_slice() {
                [part] => Ok(!self.holds(place, part)?),
                _ => Err(strange()),
            },
            ("Fn::And", Value::Array(parts)) => {
                parts.iter().try_fold(true, |all, part| Ok(self.holds(place, part)? && all))
            }
            ("Fn::Or", Value::Array(parts)) => {
                parts.iter().try_fold(false, |any, part| Ok(self.holds(place, part)? || any))
            }
            _ => Err(strange()),
        }
    }
}
