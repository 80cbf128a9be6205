use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::serve::{Asked, serve};
use super::{Gateway, unreadable};
use crate::adyen::{self, Call, Taking};
use crate::execute::Request;

type Shared = State<Arc<Gateway>>;

pub(super) async fn pay(State(gateway): Shared, headers: HeaderMap, body: Bytes) -> Response {
    answer(gateway, Call::Pay, &headers, body).await
}

pub(super) async fn cancel(State(gateway): Shared, headers: HeaderMap, body: Bytes) -> Response {
    answer(gateway, Call::Cancel, &headers, body).await
}

pub(super) async fn modify(
    State(gateway): Shared,
    Path((payment, operation)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let call = match operation.as_str() {
        "captures" => Call::Capture { payment },
        "refunds" => Call::Refund { payment },
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    answer(gateway, call, &headers, body).await
}

/// A report, for any report user.
pub(super) async fn report(
    State(gateway): Shared,
    Path((account, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    if !text(&headers, header::AUTHORIZATION.as_str()).is_some_and(|it| it.starts_with("Basic ")) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let day = file.strip_prefix("payments_accounting_report_").and_then(|file| file.strip_suffix(".csv"));
    let Some(day) = day else { return StatusCode::NOT_FOUND.into_response() };
    match gateway.adyen.report(&account, &day.replace('_', "-")) {
        Ok(report) => ([(header::CONTENT_TYPE, "text/csv")], report).into_response(),
        Err(failure) => unreadable(&failure),
    }
}

/// Money moves at Adyen without the shop's doing, and nobody is told.
pub(super) async fn take(State(gateway): Shared, Json(taking): Json<Taking>) -> Response {
    match gateway.adyen.take(&taking) {
        Ok(()) => StatusCode::CREATED.into_response(),
        Err(failure) => unreadable(&failure),
    }
}

async fn answer(gateway: Arc<Gateway>, call: Call, headers: &HeaderMap, body: Bytes) -> Response {
    if text(headers, "x-api-key").is_none_or(str::is_empty) {
        return adyen::unauthorized().into_response();
    }
    let key = text(headers, "idempotency-key").map(str::to_owned);
    let operation = call.operation();
    let request = Request { call, key: key.clone(), body };
    let asked = Asked {
        operation,
        key: key.map(|key| format!("adyen {key}")),
        execute: move |gateway: &Gateway, effect| {
            let executed = gateway.adyen.execute(&request, effect);
            gateway.executor.has_news();
            executed
        },
        key_in_use: adyen::in_use,
        too_many_requests: adyen::too_many_requests,
        server_error: adyen::server_error,
    };
    serve(gateway, asked).await
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
