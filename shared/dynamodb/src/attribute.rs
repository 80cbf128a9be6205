//! Typed reading and writing of attributes. What cannot be read names its attribute; nothing is ever defaulted.

use core::fmt::Display;
use core::str::FromStr;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use application::Failure;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::{Currency, Money, Timestamp};

/// An item, or a map within one.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// A map's attributes, for reading.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a>(pub(crate) &'a Item);

impl<'a> Fields<'a> {
    fn value(self, name: &'static str) -> Result<&'a AttributeValue, Failure> {
        self.0.get(name).ok_or(Failure::Unreadable(name))
    }

    /// Reads an attribute that may be absent. One that is there must be readable.
    pub(crate) fn optional<T>(
        self,
        name: &'static str,
        read: impl FnOnce(Self, &'static str) -> Result<T, Failure>,
    ) -> Result<Option<T>, Failure> {
        if self.0.contains_key(name) { read(self, name).map(Some) } else { Ok(None) }
    }

    pub(crate) fn text(self, name: &'static str) -> Result<&'a str, Failure> {
        self.value(name)?.as_s().map(String::as_str).map_err(|_| Failure::Unreadable(name))
    }

    pub(crate) fn owned(self, name: &'static str) -> Result<String, Failure> {
        self.text(name).map(str::to_owned)
    }

    pub(crate) fn parsed<T: FromStr>(self, name: &'static str) -> Result<T, Failure> {
        self.text(name)?.parse().map_err(|_| Failure::Unreadable(name))
    }

    /// Reads text that must be one of the words that `known` knows.
    pub(crate) fn word<T>(
        self,
        name: &'static str,
        known: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, Failure> {
        known(self.text(name)?).ok_or(Failure::Unreadable(name))
    }

    pub(crate) fn number<T: FromStr>(self, name: &'static str) -> Result<T, Failure> {
        let digits = self.value(name)?.as_n().map_err(|_| Failure::Unreadable(name))?;
        digits.parse().map_err(|_| Failure::Unreadable(name))
    }

    pub(crate) fn time(self, name: &'static str) -> Result<Timestamp, Failure> {
        self.number(name).map(Timestamp::from_millis)
    }

    pub(crate) fn flag(self, name: &'static str) -> Result<bool, Failure> {
        self.value(name)?.as_bool().copied().map_err(|_| Failure::Unreadable(name))
    }

    pub(crate) fn map(self, name: &'static str) -> Result<Self, Failure> {
        self.value(name)?.as_m().map(Self).map_err(|_| Failure::Unreadable(name))
    }

    pub(crate) fn list(self, name: &'static str) -> Result<&'a [AttributeValue], Failure> {
        self.value(name)?.as_l().map(Vec::as_slice).map_err(|_| Failure::Unreadable(name))
    }

    /// Reads a list of maps.
    pub(crate) fn list_of<T>(
        self,
        name: &'static str,
        read: impl Fn(Self) -> Result<T, Failure>,
    ) -> Result<Vec<T>, Failure> {
        let entry =
            |value: &'a AttributeValue| read(Self(value.as_m().map_err(|_| Failure::Unreadable(name))?));
        self.list(name)?.iter().map(entry).collect()
    }

    /// Reads a list of numbers.
    pub(crate) fn numbers<T: FromStr>(self, name: &'static str) -> Result<Vec<T>, Failure> {
        let digits = |value: &AttributeValue| value.as_n().ok()?.parse().ok();
        let numbers: Option<Vec<T>> = self.list(name)?.iter().map(digits).collect();
        numbers.ok_or(Failure::Unreadable(name))
    }

    /// Reads a set of numbers.
    pub(crate) fn number_set<T: FromStr + Ord>(self, name: &'static str) -> Result<BTreeSet<T>, Failure> {
        let digits = self.value(name)?.as_ns().map_err(|_| Failure::Unreadable(name))?;
        digits.iter().map(|digits| digits.parse().map_err(|_| Failure::Unreadable(name))).collect()
    }

    /// Reads a set of texts.
    pub(crate) fn parsed_set<T: FromStr + Ord>(self, name: &'static str) -> Result<BTreeSet<T>, Failure> {
        let texts = self.value(name)?.as_ss().map_err(|_| Failure::Unreadable(name))?;
        texts.iter().map(|text| text.parse().map_err(|_| Failure::Unreadable(name))).collect()
    }

    /// Reads a map from words that `known` knows to numbers.
    pub(crate) fn counts<K: Ord, V: FromStr>(
        self,
        name: &'static str,
        known: impl Fn(&str) -> Option<K>,
    ) -> Result<BTreeMap<K, V>, Failure> {
        let entry = |(word, value): (&String, &AttributeValue)| {
            Some((known(word)?, value.as_n().ok()?.parse().ok()?))
        };
        let counts: Option<BTreeMap<K, V>> = self.map(name)?.0.iter().map(entry).collect();
        counts.ok_or(Failure::Unreadable(name))
    }

    pub(crate) fn money(self, name: &'static str) -> Result<Money, Failure> {
        let fields = self.map(name)?;
        let currency = fields.parsed::<Currency>("currency")?;
        Money::new(fields.number("amount")?, currency).map_err(|_| Failure::Unreadable(name))
    }
}

/// A map of attributes.
pub(crate) fn item<const N: usize>(attributes: [(&str, AttributeValue); N]) -> Item {
    attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// A map of attributes, as one value.
pub(crate) fn map<const N: usize>(attributes: [(&str, AttributeValue); N]) -> AttributeValue {
    AttributeValue::M(item(attributes))
}

/// Adds an attribute that may be absent.
pub(crate) fn add(item: &mut Item, name: &str, value: Option<AttributeValue>) {
    if let Some(value) = value {
        item.insert(name.to_owned(), value);
    }
}

pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

#[expect(clippy::needless_pass_by_value, reason = "numbers are copied")]
pub(crate) fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

pub(crate) fn time(value: Timestamp) -> AttributeValue {
    number(value.as_millis())
}

pub(crate) fn list(values: impl Iterator<Item = AttributeValue>) -> AttributeValue {
    AttributeValue::L(values.collect())
}

/// A set of numbers, which must not be empty: the database refuses that, and a value that comes twice.
pub(crate) fn number_set(values: &BTreeSet<u32>) -> AttributeValue {
    AttributeValue::Ns(values.iter().map(ToString::to_string).collect())
}

/// A set of texts, with the same rules.
pub(crate) fn text_set<'a, T: Display + 'a>(values: impl IntoIterator<Item = &'a T>) -> AttributeValue {
    AttributeValue::Ss(values.into_iter().map(ToString::to_string).collect())
}

/// A map from words to numbers.
pub(crate) fn counts(entries: impl Iterator<Item = (impl Display, impl ToString)>) -> AttributeValue {
    AttributeValue::M(entries.map(|(word, count)| (word.to_string(), number(count))).collect())
}

pub(crate) fn money(value: Money) -> AttributeValue {
    map([("amount", number(value.amount())), ("currency", text(value.currency().as_str()))])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_names_its_attribute() {
        let item = item([("quantity", text("two")), ("price", map([("amount", number(-1))]))]);
        let fields = Fields(&item);
        assert_eq!(fields.number::<u32>("quantity"), Err(Failure::Unreadable("quantity")));
        assert_eq!(fields.text("name"), Err(Failure::Unreadable("name")));
        assert_eq!(fields.money("price"), Err(Failure::Unreadable("currency")));
    }

    #[test]
    fn an_optional_attribute_may_be_absent_but_not_of_another_type() {
        let item = item([("brand", number(7))]);
        assert_eq!(Fields(&item).optional("category", Fields::text), Ok(None));
        assert_eq!(Fields(&item).optional("brand", Fields::text), Err(Failure::Unreadable("brand")));
    }
}
