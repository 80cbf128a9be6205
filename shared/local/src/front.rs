//! The HTTP front: what API Gateway does for an HTTP API, between a browser and a function.

mod answer; // a function's answer → HTTP
mod cors; // what browsers of other origins may do
mod event; // HTTP → the event that the function gets in the cloud
mod routes; // which function serves a path

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header, request::Parts};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::time::{Instant, timeout};

use crate::instances::{Instances, InvocationError};
use crate::shop::Stop;
use crate::sign_in::CustomerTokens;
use crate::{clock, id};

pub(crate) use cors::CorsRules;
pub(crate) use routes::Routes;

/// The largest body that API Gateway takes.
const MOST_BYTES: usize = 10 * 1024 * 1024;
/// How long API Gateway waits for a function.
const LONGEST_WAIT: std::time::Duration = std::time::Duration::from_secs(30);

/// What only the local shop has: how often its functions called AWS, for benches.
const CALLS: &str = "/_local/calls";
/// And its customers' issuer, as far as functions ask it: for the keys.
pub(crate) const KEYS: &str = "/_local/jwks.json";

/// What the front knows.
pub(crate) struct Front {
    pub(crate) routes: Routes<Arc<Instances>>,
    pub(crate) cors: Option<CorsRules>,
    pub(crate) customers: CustomerTokens,
}

/// Serves the shop until told to stop.
pub(crate) async fn serve(listener: TcpListener, front: Front, stop: Stop) -> std::io::Result<()> {
    let local = Router::new().route(CALLS, get(calls)).route(KEYS, get(keys));
    let router = local.fallback(handle).with_state(Arc::new(front));
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(stop.wait()).await
}

async fn calls() -> Json<BTreeMap<String, u64>> {
    Json(lambda::calls())
}

async fn keys(State(front): State<Arc<Front>>) -> Result<Json<Value>, StatusCode> {
    front.customers.keys().map(Json).map_err(|error| {
        tracing::error!("customers cannot sign in: {error}");
        StatusCode::INTERNAL_SERVER_ERROR
    })
}

async fn handle(
    State(front): State<Arc<Front>>,
    ConnectInfo(client): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let request_id = id::uuid();
    if let Some(cors) = &front.cors
        && parts.method == Method::OPTIONS
    {
        return cors.preflight(&parts.headers);
    }
    let mut response = serve_route(&front, &parts, body, client, &request_id).await;
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert("apigw-requestid", value);
    }
    if let Some(cors) = &front.cors {
        cors.apply(&parts.headers, response.headers_mut());
    }
    response
}

async fn serve_route(
    front: &Front,
    parts: &Parts,
    body: Body,
    client: SocketAddr,
    request_id: &str,
) -> Response<Body> {
    let Some(found) = front.routes.find(parts.method.as_str(), parts.uri.path()) else {
        return no_route(front, parts.uri.path());
    };
    let Ok(body) = to_bytes(body, MOST_BYTES).await else {
        return message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
    };
    let call = event::Call { parts, body: &body, client, request_id, now: clock::now() };
    let function = found.target;
    let started = Instant::now();
    let outcome = match event::event(&call, &found.route, found.parameters) {
        Ok(event) => timeout(LONGEST_WAIT, function.invoke(event)).await,
        Err(error) => Ok(Err(InvocationError::Failed(error.into()))),
    };
    let response = match outcome {
        Ok(Ok(answer)) => answer::response(&answer).map_err(|problem| format!("answered {problem}")),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => {
            tracing::error!("{}: {} is too slow", found.route, function.name());
            return message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable");
        }
    };
    // The route as the template writes it: what stands in place of an id may be a card number.
    let (route, name) = (&found.route, function.name());
    match response {
        Ok(response) => {
            let took = started.elapsed().as_millis();
            let made = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
            let (status, made) = (response.status().as_u16(), made.unwrap_or_default());
            tracing::info!("{route} → {name} {status} in {took} ms {made}");
            response
        }
        Err(problem) => {
            tracing::error!("{route} → {name} {problem}");
            message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
        }
    }
}

/// What a request gets that no route takes. API Gateway says 404 for a known path with another method too; here it is
/// RFC 9110's 405, which tells a developer what is wrong.
fn no_route(front: &Front, path: &str) -> Response<Body> {
    let methods = front.routes.methods(path).join(", ");
    match HeaderValue::from_str(&methods) {
        Ok(allowed) if !methods.is_empty() => {
            let mut response = message(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed");
            response.headers_mut().insert(header::ALLOW, allowed);
            response
        }
        Ok(_) | Err(_) => message(StatusCode::NOT_FOUND, "Not Found"),
    }
}

/// What API Gateway says for itself.
fn message(status: StatusCode, text: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(format!(r#"{{"message":"{text}"}}"#)));
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}

/// A header's text; bytes that are no text are replaced.
fn header_text(headers: &HeaderMap, name: header::HeaderName) -> Option<String> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}
