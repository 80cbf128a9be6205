use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit, Mac};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, RequestBuilder};
use sha2::Sha256;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::adyen;
use crate::book::Event;
use crate::faults::WebhookFault;
use crate::paypal;
use crate::routes::{Gateway, Tells};

/// Where the gateway tells of what happens, and what it signs that with.
#[derive(Clone, Debug)]
pub struct WebhookEndpoint {
    /// Such as `http://127.0.0.1:3000/webhooks/stripe`.
    pub url: String,
    /// The signing secret that the other side knows too; at PayPal, the webhook's id.
    pub secret: String,
}

/// Who is told of which gateway's events.
pub(crate) struct Endpoints {
    pub(crate) stripe: Option<WebhookEndpoint>,
    pub(crate) paypal: Option<WebhookEndpoint>,
    pub(crate) adyen: Option<WebhookEndpoint>,
}

impl Endpoints {
    pub(crate) const fn tells(&self) -> Tells {
        Tells { stripe: self.stripe.is_some(), paypal: self.paypal.is_some(), adyen: self.adyen.is_some() }
    }
}

/// How long one try may take.
const TIMEOUT: Duration = Duration::from_secs(20);
/// How often an event is told until somebody says 2xx, and how long it waits in between: twice as long each time.
const TRIES_MAX: u32 = 16;
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const PAUSE_MAX: Duration = Duration::from_secs(60);

/// Who tells, to whom.
struct Teller {
    gateway: Arc<Gateway>,
    endpoints: Endpoints,
    client: Client,
}

/// Tells of every event in the book that nobody has taken yet, and of every new one. Never ends by itself.
pub(crate) async fn tell(gateway: Arc<Gateway>, endpoints: Endpoints) {
    let Ok(client) = Client::builder().no_proxy().timeout(TIMEOUT).build() else {
        tracing::error!("no HTTP client can be made: nobody is told anything");
        return std::future::pending().await;
    };
    let teller = Arc::new(Teller { gateway, endpoints, client });
    let mut told_up_to = 0;
    let mut held_back = VecDeque::new();
    // Dropped with this, so that nothing is told by a gateway that has ended.
    let mut telling = JoinSet::new();
    loop {
        let news = teller.gateway.executor.events_after(told_up_to).unwrap_or_else(|failure| {
            tracing::error!(%failure, "the book cannot be read");
            Vec::new()
        });
        for event in news {
            told_up_to = event.place;
            take_on(&teller, event, &mut held_back, &mut telling);
        }
        while telling.try_join_next().is_some() {}
        teller.gateway.executor.next_event().await;
    }
}

/// Tells of an event as the fault that meets it allows.
fn take_on(teller: &Arc<Teller>, event: Event, held_back: &mut VecDeque<Event>, telling: &mut JoinSet<()>) {
    let strike = teller.gateway.faults.strike_webhook();
    let copies = match strike.map(|strike| strike.fault) {
        Some(WebhookFault::NotSent) => return teller.settle(&event),
        Some(WebhookFault::Reordered) => return held_back.push_back(event),
        Some(WebhookFault::Duplicated) => 2,
        Some(WebhookFault::Delayed) | None => 1,
    };
    let delay = strike.map(|strike| strike.delay).unwrap_or_default();
    for _ in 1..copies {
        let (teller, event) = (Arc::clone(teller), event.clone());
        telling.spawn(async move { teller.deliver(&event).await });
    }
    let (teller, overtaken) = (Arc::clone(teller), std::mem::take(held_back));
    telling.spawn(async move {
        sleep(delay).await;
        teller.deliver(&event).await;
        for earlier in overtaken {
            teller.deliver(&earlier).await;
        }
    });
}

impl Teller {
    /// Tells of one event until somebody takes it.
    async fn deliver(&self, event: &Event) {
        let mut pause = FIRST_PAUSE;
        for _ in 0..TRIES_MAX {
            let Some(request) = self.request(event) else { break };
            match request.send().await.map(|response| response.status()) {
                Ok(status) if status.is_success() => return self.settle(event),
                Ok(status) => tracing::warn!(event = event.id, %status, "the shop did not take an event"),
                Err(failure) => tracing::debug!(event = event.id, %failure, "the shop was not reached"),
            }
            sleep(pause).await;
            pause = (pause * 2).min(PAUSE_MAX);
        }
        tracing::error!(event = event.id, "nobody takes this event; it is given up");
        self.settle(event);
    }

    /// The request that tells of an event; nothing where nobody is told of it any more.
    fn request(&self, event: &Event) -> Option<RequestBuilder> {
        let post = |endpoint: &WebhookEndpoint| {
            self.client.post(&endpoint.url).header(CONTENT_TYPE, "application/json; charset=utf-8")
        };
        if adyen::is_id(&event.id) {
            let endpoint = self.endpoints.adyen.as_ref()?;
            return Some(post(endpoint).body(adyen::signed(&event.body, &endpoint.secret)?));
        }
        if paypal::is_id(&event.id) {
            let endpoint = self.endpoints.paypal.as_ref()?;
            let Gateway { paypal_signer, address, .. } = self.gateway.as_ref();
            let headers = paypal_signer.headers(address, &endpoint.secret, event.body.as_bytes());
            let headers = headers.inspect_err(|failure| tracing::error!(%failure, "nothing is told")).ok()?;
            let request = post(endpoint).body(event.body.clone());
            return Some(
                headers.into_iter().fold(request, |request, (name, value)| request.header(name, value)),
            );
        }
        let endpoint = self.endpoints.stripe.as_ref()?;
        let signature = signature(&endpoint.secret, seconds_now(), &event.body);
        Some(post(endpoint).header("Stripe-Signature", signature).body(event.body.clone()))
    }

    /// The event need not be told again, also not after a restart.
    fn settle(&self, event: &Event) {
        if let Err(failure) = self.gateway.executor.settle_event(event) {
            tracing::error!(%failure, "the book refused a transaction");
        }
    }
}

fn seconds_now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// As <https://docs.stripe.com/webhooks/signature> says. The `v0` that Stripe adds to test events proves nothing, and
/// comes with another signature here, as there.
fn signature(secret: &str, seconds: u64, body: &str) -> String {
    let signed = |scheme: &str| {
        let signed = format!("{seconds}.{body}");
        let mac = Hmac::<Sha256>::new_from_slice(format!("{scheme}{secret}").as_bytes());
        mac.map_or_else(
            |_| String::new(),
            |mac| {
                let bytes = mac.chain_update(signed).finalize().into_bytes();
                bytes.iter().map(|byte| format!("{byte:02x}")).collect()
            },
        )
    };
    format!("t={seconds},v1={},v0={}", signed(""), signed("test "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_what_another_implementation_computes() {
        // Python's `hmac` over `1795285800.{}` with `whsec_test_secret`.
        let header = signature("whsec_test_secret", 1_795_285_800, "{}");
        let expected = "t=1795285800,v1=e00402a94add059692931dacc0b0508a03fb3d01fe3fd0c9d1f2bc5fe1464112,v0=";
        assert!(header.starts_with(expected), "{header}");
    }
}
