//! `GET /openapi.json`: the contract that a storefront codes against.

use std::sync::Arc;

use async_trait::async_trait;
use lambda::{ETag, Environment, Function, Problem, Request, Response, Route};

const DOCUMENT: &str = include_str!("openapi.json");

struct GetOpenapi {
    tag: ETag,
}

#[async_trait]
impl Route for GetOpenapi {
    async fn respond(&self, request: &Request) -> Result<Response, Problem> {
        let known = request.has(&self.tag);
        let response = if known { Response::not_modified() } else { Response::ok().json_text(DOCUMENT) };
        Ok(response.etag(&self.tag).cache_control("public, max-age=300"))
    }
}

/// Builds the function.
///
/// # Errors
/// None: the document is part of it.
pub async fn function(_: Environment) -> Result<Arc<dyn Function>, lambda::Error> {
    Ok(lambda::route(GetOpenapi { tag: ETag::of_text(DOCUMENT) }))
}
