//! How a function meets HTTP: a [`Route`] gets a [`Request`] and gives a [`Response`] or a [`Problem`].

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use async_trait::async_trait;
use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use futures_util::FutureExt;
use serde_json::value::RawValue;

use crate::problem::{INTERNAL, Problem};
use crate::sign_in::{SignIn, Verifier};
use crate::{Error, Function, Invocation};

mod body; // how a body must be sent: media type, size, encoding
mod etag; // the version of an answer
mod page; // which part of a list
mod request; // what a route may read of its request
mod response; // what a route may answer
mod tree; // JSON without repeated names
mod typed; // from JSON to a route's own type, strictly

pub(crate) mod pointer; // where in a request something is wrong

pub use etag::ETag;
pub use page::{Cursor, Page};
pub use request::Request;
pub use response::Response;

/// One route: parse, call, respond.
#[async_trait]
pub trait Route: Send + Sync {
    /// Answers one request. Every refusal is a problem; nothing that a client can send makes it panic.
    async fn respond(&self, request: &Request) -> Result<Response, Problem>;
}

/// The function that serves a route behind API Gateway, with payload format 2.0.
pub fn route(route: impl Route + 'static) -> Arc<dyn Function> {
    Arc::new(Gateway { route, verifier: None })
}

impl SignIn {
    /// The function that serves a route for shoppers: guests, and customers whose token is verified before the route
    /// is asked.
    pub fn route(self, route: impl Route + 'static) -> Arc<dyn Function> {
        Arc::new(Gateway { route, verifier: self.verifier })
    }
}

struct Gateway<R> {
    route: R,
    verifier: Option<Verifier>,
}

#[async_trait]
impl<R: Route> Function for Gateway<R> {
    async fn invoke(&self, event: &RawValue, invocation: Invocation) -> Result<Box<RawValue>, Error> {
        let event: ApiGatewayV2httpRequest = serde_json::from_str(event.get())?;
        let context = &event.request_context;
        let method = context.http.method.clone();
        let route_key = event.route_key.clone().unwrap_or_default();
        let request_id = context.request_id.clone().unwrap_or(invocation.request_id);

        let outcome = match Request::of_event(event) {
            Ok(request) => self.answer(request).await,
            Err(problem) => Err(problem),
        };
        let (response, problem) = match outcome {
            Ok(response) => (response, None),
            Err(problem) => (Response::of_problem(&problem, &request_id), Some(problem)),
        };
        log(method.as_str(), &route_key, &request_id, response.status(), problem.as_ref());
        response.header("X-Request-Id", request_id).into_payload()
    }
}

impl<R: Route> Gateway<R> {
    /// The route's answer. A panic is our bug and becomes an answer too, or the client would get no problem document.
    async fn answer(&self, request: Request) -> Result<Response, Problem> {
        AssertUnwindSafe(self.respond(request))
            .catch_unwind()
            .await
            .unwrap_or_else(|_| Err(Problem::of(INTERNAL)))
    }

    async fn respond(&self, request: Request) -> Result<Response, Problem> {
        let request = match &self.verifier {
            Some(verifier) => request.signed_in(verifier).await?,
            None => request,
        };
        self.route.respond(&request).await
    }
}

/// One line per request. Bodies, header values and ids in paths may be secrets, so none of them is in it.
fn log(method: &str, route_key: &str, request_id: &str, status: u16, problem: Option<&Problem>) {
    let slug = problem.map(|problem| problem.kind().slug);
    let failure = problem.and_then(Problem::failure).map(|failure| failure.to_string());
    if status >= 500 {
        tracing::error!(method, route_key, request_id, status, problem = slug, failure, "request failed");
    } else {
        tracing::info!(method, route_key, request_id, status, problem = slug, "request answered");
    }
}

#[cfg(test)]
mod tests;
