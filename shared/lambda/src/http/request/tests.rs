use domain::{OrderId, Sku};
use serde::Deserialize;
use serde_json::json;

use base64::engine::general_purpose::STANDARD;

use super::*;
use crate::http::Cursor;
use crate::http::tests::event;
use crate::problem::{
    INVALID_CURSOR, MALFORMED_JSON, PAYLOAD_TOO_LARGE, ProblemType, UNSUPPORTED_MEDIA_TYPE,
};
use crate::wire::{Integer, Money, Parsed};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cart {
    lines: Vec<Line>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    #[expect(dead_code, reason = "only its reading is of interest")]
    sku: Parsed<Sku>,
    quantity: Integer,
    #[expect(dead_code, reason = "only its reading is of interest")]
    unit_price: Option<Money>,
}

fn request(change: impl FnOnce(&mut Value)) -> Request {
    let mut event = event();
    change(&mut event);
    Request::of_event(serde_json::from_value(event).unwrap()).unwrap()
}

fn with_header(name: &str, value: Value) -> Request {
    request(|event| event["headers"][name] = value)
}

fn with_body(body: impl Into<Value>) -> Request {
    request(|event| event["body"] = body.into())
}

/// What a cart's reader says to a body.
fn refusal(body: impl Into<Value>) -> (&'static ProblemType, Option<String>) {
    let problem = with_body(body).json::<Cart>().unwrap_err();
    (problem.kind(), problem.pointer().map(str::to_owned))
}

fn line(quantity: &str) -> String {
    format!(r#"{{"lines":[{{"sku":"S","quantity":{quantity}}}]}}"#)
}

fn at(pointer: &str) -> (&'static ProblemType, Option<String>) {
    (INVALID_REQUEST, Some(pointer.to_owned()))
}

#[test]
fn fault_01_malformed_and_truncated_json_is_refused() {
    let whole = line("1");
    assert!(with_body(whole.as_str()).json::<Cart>().is_ok());
    for end in 0..whole.len() {
        assert_eq!(refusal(&whole[..end]), (MALFORMED_JSON, None));
    }
    for body in [
        "{lines:[]}",
        "{'lines':[]}",
        "{\"lines\":[],}",
        "{\"lines\":[]}{}",
        "{\"lines\":NaN}",
        "{\"lines\":\"\u{1}\"}",
    ] {
        assert_eq!(refusal(body).0, MALFORMED_JSON, "{body}");
    }
    let not_utf8 = request(|event| {
        event["body"] = STANDARD.encode(b"{\"lines\":\"\xff\"}").into();
        event["isBase64Encoded"] = true.into();
    });
    assert_eq!(not_utf8.json::<Cart>().unwrap_err().kind(), MALFORMED_JSON);
}

#[test]
fn fault_02_an_empty_body_and_anything_but_an_object_is_refused() {
    for body in [Value::Null, "".into(), "  ".into()] {
        assert_eq!(refusal(body), (MALFORMED_JSON, None));
    }
    for body in ["null", "[]", "[[\"S\",1]]", "1", "true", "\"text\""] {
        assert_eq!(refusal(body), at(""), "{body}");
    }
}

#[test]
fn fault_03_a_body_that_is_not_announced_as_json_is_refused() {
    let announced = |media_type: Option<&str>| {
        let request = request(|event| {
            event["body"] = line("1").into();
            event["headers"] =
                media_type.map_or(json!({}), |media_type| json!({ "content-type": media_type }));
        });
        request.json::<Cart>().map(|cart| cart.lines.len()).map_err(|problem| problem.kind())
    };
    for media_type in ["", "text/plain", "application/jsonp", "application/json, text/plain", "é"] {
        assert_eq!(announced(Some(media_type)), Err(UNSUPPORTED_MEDIA_TYPE), "{media_type}");
    }
    assert_eq!(announced(None), Err(UNSUPPORTED_MEDIA_TYPE));
    for media_type in ["application/json", "Application/JSON; charset=utf-8", "application/json ;x=y"] {
        assert_eq!(announced(Some(media_type)), Ok(1), "{media_type}");
    }
}

#[test]
fn fault_04_a_body_over_64_kib_is_refused_before_it_is_parsed() {
    let padded = |length: usize| {
        let body = line("1");
        format!("{body}{}", " ".repeat(length - body.len()))
    };
    assert!(with_body(padded(64 * 1024)).json::<Cart>().is_ok());
    assert_eq!(refusal(padded(64 * 1024 + 1)), (PAYLOAD_TOO_LARGE, None));
    assert_eq!(refusal("?".repeat(64 * 1024 + 1)), (PAYLOAD_TOO_LARGE, None));
    for (length, fits) in [(64 * 1024, true), (64 * 1024 + 1, false), (1024 * 1024, false)] {
        let encoded = request(|event| {
            event["body"] = STANDARD.encode(padded(length)).into();
            event["isBase64Encoded"] = true.into();
        });
        let kind = encoded.json::<Cart>().map_err(|problem| problem.kind());
        assert_eq!(kind.err(), (!fits).then_some(PAYLOAD_TOO_LARGE), "{length}");
    }
}

#[test]
fn fault_05_deep_and_wide_documents_are_refused() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let deep = format!("{{\"lines\":{}1{}}}", open.repeat(9_000), close.repeat(9_000));
        assert_eq!(refusal(deep), (MALFORMED_JSON, None));
    }
    let wide: Vec<_> = (0..6_000).map(|number| format!("\"{number}\":1")).collect();
    assert_eq!(refusal(format!("{{{}}}", wide.join(","))).0.status, 400);
    let long = format!("{{\"lines\":[{{\"sku\":\"{}\",\"quantity\":1}}]}}", "x".repeat(60_000));
    assert_eq!(refusal(long), at("/lines/0/sku"));
}

#[test]
fn fault_06_a_repeated_field_is_refused() {
    assert_eq!(refusal(r#"{"lines":[{"sku":"S","quantity":1,"quantity":99}]}"#), at("/lines/0/quantity"));
    assert_eq!(refusal(r#"{"lines":[],"lines":[]}"#), at("/lines"));
}

#[test]
fn fault_07_an_unknown_field_is_refused() {
    assert_eq!(refusal(r#"{"lines":[],"status":"paid"}"#), at("/status"));
    assert_eq!(refusal(r#"{"lines":[{"sku":"S","quantity":1,"price":1}]}"#), at("/lines/0/price"));
}

#[test]
fn fault_08_what_is_no_whole_number_is_refused_and_what_is_too_large_stays_too_large() {
    for quantity in ["1.5", "\"1\"", "null", "true", "[1]", "{}", "1e-1"] {
        assert_eq!(refusal(line(quantity)), at("/lines/0/quantity"), "{quantity}");
    }
    for (text, number) in [("1.0", 1), ("1e3", 1000), ("-1", -1), ("18446744073709551616", i64::MAX)] {
        let cart: Cart = with_body(line(text)).json().unwrap();
        assert_eq!(cart.lines[0].quantity, Integer(number));
    }
}

#[test]
fn fault_10_an_id_with_foreign_characters_is_refused_in_a_body_and_opens_nothing_in_a_path() {
    let strange = ["ORDER#1", "a/b", "a\u{0}", "\u{202e}x", "оrder", "a b", "..", "a%2fb"];
    for text in strange {
        assert_eq!(refusal(json!({"lines": [{"sku": text, "quantity": 1}]}).to_string()), at("/lines/0/sku"));
        let request = request(|event| event["pathParameters"]["cart_id"] = text.into());
        assert_eq!(request.path::<OrderId>("cart_id").unwrap_err().kind(), NOT_FOUND);
    }
    assert_eq!(with_body("").path::<OrderId>("cart_id").map(|id| id.to_string()), Ok("c-1".to_owned()));
    assert_eq!(with_body("").path::<OrderId>("other").unwrap_err().kind(), NOT_FOUND);
}

#[test]
fn fault_11_card_data_is_refused_before_an_unknown_field_is() {
    let number = "4242 4242 4242 4242";
    for body in [json!({"lines": [], "note": number}), json!({"lines": [], "cvc": "123"}), json!({number: 1})]
    {
        let problem = with_body(body.to_string()).json::<Cart>().unwrap_err();
        assert_eq!(problem.kind(), CARD_DATA_NOT_ACCEPTED);
        assert!(!problem.document("r").to_string().contains("4242"));
    }
}

#[test]
fn fault_12_a_creating_request_without_a_key_or_with_a_bad_one_is_refused() {
    let without = request(|event| drop(event["headers"].as_object_mut().unwrap().remove("idempotency-key")));
    assert_eq!(without.request_key().unwrap_err().kind(), IDEMPOTENCY_KEY_MISSING);
    for key in
        [&"x".repeat(15), &"x".repeat(65), "0123456789abcde#", "0123456789 abcdef", "", "0123456789abcdefé"]
    {
        let problem = with_header("idempotency-key", key.into()).request_key().unwrap_err();
        assert_eq!(
            (problem.kind(), problem.pointer()),
            (INVALID_REQUEST, Some("/headers/Idempotency-Key")),
            "{key}"
        );
    }
    let request_key = with_header("idempotency-key", "x".repeat(64).into()).request_key().unwrap();
    assert_eq!((request_key.caller, request_key.key.as_str()), (Caller::guest(&[0; 32]), &*"x".repeat(64)));
}

#[test]
fn a_request_without_a_guest_token_or_with_a_bad_one_is_refused() {
    let without = request(|event| drop(event["headers"].as_object_mut().unwrap().remove("guest-token")));
    assert_eq!(without.caller().unwrap_err().kind(), CALLER_UNKNOWN);
    assert_eq!(without.request_key().unwrap_err().kind(), CALLER_UNKNOWN);
    for token in [
        "",
        "A",
        &"A".repeat(42),
        &"A".repeat(44),
        &format!("{}=", "A".repeat(43)),
        &"+".repeat(43),
        &"é".repeat(43),
    ] {
        let problem = with_header("guest-token", token.into()).caller().unwrap_err();
        assert_eq!(
            (problem.kind(), problem.pointer()),
            (CALLER_UNKNOWN, Some("/headers/Guest-Token")),
            "{token}"
        );
    }
}

#[test]
fn a_guest_token_is_its_32_bytes() {
    let token = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode([7; 32]);
    assert_eq!(with_header("guest-token", token.into()).caller(), Ok(Caller::guest(&[7; 32])));
    assert!(with_header("guest-token", "_".repeat(43).into()).caller().is_ok());
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Filter {
    category: Option<String>,
    currency: Option<Parsed<domain::Currency>>,
}

#[test]
fn a_query_is_read_as_strictly_as_a_body() {
    let query = |text: &str| request(|event| event["rawQueryString"] = text.into());
    let filter: Filter = query("category=tennis+%26%20golf&currency=EUR").query().unwrap();
    assert_eq!(filter.category.as_deref(), Some("tennis & golf"));
    for (text, pointer) in [
        ("currency=eur", "/query/currency"),
        ("colour=red", "/query/colour"),
        ("limit=1", "/query/limit"),
        ("category=a&category=b", "/query/category"),
    ] {
        let problem = query(text).query::<Filter>().unwrap_err();
        assert_eq!((problem.kind(), problem.pointer()), (INVALID_REQUEST, Some(pointer)));
    }
    let (filter, page) = query("limit=5&cursor=YWJj&category=x").page_of::<Filter>().unwrap();
    assert_eq!(
        (filter.category.as_deref(), page.limit, page.cursor),
        (Some("x"), 5, Some(Cursor::of("abc")))
    );
    assert_eq!(query("cursor=%00").page_of::<Filter>().unwrap_err().kind(), INVALID_CURSOR);
}
