use core::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::problem::{INVALID_CURSOR, INVALID_REQUEST, Problem};

/// Which part of a list is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// How many items at most: 1 to 100.
    pub limit: u32,
    /// Where to go on, as an earlier page said.
    pub cursor: Option<Cursor>,
}

impl Page {
    const LIMIT_DEFAULT: u32 = 20;
    const LIMIT_MAX: u32 = 100;

    /// Takes `limit` and `cursor` out of a query.
    pub(super) fn taken_from(query: &mut Map<String, Value>) -> Result<Self, Problem> {
        let limit = match taken(query, "limit") {
            None => Self::LIMIT_DEFAULT,
            Some(text) => limit(&text)?,
        };
        let cursor = taken(query, "cursor").map(|text| text.parse()).transpose()?;
        Ok(Self { limit, cursor })
    }
}

fn taken(query: &mut Map<String, Value>, name: &str) -> Option<String> {
    query.remove(name).and_then(|value| value.as_str().map(str::to_owned))
}

fn limit(text: &str) -> Result<u32, Problem> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Problem::of(INVALID_REQUEST).at("/query/limit").detail("expected a whole number"));
    }
    match text.parse() {
        Ok(limit @ 1..=Page::LIMIT_MAX) => Ok(limit),
        Ok(_) | Err(_) => Err(Problem::out_of_range("/query/limit", "a page has 1 to 100 items")),
    }
}

/// A place in a list, opaque to the client. Its text is whatever the list's reader needs to go on; it is no secret,
/// and a client can make one up, so the reader parses it like any other input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor(String);

impl Cursor {
    const ENCODED_MAX: usize = 1024;

    /// The place that a reader finds again by this text.
    pub fn of(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The reader's text.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// The answer to a cursor that this list's reader did not make.
    pub fn refusal() -> Problem {
        Problem::of(INVALID_CURSOR).at("/query/cursor")
    }
}

impl FromStr for Cursor {
    type Err = Problem;

    fn from_str(encoded: &str) -> Result<Self, Problem> {
        if encoded.len() > Self::ENCODED_MAX {
            return Err(Self::refusal());
        }
        let bytes = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| Self::refusal())?;
        match String::from_utf8(bytes) {
            Ok(text) if !text.is_empty() => Ok(Self(text)),
            Ok(_) | Err(_) => Err(Self::refusal()),
        }
    }
}

impl Serialize for Cursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&URL_SAFE_NO_PAD.encode(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::problem::INVALID_VALUE;

    #[test]
    fn a_cursor_comes_back_as_it_went_out() {
        let cursor = Cursor::of("shirts#42");
        let encoded = serde_json::to_value(&cursor).unwrap();
        assert_eq!(encoded.as_str().unwrap().parse(), Ok(cursor));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_a_cursor_that_comes_back_or_is_refused(text in ".*") {
            if let Ok(cursor) = text.parse::<Cursor>() {
                proptest::prop_assert_eq!(serde_json::to_value(&cursor).unwrap(), json!(text));
            }
        }

        #[test]
        fn any_place_in_a_list_comes_back_as_it_went_out(place in ".{1,200}") {
            let cursor = Cursor::of(place);
            let encoded = serde_json::to_value(&cursor).unwrap();
            proptest::prop_assert_eq!(encoded.as_str().unwrap().parse(), Ok(cursor));
        }
    }

    #[test]
    fn what_is_no_cursor_is_refused() {
        for text in ["", "!", "a", "_w", "c2hpcnRz=", &"YWFh".repeat(400)] {
            assert_eq!(text.parse::<Cursor>(), Err(Cursor::refusal()), "{text}");
        }
    }

    #[test]
    fn a_page_has_twenty_items_unless_one_to_a_hundred_are_asked_for() {
        let page = |limit: Value| {
            let mut query = Map::from_iter([("limit".to_owned(), limit)]);
            Page::taken_from(&mut query).map(|page| page.limit).map_err(|problem| problem.kind())
        };
        assert_eq!(Page::taken_from(&mut Map::new()).unwrap(), Page { limit: 20, cursor: None });
        assert_eq!((page(json!("1")), page(json!("100"))), (Ok(1), Ok(100)));
        for text in ["0", "101", "-1", "99999999999999999999"] {
            assert_eq!(page(json!(text)), Err(INVALID_VALUE), "{text}");
        }
        for text in ["", "-", "ten", "1.5", "1e1", " 1"] {
            assert_eq!(page(json!(text)), Err(INVALID_REQUEST), "{text}");
        }
    }
}
