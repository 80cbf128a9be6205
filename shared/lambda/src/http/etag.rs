use core::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// The version of an answer, so that a client that has it already need not be sent it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ETag(String);

impl ETag {
    /// The tag of exactly this text.
    pub fn of_text(text: &str) -> Self {
        let digest = Sha256::digest(text);
        Self(format!("\"{}\"", URL_SAFE_NO_PAD.encode(digest.get(..16).unwrap_or_default())))
    }

    /// The tag of a record's version, which grows whenever its answer may change.
    pub fn of_version(version: u64) -> Self {
        Self(format!("\"{version}\""))
    }

    /// Whether an `If-None-Match` header names this tag. Weak tags match their strong ones (RFC 9110, 13.1.2).
    pub(super) fn is_named_in(&self, header: &str) -> bool {
        header
            .split(',')
            .map(str::trim)
            .any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == self.0)
    }
}

impl fmt::Display for ETag {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_found_in_any_form_of_the_header() {
        let tag = ETag::of_version(7);
        for header in ["\"7\"", "W/\"7\"", "\"6\", \"7\"", "*"] {
            assert!(tag.is_named_in(header), "{header}");
        }
        for header in ["", "7", "\"70\"", "W/\"6\""] {
            assert!(!tag.is_named_in(header), "{header}");
        }
    }

    #[test]
    fn another_text_has_another_tag() {
        assert_eq!(ETag::of_text("a"), ETag::of_text("a"));
        assert_ne!(ETag::of_text("a"), ETag::of_text("b"));
    }
}
