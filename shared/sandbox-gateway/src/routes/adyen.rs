use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::{Form, Json};
use serde::Deserialize;

use super::serve::{Asked, serve};
use super::{Gateway, page, unreadable};
use crate::adyen::{self, Call, Redirect, Taking};
use crate::execute::Request;

type Shared = State<Arc<Gateway>>;

pub(super) async fn pay(State(gateway): Shared, headers: HeaderMap, body: Bytes) -> Response {
    answer(gateway, Call::Pay, &headers, body).await
}

pub(super) async fn complete(State(gateway): Shared, headers: HeaderMap, body: Bytes) -> Response {
    answer(gateway, Call::Complete, &headers, body).await
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

/// The page that a shopper's bank would show.
pub(super) async fn ask(State(gateway): Shared, Path(id): Path<String>) -> Response {
    match gateway.adyen.redirect(&id) {
        Ok(Some(redirect)) => Html(question(&redirect)).into_response(),
        Ok(None) => page(StatusCode::NOT_FOUND, "There is no such payment."),
        Err(failure) => unreadable(&failure),
    }
}

/// What the shopper does on it: they prove who they are, unless they say otherwise.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Choice {
    answer: Option<String>,
}

/// The shopper acts, and goes back to the shop with what came of it. Acting twice is as good as once.
pub(super) async fn authenticate(
    State(gateway): Shared,
    Path(id): Path<String>,
    Form(choice): Form<Choice>,
) -> Response {
    let proves = match choice.answer.as_deref() {
        None | Some("proves") => true,
        Some("fails") => false,
        Some(_) => return page(StatusCode::BAD_REQUEST, "There is no such answer."),
    };
    match gateway.adyen.authenticate(&id, proves) {
        Ok(redirect) => match redirect.as_ref().and_then(Redirect::way_back) {
            Some(way_back) => axum::response::Redirect::to(&way_back).into_response(),
            None => page(StatusCode::NOT_FOUND, "There is no such payment."),
        },
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

fn question(redirect: &Redirect) -> String {
    let (amount, currency) = redirect.amount();
    format!(
        "<!doctype html><meta charset=utf-8><title>Your bank</title>\
         <p>Prove who you are, to allow a payment of {amount} {currency} (minor units)</p>\
         <form method=post><button name=answer value=proves>Prove it</button>\
         <button name=answer value=fails>Fail</button></form>"
    )
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
