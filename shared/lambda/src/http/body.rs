//! How a body must be sent: announced as JSON, and small.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::request::Header;
use crate::problem::{MALFORMED_JSON, PAYLOAD_TOO_LARGE, Problem, UNSUPPORTED_MEDIA_TYPE};

/// The largest body, in bytes. The gateway itself would take 10 MB.
const BYTES_MAX: usize = 64 * 1024;

/// Requires the media type `application/json`; its parameters are of no interest, as JSON is UTF-8 in any case.
pub(super) fn require_json(content_type: &Header<'_>) -> Result<(), Problem> {
    let unsupported = || Problem::of(UNSUPPORTED_MEDIA_TYPE);
    match content_type {
        Header::Absent | Header::Unreadable => Err(unsupported()),
        Header::Text(text) => {
            let media_type = text.split(';').next().unwrap_or_default().trim();
            if media_type.eq_ignore_ascii_case("application/json") { Ok(()) } else { Err(unsupported()) }
        }
    }
}

/// The body's bytes. What is too large is refused before it is decoded.
pub(super) fn decoded(text: &str, is_base64: bool) -> Result<Cow<'_, [u8]>, Problem> {
    let bytes = if is_base64 {
        if text.len() > BYTES_MAX.div_ceil(3) * 4 {
            return Err(Problem::of(PAYLOAD_TOO_LARGE));
        }
        Cow::from(STANDARD.decode(text).map_err(|_| Problem::of(MALFORMED_JSON))?)
    } else {
        Cow::from(text.as_bytes())
    };
    if bytes.len() > BYTES_MAX { Err(Problem::of(PAYLOAD_TOO_LARGE)) } else { Ok(bytes) }
}
