//! What an answer says when it is not the one that was hoped for: RFC 9457 problem documents, and the registry of
//! their types. Every problem that a client can get is in [`REGISTRY`], and nothing else answers with an error.

use std::borrow::Cow;

use application::Failure;
use serde::Serialize;
use serde_json::{Map, Value};

mod registry; // every type of problem: slug, status and what a client does about it

pub use registry::*;

/// One type of problem, as a client may rely on it.
#[derive(Debug, PartialEq, Eq)]
pub struct ProblemType {
    /// The last part of `type`; it never changes its meaning.
    pub slug: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// What it is, in a few words.
    pub title: &'static str,
    /// What it means for the client.
    pub meaning: &'static str,
    /// What the client does now.
    pub remedy: &'static str,
}

/// One occurrence of a problem, on its way to the client.
///
/// MUST NOT carry what a client sent, except the names on the way to the offending field.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    kind: &'static ProblemType,
    detail: Option<Cow<'static, str>>,
    pointer: Option<String>,
    retry_after: Option<u32>,
    members: Vec<(&'static str, Value)>,
    failure: Option<Failure>,
}

impl Problem {
    /// A problem of a registered type.
    pub fn of(kind: &'static ProblemType) -> Self {
        Self { kind, detail: None, pointer: None, retry_after: None, members: Vec::new(), failure: None }
    }

    /// A value that can be read and that no request may carry, such as a quantity of 100.
    pub fn out_of_range(pointer: impl Into<String>, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::of(INVALID_VALUE).at(pointer).detail(detail)
    }

    /// Says more about this occurrence.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Names the offending field by its JSON pointer.
    #[must_use]
    pub fn at(mut self, pointer: impl Into<String>) -> Self {
        self.pointer = Some(pointer.into());
        self
    }

    /// Says after how many seconds the same request may succeed.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// Adds a member of the type's own, such as `shortages`. A value that has no JSON is our bug.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Serialize) -> Self {
        match serde_json::to_value(value) {
            Ok(value) => self.members.push((name, value)),
            Err(_) => return Self::of(INTERNAL),
        }
        self
    }

    /// The type.
    pub fn kind(&self) -> &'static ProblemType {
        self.kind
    }

    /// The offending field, as a JSON pointer.
    pub fn pointer(&self) -> Option<&str> {
        self.pointer.as_deref()
    }

    /// What broke behind it, for the log and for nobody else.
    pub(crate) fn failure(&self) -> Option<Failure> {
        self.failure
    }

    /// The seconds of its `Retry-After`.
    pub(crate) fn retry_after_seconds(&self) -> Option<u32> {
        self.retry_after
    }

    /// The document. A failure of ours says nothing but its type: the request id finds the rest in the log.
    pub(crate) fn document(&self, request_id: &str) -> Value {
        let mut document = Map::new();
        document.insert("type".into(), format!("/problems/{}", self.kind.slug).into());
        document.insert("title".into(), self.kind.title.into());
        document.insert("status".into(), self.kind.status.into());
        document.insert("instance".into(), request_id.into());
        if self.kind.status < 500 {
            if let Some(detail) = &self.detail {
                document.insert("detail".into(), detail.as_ref().into());
            }
            if let Some(pointer) = &self.pointer {
                document.insert("pointer".into(), pointer.as_str().into());
            }
            for (name, value) in &self.members {
                document.insert((*name).into(), value.clone());
            }
        }
        Value::Object(document)
    }
}

/// The world broke: the client may repeat the very same request, except where repeating does not help.
impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        let problem = match failure {
            Failure::Unavailable | Failure::Throttled | Failure::OutcomeUnknown => {
                Self::of(UNAVAILABLE).retry_after(1)
            }
            Failure::Unreadable(_) => Self::of(INTERNAL),
        };
        Self { failure: Some(failure), ..problem }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;

    #[test]
    fn every_slug_is_registered_once_and_is_fit_for_a_url() {
        let slugs: BTreeSet<_> = REGISTRY.iter().map(|kind| kind.slug).collect();
        assert_eq!(slugs.len(), REGISTRY.len());
        for slug in slugs {
            assert!(slug.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{slug}");
        }
    }

    #[test]
    fn every_registered_type_is_an_error_and_says_what_to_do() {
        for kind in REGISTRY {
            assert!((400..600).contains(&kind.status), "{}", kind.slug);
            assert!(kind.meaning.ends_with('.') && kind.remedy.ends_with('.'), "{}", kind.slug);
        }
    }

    #[test]
    fn a_refusal_carries_its_detail_its_pointer_and_its_own_members() {
        let problem = Problem::of(INSUFFICIENT_STOCK)
            .detail("one line cannot be held")
            .at("/lines/0")
            .with("shortages", json!([{"sku": "S"}]));
        assert_eq!(
            problem.document("r-1"),
            json!({
                "type": "/problems/insufficient-stock", "title": INSUFFICIENT_STOCK.title, "status": 409,
                "instance": "r-1", "detail": "one line cannot be held", "pointer": "/lines/0",
                "shortages": [{"sku": "S"}],
            })
        );
    }

    #[test]
    fn a_failure_of_ours_says_nothing_but_its_type() {
        let problem = Problem::of(INTERNAL).detail("a stack trace").at("/inside").with("table", "Orders");
        assert_eq!(
            problem.document("r-1"),
            json!({"type": "/problems/internal", "title": INTERNAL.title, "status": 500, "instance": "r-1"})
        );
    }

    #[test]
    fn a_failure_that_may_pass_asks_the_client_to_come_back() {
        for failure in [Failure::Unavailable, Failure::Throttled, Failure::OutcomeUnknown] {
            let problem = Problem::from(failure);
            assert_eq!((problem.kind(), problem.retry_after_seconds()), (UNAVAILABLE, Some(1)));
        }
        let problem = Problem::from(Failure::Unreadable("an order without lines"));
        assert_eq!((problem.kind(), problem.retry_after_seconds()), (INTERNAL, None));
    }
}
