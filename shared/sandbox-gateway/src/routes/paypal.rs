use std::sync::Arc;

use axum::Form;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::serve::{Asked, serve};
use super::{Gateway, page, unreadable};
use crate::execute::Request;
use crate::paypal::{self, Account, Call, Order, Standing};

type Shared = State<Arc<Gateway>>;

/// The one token that there is.
const TOKEN: &str = "A21AA-sandbox";

/// Any client gets a token.
pub(super) async fn token(headers: HeaderMap, body: Bytes) -> Response {
    let is_client = text(&headers, header::AUTHORIZATION.as_str()).is_some_and(|it| it.starts_with("Basic "));
    if is_client && body == "grant_type=client_credentials" {
        paypal::token(TOKEN).into_response()
    } else {
        paypal::authentication_failed().into_response()
    }
}

pub(super) async fn open(State(gateway): Shared, headers: HeaderMap, body: Bytes) -> Response {
    answer(gateway, Call::Open, &headers, body).await
}

pub(super) async fn look_up(
    State(gateway): Shared,
    Path(order): Path<String>,
    headers: HeaderMap,
) -> Response {
    answer(gateway, Call::LookUp { order }, &headers, Bytes::new()).await
}

pub(super) async fn authorize(
    State(gateway): Shared,
    Path(order): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    answer(gateway, Call::Authorize { order }, &headers, body).await
}

pub(super) async fn settle(
    State(gateway): Shared,
    Path((authorization, operation)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let call = match operation.as_str() {
        "capture" => Call::Capture { authorization },
        "void" => Call::Void { authorization },
        _ => return paypal::unknown_route().into_response(),
    };
    answer(gateway, call, &headers, body).await
}

pub(super) async fn refund(
    State(gateway): Shared,
    Path(capture): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    answer(gateway, Call::Refund { capture }, &headers, body).await
}

pub(super) async fn list_transfers(
    State(gateway): Shared,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    answer(gateway, Call::ListTransfers { query: query.unwrap_or_default() }, &headers, Bytes::new()).await
}

pub(super) async fn list_disputes(
    State(gateway): Shared,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    answer(gateway, Call::ListDisputes { query: query.unwrap_or_default() }, &headers, Bytes::new()).await
}

pub(super) async fn show_dispute(
    State(gateway): Shared,
    Path(dispute): Path<String>,
    headers: HeaderMap,
) -> Response {
    answer(gateway, Call::ShowDispute { dispute }, &headers, Bytes::new()).await
}

async fn answer(gateway: Arc<Gateway>, call: Call, headers: &HeaderMap, body: Bytes) -> Response {
    if text(headers, header::AUTHORIZATION.as_str()).and_then(|it| it.strip_prefix("Bearer ")) != Some(TOKEN)
    {
        return paypal::authentication_failed().into_response();
    }
    let key = text(headers, "paypal-request-id").filter(|_| call.is_change()).map(str::to_owned);
    let operation = call.operation();
    let request = Request { call, key: key.clone(), body };
    let asked = Asked {
        operation,
        key: key.map(|key| format!("paypal {key}")),
        execute: move |gateway: &Gateway, effect| {
            let executed = gateway.paypal.execute(&request, effect);
            gateway.executor.has_news();
            executed
        },
        key_in_use: paypal::id_in_use,
        too_many_requests: paypal::too_many_requests,
        server_error: paypal::server_error,
    };
    serve(gateway, asked).await
}

/// What events are verified with.
pub(super) async fn certificate(State(gateway): Shared, Path(id): Path<String>) -> Response {
    match gateway.paypal_signer.certificate(&id) {
        Ok(Some(pem)) => pem.to_owned().into_response(),
        Ok(None) => paypal::unknown_route().into_response(),
        Err(failure) => {
            tracing::error!(%failure, "there is no certificate");
            paypal::server_error().into_response()
        }
    }
}

/// With which account the shopper approves; the one that pays, unless another is chosen.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Choice {
    account: Option<String>,
}

/// The page on which PayPal would ask the shopper.
pub(super) async fn ask(State(gateway): Shared, Path(id): Path<String>) -> Response {
    match gateway.paypal.order(&id) {
        Ok(Some(order)) => Html(question(&order)).into_response(),
        Ok(None) => page(StatusCode::NOT_FOUND, "There is no such payment."),
        Err(failure) => unreadable(&failure),
    }
}

/// The shopper approves. Approving twice is as good as once.
pub(super) async fn approve(
    State(gateway): Shared,
    Path(id): Path<String>,
    Form(choice): Form<Choice>,
) -> Response {
    let Some(account) = choice.account.map_or(Some(Account::Pays), |name| Account::named(&name)) else {
        return page(StatusCode::BAD_REQUEST, "There is no such account.");
    };
    let approved = gateway.paypal.approve(&id, account);
    gateway.executor.has_news();
    match approved {
        Ok(Some((Order { standing: Standing::Voided, .. }, Err(_)))) => {
            page(StatusCode::CONFLICT, "This payment no longer waits for you.")
        }
        Ok(Some((Order { return_url: Some(return_url), .. }, _))) => {
            Redirect::to(&return_url).into_response()
        }
        Ok(Some(_)) => page(StatusCode::OK, "Done. You may close this page."),
        Ok(None) => page(StatusCode::NOT_FOUND, "There is no such payment."),
        Err(failure) => unreadable(&failure),
    }
}

fn question(order: &Order) -> String {
    let choice = |account: Account| format!("<button name=account value={0}>{0}</button>", account.as_str());
    let choices: String = Account::ALL.into_iter().map(choice).collect();
    format!(
        "<!doctype html><meta charset=utf-8><title>PayPal</title>\
         <p>Pay {} {} with the account that…</p><form method=post>{choices}</form>",
        order.value, order.currency
    )
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
