//! Finds card data, so that it is refused before anything stores or logs it.
//!
//! A card number is 13 to 19 digits, perhaps spaced or hyphenated, with the prefix of a card issuer and a right check
//! digit. Every string and every number is searched, unknown fields and field names too; only the fields in
//! [`OWN_GRAMMAR`] are let off. A field that is named for a card's verification code or number is refused whatever
//! it holds.
//!
//! Nothing here returns what was found, only where: a pointer never runs through a name that holds a card number.

use serde_json::Value;

use crate::http::pointer;

/// Fields whose grammar may look like a card number by chance, such as a phone number of 15 digits. What they hold is
/// held to that grammar by its own parser.
const OWN_GRAMMAR: [&str; 10] = [
    "country",
    "currency",
    "cursor",
    "gateway",
    "id",
    "order_id",
    "phone",
    "product_id",
    "reservation_id",
    "sku",
];

/// Names that only card data has, in lower case and without anything between their letters.
const CARD_FIELDS: [&str; 17] = [
    "cardcvc",
    "cardcvv",
    "cardnumber",
    "cardsecuritycode",
    "cardverificationcode",
    "cardverificationvalue",
    "ccnumber",
    "creditcardnumber",
    "csc",
    "cvc",
    "cvc2",
    "cvccode",
    "cvv",
    "cvv2",
    "cvvcode",
    "primaryaccountnumber",
    "securitycode",
];

/// The first four digits of the numbers of each issuer: the issuer identification numbers of ISO/IEC 7812-1, as the
/// networks publish theirs.
const ISSUERS: [(u16, u16); 12] = [
    (2221, 2720), // Mastercard
    (3000, 3059), // Diners Club
    (3095, 3095), // Diners Club
    (3400, 3499), // American Express
    (3528, 3589), // JCB
    (3600, 3699), // Diners Club
    (3700, 3799), // American Express
    (3800, 3999), // Diners Club
    (4000, 4999), // Visa
    (5000, 5099), // Maestro
    (5100, 5599), // Mastercard
    (5600, 6999), // Maestro; Discover (6011, 644 to 65) and UnionPay (62) lie within
];

/// The pointer to card data in a document, if there is any.
pub(crate) fn find(document: &Value) -> Option<String> {
    find_below("", document)
}

/// The pointer to card data in the pairs of a query string, if there is any.
pub(crate) fn find_in_query(pairs: &[(String, String)]) -> Option<String> {
    pairs.iter().find_map(|(name, value)| {
        if contains_card_number(name) {
            return Some("/query".to_owned());
        }
        let found = is_card_field(name) || (!has_own_grammar(name) && contains_card_number(value));
        found.then(|| pointer::child("/query", name))
    })
}

/// Searches what lies under a pointer. Its depth is bounded by the JSON parser, which refuses more than 128 levels.
fn find_below(here: &str, value: &Value) -> Option<String> {
    match value {
        Value::Null | Value::Bool(_) => None,
        Value::Number(number) => contains_card_number(&digits_of(number)).then(|| here.to_owned()),
        Value::String(text) => contains_card_number(text).then(|| here.to_owned()),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(index, item)| find_below(&pointer::child(here, &index.to_string()), item)),
        Value::Object(fields) => fields.iter().find_map(|(name, value)| find_in_field(here, name, value)),
    }
}

fn find_in_field(parent: &str, name: &str, value: &Value) -> Option<String> {
    if contains_card_number(name) {
        return Some(parent.to_owned());
    }
    let here = pointer::child(parent, name);
    if is_card_field(name) {
        return Some(here);
    }
    let scalar = !value.is_object() && !value.is_array();
    if scalar && has_own_grammar(name) { None } else { find_below(&here, value) }
}

fn has_own_grammar(name: &str) -> bool {
    OWN_GRAMMAR.contains(&name)
}

fn is_card_field(name: &str) -> bool {
    let letters: String =
        name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect();
    CARD_FIELDS.contains(&letters.as_str())
}

/// A number as its digits, also where it was written as `4.2e15` or `42.0`.
fn digits_of(number: &serde_json::Number) -> String {
    match number.as_f64() {
        Some(float) if number.is_f64() && float.fract() == 0.0 => format!("{float:.0}"),
        _ => number.to_string(),
    }
}

/// Whether a text contains a card number.
///
/// A number may begin and end wherever a group of digits does, so that digits beside it, as in `12 4242 4242 …`, hide
/// nothing; but a part of a longer group is not a card number, or every long enough id would be one.
fn contains_card_number(text: &str) -> bool {
    let mut run: Vec<Vec<u8>> = Vec::new();
    let mut in_group = false;
    for character in text.chars().chain(['/']) {
        if let Some(digit) = digit_of(character) {
            match run.last_mut().filter(|_| in_group) {
                Some(group) => group.push(digit),
                None => run.push(vec![digit]),
            }
            in_group = true;
        } else {
            in_group = false;
            if !separates_digits(character) {
                if run_contains_card_number(&run) {
                    return true;
                }
                run.clear();
            }
        }
    }
    false
}

/// A digit, full-width ones included, as some keyboards write them.
fn digit_of(character: char) -> Option<u8> {
    let plain = match character {
        '０'..='９' => char::from_u32(
            u32::from(character).saturating_sub(u32::from('０')).saturating_add(u32::from('0')),
        )?,
        other => other,
    };
    plain.to_digit(10).and_then(|digit| u8::try_from(digit).ok())
}

/// What people write between the groups of a card number, and what hides there.
fn separates_digits(character: char) -> bool {
    character.is_whitespace()
        || matches!(character, '-' | '.' | '\u{200B}'..='\u{200D}' | '\u{2010}'..='\u{2015}' | '\u{FEFF}')
}

fn run_contains_card_number(groups: &[Vec<u8>]) -> bool {
    (0..groups.len()).any(|first| {
        let mut digits: Vec<u8> = Vec::new();
        for group in groups.iter().skip(first) {
            digits.extend(group);
            if digits.len() > 19 {
                return false;
            }
            if is_card_number(&digits) {
                return true;
            }
        }
        false
    })
}

fn is_card_number(digits: &[u8]) -> bool {
    (13..=19).contains(&digits.len()) && has_issuer(digits) && has_right_check_digit(digits)
}

fn has_issuer(digits: &[u8]) -> bool {
    let prefix = digits.iter().take(4).fold(0_u16, |prefix, digit| prefix * 10 + u16::from(*digit));
    ISSUERS.iter().any(|(first, last)| (*first..=*last).contains(&prefix))
}

/// The Luhn check of ISO/IEC 7812-1: every second digit from the right counts double, less nine where it passes nine.
fn has_right_check_digit(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| match (place % 2, *digit) {
            (0, digit) => u32::from(digit),
            (_, digit @ 0..=4) => u32::from(digit) * 2,
            (_, digit) => u32::from(digit) * 2 - 9,
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests;
