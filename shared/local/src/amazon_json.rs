//! AWS's JSON protocols over HTTP, as far as the local services speak them: the call's name in a header, JSON in,
//! JSON out.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Response, StatusCode, header};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The call's name, where the request is for this service.
pub(crate) fn call<'a>(headers: &'a HeaderMap, service: &str) -> Option<&'a str> {
    headers.get("x-amz-target")?.to_str().ok()?.strip_prefix(service)?.strip_prefix('.')
}

/// A call's input. A member that is not understood is refused, not ignored.
pub(crate) fn input<T: DeserializeOwned>(body: &Bytes) -> Result<T, String> {
    let body: &[u8] = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body)
        .map_err(|error| format!("the local shop does not understand this call: {error}"))
}

pub(crate) fn answer(status: StatusCode, content_type: &'static str, body: &Value) -> Response<Body> {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(content_type));
    response
}
