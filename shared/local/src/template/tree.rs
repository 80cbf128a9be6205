use serde_json::{Map, Value};
use yaml_serde::Value as Yaml;

use super::TemplateError;

/// Reads YAML into one plain tree in which `!Ref X` is `{"Ref": "X"}` and `!Sub …` is `{"Fn::Sub": …}`, the long
/// forms that CloudFormation itself defines, so that only one form must be understood.
pub(super) fn read(text: &str) -> Result<Value, TemplateError> {
    let yaml: Yaml = yaml_serde::from_str(text)
        .map_err(|error| TemplateError::new("the file", format!("is not YAML: {error}")))?;
    plain(yaml)
}

fn plain(yaml: Yaml) -> Result<Value, TemplateError> {
    Ok(match yaml {
        Yaml::Null => Value::Null,
        Yaml::Bool(value) => Value::Bool(value),
        Yaml::Number(number) => serde_json::to_value(&number)
            .map_err(|error| TemplateError::new("the file", format!("has a strange number: {error}")))?,
        Yaml::String(text) => Value::String(text),
        Yaml::Sequence(items) => Value::Array(items.into_iter().map(plain).collect::<Result<_, _>>()?),
        Yaml::Mapping(mapping) => {
            let mut object = Map::new();
            for (key, value) in mapping {
                let Yaml::String(key) = key else {
                    return Err(TemplateError::new(
                        "the file",
                        format!("has the key {key:?}, which is no text"),
                    ));
                };
                object.insert(key, plain(value)?);
            }
            Value::Object(object)
        }
        Yaml::Tagged(tagged) => {
            let tag = tagged.tag.to_string();
            let name = tag.trim_start_matches('!');
            let key = match name {
                "Ref" | "Condition" => name.to_owned(),
                _ => format!("Fn::{name}"),
            };
            Value::Object(Map::from_iter([(key, plain(tagged.value)?)]))
        }
    })
}
