use application::Secret;
use reqwest::header::AUTHORIZATION;

use crate::line::{self, Exchange, Line};

/// The version of Stripe's API that the JSON types here were read from (<https://docs.stripe.com/changelog>).
const STRIPE_VERSION: &str = "2026-10-28.endive";

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

/// Sends a message once.
pub(super) async fn send(line: &Line, message: &Message, secret: &Secret) -> Exchange {
    let Some(bearer) = line::bearer(secret.expose()) else {
        return Exchange::NotSent;
    };
    let request = match &message.change {
        None => line.get(&message.path),
        Some(Change { idempotency_key, form }) => {
            line.post(&message.path).header("Idempotency-Key", idempotency_key).form(form)
        }
    };
    line::send(request.header(AUTHORIZATION, bearer).header("Stripe-Version", STRIPE_VERSION)).await
}
