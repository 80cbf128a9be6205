//! JSON as a client may send it: each name at most once in an object.

use core::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;
use serde_json::{Map, Number, Value};

use super::pointer;
use crate::problem::{INVALID_REQUEST, MALFORMED_JSON, Problem};

/// Parses a body. A name that appears twice is refused: which of the two counts would be the reader's choice, and
/// what one reader checks another might not see.
pub(super) fn parse(body: &[u8]) -> Result<Map<String, Value>, Problem> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let Tree(value) = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        match error.inner().classify() {
            Category::Data => Problem::of(INVALID_REQUEST)
                .at(pointer::below("", error.path()))
                .detail("the field appears more than once"),
            Category::Syntax | Category::Eof | Category::Io => Problem::of(MALFORMED_JSON),
        }
    })?;
    deserializer.end().map_err(|_| Problem::of(MALFORMED_JSON).detail("something follows the document"))?;
    match value {
        Value::Object(fields) => Ok(fields),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Err(Problem::of(INVALID_REQUEST).at("").detail("expected an object"))
        }
    }
}

/// A JSON document in which no object repeats a name.
struct Tree(Value);

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor).map(Self)
    }
}

/// The value of a repeated name: refused where it stands, so that the error's path ends in the name.
struct Repeated;

impl<'de> Deserialize<'de> for Repeated {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(D::Error::custom("repeated"))
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(Tree(item)) = items.next_element()? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = fields.next_key::<String>()? {
            if object.contains_key(&name) {
                let Repeated = fields.next_value()?;
            }
            let Tree(value) = fields.next_value()?;
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fault_06_a_repeated_name_is_refused_at_any_depth() {
        for (body, pointer) in
            [(r#"{"a":1,"a":2}"#, "/a"), (r#"{"a":[{"b":{"c":1,"d":2,"c":1}}]}"#, "/a/0/b/c")]
        {
            let problem = parse(body.as_bytes()).unwrap_err();
            assert_eq!((problem.kind(), problem.pointer()), (INVALID_REQUEST, Some(pointer)));
        }
    }

    #[test]
    fn a_document_is_read_as_it_was_written() {
        let body = r#"{"a":[1,-2,1.5,true,null,"\u00e9"],"b":{"a":18446744073709551615}}"#;
        let expected: Map<String, Value> = serde_json::from_str(body).unwrap();
        assert_eq!(parse(body.as_bytes()), Ok(expected));
    }
}
