use std::collections::BTreeMap;
use std::net::SocketAddr;

use axum::body::Bytes;
use axum::http::header::{self, HeaderName};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::Timestamp;
use percent_encoding::percent_decode_str;
use serde::Serialize;
use serde_json::value::RawValue;

use super::header_text;
use crate::{aws, clock};

/// One HTTP request, as it came in.
pub(super) struct Call<'a> {
    pub(super) parts: &'a Parts,
    pub(super) body: &'a Bytes,
    pub(super) client: SocketAddr,
    pub(super) request_id: &'a str,
    pub(super) now: Timestamp,
}

/// API Gateway's payload, format 2.0.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Event<'a> {
    version: &'static str,
    route_key: &'a str,
    raw_path: &'a str,
    raw_query_string: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cookies: Vec<String>,
    headers: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    query_string_parameters: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    path_parameters: BTreeMap<String, String>,
    request_context: RequestContext<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    is_base64_encoded: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext<'a> {
    account_id: &'static str,
    api_id: &'static str,
    domain_name: &'a str,
    domain_prefix: &'a str,
    http: Http<'a>,
    request_id: &'a str,
    route_key: &'a str,
    stage: &'static str,
    time: String,
    time_epoch: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Http<'a> {
    method: &'a str,
    path: &'a str,
    protocol: &'static str,
    source_ip: String,
    user_agent: String,
}

/// The event for a request on a route.
pub(super) fn event(
    call: &Call<'_>,
    route: &str,
    parameters: BTreeMap<String, String>,
) -> serde_json::Result<Box<RawValue>> {
    let Parts { method, uri, version, headers, .. } = call.parts;
    let host = header_text(headers, header::HOST).unwrap_or_default();
    let domain_name = host.split(':').next().unwrap_or_default();
    let (body, is_base64_encoded) = body(headers, call.body);
    serde_json::value::to_raw_value(&Event {
        version: "2.0",
        route_key: route,
        raw_path: uri.path(),
        raw_query_string: uri.query().unwrap_or_default(),
        cookies: cookies(headers),
        headers: headers_with_forwarding(headers, call.client),
        query_string_parameters: query(uri.query().unwrap_or_default()),
        path_parameters: parameters,
        request_context: RequestContext {
            account_id: aws::ACCOUNT,
            api_id: "local",
            domain_name,
            domain_prefix: domain_name.split('.').next().unwrap_or_default(),
            http: Http {
                method: method.as_str(),
                path: uri.path(),
                protocol: if *version == Version::HTTP_10 { "HTTP/1.0" } else { "HTTP/1.1" },
                source_ip: call.client.ip().to_string(),
                user_agent: header_text(headers, header::USER_AGENT).unwrap_or_default(),
            },
            request_id: call.request_id,
            route_key: route,
            stage: "$default",
            time: common_log_time(call.now),
            time_epoch: call.now.as_millis(),
        },
        body,
        is_base64_encoded,
    })
}

fn cookies(headers: &HeaderMap) -> Vec<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .flat_map(|value| {
            let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
            text.split(';').map(|cookie| cookie.trim().to_owned()).collect::<Vec<_>>()
        })
        .filter(|cookie| !cookie.is_empty())
        .collect()
}

/// Headers by lower-case name, several of one name joined; cookies have a place of their own.
fn headers_with_forwarding(headers: &HeaderMap, client: SocketAddr) -> BTreeMap<String, String> {
    let mut joined: BTreeMap<String, String> = BTreeMap::new();
    let mut add = |name: &HeaderName, value: String| {
        let name = name.as_str().to_owned();
        joined.entry(name).and_modify(|text| *text = format!("{text},{value}")).or_insert(value);
    };
    for (name, value) in headers.iter().filter(|(name, _)| **name != header::COOKIE) {
        add(name, String::from_utf8_lossy(value.as_bytes()).into_owned());
    }
    add(&HeaderName::from_static("x-forwarded-for"), client.ip().to_string());
    add(&HeaderName::from_static("x-forwarded-port"), client.port().to_string());
    add(&HeaderName::from_static("x-forwarded-proto"), "http".to_owned());
    joined
}

/// Parameters by name, decoded, several of one name joined.
fn query(query: &str) -> BTreeMap<String, String> {
    let decode = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    let mut joined: BTreeMap<String, String> = BTreeMap::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = decode(value);
        joined.entry(decode(name)).and_modify(|text| *text = format!("{text},{value}")).or_insert(value);
    }
    joined
}

/// Text goes as it is; API Gateway encodes whatever its type does not declare to be text, HTML forms included.
fn body(headers: &HeaderMap, body: &Bytes) -> (Option<String>, bool) {
    if body.is_empty() {
        return (None, false);
    }
    let content_type = header_text(headers, header::CONTENT_TYPE).unwrap_or_default().to_ascii_lowercase();
    let content_type = content_type.split(';').next().unwrap_or_default().trim();
    let is_text = content_type.is_empty()
        || content_type.starts_with("text/")
        || content_type.ends_with("+json")
        || content_type.ends_with("+xml")
        || ["application/json", "application/javascript", "application/xml"].contains(&content_type);
    match std::str::from_utf8(body) {
        Ok(text) if is_text => (Some(text.to_owned()), false),
        _ => (Some(STANDARD.encode(body)), true),
    }
}

/// Such as `12/Mar/2020:19:03:58 +0000`.
fn common_log_time(now: Timestamp) -> String {
    let time = clock::calendar(now);
    let month = time.month().to_string();
    format!(
        "{:02}/{}/{}:{:02}:{:02}:{:02} +0000",
        time.day(),
        month.get(..3).unwrap_or_default(),
        time.year(),
        time.hour(),
        time.minute(),
        time.second()
    )
}

#[cfg(test)]
mod tests;
