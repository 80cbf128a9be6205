//! What nobody would send, and what somebody sends.

use serde_json::{Value, json};

use super::dice::Dice;

/// Texts that are ids, amounts, keys and categories somewhere, and texts that break what reads them carelessly.
const TEXTS: [&str; 34] = [
    "",
    " ",
    "0",
    "-1",
    "null",
    "true",
    "undefined",
    "NaN",
    "1e309",
    "SHIRT-FINAL-M",
    "SCARF",
    "TICKET",
    "CAP-USD",
    "NOTHING",
    "EUR",
    "usd",
    "stripe",
    "pm_card_visa",
    "nVVsH2ODjZpL5FReuInUlw",
    "BkYFe0KZx1UJElOMlvWbIw",
    "PRODUCT#scarf",
    "../../etc/passwd",
    "' OR 1=1 --",
    "{{7*7}}",
    "<script>alert(1)</script>",
    "%00%ff%2e%2e",
    "4242 4242 4242 4242",
    "a\u{0}b",
    "\u{202e}M-LANIF",
    "\u{feff}x",
    "e\u{301}\u{301}\u{301}",
    "👩‍👩‍👧‍👦",
    "\u{10ffff}",
    "\r\nSet-Cookie: a=b",
];

pub(super) fn text(dice: &mut Dice) -> String {
    match dice.below(8) {
        0 => "x".repeat(dice.below(3_000)),
        1 => dice.bytes(24).into_iter().map(char::from).collect(),
        2 => (0..dice.below(12)).filter_map(|_| character(dice)).collect(),
        3 => dice.roll().to_string(),
        _ => (*dice.pick(&TEXTS)).to_owned(),
    }
}

/// A text that a header can carry: HTTP itself ends a request that has control characters there.
pub(super) fn header(dice: &mut Dice) -> String {
    text(dice).chars().filter(|character| !character.is_control()).collect()
}

fn character(dice: &mut Dice) -> Option<char> {
    char::from_u32(u32::try_from(dice.below(0x11_0000)).unwrap())
}

pub(super) fn value(dice: &mut Dice) -> Value {
    match dice.below(12) {
        0 => Value::Null,
        1 => json!(dice.one_in(2)),
        2 => json!(dice.below(120)),
        3 => dice.pick(&[json!(-1), json!(0), json!(1.5), json!(2.0), json!(1e300), json!(-1e-300)]).clone(),
        4 => dice.pick(&[json!(i64::MAX), json!(i64::MIN), json!(u64::MAX), json!(99_999_999)]).clone(),
        5 => json!([]),
        6 => json!({}),
        7 => (0..dice.below(60)).fold(json!({}), |inner, _| json!([inner])),
        8 => json!({ text(dice): value(dice) }),
        _ => json!(text(dice)),
    }
}
