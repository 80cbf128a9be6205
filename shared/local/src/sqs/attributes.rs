use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::{Refusal, digest};

/// A message's own attributes, by name.
pub type Attributes = BTreeMap<String, Attribute>;

/// One typed attribute of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Attribute {
    /// `String`, `Number` or `Binary`, with an optional suffix.
    pub data_type: String,
    /// The text of a string or number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub string_value: Option<String>,
    /// The bytes of a binary, in base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub binary_value: Option<String>,
}

impl Attribute {
    /// How SQS marks in its digest how the value travels, and the value's bytes.
    fn value(&self) -> Option<(u8, Vec<u8>)> {
        match (self.data_type.split('.').next(), &self.string_value, &self.binary_value) {
            (Some("String" | "Number"), Some(text), None) if !text.is_empty() => {
                Some((1, text.clone().into_bytes()))
            }
            (Some("Binary"), None, Some(encoded)) => STANDARD.decode(encoded).ok().map(|bytes| (2, bytes)),
            _ => None,
        }
    }
}

/// The bytes that attributes add to a message's size: names, types and values.
pub(super) fn size(attributes: &Attributes) -> Result<usize, Refusal> {
    if attributes.len() > 10 {
        let message =
            format!("Number of message attributes [{}] exceeds the allowed maximum [10].", attributes.len());
        return Err(Refusal::parameter(message));
    }
    attributes.iter().try_fold(0, |size, (name, attribute)| match attribute.value() {
        Some((_, value)) => Ok(size + name.len() + attribute.data_type.len() + value.len()),
        None => Err(Refusal::parameter(format!(
            "The message attribute '{name}' must contain a non-empty value of type '{}'.",
            attribute.data_type
        ))),
    })
}

/// The digest of all attributes, which SDKs compute for themselves and compare.
pub(super) fn attributes_digest(attributes: &Attributes) -> Option<String> {
    if attributes.is_empty() {
        return None;
    }
    let mut bytes = vec![];
    for (name, attribute) in attributes {
        let (transport, value) = attribute.value()?;
        append(&mut bytes, name.as_bytes());
        append(&mut bytes, attribute.data_type.as_bytes());
        bytes.push(transport);
        append(&mut bytes, &value);
    }
    Some(digest(&bytes))
}

fn append(bytes: &mut Vec<u8>, part: &[u8]) {
    bytes.extend(u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
    bytes.extend(part);
}
