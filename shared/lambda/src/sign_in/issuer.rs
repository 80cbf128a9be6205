use core::time::Duration;

use application::Failure;
use domain::Timestamp;
use reqwest::{Client, Response, Url, redirect, retry};
use tokio::sync::Mutex;

use super::keys::{self, Key, Keys};

/// How long keys are used without asking again, so that one that the issuer withdrew does not count for long.
const FRESH_FOR: Duration = Duration::from_secs(10 * 60);
/// How long keys are used while the issuer does not answer.
const USABLE_FOR: Duration = Duration::from_secs(6 * 60 * 60);
/// The least time from one question to the next: forged tokens, each with a key id of its own, must not become a
/// flood at the issuer.
const PAUSE: Duration = Duration::from_secs(5);

/// A question ends long before the function's own time does.
const TIMEOUT: Duration = Duration::from_secs(2);
const CONNECT: Duration = Duration::from_secs(1);
/// A longer answer is no JWKS document.
const BODY_MAX: usize = 64 * 1024;

/// Who signs the customers' tokens, as far as its keys tell.
pub(super) struct Issuer {
    address: Url,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    keys: Keys,
    read_at: Option<Timestamp>,
    /// Later than `read_at` when the last question was not answered.
    asked_at: Option<Timestamp>,
}

impl Issuer {
    /// The issuer whose keys are served there, if nobody else can answer for it.
    pub(super) fn at(address: &str) -> Option<Self> {
        let address = Url::parse(address).ok()?;
        let is_loopback = matches!(address.host_str(), Some("127.0.0.1" | "[::1]" | "localhost"));
        let is_safe = address.scheme() == "https" || (address.scheme() == "http" && is_loopback);
        is_safe.then(|| Self { address, kept: Mutex::default() })
    }

    /// The key of this id; nothing when the issuer has no such key.
    pub(super) async fn key(&self, id: &str, now: Timestamp) -> Result<Option<Key>, Failure> {
        // Held while asking, so that a crowd that finds nothing asks once.
        let mut kept = self.kept.lock().await;
        let is_within =
            |then: Option<Timestamp>, duration| then.is_some_and(|then| now.is_within(duration, then));
        if is_within(kept.read_at, FRESH_FOR)
            && let Some(key) = kept.keys.get(id)
        {
            return Ok(Some(key.clone()));
        }
        if !is_within(kept.asked_at, PAUSE) {
            kept.asked_at = Some(now);
            match self.ask().await {
                Ok(keys) => {
                    kept.keys = keys;
                    kept.read_at = Some(now);
                }
                Err(reason) => {
                    tracing::warn!(address = %self.address, reason, "the issuer's keys cannot be read")
                }
            }
        }
        let key = if is_within(kept.read_at, USABLE_FOR) { kept.keys.get(id).cloned() } else { None };
        if key.is_none() && kept.read_at != kept.asked_at {
            return Err(Failure::Unavailable);
        }
        Ok(key)
    }

    /// The issuer's keys of this moment. A client is made for each question, as there are so few: a guest's cold start
    /// reads no root certificates, and no connection outlives a frozen environment.
    async fn ask(&self) -> Result<Keys, &'static str> {
        let client = Client::builder()
            .retry(retry::never())
            .redirect(redirect::Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT)
            .timeout(TIMEOUT)
            .build()
            .map_err(|_| "no HTTP client can be made")?;
        let response = client.get(self.address.clone()).send().await.map_err(|_| "no answer")?;
        if !response.status().is_success() {
            return Err("an answer that is no success");
        }
        let document = body(response).await.ok_or("an answer that is cut off or too long")?;
        keys::read(&document).ok_or("no JWKS document with a key for tokens")
    }
}

async fn body(mut response: Response) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.ok()? {
        if body.len().saturating_add(chunk.len()) > BODY_MAX {
            return None;
        }
        body.extend_from_slice(&chunk);
    }
    Some(body)
}
