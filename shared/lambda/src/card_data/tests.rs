use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::json;

use super::*;

#[test]
fn fault_11_the_networks_own_test_numbers_are_found() {
    let numbers = [
        "4111111111111111",
        "4222222222222",
        "5555555555554444",
        "2223003122003222",
        "378282246310005",
        "6011111111111117",
        "30569309025904",
        "3530111333300000",
        "6200000000000005",
        "6759649826438453",
    ];
    for number in numbers {
        assert!(contains_card_number(number), "{number}");
    }
}

#[test]
fn fault_11_spaces_hyphens_and_neighbours_hide_nothing() {
    for text in [
        "4242 4242 4242 4242",
        "4242-4242-4242-4242",
        "4 2 4 2 4 2 4 2 4 2 4 2 4 2 4 2",
        "leave at 12 4242424242424242 please",
        "4242 4242 4242 4242 123",
        "tok_4242424242424242",
        "\u{a0}4242\u{2013}4242\u{a0}4242 - 4242",
    ] {
        assert!(contains_card_number(text), "{text}");
    }
}

#[test]
fn what_only_resembles_a_card_number_is_let_through() {
    for text in [
        "",
        "4242424242424241",        // wrong check digit
        "1700000000000",           // milliseconds since the epoch: no issuer
        "9999999999999995",        // no issuer
        "424242424242",            // too short
        "42424242424242424242424", // too long, and not made of groups
        "2026-11-21T10:00:00.000Z",
        "pm_card_visa",
        "4242.4242,4242/4242",
    ] {
        assert!(!contains_card_number(text), "{text}");
    }
}

#[test]
fn fault_11_numbers_names_and_unknown_fields_are_searched() {
    for (document, found) in [
        (json!({"lines": [{"note": 4_242_424_242_424_242_u64}]}), "/lines/0/note"),
        (json!({"note": 4_242_424_242_424_242.0}), "/note"),
        (json!({"a/b": {"4242 4242 4242 4242": true}}), "/a~1b"),
        (
            json!({"payment_methods": [{"gateway": "stripe", "token": "4242424242424242"}]}),
            "/payment_methods/0/token",
        ),
        (json!({"sku": {"note": "4242424242424242"}}), "/sku/note"),
    ] {
        assert_eq!(find(&document).as_deref(), Some(found));
    }
}

#[test]
fn fault_11_a_verification_code_is_known_by_its_field() {
    for name in
        ["cvc", "CVC", "cvv", "cvc2", "CVV2", "security_code", "card_security_code", "cardCvc", "Card-Number"]
    {
        assert_eq!(find(&json!({"card": {name: "123"}})), Some(format!("/card/{name}")));
        assert_eq!(find_in_query(&[(name.to_owned(), String::new())]), Some(format!("/query/{name}")));
    }
    assert_eq!(find(&json!({"code": "123", "secure": "cvc"})), None);
}

#[test]
fn fields_with_a_grammar_of_their_own_are_let_off() {
    let fields = OWN_GRAMMAR.map(|name| (name.to_owned(), "4242424242424242".to_owned()));
    assert_eq!(find(&json!(fields.iter().cloned().collect::<std::collections::BTreeMap<_, _>>())), None);
    assert_eq!(find_in_query(&fields), None);
}

#[test]
fn fault_11_a_query_is_searched_too() {
    let query = |name: &str, value: &str| find_in_query(&[(name.to_owned(), value.to_owned())]);
    assert_eq!(query("category", "4242+4242"), None);
    assert_eq!(query("category", "4242 4242 4242 4242").as_deref(), Some("/query/category"));
    assert_eq!(query("4242424242424242", "").as_deref(), Some("/query"));
}

/// The digits of a card number: a prefix of an issuer, 8 to 14 more digits, and the check digit.
fn card_number() -> impl Strategy<Value = Vec<u8>> {
    let issuer = prop::sample::select(ISSUERS.to_vec()).prop_flat_map(|(first, last)| first..=last);
    (issuer, vec(0_u8..10, 8..=14)).prop_map(|(issuer, rest)| {
        let mut digits: Vec<u8> = issuer.to_string().bytes().map(|byte| byte - b'0').collect();
        digits.extend(rest);
        digits.push(0);
        let check = (0..10).find(|check| {
            *digits.last_mut().unwrap() = *check;
            has_right_check_digit(&digits)
        });
        *digits.last_mut().unwrap() = check.unwrap();
        digits
    })
}

/// A card number as people write it, with spaces and hyphens anywhere between its digits.
fn written_card_number() -> impl Strategy<Value = String> {
    let separator = prop::sample::select(vec!["", "", "", " ", "-", " - ", "\u{a0}"]);
    (card_number(), vec(separator, 19), "[a-z_,.]{0,5}", "[a-z_,.]{0,5}").prop_map(
        |(digits, separators, before, after)| {
            let last = digits.len() - 1;
            let written: String = digits
                .iter()
                .zip(separators)
                .enumerate()
                .map(|(place, (digit, separator))| {
                    format!("{digit}{}", if place < last { separator } else { "" })
                })
                .collect();
            format!("{before}{written}{after}")
        },
    )
}

/// A random document without digits.
fn innocent_document() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        "[a-z -]{0,20}".prop_map(Value::from)
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map("f_[a-z]{1,6}", inner, 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// Every place in a document where a value could stand, and the document with that value there.
fn with_value_at_some_place(document: Value, value: Value, place: usize) -> Value {
    match document {
        Value::Array(mut items) if !items.is_empty() => {
            let index = place % items.len();
            let item = items[index].take();
            items[index] = with_value_at_some_place(item, value, place / 4);
            Value::Array(items)
        }
        Value::Object(mut fields) if !fields.is_empty() => {
            let index = place % fields.len();
            if let Some(field) = fields.values_mut().nth(index) {
                *field = with_value_at_some_place(field.take(), value, place / 4);
            }
            Value::Object(fields)
        }
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_) => value,
    }
}

proptest! {
    #[test]
    fn fault_11_a_card_number_is_found_wherever_it_stands(
        document in innocent_document(), written in written_card_number(), place in any::<usize>(), as_name in any::<bool>(),
    ) {
        prop_assert_eq!(find(&document), None);
        let value = if as_name { json!({ written.clone(): null }) } else { Value::from(written.clone()) };
        let found = find(&with_value_at_some_place(document, value, place));
        prop_assert!(found.is_some());
        prop_assert!(!found.unwrap_or_default().contains(&written));
    }

    #[test]
    fn fault_11_a_card_number_is_found_as_a_number(digits in card_number()) {
        let number: String = digits.iter().map(u8::to_string).collect();
        let document: Value = serde_json::from_str(&format!("[{number}]")).unwrap();
        prop_assert_eq!(find(&document), Some("/0".to_owned()));
    }

    #[test]
    fn digits_without_a_right_check_digit_are_no_card_number(digits in vec(0_u8..10, 1..40)) {
        prop_assume!(!has_right_check_digit(&digits));
        let number: String = digits.iter().map(u8::to_string).collect();
        prop_assert!(!contains_card_number(&number));
    }

    #[test]
    fn any_text_can_be_searched(text in any::<String>()) {
        let _ = find(&json!({ text.clone(): [text.clone()] }));
        let _ = find_in_query(&[(text.clone(), text)]);
    }
}
