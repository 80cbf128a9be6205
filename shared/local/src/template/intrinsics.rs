use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Surroundings, TemplateError};
use crate::aws;

/// What a resource says about itself before it is read.
pub(super) struct Declared<'a> {
    pub(super) kind: String,
    pub(super) properties: &'a Value,
    condition: Option<&'a str>,
}

/// Everything that an expression in the template may refer to.
pub(super) struct Scope<'a> {
    parameters: BTreeMap<String, Value>,
    pub(super) conditions: Option<&'a Map<String, Value>>,
    declared: BTreeMap<&'a str, Declared<'a>>,
    queues: &'a str,
}

const TOP_LEVEL: [&str; 8] = [
    "AWSTemplateFormatVersion",
    "Transform",
    "Description",
    "Parameters",
    "Conditions",
    "Globals",
    "Resources",
    "Outputs",
];

impl<'a> Scope<'a> {
    pub(super) fn of(document: &'a Value, surroundings: &'a Surroundings) -> Result<Self, TemplateError> {
        let file = document.as_object().ok_or_else(|| TemplateError::new("the file", "is no mapping"))?;
        if let Some(key) = file.keys().find(|key| !TOP_LEVEL.contains(&key.as_str())) {
            return Err(TemplateError::new("the file", format!("the local shop does not understand {key}")));
        }
        let mut declared = BTreeMap::new();
        for (id, resource) in file.get("Resources").and_then(Value::as_object).into_iter().flatten() {
            let kind = resource.get("Type").and_then(Value::as_str);
            let kind = kind.ok_or_else(|| TemplateError::new(format!("resource {id}"), "has no Type"))?;
            let properties = resource.get("Properties").unwrap_or(&Value::Null);
            let condition = resource.get("Condition").and_then(Value::as_str);
            declared.insert(id.as_str(), Declared { kind: kind.to_owned(), properties, condition });
        }
        Ok(Self {
            parameters: parameters(file.get("Parameters"), &surroundings.parameters)?,
            conditions: file.get("Conditions").and_then(Value::as_object),
            declared,
            queues: &surroundings.queues,
        })
    }

    /// The resources whose condition, if they have one, holds here.
    pub(super) fn resources(&self) -> Result<Vec<(&'a str, &Declared<'a>)>, TemplateError> {
        let mut present = vec![];
        for (id, resource) in &self.declared {
            let holds = match resource.condition {
                Some(name) => self.condition(&format!("resource {id}"), name)?,
                None => true,
            };
            if holds {
                present.push((*id, resource));
            }
        }
        Ok(present)
    }

    /// A value with its expressions replaced by what they mean here; `None` is CloudFormation's "no value".
    pub(super) fn resolve(&self, place: &str, value: &Value) -> Result<Option<Value>, TemplateError> {
        match value {
            Value::Object(object) => match object.iter().next() {
                Some((name, argument)) if object.len() == 1 && is_intrinsic(name) => {
                    self.evaluate(place, name, argument)
                }
                _ => {
                    let mut resolved = Map::new();
                    for (key, value) in object {
                        if let Some(value) = self.resolve(place, value)? {
                            resolved.insert(key.clone(), value);
                        }
                    }
                    Ok(Some(Value::Object(resolved)))
                }
            },
            Value::Array(items) => {
                let items = items.iter().map(|item| self.resolve(place, item));
                Ok(Some(Value::Array(items.filter_map(Result::transpose).collect::<Result<_, _>>()?)))
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(Some(value.clone())),
        }
    }

    fn evaluate(&self, place: &str, name: &str, argument: &Value) -> Result<Option<Value>, TemplateError> {
        let misused = || TemplateError::new(place, format!("{name} does not take {argument}"));
        match (name, argument) {
            ("Ref", Value::String(target)) if target == "AWS::NoValue" => Ok(None),
            ("Ref", Value::String(target)) => self.reference(place, target).map(Some),
            ("Fn::GetAtt", Value::String(path)) => {
                let (target, attribute) = path.split_once('.').ok_or_else(misused)?;
                self.attribute(place, target, attribute).map(Some)
            }
            ("Fn::GetAtt", Value::Array(path)) => match path.as_slice() {
                [Value::String(target), Value::String(attribute)] => {
                    self.attribute(place, target, attribute).map(Some)
                }
                _ => Err(misused()),
            },
            ("Fn::Sub", Value::String(text)) => self.substitute(place, text).map(|text| Some(text.into())),
            ("Fn::Join", Value::Array(arguments)) => match arguments.as_slice() {
                [Value::String(separator), parts] => {
                    let parts = self.resolve(place, parts)?.unwrap_or_default();
                    let parts: Vec<String> = parts.as_array().ok_or_else(misused)?.iter().map(text).collect();
                    Ok(Some(parts.join(separator).into()))
                }
                _ => Err(misused()),
            },
            ("Fn::If", Value::Array(arguments)) => match arguments.as_slice() {
                [Value::String(condition), then, otherwise] => {
                    let chosen = if self.condition(place, condition)? { then } else { otherwise };
                    self.resolve(place, chosen)
                }
                _ => Err(misused()),
            },
            _ => Err(TemplateError::new(place, format!("the local shop does not understand {name}"))),
        }
    }

    fn reference(&self, place: &str, target: &str) -> Result<Value, TemplateError> {
        if let Some(value) = self.parameters.get(target) {
            return Ok(value.clone());
        }
        let name = match target {
            "AWS::StackName" => aws::STACK.to_owned(),
            "AWS::Region" => aws::REGION.to_owned(),
            "AWS::AccountId" => aws::ACCOUNT.to_owned(),
            "AWS::Partition" => "aws".to_owned(),
            "AWS::URLSuffix" => "amazonaws.com".to_owned(),
            _ => match self.kind(place, target)? {
                "AWS::DynamoDB::Table" => self.named(target, "TableName")?,
                "AWS::SQS::Queue" => {
                    format!("{}/{}/{}", self.queues, aws::ACCOUNT, self.named(target, "QueueName")?)
                }
                "AWS::SecretsManager::Secret" => aws::secret_arn(&self.named(target, "Name")?),
                "AWS::Serverless::HttpApi" | "AWS::Serverless::Function" => target.to_owned(),
                kind => {
                    return Err(TemplateError::new(
                        place,
                        format!("refers to {target}, but {kind} is not here"),
                    ));
                }
            },
        };
        Ok(Value::String(name))
    }

    fn attribute(&self, place: &str, target: &str, attribute: &str) -> Result<Value, TemplateError> {
        let value = match (self.kind(place, target)?, attribute) {
            ("AWS::DynamoDB::Table", "Arn") => aws::table_arn(&self.named(target, "TableName")?),
            ("AWS::DynamoDB::Table", "StreamArn") => aws::stream_arn(&self.named(target, "TableName")?),
            ("AWS::SQS::Queue", "Arn") => aws::queue_arn(&self.named(target, "QueueName")?),
            ("AWS::SQS::Queue", "QueueName") => self.named(target, "QueueName")?,
            ("AWS::Serverless::Function", "Arn") => aws::function_arn(target),
            (kind, _) => {
                let problem = format!("refers to {target}.{attribute}, which {kind} does not have here");
                return Err(TemplateError::new(place, problem));
            }
        };
        Ok(Value::String(value))
    }

    fn kind(&self, place: &str, target: &str) -> Result<&str, TemplateError> {
        self.declared
            .get(target)
            .map(|declared| declared.kind.as_str())
            .ok_or_else(|| TemplateError::new(place, format!("refers to {target}, which does not exist")))
    }

    /// The name that a resource gives itself; without one, its id in the template.
    pub(super) fn named(&self, id: &str, property: &str) -> Result<String, TemplateError> {
        let place = format!("resource {id}");
        match self.declared.get(id).and_then(|declared| declared.properties.get(property)) {
            Some(name) => Ok(self.resolve(&place, name)?.as_ref().map_or_else(|| id.to_owned(), text)),
            None => Ok(id.to_owned()),
        }
    }

    fn substitute(&self, place: &str, template: &str) -> Result<String, TemplateError> {
        let mut result = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once("${") {
            result.push_str(before);
            let (name, after) = after
                .split_once('}')
                .ok_or_else(|| TemplateError::new(place, format!("{template} lacks a closing brace")))?;
            // `${!Name}` is how a template writes `${Name}` itself.
            match (name.strip_prefix('!'), name.split_once('.')) {
                (Some(literal), _) => result.push_str(&format!("${{{literal}}}")),
                (None, Some((target, attribute))) => {
                    result.push_str(&text(&self.attribute(place, target, attribute)?));
                }
                (None, None) => result.push_str(&text(&self.reference(place, name)?)),
            }
            rest = after;
        }
        result.push_str(rest);
        Ok(result)
    }
}

fn is_intrinsic(name: &str) -> bool {
    name == "Ref" || name.starts_with("Fn::")
}

/// A value as CloudFormation writes it into text.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(","),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
    }
}

fn parameters(
    declared: Option<&Value>,
    local: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, Value>, TemplateError> {
    let declared = declared.and_then(Value::as_object);
    if let Some(name) = local.keys().find(|name| !declared.is_some_and(|known| known.contains_key(*name))) {
        return Err(TemplateError::new("Parameters", format!("{name} is set locally but not declared")));
    }
    let mut parameters = BTreeMap::new();
    for (name, parameter) in declared.into_iter().flatten() {
        let given = local.get(name).map(|value| Value::String(value.clone()));
        // A parameter without any value is an error only where it is used.
        let Some(value) = given.or_else(|| parameter.get("Default").cloned()) else { continue };
        let is_list = parameter.get("Type").and_then(Value::as_str).is_some_and(|kind| kind.contains("List"));
        let value = match (is_list, &value) {
            (true, Value::String(list)) => {
                list.split(',').map(str::trim).filter(|item| !item.is_empty()).collect()
            }
            (false, Value::Number(number)) => Value::String(number.to_string()),
            _ => value,
        };
        parameters.insert(name.clone(), value);
    }
    Ok(parameters)
}
