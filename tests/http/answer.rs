use std::collections::BTreeMap;
use std::fmt::Write;

use insta::Settings;
use insta::internals::SettingsBindDropGuard;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// What a route answered, as API Gateway reads it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Answer {
    #[serde(rename = "statusCode")]
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    #[serde(rename = "body")]
    pub(crate) text: String,
    is_base64_encoded: bool,
}

impl Answer {
    pub(crate) fn read(payload: &RawValue) -> Self {
        let answer: Self = serde_json::from_str(payload.get()).unwrap();
        assert!(!answer.is_base64_encoded, "the shop answers with text");
        answer
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    pub(crate) fn is_replay(&self) -> bool {
        self.header("Idempotent-Replayed").is_some()
    }

    /// The body; null where there is none.
    pub(crate) fn body(&self) -> Value {
        if self.text.is_empty() { Value::Null } else { serde_json::from_str(&self.text).unwrap() }
    }

    /// A text of the body.
    pub(crate) fn text_at(&self, pointer: &str) -> String {
        self.body().pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// Which problem it is.
    pub(crate) fn slug(&self) -> Option<String> {
        let is_problem = self.header("Content-Type") == Some("application/problem+json");
        is_problem.then(|| self.text_at("/type").trim_start_matches("/problems/").to_owned())
    }

    /// Status, problem and offending field: what most refusals are told apart by.
    pub(crate) fn refusal(&self) -> (u16, String, String) {
        (self.status, self.slug().unwrap_or_default(), self.text_at("/pointer"))
    }

    /// The whole answer, for a snapshot.
    pub(crate) fn shown(&self) -> String {
        let mut shown = format!("{}\n", self.status);
        for (name, value) in &self.headers {
            writeln!(shown, "{name}: {value}").unwrap();
        }
        if !self.text.is_empty() {
            write!(shown, "\n{}", serde_json::to_string_pretty(&self.body()).unwrap()).unwrap();
        }
        shown
    }
}

/// Hides from snapshots, until dropped, what differs from run to run: times, and digests of what contains them.
pub(crate) fn redacted() -> SettingsBindDropGuard {
    let mut settings = Settings::clone_current();
    settings.add_filter(r"\d{4}-\d{2}-\d{2}T[0-9:.]+Z", "[time]");
    settings.add_filter(r#"ETag: "[A-Za-z0-9_-]{22}""#, r#"ETag: "[digest]""#);
    settings.add_filter(r#"(["/])[A-Za-z0-9_-]{22}(["\n])"#, "$1[id]$2");
    settings.bind_to_scope()
}
