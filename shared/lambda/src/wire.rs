//! JSON shapes that several routes share.
//!
//! Reading, they hold a client to the contract's types; what is out of range is for [`Money::read`] and the domain.

use core::fmt;
use core::num::NonZeroU8;
use core::str::FromStr;

use domain::Timestamp;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use time::OffsetDateTime;
use time::format_description::well_known::Iso8601;
use time::format_description::well_known::iso8601::{Config, EncodedConfig, TimePrecision};

use crate::http::{Cursor, pointer};
use crate::problem::Problem;

/// A whole number, as JSON Schema knows it: `1.0` and `1e2` are whole numbers too.
///
/// One that does not fit becomes the largest or the smallest that does, which is outside every range of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Integer(pub i64);

impl<'de> Deserialize<'de> for Integer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct IntegerVisitor;

        impl Visitor<'_> for IntegerVisitor {
            type Value = Integer;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a whole number")
            }

            fn visit_i64<E>(self, value: i64) -> Result<Integer, E> {
                Ok(Integer(value))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Integer, E> {
                Ok(Integer(i64::try_from(value).unwrap_or(i64::MAX)))
            }

            fn visit_f64<E: Error>(self, value: f64) -> Result<Integer, E> {
                if value.fract() != 0.0 {
                    return Err(E::custom("expected a whole number"));
                }
                let bound = if value.is_sign_negative() { i64::MIN } else { i64::MAX };
                Ok(Integer(format!("{value:.0}").parse().unwrap_or(bound)))
            }
        }

        deserializer.deserialize_any(IntegerVisitor)
    }
}

/// A text that is one of the domain's types, such as a SKU or a currency.
///
/// What that type's parser says is shown to the client, so it MUST NOT repeat the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parsed<T>(pub T);

impl<'de, T> Deserialize<'de> for Parsed<T>
where
    T: FromStr,
    T::Err: fmt::Display,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Self).map_err(D::Error::custom)
    }
}

impl<T: fmt::Display> Serialize for Parsed<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// Money: minor units and an ISO 4217 code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// The amount in minor units.
    pub amount: Integer,
    /// The currency.
    pub currency: Parsed<domain::Currency>,
}

impl Money {
    /// The domain's money.
    ///
    /// # Errors
    /// 422 for an amount out of range, at the pointer of this money.
    pub fn read(self, pointer: &str) -> Result<domain::Money, Problem> {
        domain::Money::new(self.amount.0, self.currency.0)
            .map_err(|error| Problem::out_of_range(pointer::child(pointer, "amount"), error.to_string()))
    }
}

impl From<domain::Money> for Money {
    fn from(money: domain::Money) -> Self {
        Self { amount: Integer(money.amount()), currency: Parsed(money.currency()) }
    }
}

/// A time as RFC 3339 writes it, in UTC with milliseconds: `2026-11-21T10:00:00.000Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time(pub Timestamp);

impl Time {
    const FORMAT: EncodedConfig = Config::DEFAULT
        .set_time_precision(TimePrecision::Second { decimal_digits: NonZeroU8::new(3) })
        .encode();
}

impl From<Timestamp> for Time {
    fn from(timestamp: Timestamp) -> Self {
        Self(timestamp)
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let nanoseconds = i128::from(self.0.as_millis()).saturating_mul(1_000_000);
        let text = OffsetDateTime::from_unix_timestamp_nanos(nanoseconds)
            .map_err(serde::ser::Error::custom)?
            .format(&Iso8601::<{ Self::FORMAT }>)
            .map_err(serde::ser::Error::custom)?;
        serializer.serialize_str(&text)
    }
}

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct List<T> {
    /// The part's items.
    pub items: Vec<T>,
    /// Where the next part begins; null when this was the last.
    pub next_cursor: Option<Cursor>,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_value, json, to_value};

    use super::*;
    use crate::problem::INVALID_VALUE;

    #[test]
    fn fault_08_a_whole_number_is_one_however_it_is_written() {
        for (text, number) in [
            ("0", 0),
            ("-1", -1),
            ("1.0", 1),
            ("1e3", 1000),
            ("-0.0", 0),
            ("9223372036854775808", i64::MAX),
            ("99999999999999999999999", i64::MAX),
            ("-1e30", i64::MIN),
        ] {
            assert_eq!(serde_json::from_str::<Integer>(text).unwrap(), Integer(number), "{text}");
        }
        for text in ["1.5", "\"1\"", "null", "[1]", "true", "1e-3", "NaN"] {
            assert!(serde_json::from_str::<Integer>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn money_goes_out_as_it_comes_in() {
        let wire = json!({"amount": 8999, "currency": "EUR"});
        let money: Money = from_value(wire.clone()).unwrap();
        let domain = money.read("/price").unwrap();
        assert_eq!((domain.amount(), domain.currency().as_str()), (8999, "EUR"));
        assert_eq!(to_value(Money::from(domain)).unwrap(), wire);
    }

    #[test]
    fn fault_09_an_amount_out_of_range_is_refused_at_its_pointer() {
        for amount in [-1, i64::MIN, i64::MAX, domain::Money::AMOUNT_MAX + 1] {
            let money: Money = from_value(json!({"amount": amount, "currency": "EUR"})).unwrap();
            let problem = money.read("/expected_total").unwrap_err();
            assert_eq!((problem.kind(), problem.pointer()), (INVALID_VALUE, Some("/expected_total/amount")));
        }
    }

    #[test]
    fn fault_10_a_text_that_is_no_id_is_refused_without_being_repeated() {
        let sku: Parsed<domain::Sku> = from_value(json!("SHIRT-M_1")).unwrap();
        assert_eq!(to_value(&sku).unwrap(), json!("SHIRT-M_1"));
        for text in ["", "ORDER#1", "a/b", "a\u{0}b", "\u{202e}abc", "шirt", "a b", &"x".repeat(65)] {
            let error = from_value::<Parsed<domain::Sku>>(json!(text)).unwrap_err().to_string();
            assert!(text.is_empty() || !error.contains(text), "{error}");
        }
    }

    #[test]
    fn a_time_is_written_in_utc_with_milliseconds() {
        let time = |milliseconds| to_value(Time(Timestamp::from_millis(milliseconds))).unwrap();
        assert_eq!(time(0), json!("1970-01-01T00:00:00.000Z"));
        assert_eq!(time(1_795_255_200_007), json!("2026-11-21T10:00:00.007Z"));
        assert_eq!(time(-1), json!("1969-12-31T23:59:59.999Z"));
    }

    #[test]
    fn the_last_part_of_a_list_says_so() {
        let list = List { items: vec![1, 2], next_cursor: None };
        assert_eq!(to_value(list).unwrap(), json!({"items": [1, 2], "next_cursor": Value::Null}));
    }
}
