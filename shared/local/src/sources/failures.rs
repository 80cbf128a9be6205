use std::collections::BTreeSet;

use serde_json::Value;
use serde_json::value::RawValue;

/// The parts of a batch that a function says have failed; none when it says nothing.
///
/// As in Lambda, an answer that cannot be understood, or that names what was not in the batch, fails the whole batch.
pub(super) fn reported<'a>(
    answer: &RawValue,
    identifiers: &BTreeSet<&'a str>,
) -> Result<BTreeSet<&'a str>, String> {
    let answer: Value = serde_json::from_str(answer.get()).map_err(|error| error.to_string())?;
    let failures = match &answer {
        Value::Null => return Ok(BTreeSet::new()),
        Value::Object(answer) => answer.get("batchItemFailures").unwrap_or(&Value::Null),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            return Err(format!("the answer {answer} reports no batch item failures"));
        }
    };
    let failures = match failures {
        Value::Null => return Ok(BTreeSet::new()),
        Value::Array(failures) => failures,
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            return Err(format!("batchItemFailures is {failures}"));
        }
    };
    failures
        .iter()
        .map(|failure| {
            let identifier = failure.get("itemIdentifier").and_then(Value::as_str).unwrap_or_default();
            let known = identifiers.get(identifier).copied();
            known.ok_or_else(|| format!("the batch has no item of the failure {failure}"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(answer: &str) -> Result<Vec<&'static str>, String> {
        let answer = RawValue::from_string(answer.to_owned()).unwrap();
        reported(&answer, &BTreeSet::from(["a", "b"])).map(|failed| failed.into_iter().collect())
    }

    #[test]
    fn nothing_reported_is_nothing_failed() {
        for answer in ["null", "{}", r#"{"batchItemFailures":null}"#, r#"{"batchItemFailures":[]}"#] {
            assert_eq!(judge(answer).unwrap(), Vec::<&str>::new(), "{answer}");
        }
    }

    #[test]
    fn only_what_is_named_has_failed() {
        assert_eq!(judge(r#"{"batchItemFailures":[{"itemIdentifier":"b"}]}"#).unwrap(), ["b"]);
    }

    #[test]
    fn an_answer_that_is_not_understood_fails_the_whole_batch() {
        for answer in [
            r#""done""#,
            r#"{"batchItemFailures":{}}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":""}]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":null}]}"#,
            r#"{"batchItemFailures":[{"id":"a"}]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":"unknown"}]}"#,
        ] {
            assert!(judge(answer).is_err(), "{answer}");
        }
    }
}
