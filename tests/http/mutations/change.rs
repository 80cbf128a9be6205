//! How a request is changed: a header, the path, the query, the body's tree, the body's text.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::dice::Dice;
use super::wild;
use crate::request::Request;

/// The headers that a route may read.
const HEADERS: [&str; 6] =
    ["Guest-Token", "Authorization", "Idempotency-Key", "Content-Type", "If-None-Match", "X-Forwarded-For"];
/// The parameters that a route may read.
const PARAMETERS: [&str; 5] = ["category", "currency", "limit", "cursor", "colour"];

pub(super) fn changed(mut request: Request, dice: &mut Dice) -> Request {
    let mut is_text = false;
    for _ in 0..*dice.pick(&[1, 1, 1, 2, 3]) {
        let has_body = request.event().get("body").is_some();
        let has_path = request.event().get("pathParameters").is_some();
        request = match (dice.below(12), has_body) {
            (2 | 3, _) if has_path => request.path(&wild::text(dice)),
            (2..=8, false) => request.query(&query(dice)),
            (2..=9, true) if !is_text => tree(request, dice),
            (10.., true) => {
                is_text = true;
                body(request, dice)
            }
            _ => header(request, dice),
        };
    }
    request
}

fn header(request: Request, dice: &mut Dice) -> Request {
    let name = *dice.pick(&HEADERS);
    match dice.below(4) {
        0 => request.without_header(name),
        1 => request.header(name, "*"),
        _ => request.header(name, &wild::header(dice)),
    }
}

fn query(dice: &mut Dice) -> String {
    let mut parameters = Vec::new();
    for _ in 0..dice.below(4) {
        let name = if dice.one_in(6) { wild::text(dice) } else { (*dice.pick(&PARAMETERS)).to_owned() };
        parameters.push(if dice.one_in(6) { name } else { format!("{name}={}", wild::text(dice)) });
    }
    parameters.join("&")
}

/// Changes a value somewhere in the body.
fn tree(request: Request, dice: &mut Dice) -> Request {
    let mut body = request.json();
    let pointers = pointers(&body);
    let pointer = dice.pick(&pointers).clone();
    let Some((parent, name)) = pointer.rsplit_once('/') else {
        return request.body(&wild::value(dice).to_string());
    };
    let here = body.pointer(&pointer).cloned().unwrap_or_default();
    match (body.pointer_mut(parent), dice.below(7)) {
        (Some(Value::Object(fields)), 0) => drop(fields.remove(name)),
        (Some(Value::Object(fields)), 1) => {
            let value = fields.remove(name).unwrap_or_default();
            fields.insert(wild::text(dice), value);
        }
        (Some(Value::Object(fields)), 2) => drop(fields.insert(wild::text(dice), wild::value(dice))),
        (Some(Value::Array(items)), 0) => items.clear(),
        (Some(Value::Array(items)), 1 | 2) => items.extend(vec![here; 1 + dice.below(24)]),
        (Some(_), 3) => put(&mut body, &pointer, json!([here])),
        (Some(_), _) => put(&mut body, &pointer, wild::value(dice)),
        (None, _) => {}
    }
    request.body(&body.to_string())
}

fn put(body: &mut Value, pointer: &str, value: Value) {
    if let Some(place) = body.pointer_mut(pointer) {
        *place = value;
    }
}

/// Every place in a document. A name that a pointer would have to escape is left alone from then on.
fn pointers(document: &Value) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut next = 0;
    while let Some(here) = found.get(next).cloned() {
        next += 1;
        match document.pointer(&here) {
            Some(Value::Object(fields)) => {
                let plain = fields.keys().filter(|name| !name.contains(['/', '~']));
                found.extend(plain.map(|name| format!("{here}/{name}")));
            }
            Some(Value::Array(items)) => {
                found.extend((0..items.len()).map(|place| format!("{here}/{place}")))
            }
            _ => {}
        }
    }
    found
}

/// Changes the body as text or bytes.
fn body(request: Request, dice: &mut Dice) -> Request {
    let text = request.event()["body"].as_str().unwrap_or_default().to_owned();
    let cut = text.floor_char_boundary(dice.below(text.len() + 1));
    let (before, after) = text.split_at(cut);
    match dice.below(9) {
        0 => request.body(before),
        1 => request.body(after),
        2 => request.body(&format!("{before}{}{after}", wild::text(dice))),
        3 => request.body(&format!("{text}{text}")),
        4 => request.body(&text.replacen('{', "{\"lines\":[],\"lines\":1,", 1)),
        5 => request.body(&format!("{text}{}", " ".repeat(dice.below(80_000)))),
        6 => {
            let bytes = dice.bytes(64);
            request.base64_body(&STANDARD.encode(bytes))
        }
        7 => request.base64_body(&STANDARD.encode(text)),
        _ => request.base64_body(&text),
    }
}
