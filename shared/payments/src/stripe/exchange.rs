use application::Secret;
use reqwest::RequestBuilder;
use reqwest::header::AUTHORIZATION;

use crate::line::{self, Line};

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

/// A message as a request; nothing when the key cannot stand in a header.
pub(super) fn request(line: &Line, message: &Message, secret: &Secret) -> Option<RequestBuilder> {
    let bearer = line::bearer(secret.expose())?;
    let request = match &message.change {
        None => line.get(&message.path),
        Some(Change { idempotency_key, form }) => {
            line.post(&message.path).header("Idempotency-Key", idempotency_key).form(form)
        }
    };
    Some(request.header(AUTHORIZATION, bearer).header("Stripe-Version", STRIPE_VERSION))
}
