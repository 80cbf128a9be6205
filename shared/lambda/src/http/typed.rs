//! From a JSON document to a route's own type, strictly: an array is no object, null is not "absent", and a refusal
//! never repeats the refused value.

use core::fmt;

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{DeserializeOwned, Deserializer, Error, Expected, IntoDeserializer, Unexpected, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::Value;

use super::pointer;
use crate::problem::{INVALID_REQUEST, Problem};

/// Reads a type from the document that stands at `root` of the request.
pub(super) fn read<T: DeserializeOwned>(root: &str, document: Value) -> Result<T, Problem> {
    serde_path_to_error::deserialize(Node(document)).map_err(|error| {
        let here = pointer::below(root, error.path());
        let Refused { detail, missing } = error.into_inner();
        let pointer = missing.map_or_else(|| here.clone(), |name| pointer::child(&here, name));
        Problem::of(INVALID_REQUEST).at(pointer).detail(detail)
    })
}

/// Why a type refused. It has no room for the value that was sent: that may be a secret.
#[derive(Debug)]
struct Refused {
    detail: String,
    missing: Option<&'static str>,
}

impl Refused {
    fn because(detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), missing: None }
    }
}

impl std::error::Error for Refused {}

impl fmt::Display for Refused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.detail)
    }
}

impl Error for Refused {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::because(message.to_string())
    }

    fn invalid_type(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::because(format!("expected {expected}"))
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::because(format!("expected {expected}"))
    }

    fn invalid_length(_: usize, expected: &dyn Expected) -> Self {
        Self::because(format!("expected {expected}"))
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self::because(format!("expected one of: {}", expected.join(", ")))
    }

    fn unknown_field(_: &str, expected: &'static [&'static str]) -> Self {
        Self::because(format!("unknown field; known here: {}", expected.join(", ")))
    }

    fn missing_field(name: &'static str) -> Self {
        Self { detail: "the field is missing".to_owned(), missing: Some(name) }
    }
}

/// A JSON value on its way into a type.
struct Node(Value);

impl<'de> IntoDeserializer<'de, Refused> for Node {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Node {
    type Error = Refused;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(value), _, _) => visitor.visit_u64(value),
                (_, Some(value), _) => visitor.visit_i64(value),
                (_, _, Some(value)) => visitor.visit_f64(value),
                (None, None, None) => Err(Refused::because("expected a number that can be read")),
            },
            Value::String(text) => visitor.visit_string(text),
            Value::Array(items) => {
                let mut items = SeqDeserializer::new(items.into_iter().map(Node));
                let value = visitor.visit_seq(&mut items)?;
                items.end()?;
                Ok(value)
            }
            Value::Object(fields) => {
                let mut fields =
                    MapDeserializer::new(fields.into_iter().map(|(name, value)| (name, Node(value))));
                let value = visitor.visit_map(&mut fields)?;
                fields.end()?;
                Ok(value)
            }
        }
    }

    // An optional field is left out; a null is a value of the wrong type.
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Refused> {
        visitor.visit_newtype_struct(self)
    }

    // Derived types would take an array for an object, field by field in the order of their declaration.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        if self.0.is_object() {
            self.deserialize_any(visitor)
        } else {
            Err(Refused::because("expected an object"))
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        match self.0 {
            Value::String(variant) => visitor.visit_enum(variant.into_deserializer()),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                Err(Refused::because("expected a string"))
            }
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq
        tuple tuple_struct map identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Cart {
        lines: Vec<Line>,
        note: Option<String>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Line {
        sku: String,
        quantity: u8,
    }

    fn refused(document: Value) -> (String, String) {
        let problem = read::<Cart>("", document).unwrap_err();
        assert_eq!(problem.kind(), INVALID_REQUEST);
        let document = problem.document("r");
        (problem.pointer().unwrap().to_owned(), document["detail"].as_str().unwrap().to_owned())
    }

    #[test]
    fn a_document_of_the_right_shape_is_read() {
        let document = json!({"lines": [{"sku": "S", "quantity": 2}]});
        let expected = Cart { lines: vec![Line { sku: "S".to_owned(), quantity: 2 }], note: None };
        assert_eq!(read("", document), Ok(expected));
    }

    #[test]
    fn every_refusal_points_at_its_field_and_says_what_was_expected() {
        for (document, pointer, detail) in [
            (json!({}), "/lines", "the field is missing"),
            (json!({"lines": "secret"}), "/lines", "expected a sequence"),
            (json!({"lines": [{"sku": "S"}]}), "/lines/0/quantity", "the field is missing"),
            (json!({"lines": [{"sku": "S", "quantity": "secret"}]}), "/lines/0/quantity", "expected u8"),
            (json!({"lines": [{"sku": "S", "quantity": 300}]}), "/lines/0/quantity", "expected u8"),
            (json!({"lines": [], "price": 1}), "/price", "unknown field; known here: lines, note"),
        ] {
            assert_eq!(refused(document), (pointer.to_owned(), detail.to_owned()));
        }
    }

    #[test]
    fn an_array_is_no_object() {
        assert_eq!(
            refused(json!({"lines": [["S", 2]]})),
            ("/lines/0".to_owned(), "expected an object".to_owned())
        );
    }

    #[test]
    fn a_null_is_not_an_absent_field() {
        assert_eq!(refused(json!({"lines": [], "note": null})).0, "/note");
    }
}
