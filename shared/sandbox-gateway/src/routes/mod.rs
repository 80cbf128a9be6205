mod adyen; // Adyen's: payments and what changes them
mod paypal; // PayPal's: tokens, orders, authorizations, and the page on which the shopper approves
mod sandbox; // the sandbox's own: 3-D Secure page, book, faults
mod serve; // one request of either API, and the faults that meet it
mod stripe; // Stripe's: payment intents

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::answer;
use crate::book::Book;
use crate::execute::Executor;
use crate::faults::Faults;
use crate::in_flight::InFlight;
use crate::{adyen as adyen_desk, paypal as paypal_desk};

/// How long an unanswered request is held at most. Clients give up long before.
const HOLD_MAX: Duration = Duration::from_secs(120);

/// Of which gateway's events somebody is told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tells {
    pub(crate) stripe: bool,
    pub(crate) paypal: bool,
    pub(crate) adyen: bool,
}

/// What every route shares.
pub(crate) struct Gateway {
    pub(crate) executor: Executor,
    paypal: paypal_desk::Desk,
    pub(crate) paypal_signer: Arc<paypal_desk::PayPalSigner>,
    /// Where this gateway answers.
    pub(crate) address: String,
    pub(crate) adyen: adyen_desk::Desk,
    pub(crate) faults: Faults,
    in_flight: InFlight,
    /// How many requests of either API came in, answered or not.
    calls: AtomicU64,
    ended: watch::Receiver<bool>,
}

impl Gateway {
    pub(crate) fn new(
        book: Book,
        paypal_signer: Arc<paypal_desk::PayPalSigner>,
        address: String,
        tells: Tells,
        ended: watch::Receiver<bool>,
    ) -> Self {
        let book = Arc::new(book);
        Self {
            executor: Executor::new(Arc::clone(&book), address.clone(), tells.stripe),
            paypal: paypal_desk::Desk::new(Arc::clone(&book), address.clone(), tells.paypal),
            paypal_signer,
            adyen: adyen_desk::Desk::new(book, address.clone(), tells.adyen),
            address,
            faults: Faults::default(),
            in_flight: InFlight::default(),
            calls: AtomicU64::new(0),
            ended,
        }
    }

    /// Never answers, as far as the client can tell: ends when the client goes away, which drops this, or when the
    /// gateway ends, or at the bound.
    async fn hold(&self) -> Response {
        let mut ended = self.ended.clone();
        // Whichever ends the wait, the answer is the same.
        let _ = timeout(HOLD_MAX, ended.wait_for(|ended| *ended)).await;
        StatusCode::GATEWAY_TIMEOUT.into_response()
    }
}

fn page(status: StatusCode, sentence: &str) -> Response {
    let html = format!("<!doctype html><meta charset=utf-8><title>Your bank</title><p>{sentence}</p>");
    (status, Html(html)).into_response()
}

fn unreadable(failure: &rusqlite::Error) -> Response {
    tracing::error!(%failure, "the book cannot be read");
    page(StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong on our side.")
}

async fn count(State(gateway): State<Arc<Gateway>>, request: Request, next: Next) -> Response {
    if !request.uri().path().starts_with("/sandbox/") {
        gateway.calls.fetch_add(1, Ordering::Relaxed);
    }
    next.run(request).await
}

pub(crate) fn router(gateway: Arc<Gateway>) -> Router {
    Router::new()
        .route("/v1/payment_intents", post(stripe::open))
        .route("/v1/payment_intents/{id}", get(stripe::look_up))
        .route("/v1/payment_intents/{id}/{operation}", post(stripe::advance))
        .route("/v1/refunds", get(stripe::list_refunds).post(stripe::refund))
        .route("/v1/disputes", get(stripe::list_disputes))
        .route("/v1/disputes/{id}", post(stripe::answer_dispute))
        .route("/v1/balance_transactions", get(stripe::list_transfers))
        .route("/v1/oauth2/token", post(paypal::token))
        .route("/v1/reporting/transactions", get(paypal::list_transfers))
        .route("/v2/checkout/orders", post(paypal::open))
        .route("/v2/checkout/orders/{id}", get(paypal::look_up))
        .route("/v2/checkout/orders/{id}/authorize", post(paypal::authorize))
        .route("/v2/payments/authorizations/{id}/{operation}", post(paypal::settle))
        .route("/v2/payments/captures/{id}/refund", post(paypal::refund))
        .route("/v1/customer/disputes", get(paypal::list_disputes))
        .route("/v1/customer/disputes/{id}", get(paypal::show_dispute))
        .route("/v1/notifications/certs/{id}", get(paypal::certificate))
        .route("/v71/payments", post(adyen::pay))
        .route("/v71/payments/details", post(adyen::complete))
        .route("/v71/payments/{payment}/{operation}", post(adyen::modify))
        .route("/v71/cancels", post(adyen::cancel))
        .route("/reports/download/MerchantAccount/{account}/{file}", get(adyen::report))
        .route("/sandbox/adyen/charges", post(adyen::take))
        .route("/sandbox/approve/{id}", get(paypal::ask).post(paypal::approve))
        .route("/sandbox/redirect/{id}", get(adyen::ask).post(adyen::authenticate))
        .route("/sandbox/authenticate/{id}", get(sandbox::ask).post(sandbox::authenticate))
        .route("/sandbox/charges", get(sandbox::charges).post(sandbox::take))
        .route("/sandbox/disputes", post(sandbox::demand_back))
        .route("/sandbox/disputes/{id}/{decision}", post(sandbox::decide_dispute))
        .route("/sandbox/calls", get(sandbox::calls))
        .route(
            "/sandbox/faults",
            get(sandbox::faults).put(sandbox::plan_faults).delete(sandbox::clear_faults),
        )
        .fallback(async || answer::unknown_route())
        .layer(DefaultBodyLimit::max(64 * 1024))
        .layer(from_fn_with_state(Arc::clone(&gateway), count))
        .with_state(gateway)
}
