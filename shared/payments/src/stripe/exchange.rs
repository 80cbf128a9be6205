use core::time::Duration;

use application::Secret;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Client, RequestBuilder, Response, StatusCode, Url, redirect, retry};

use super::SettingError;

/// The version of Stripe's API that the JSON types here were read from (<https://docs.stripe.com/changelog>).
const STRIPE_VERSION: &str = "2026-10-28.endive";

/// An answer longer than this is not one of Stripe's payment intents.
const BODY_MAX: usize = 64 * 1024;

/// What is sent.
pub(super) struct Message {
    path: String,
    /// What changes something; what reads has none.
    change: Option<Change>,
}

struct Change {
    idempotency_key: String,
    form: Vec<(&'static str, String)>,
}

impl Message {
    pub(super) const fn get(path: String) -> Self {
        Self { path, change: None }
    }

    pub(super) const fn post(
        path: String,
        idempotency_key: String,
        form: Vec<(&'static str, String)>,
    ) -> Self {
        Self { path, change: Some(Change { idempotency_key, form }) }
    }
}

/// What became of one request.
#[derive(Debug)]
pub(super) enum Exchange {
    /// Not one byte left this process.
    NotSent,
    /// It may have arrived; no answer did.
    Lost,
    /// The head of an answer arrived, and a body unless that was lost or too long.
    Answered { status: StatusCode, body: Option<Vec<u8>> },
}

impl Exchange {
    pub(super) fn refused_the_secret(&self) -> bool {
        matches!(self, Self::Answered { status: StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, .. })
    }
}

/// The way to the gateway.
pub(super) struct Line {
    client: Client,
    endpoint: String,
}

impl Line {
    pub(super) fn new(endpoint: &str, timeout: Duration) -> Result<Self, SettingError> {
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

    /// Sends a message once.
    pub(super) async fn send(&self, message: &Message, secret: &Secret) -> Exchange {
        let Ok(mut bearer) = HeaderValue::from_str(&format!("Bearer {}", secret.expose())) else {
            return Exchange::NotSent;
        };
        bearer.set_sensitive(true);
        let request =
            self.request(message).header(AUTHORIZATION, bearer).header("Stripe-Version", STRIPE_VERSION);
        match request.send().await {
            Ok(response) => Exchange::Answered { status: response.status(), body: body(response).await },
            // A request that cannot be built, and a connection that was never made, carried nothing away.
            Err(error) if error.is_builder() || error.is_connect() => Exchange::NotSent,
            Err(_) => Exchange::Lost,
        }
    }

    fn request(&self, message: &Message) -> RequestBuilder {
        let url = format!("{}{}", self.endpoint, message.path);
        match &message.change {
            None => self.client.get(url),
            Some(Change { idempotency_key, form }) => {
                self.client.post(url).header("Idempotency-Key", idempotency_key).form(form)
            }
        }
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
