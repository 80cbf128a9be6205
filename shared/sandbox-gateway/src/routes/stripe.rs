use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, Query, RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::Gateway;
use super::serve::{self, Asked};
use crate::answer;
use crate::execute::{Call, Request};
use crate::form;

type Shared = State<Arc<Gateway>>;

pub(super) async fn open(State(gateway): Shared, headers: HeaderMap, body: Bytes) -> Response {
    serve(gateway, Call::Open, &headers, body).await
}

pub(super) async fn look_up(
    State(gateway): Shared,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    match form::expanded(query.as_deref().unwrap_or_default()) {
        Ok(expanded) => serve(gateway, Call::LookUp { id, expanded }, &headers, Bytes::new()).await,
        Err(refusal) => refusal.into_response(),
    }
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

pub(super) async fn list_transfers(
    State(gateway): Shared,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    serve(gateway, Call::ListTransfers { query: query.unwrap_or_default() }, &headers, Bytes::new()).await
}

pub(super) async fn list_disputes(
    State(gateway): Shared,
    Query(of): Query<OfIntent>,
    headers: HeaderMap,
) -> Response {
    serve(gateway, Call::ListDisputes { intent: of.payment_intent }, &headers, Bytes::new()).await
}

pub(super) async fn answer_dispute(
    State(gateway): Shared,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    serve(gateway, Call::AnswerDispute { id }, &headers, body).await
}

/// Which refunds or disputes are asked for. Here a page has room for all that an intent can have.
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
        Call::LookUp { .. }
        | Call::ListRefunds { .. }
        | Call::ListDisputes { .. }
        | Call::ListTransfers { .. } => None,
        Call::Open
        | Call::Confirm { .. }
        | Call::Capture { .. }
        | Call::Cancel { .. }
        | Call::Refund
        | Call::AnswerDispute { .. } => text(headers, "idempotency-key"),
    };
    let asked = Asked {
        operation: call.operation(),
        key: key.map(str::to_owned),
        key_in_use: answer::key_in_use,
        too_many_requests: answer::too_many_requests,
        server_error: answer::server_error,
        execute: {
            let request = Request { call, key: key.map(str::to_owned), body };
            move |gateway: &Gateway, effect| gateway.executor.execute(&request, effect)
        },
    };
    serve::serve(gateway, asked).await
}

fn authorized(headers: &HeaderMap) -> bool {
    text(headers, header::AUTHORIZATION.as_str())
        .and_then(|value| value.strip_prefix("Bearer sk_"))
        .is_some_and(|key| !key.is_empty())
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
