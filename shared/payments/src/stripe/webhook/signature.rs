use core::time::Duration;

use domain::Timestamp;

use crate::WebhookError;
use crate::hex::decoded;

/// How many signatures are looked at: Stripe sends one for each secret that is in use.
const SIGNATURES_MAX: usize = 8;

/// The header `t=…,v1=…`, as it is written; nothing of it is proven yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Signature<'a> {
    /// As it was written, because this very text was signed.
    time: &'a str,
    seconds: i64,
    signatures: Vec<[u8; 32]>,
}

impl<'a> Signature<'a> {
    /// Reads a header. Only this scheme counts; others, such as the `v0` of test events, prove nothing.
    pub(super) fn parse(header: &'a str, scheme: &str) -> Result<Self, WebhookError> {
        let malformed = WebhookError::NotAuthentic("the signature is malformed");
        let (mut times, mut signatures) = (Vec::new(), Vec::new());
        for part in header.split(',') {
            match part.trim().split_once('=') {
                Some(("t", time)) => times.push(time),
                Some((name, hex)) if name == scheme => {
                    let signature = decoded(hex).and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
                    signatures.extend(signature);
                }
                Some(_) | None => {}
            }
        }
        let [time] = times.as_slice() else { return Err(malformed) };
        let is_digits = !time.is_empty() && time.bytes().all(|byte| byte.is_ascii_digit());
        let seconds = time.parse().ok().filter(|_| is_digits).ok_or(malformed)?;
        if signatures.is_empty() || signatures.len() > SIGNATURES_MAX {
            return Err(malformed);
        }
        Ok(Self { time, seconds, signatures })
    }

    /// Whether it was signed about now, by the sender's clock and by ours.
    pub(super) fn is_of_now(&self, now: Timestamp, tolerance: Duration) -> bool {
        let signed_at = Timestamp::from_millis(self.seconds.saturating_mul(1_000));
        now.since(signed_at) <= tolerance && signed_at.since(now) <= tolerance
    }

    /// What was signed before the body.
    pub(super) fn prefix(&self) -> Vec<u8> {
        format!("{}.", self.time).into_bytes()
    }

    pub(super) fn signatures(&self) -> &[[u8; 32]] {
        &self.signatures
    }
}
