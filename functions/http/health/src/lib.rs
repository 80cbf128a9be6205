//! `GET /health`: the function starts and answers. It asks nobody else, so that a monitor never adds to a surge.

use std::sync::Arc;

use async_trait::async_trait;
use lambda::{Environment, Function, Problem, Request, Response, Route};
use serde_json::json;

struct Health;

#[async_trait]
impl Route for Health {
    async fn respond(&self, _: &Request) -> Result<Response, Problem> {
        Response::ok().cache_control("no-store").json(&json!({ "status": "ok" }))
    }
}

/// Builds the function.
///
/// # Errors
/// None: it needs nothing.
pub async fn function(_: Environment) -> Result<Arc<dyn Function>, lambda::Error> {
    Ok(lambda::route(Health))
}
