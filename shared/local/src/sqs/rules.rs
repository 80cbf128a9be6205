use std::collections::BTreeSet;
use std::time::Duration;

use super::attributes::{self, Attributes};
use super::{NewMessage, Refusal};

/// The largest message, and the largest batch altogether.
const MOST_BYTES: usize = 1024 * 1024;
const MOST_ENTRIES: usize = 10;
const LONGEST_DELAY: u64 = 900;
const LONGEST_VISIBILITY: u64 = 12 * 60 * 60;

/// A message that may be stored, and its size; or why not.
pub(super) fn message(
    body: String,
    delay_seconds: Option<i64>,
    attributes: Attributes,
) -> Result<(NewMessage, usize), Refusal> {
    if body.is_empty() {
        return Err(Refusal::parameter("Message body must not be empty."));
    }
    if !body.chars().all(is_allowed) {
        return Err(Refusal::contents());
    }
    let size = body.len() + attributes::size(&attributes)?;
    if size > MOST_BYTES {
        let message = format!(
            "One or more parameters are invalid. Reason: Message must be shorter than {MOST_BYTES} bytes."
        );
        return Err(Refusal::parameter(message));
    }
    let delay = delay_seconds.map(|seconds| within("DelaySeconds", seconds, LONGEST_DELAY)).transpose()?;
    Ok((NewMessage { body, delay, attributes }, size))
}

/// The characters of XML 1.0, which SQS grew up with.
fn is_allowed(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..='\u{10FFFF}')
}

/// The ids of a batch's entries: one to ten, well formed, no two the same.
pub(super) fn batch<'a>(ids: impl ExactSizeIterator<Item = &'a str>) -> Result<(), Refusal> {
    match ids.len() {
        0 => return Err(Refusal::empty_batch()),
        1..=MOST_ENTRIES => {}
        entries => return Err(Refusal::too_many_entries(entries)),
    }
    let mut seen = BTreeSet::new();
    for id in ids {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if id.is_empty() || id.len() > 80 || !id.bytes().all(allowed) {
            return Err(Refusal::entry_id());
        }
        if !seen.insert(id) {
            return Err(Refusal::ids_not_distinct(id));
        }
    }
    Ok(())
}

pub(super) fn batch_size(bytes: usize) -> Result<(), Refusal> {
    if bytes > MOST_BYTES { Err(Refusal::batch_too_long(bytes)) } else { Ok(()) }
}

pub(super) fn visibility(seconds: i64) -> Result<Duration, Refusal> {
    within("VisibilityTimeout", seconds, LONGEST_VISIBILITY)
}

pub(super) fn wait(seconds: i64) -> Result<Duration, Refusal> {
    within("WaitTimeSeconds", seconds, 20)
}

/// How many messages one receive may bring.
pub(super) fn count(number: i64) -> Result<usize, Refusal> {
    usize::try_from(number).ok().filter(|number| (1..=10).contains(number)).ok_or_else(|| {
        Refusal::parameter(format!(
            "Value {number} for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided."
        ))
    })
}

fn within(name: &str, seconds: i64, longest: u64) -> Result<Duration, Refusal> {
    u64::try_from(seconds).ok().filter(|seconds| *seconds <= longest).map(Duration::from_secs).ok_or_else(|| {
        Refusal::parameter(format!(
            "Value {seconds} for parameter {name} is invalid. Reason: Must be between 0 and {longest}, if provided."
        ))
    })
}
