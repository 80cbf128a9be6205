use std::sync::Arc;

use axum::response::{Html, IntoResponse, Response};

use super::Gateway;
use crate::answer::Answer;
use crate::execute::{Effect, Executed, Silence};
use crate::faults::{Fault, Operation, Strike};
use crate::in_flight::Taken;

/// One authorized request, of whichever API, and how that API words what goes wrong.
pub(super) struct Asked<E> {
    pub(super) operation: Operation,
    pub(super) key: Option<String>,
    pub(super) execute: E,
    pub(super) key_in_use: fn() -> Answer,
    pub(super) too_many_requests: fn() -> Answer,
    pub(super) server_error: fn() -> Answer,
}

/// Serves a request, unless a planned fault meets it.
pub(super) async fn serve<E>(gateway: Arc<Gateway>, asked: Asked<E>) -> Response
where
    E: Fn(&Gateway, Effect) -> Executed + Send + 'static,
{
    let strike = gateway.faults.strike(asked.operation);
    let Some(taken) = gateway.in_flight.take(asked.key.as_deref()) else {
        return (asked.key_in_use)().into_response();
    };
    match strike {
        None => {
            let executed = (asked.execute)(&gateway, Effect::Apply);
            settle(&gateway, executed, taken).await
        }
        Some(strike) => fail(gateway, asked, strike, taken).await,
    }
}

/// Serves a request that a fault meets.
async fn fail<E>(gateway: Arc<Gateway>, asked: Asked<E>, strike: Strike<Fault>, taken: Taken) -> Response
where
    E: Fn(&Gateway, Effect) -> Executed + Send + 'static,
{
    match strike.fault {
        Fault::Status429 => (asked.too_many_requests)().into_response(),
        Fault::Status500 => (asked.server_error)().into_response(),
        Fault::SilentBefore => gateway.hold().await,
        Fault::Cached500 => {
            let executed = (asked.execute)(&gateway, Effect::FailForGood);
            settle(&gateway, executed, taken).await
        }
        Fault::SilentAfter => {
            (asked.execute)(&gateway, Effect::Apply);
            drop(taken);
            gateway.hold().await
        }
        Fault::Garbage => {
            (asked.execute)(&gateway, Effect::Apply);
            Html("<h1>We will be back soon</h1>").into_response()
        }
        Fault::Late => {
            // In a task of its own, for it must happen also when the client has hung up.
            let late = Arc::clone(&gateway);
            tokio::spawn(async move {
                tokio::time::sleep(strike.delay).await;
                (asked.execute)(&late, Effect::Apply);
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
