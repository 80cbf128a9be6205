use std::fmt;
use std::path::Path;

use serde_json::{Map, Value, json};

/// Every route that a client asks, by its function's folder.
pub(crate) const ROUTES: [&str; 13] = [
    "list-products",
    "get-product",
    "create-reservation",
    "get-reservation",
    "release-reservation",
    "checkout",
    "get-order",
    "add-payment-method",
    "cancel-order",
    "submit-action-result",
    "list-payment-options",
    "get-openapi",
    "health",
];
/// The routes that gateways ask. What nobody signed gets no further than that.
pub(crate) const WEBHOOKS: [&str; 1] = ["receive-webhook"];
/// The routes that create something: they take a body and a key.
pub(crate) const CREATE: [&str; 3] = ["create-reservation", "checkout", "add-payment-method"];
/// The routes that take a body.
pub(crate) const TAKE_A_BODY: [&str; 4] =
    ["create-reservation", "checkout", "add-payment-method", "submit-action-result"];
/// The routes whose path has the id of something that a caller made.
pub(crate) const OF_WHAT_WAS_MADE: [&str; 6] = [
    "get-reservation",
    "release-reservation",
    "get-order",
    "add-payment-method",
    "cancel-order",
    "submit-action-result",
];

/// A request on its way to a function: the event that stands for its route in `events/http`, changed by the test.
#[derive(Clone)]
pub(crate) struct Request {
    /// The function, by its folder; the OpenAPI document calls the operation so too.
    pub(crate) operation: &'static str,
    event: Value,
}

/// An event as it stands in `events/`.
pub(crate) fn event_file(path: &str) -> Value {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events").join(path);
    let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    serde_json::from_str(&text).unwrap()
}

/// The token of a guest whom the events do not know.
pub(crate) fn guest(number: u32) -> String {
    format!("guest{number:0>37}A")
}

/// An idempotency key that the events do not use.
pub(crate) fn key(number: u32) -> String {
    format!("key{number:0>21}")
}

impl Request {
    /// The request of the route's event.
    pub(crate) fn of(operation: &'static str) -> Self {
        Self { operation, event: event_file(&format!("http/{operation}.json")) }
    }

    pub(crate) fn event(&self) -> &Value {
        &self.event
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers().insert(name.to_lowercase(), json!(value));
        self
    }

    pub(crate) fn without_header(mut self, name: &str) -> Self {
        self.headers().remove(&name.to_lowercase());
        self
    }

    pub(crate) fn guest(self, number: u32) -> Self {
        self.header("Guest-Token", &guest(number))
    }

    /// As a customer with this token, who is no guest.
    pub(crate) fn customer(self, token: &str) -> Self {
        self.without_header("Guest-Token").header("Authorization", &format!("Bearer {token}"))
    }

    pub(crate) fn key(self, number: u32) -> Self {
        self.header("Idempotency-Key", &key(number))
    }

    /// The text of the path's only parameter.
    pub(crate) fn path(mut self, text: &str) -> Self {
        let (name, before) = {
            let (name, value) = self.event["pathParameters"].as_object().unwrap().iter().next().unwrap();
            (name.clone(), value.as_str().unwrap().to_owned())
        };
        let path = self.event["rawPath"].as_str().unwrap().replacen(&before, text, 1);
        self.event["pathParameters"][&name] = json!(text);
        self.event["requestContext"]["http"]["path"] = json!(path);
        self.event["rawPath"] = json!(path);
        self
    }

    pub(crate) fn query(mut self, query: &str) -> Self {
        self.event["rawQueryString"] = json!(query);
        self.event.as_object_mut().unwrap().remove("queryStringParameters");
        self
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        self.event["body"].as_str().map_or(Value::Null, |text| serde_json::from_str(text).unwrap())
    }

    pub(crate) fn body(mut self, text: &str) -> Self {
        self.event["body"] = json!(text);
        self
    }

    pub(crate) fn base64_body(self, encoded: &str) -> Self {
        let mut request = self.body(encoded);
        request.event["isBase64Encoded"] = json!(true);
        request
    }

    /// The same body with one value put in its place.
    pub(crate) fn with(self, pointer: &str, value: Value) -> Self {
        let mut body = self.json();
        put(&mut body, pointer, value);
        self.body(&body.to_string())
    }

    fn headers(&mut self) -> &mut Map<String, Value> {
        self.event["headers"].as_object_mut().unwrap()
    }
}

/// The request as a person would send it.
impl fmt::Display for Request {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { operation, event } = self;
        let (method, path) = (&event["requestContext"]["http"]["method"], &event["rawPath"]);
        writeln!(formatter, "{operation}: {method} {path} ? {}", event["rawQueryString"])?;
        for name in ["guest-token", "authorization", "idempotency-key", "content-type", "if-none-match"] {
            if let Some(value) = event["headers"].get(name) {
                writeln!(formatter, "{name}: {value}")?;
            }
        }
        writeln!(formatter, "base64: {}, body: {}", event["isBase64Encoded"], event["body"])
    }
}

/// Puts a value where the pointer says, be there one already or not.
fn put(document: &mut Value, pointer: &str, value: Value) {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    match document.pointer_mut(parent).unwrap() {
        Value::Object(fields) => {
            fields.insert(name.to_owned(), value);
        }
        Value::Array(items) => match name.parse::<usize>() {
            Ok(place) if place < items.len() => items[place] = value,
            Ok(_) | Err(_) => items.push(value),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            panic!("{parent} has no members")
        }
    }
}
