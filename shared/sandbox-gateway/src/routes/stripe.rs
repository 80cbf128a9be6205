use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;

use super::Gateway;
use crate::answer;
use crate::execute::{Call, Effect, Executed, Request, Silence};
use crate::faults::{Fault, Strike};
use crate::in_flight::Taken;

type Shared = State<Arc<Gateway>>;

pub(super) async fn open(State(gateway): Shared, headers: HeaderMap, body: Bytes) -> Response {
    serve(gateway, Call::Open, &headers, body).await
}

pub(super) async fn look_up(State(gateway): Shared, Path(id): Path<String>, headers: HeaderMap) -> Response {
    serve(gateway, Call::LookUp { id }, &headers, Bytes::new()).await
}

pub(super) async fn advance(
    State(gateway): Shared,
    Path((id, operation)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let call = match operation.as_str() {
        "confirm" => Call::Confirm { id },
        "capture" => Call::Capture { id },
        "cancel" => Call::Cancel { id },
        _ => return answer::unknown_route().into_response(),
    };
    serve(gateway, call, &headers, body).await
}

pub(super) async fn refund(State(gateway): Shared, headers: HeaderMap, body: Bytes) -> Response {
    serve(gateway, Call::Refund, &headers, body).await
}

pub(super) async fn list_refunds(
    State(gateway): Shared,
    Query(of): Query<OfIntent>,
    headers: HeaderMap,
) -> Response {
    serve(gateway, Call::ListRefunds { intent: of.payment_intent }, &headers, Bytes::new()).await
}

/// Which refunds are asked for. Here a page has room for all that an intent can have.
#[derive(Deserialize)]
pub(super) struct OfIntent {
    payment_intent: String,
}

async fn serve(gateway: Arc<Gateway>, call: Call, headers: &HeaderMap, body: Bytes) -> Response {
    if !authorized(headers) {
        return answer::unauthorized().into_response();
    }
    let key = match call {
        // A read repeats nothing, so its key means nothing.
        Call::LookUp { .. } | Call::ListRefunds { .. } => None,
        Call::Open | Call::Confirm { .. } | Call::Capture { .. } | Call::Cancel { .. } | Call::Refund => {
            text(headers, "idempotency-key")
        }
    };
    let strike = gateway.faults.strike(call.operation());
    let request = Request { call, key: key.map(str::to_owned), body };
    let Some(taken) = gateway.in_flight.take(key) else {
        return answer::key_in_use().into_response();
    };
    match strike {
        None => {
            let executed = gateway.executor.execute(&request, Effect::Apply);
            settle(&gateway, executed, taken).await
        }
        Some(strike) => fail(gateway, request, strike, taken).await,
    }
}

/// Serves a request that a fault meets.
async fn fail(gateway: Arc<Gateway>, request: Request, strike: Strike<Fault>, taken: Taken) -> Response {
    match strike.fault {
        Fault::Status429 => answer::too_many_requests().into_response(),
        Fault::Status500 => answer::server_error().into_response(),
        Fault::SilentBefore => gateway.hold().await,
        Fault::Cached500 => {
            let executed = gateway.executor.execute(&request, Effect::FailForGood);
            settle(&gateway, executed, taken).await
        }
        Fault::SilentAfter => {
            gateway.executor.execute(&request, Effect::Apply);
            drop(taken);
            gateway.hold().await
        }
        Fault::Garbage => {
            gateway.executor.execute(&request, Effect::Apply);
            Html("<h1>We will be back soon</h1>").into_response()
        }
        Fault::Late => {
            // In a task of its own, for it must happen also when the client has hung up.
            let late = Arc::clone(&gateway);
            tokio::spawn(async move {
                tokio::time::sleep(strike.delay).await;
                late.executor.execute(&request, Effect::Apply);
                drop(taken);
            });
            gateway.hold().await
        }
    }
}

async fn settle(gateway: &Gateway, executed: Executed, taken: Taken) -> Response {
    match executed {
        Executed::Answered(answer) => answer.into_response(),
        Executed::Replayed(answer) => answer.replayed(),
        Executed::Unanswered(Silence::AfterItWasDone) => {
            // The key has its answer, so a repetition need not wait until this client gives up.
            drop(taken);
            gateway.hold().await
        }
        Executed::Unanswered(Silence::InsteadOfDoingIt) => gateway.hold().await,
    }
}

fn authorized(headers: &HeaderMap) -> bool {
    text(headers, header::AUTHORIZATION.as_str())
        .and_then(|value| value.strip_prefix("Bearer sk_"))
        .is_some_and(|key| !key.is_empty())
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
