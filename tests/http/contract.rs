use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use jsonschema::Validator;
use jsonschema::draft202012::options;
use serde_json::{Value, json};

use crate::answer::Answer;

/// The document that a storefront codes against.
pub(crate) const DOCUMENT: &str = include_str!("../../functions/http/get-openapi/src/openapi.json");

static CONTRACT: LazyLock<Contract> =
    LazyLock::new(|| Contract::of(&serde_json::from_str(DOCUMENT).unwrap()));

/// What the document says of each operation, by its id.
struct Contract(BTreeMap<String, Operation>);

struct Operation {
    request: Option<Validator>,
    responses: BTreeMap<String, Response>,
}

struct Response {
    description: String,
    headers: BTreeMap<String, Header>,
    content: BTreeMap<String, Validator>,
}

struct Header {
    is_required: bool,
    is_number: bool,
    schema: Validator,
}

/// Where the answer of an operation is not what the document says.
pub(crate) fn violations(operation: &str, answer: &Answer) -> Vec<String> {
    let Some(response) = CONTRACT.0[operation].responses.get(&answer.status.to_string()) else {
        return vec![format!("{operation} does not declare status {}", answer.status)];
    };
    let mut violations = response.header_violations(answer);
    violations.extend(response.body_violations(answer));
    if let Some(slug) = answer.slug()
        && !response.description.contains(&format!("`{slug}`: "))
    {
        violations
            .push(format!("{operation} does not say what `{slug}` means with status {}", answer.status));
    }
    violations
}

/// Whether the document allows this request body.
pub(crate) fn allows(operation: &str, body: &Value) -> bool {
    CONTRACT.0[operation].request.as_ref().is_some_and(|schema| schema.is_valid(body))
}

/// Every operation of the document.
pub(crate) fn operations() -> BTreeSet<&'static str> {
    CONTRACT.0.keys().map(String::as_str).collect()
}

impl Response {
    fn header_violations(&self, answer: &Answer) -> Vec<String> {
        let missing = self
            .headers
            .iter()
            .filter(|(name, header)| header.is_required && answer.header(name).is_none())
            .map(|(name, _)| format!("the header {name} is missing"));
        let wrong =
            answer.headers.iter().filter(|(name, _)| *name != "Content-Type").filter_map(|(name, text)| {
                let Some(header) = self.headers.get(name) else {
                    return Some(format!("the header {name} is not declared"));
                };
                let value = if header.is_number { text.parse().unwrap_or(Value::Null) } else { json!(text) };
                let is_valid = header.schema.is_valid(&value);
                (!is_valid).then(|| format!("the header {name} is `{text}`"))
            });
        missing.chain(wrong).collect()
    }

    fn body_violations(&self, answer: &Answer) -> Vec<String> {
        match (answer.header("Content-Type"), answer.text.is_empty()) {
            (None, true) if self.content.is_empty() => vec![],
            (Some(media_type), false) => match self.content.get(media_type) {
                Some(schema) => {
                    schema.iter_errors(&answer.body()).map(|error| format!("the body: {error}")).collect()
                }
                None => vec![format!("{media_type} is not declared")],
            },
            (media_type, _) => {
                vec![format!("a body is declared otherwise than {media_type:?}: `{}`", answer.text)]
            }
        }
    }
}

impl Contract {
    fn of(document: &Value) -> Self {
        let methods = document["paths"].as_object().unwrap().values().filter_map(Value::as_object);
        let operations = methods.flat_map(|path| path.values()).map(|operation| {
            let id = operation["operationId"].as_str().unwrap().to_owned();
            let responses = operation["responses"].as_object().unwrap().iter();
            let responses =
                responses.map(|(status, response)| (status.clone(), read(document, response))).collect();
            let request = operation.pointer("/requestBody/content/application~1json/schema");
            (id, Operation { request: request.map(|schema| requests(document, schema)), responses })
        });
        Self(operations.collect())
    }
}

fn read(document: &Value, response: &Value) -> Response {
    let response = resolved(document, response);
    let headers =
        response.get("headers").and_then(Value::as_object).into_iter().flatten().map(|(name, header)| {
            let header = resolved(document, header);
            let schema = &header["schema"];
            let is_required = header["required"] == true;
            let is_number = schema["type"] == "integer";
            (name.clone(), Header { is_required, is_number, schema: validator(document, schema) })
        });
    let content = response.get("content").and_then(Value::as_object).into_iter().flatten();
    Response {
        description: response["description"].as_str().unwrap().to_owned(),
        headers: headers.collect(),
        content: content.map(|(kind, media)| (kind.clone(), validator(document, &media["schema"]))).collect(),
    }
}

fn resolved<'a>(document: &'a Value, part: &'a Value) -> &'a Value {
    match part.get("$ref").and_then(Value::as_str) {
        Some(reference) => document.pointer(reference.trim_start_matches('#')).unwrap(),
        None => part,
    }
}

/// A schema of answers.
fn validator(document: &Value, schema: &Value) -> Validator {
    options().should_validate_formats(true).build(&whole(document, schema)).unwrap()
}

/// A schema of requests. A format is only a hint to a client; its grammar is the pattern beside it.
fn requests(document: &Value, schema: &Value) -> Validator {
    options().should_validate_formats(false).build(&whole(document, schema)).unwrap()
}

/// A schema of the document, with everything that it may refer to.
fn whole(document: &Value, schema: &Value) -> Value {
    json!({ "allOf": [schema], "components": { "schemas": document["components"]["schemas"] } })
}
