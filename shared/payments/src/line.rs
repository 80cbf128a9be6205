use core::time::Duration;

use application::Failure;
use reqwest::header::HeaderValue;
use reqwest::{Client, RequestBuilder, Response, StatusCode, Url, redirect, retry};
use serde::de::DeserializeOwned;

/// An answer longer than this is none that is expected here. The longest is a page of a list, of some kilobytes a line.
const BODY_MAX: usize = 4 * 1024 * 1024;

/// The gateway cannot be called as it is set up.
#[derive(Debug, thiserror::Error)]
pub enum SettingError {
    /// The endpoint is not an address.
    #[error("the gateway's endpoint is not an http or https URL")]
    Endpoint,
    /// There is no way to make secure connections.
    #[error("no HTTP client can be made: {0}")]
    Client(#[from] reqwest::Error),
}

/// What became of one request.
#[derive(Debug)]
pub(crate) enum Exchange {
    /// Not one byte left this process.
    NotSent,
    /// It may have arrived; no answer did.
    Lost,
    /// The head of an answer arrived, and a body unless that was lost or too long.
    Answered { status: StatusCode, body: Option<Vec<u8>> },
}

impl Exchange {
    /// What it says where it says yes, and can be read.
    pub(crate) fn accepted<T: DeserializeOwned>(&self) -> Option<T> {
        match self {
            Self::Answered { status, body } if status.is_success() => parse(body.as_deref()),
            Self::NotSent | Self::Lost | Self::Answered { .. } => None,
        }
    }

    /// The same for a list, which is read again later where it could not be had.
    pub(crate) fn listed<T: DeserializeOwned>(&self, what: &'static str) -> Result<T, Failure> {
        match self {
            Self::Answered { status, body: Some(body) } if status.is_success() => {
                parse(Some(body)).ok_or(Failure::Unreadable(what))
            }
            _ if self.refused_unexecuted() => Err(Failure::Throttled),
            Self::NotSent | Self::Lost | Self::Answered { .. } => Err(Failure::Unavailable),
        }
    }

    pub(crate) fn refused_the_secret(&self) -> bool {
        matches!(self, Self::Answered { status: StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, .. })
    }

    /// Whether its status is one that gateways answer before they begin to execute.
    pub(crate) fn refused_unexecuted(&self) -> bool {
        let busy = matches!(self, Self::Answered { status: StatusCode::TOO_MANY_REQUESTS, .. });
        busy || self.refused_the_secret()
    }

    pub(crate) fn status(&self) -> Option<u16> {
        match self {
            Self::NotSent | Self::Lost => None,
            Self::Answered { status, .. } => Some(status.as_u16()),
        }
    }
}

/// A body as it was sent, where it can be read.
pub(crate) fn parse<T: DeserializeOwned>(body: Option<&[u8]>) -> Option<T> {
    serde_json::from_slice(body?).ok()
}

/// The way to a gateway.
pub(crate) struct Line {
    client: Client,
    endpoint: String,
}

impl Line {
    pub(crate) fn new(endpoint: &str, timeout: Duration) -> Result<Self, SettingError> {
        let url = Url::parse(endpoint).map_err(|_| SettingError::Endpoint)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(SettingError::Endpoint);
        }
        let client = Client::builder()
            // Repeating a call is the worker's decision, after a new claim.
            .retry(retry::never())
            .redirect(redirect::Policy::none())
            .no_proxy()
            // Well before the whole time is up, so that an unreachable gateway is known to be just that.
            .connect_timeout((timeout / 2).min(Duration::from_secs(2)))
            .timeout(timeout)
            .pool_max_idle_per_host(2)
            .pool_idle_timeout(Duration::from_secs(30))
            .build()?;
        Ok(Self { client, endpoint: endpoint.trim_end_matches('/').to_owned() })
    }

    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("{}{path}", self.endpoint))
    }

    pub(crate) fn post(&self, path: &str) -> RequestBuilder {
        self.client.post(format!("{}{path}", self.endpoint))
    }
}

/// Sends a request once.
pub(crate) async fn send(request: RequestBuilder) -> Exchange {
    match request.send().await {
        Ok(response) => Exchange::Answered { status: response.status(), body: body(response).await },
        // A request that cannot be built, and a connection that was never made, carried nothing away.
        Err(error) if error.is_builder() || error.is_connect() => Exchange::NotSent,
        Err(_) => Exchange::Lost,
    }
}

/// What proves who asks, unless it cannot stand in a header. Never logged.
pub(crate) fn bearer(secret: &str) -> Option<HeaderValue> {
    let mut bearer = HeaderValue::from_str(&format!("Bearer {secret}")).ok()?;
    bearer.set_sensitive(true);
    Some(bearer)
}

/// An address that a shopper's browser is sent to: nothing but a web address gets through.
pub(crate) fn web_address(url: String) -> Option<String> {
    let parsed = Url::parse(&url).ok()?;
    matches!(parsed.scheme(), "http" | "https").then_some(url)
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

#[cfg(test)]
mod tests;
