use application::Secret;
use reqwest::header::AUTHORIZATION;

use super::call::{Aim, Call};
use crate::line::{self, Exchange, Line};

/// The version of Stripe's API that the JSON types here were read from (<https://docs.stripe.com/changelog>).
const STRIPE_VERSION: &str = "2026-10-28.endive";

/// Sends a call once.
pub(super) async fn send(line: &Line, call: &Call<'_>, secret: &Secret) -> Exchange {
    let Some(bearer) = line::bearer(secret.expose()) else {
        return Exchange::NotSent;
    };
    let request = match call.aim {
        Aim::LookUp => line.get(&call.path()),
        Aim::Change(operation) => line
            .post(&call.path())
            .header("Idempotency-Key", call.charge.idempotency_key(operation))
            .form(&call.form),
    };
    line::send(request.header(AUTHORIZATION, bearer).header("Stripe-Version", STRIPE_VERSION)).await
}
