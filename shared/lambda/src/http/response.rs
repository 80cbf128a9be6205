use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use super::{ETag, Request};
use crate::Error;
use crate::problem::{INTERNAL, Problem, ProblemType, TOKEN_EXPIRED, TOKEN_INVALID, TOKEN_NOT_FOR_THIS_SHOP};

/// An answer on its way to the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Option<String>,
}

impl Response {
    /// 200: here it is.
    pub fn ok() -> Self {
        Self::of(200)
    }

    /// 201: it was made, and is found there.
    pub fn created(location: impl Into<String>) -> Self {
        Self::of(201).header("Location", location.into())
    }

    /// 202: it is on its way, and how it goes is found there.
    pub fn accepted(location: impl Into<String>) -> Self {
        Self::of(202).header("Location", location.into())
    }

    /// 204: it is done, and there is nothing to say.
    pub fn no_content() -> Self {
        Self::of(204)
    }

    /// 304: you have it already.
    pub fn not_modified() -> Self {
        Self::of(304)
    }

    /// 200 with a body that caches may keep, or 304 where the client has this very body already.
    ///
    /// # Errors
    /// For a value that has no JSON, which is our bug.
    pub fn cacheable(request: &Request, directives: &str, body: &impl Serialize) -> Result<Self, Problem> {
        let text = serde_json::to_string(body).map_err(|_| Problem::of(INTERNAL))?;
        let tag = ETag::of_text(&text);
        let response = if request.has(&tag) { Self::not_modified() } else { Self::ok().json_text(text) };
        Ok(response.etag(&tag).cache_control(directives))
    }

    /// Names the answer's version.
    #[must_use]
    pub fn etag(self, tag: &ETag) -> Self {
        self.header("ETag", tag.to_string())
    }

    /// Says who may keep the answer, and how long.
    #[must_use]
    pub fn cache_control(self, directives: &str) -> Self {
        self.header("Cache-Control", directives.to_owned())
    }

    /// Says that the answer is another one for another caller.
    #[must_use]
    pub fn varies_by_caller(self) -> Self {
        self.header("Vary", "Authorization, Guest-Token".to_owned())
    }

    /// Says after how many seconds it is worth asking again.
    #[must_use]
    pub fn retry_after(self, seconds: u32) -> Self {
        self.header("Retry-After", seconds.to_string())
    }

    /// Says that an earlier request with the same key did it, where that is so.
    #[must_use]
    pub fn replayed(self, is_replay: bool) -> Self {
        if is_replay { self.header("Idempotent-Replayed", "true".to_owned()) } else { self }
    }

    /// Closes the answer with a JSON body.
    ///
    /// # Errors
    /// For a value that has no JSON, which is our bug.
    pub fn json(self, body: &impl Serialize) -> Result<Self, Problem> {
        let text = serde_json::to_string(body).map_err(|_| Problem::of(INTERNAL))?;
        Ok(self.json_text(text))
    }

    /// Closes the answer with a text that is JSON already.
    #[must_use]
    pub fn json_text(self, text: impl Into<String>) -> Self {
        Self { body: Some(text.into()), ..self.header("Content-Type", "application/json".to_owned()) }
    }

    /// The answer that a problem becomes.
    pub(super) fn of_problem(problem: &Problem, request_id: &str) -> Self {
        let mut response =
            Self::of(problem.kind().status).header("Content-Type", "application/problem+json".to_owned());
        if problem.kind().status == 401 {
            response = response.header("WWW-Authenticate", challenge(problem.kind()).to_owned());
        }
        if let Some(seconds) = problem.retry_after_seconds() {
            response = response.retry_after(seconds);
        }
        Self { body: Some(problem.document(request_id).to_string()), ..response }
    }

    pub(super) fn status(&self) -> u16 {
        self.status
    }

    pub(super) fn header(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The answer as API Gateway expects it, in payload format 2.0.
    pub(super) fn into_payload(self) -> Result<Box<RawValue>, Error> {
        let payload = Payload {
            status_code: self.status,
            headers: self.headers.into_iter().collect(),
            body: self.body.unwrap_or_default(),
            is_base64_encoded: false,
        };
        Ok(to_raw_value(&payload)?)
    }

    fn of(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: None }
    }
}

/// What RFC 6750 has a client told who does not prove who asks: whether it was the token.
fn challenge(kind: &ProblemType) -> &'static str {
    if [TOKEN_EXPIRED, TOKEN_INVALID, TOKEN_NOT_FOR_THIS_SHOP].contains(&kind) {
        r#"Bearer error="invalid_token""#
    } else {
        "Bearer"
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    status_code: u16,
    headers: std::collections::BTreeMap<&'static str, String>,
    body: String,
    is_base64_encoded: bool,
}
