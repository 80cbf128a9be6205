use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::{Gateway, page, unreadable};
use crate::dispute::{Demand, Standing};
use crate::faults::Plan;
use crate::intent::{Intent, Status, UnexpectedState};
use crate::paypal;
use crate::transfers::Taking;

type Shared = State<Arc<Gateway>>;

/// The page that a shopper's bank would show.
pub(super) async fn ask(State(gateway): Shared, Path(id): Path<String>) -> Response {
    match gateway.executor.intent(&id) {
        Ok(Some(intent)) => Html(question(&intent)).into_response(),
        Ok(None) => page(StatusCode::NOT_FOUND, "There is no such payment."),
        Err(failure) => unreadable(&failure),
    }
}

/// The shopper agrees. Agreeing twice is as good as once.
pub(super) async fn authenticate(State(gateway): Shared, Path(id): Path<String>) -> Response {
    match gateway.executor.authenticate(&id) {
        Ok(Some((intent, moved))) => {
            let authenticated = matches!(intent.status, Status::RequiresCapture | Status::Succeeded);
            match (moved, intent.return_url) {
                (Err(UnexpectedState), _) if !authenticated => {
                    page(StatusCode::CONFLICT, "This payment no longer waits for you.")
                }
                (_, Some(return_url)) => Redirect::to(&return_url).into_response(),
                (_, None) => page(StatusCode::OK, "Done. You may close this page."),
            }
        }
        Ok(None) => page(StatusCode::NOT_FOUND, "There is no such payment."),
        Err(failure) => unreadable(&failure),
    }
}

/// The gateway's own book: one entry per charge that was really made.
pub(super) async fn charges(State(gateway): Shared) -> Response {
    match gateway.executor.charges() {
        Ok(charges) => Json(charges).into_response(),
        Err(failure) => unreadable(&failure),
    }
}

/// Somebody decides a dispute: `won` or `lost`, for the shop.
pub(super) async fn decide_dispute(
    State(gateway): Shared,
    Path((id, decision)): Path<(String, String)>,
) -> Response {
    let Some(decision) = Standing::decision(&decision) else { return StatusCode::NOT_FOUND.into_response() };
    let decided = if id.starts_with("dp_") {
        gateway.executor.decide_dispute(&id, decision).map(|dispute| dispute.is_some())
    } else if paypal::is_dispute(&id) {
        gateway.paypal.decide_dispute(&id, decision)
    } else {
        gateway.adyen.decide_dispute(&id, decision)
    };
    gateway.executor.has_news();
    match decided {
        Ok(true) => StatusCode::NO_CONTENT.into_response(),
        Ok(false) => StatusCode::NOT_FOUND.into_response(),
        Err(failure) => unreadable(&failure),
    }
}

/// A shopper demands back what was paid for an order, and nobody is told.
pub(super) async fn demand_back(State(gateway): Shared, Json(demand): Json<Demand>) -> Response {
    let at_stripe = || gateway.executor.demand_back(&demand);
    let at_paypal = || gateway.paypal.demand_back(&demand);
    let at_adyen = || gateway.adyen.demand_back(&demand);
    let demanded = at_stripe()
        .and_then(|found| found.map_or_else(at_paypal, |dispute| Ok(Some(dispute))))
        .and_then(|found| found.map_or_else(at_adyen, |dispute| Ok(Some(dispute))));
    match demanded {
        Ok(Some(dispute)) => (StatusCode::CREATED, Json(dispute.id)).into_response(),
        Ok(None) => page(StatusCode::CONFLICT, "Nothing was captured for that order."),
        Err(failure) => unreadable(&failure),
    }
}

/// Money moves at Stripe without the shop's doing, and nobody is told.
pub(super) async fn take(State(gateway): Shared, Json(taking): Json<Taking>) -> Response {
    match gateway.executor.take(&taking) {
        Ok(Some(intent)) => (StatusCode::CREATED, Json(intent)).into_response(),
        Ok(None) => page(StatusCode::CONFLICT, "There is no such payment, or its money has moved."),
        Err(failure) => unreadable(&failure),
    }
}

/// How often either API was called, for benches.
pub(super) async fn calls(State(gateway): Shared) -> Json<u64> {
    Json(gateway.calls.load(Ordering::Relaxed))
}

pub(super) async fn faults(State(gateway): Shared) -> Json<Plan> {
    Json(gateway.faults.left())
}

pub(super) async fn plan_faults(State(gateway): Shared, Json(plan): Json<Plan>) -> StatusCode {
    gateway.faults.replace(plan);
    StatusCode::NO_CONTENT
}

pub(super) async fn clear_faults(State(gateway): Shared) -> StatusCode {
    gateway.faults.replace(Plan::default());
    StatusCode::NO_CONTENT
}

fn question(intent: &Intent) -> String {
    let (amount, currency) = (intent.amount, intent.currency.to_ascii_uppercase());
    format!(
        "<!doctype html><meta charset=utf-8><title>Your bank</title>\
         <p>Allow a payment of {amount} {currency} (minor units)?</p>\
         <form method=post><button>Allow</button></form>"
    )
}
