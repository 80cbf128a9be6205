use domain::payment::Operation;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};

use super::access::Access;
use super::call::{Aim, Call};
use crate::line::{self, Exchange, Line};

/// Sends a call, and sends it once more when its token was refused and a new one could be had.
pub(super) async fn exchange(line: &Line, access: &Access, call: &Call<'_>) -> Exchange {
    let token = match access.token(line).await {
        Ok(token) => token,
        Err(unsent) => return unsent,
    };
    let first = send(line, call, &token).await;
    if !first.refused_the_secret() {
        return first;
    }
    let Ok(token) = access.token_instead_of(&token, line).await else {
        return first;
    };
    match send(line, call, &token).await {
        // Something was sent before, and was refused unexecuted.
        Exchange::NotSent => first,
        second @ (Exchange::Lost | Exchange::Answered { .. }) => second,
    }
}

async fn send(line: &Line, call: &Call<'_>, token: &str) -> Exchange {
    let Some(bearer) = line::bearer(token) else {
        return Exchange::NotSent;
    };
    let request = match call.aim {
        Aim::LookUp => line.get(&call.path),
        Aim::Change(operation) => line
            .post(&call.path)
            .header("PayPal-Request-Id", key(call, operation))
            // The whole object, for an answer without its amounts proves little.
            .header("Prefer", "return=representation")
            .header(CONTENT_TYPE, "application/json")
            .body(call.body.clone()),
    };
    line::send(request.header(AUTHORIZATION, bearer)).await
}

fn key(call: &Call<'_>, operation: Operation) -> String {
    call.charge.idempotency_key(operation)
}
