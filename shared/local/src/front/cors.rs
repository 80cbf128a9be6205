use axum::body::Body;
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode};

use crate::template::Cors;

/// The template's rules for browsers of other origins. Locally, every page from this machine may call as well.
pub(crate) struct CorsRules {
    rules: Cors,
}

impl CorsRules {
    pub(crate) fn of(rules: Cors) -> Self {
        Self { rules }
    }

    /// The answer to a browser that asks before it calls; the gateway gives it without any function.
    pub(super) fn preflight(&self, request: &HeaderMap) -> Response<Body> {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NO_CONTENT;
        let headers = response.headers_mut();
        if request.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD) && self.allow_origin(request, headers)
        {
            set(headers, header::ACCESS_CONTROL_ALLOW_METHODS, &self.rules.allow_methods.join(","));
            set(
                headers,
                header::ACCESS_CONTROL_ALLOW_HEADERS,
                &self.rules.allow_headers.join(",").to_lowercase(),
            );
            if let Some(seconds) = self.rules.max_age {
                set(headers, header::ACCESS_CONTROL_MAX_AGE, &seconds.to_string());
            }
        }
        response
    }

    /// The gateway's own headers for a browser; whatever a function said about it is replaced.
    pub(super) fn apply(&self, request: &HeaderMap, headers: &mut HeaderMap) {
        for name in [
            header::ACCESS_CONTROL_ALLOW_ORIGIN,
            header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
        ] {
            headers.remove(name);
        }
        if self.allow_origin(request, headers) {
            set(
                headers,
                header::ACCESS_CONTROL_EXPOSE_HEADERS,
                &self.rules.expose_headers.join(",").to_lowercase(),
            );
        }
    }

    fn allow_origin(&self, request: &HeaderMap, headers: &mut HeaderMap) -> bool {
        let Some(origin) = request.get(header::ORIGIN) else { return false };
        let listed =
            |text: &str| self.rules.allow_origins.iter().any(|allowed| allowed == "*" || allowed == text);
        if !origin.to_str().is_ok_and(|text| listed(text) || is_loopback(text)) {
            return false;
        }
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.append(header::VARY, HeaderValue::from_static("origin"));
        if self.rules.allow_credentials {
            set(headers, header::ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
        }
        true
    }
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let (false, Ok(value)) = (value.is_empty(), HeaderValue::from_str(value)) {
        headers.insert(name, value);
    }
}

fn is_loopback(origin: &str) -> bool {
    let Some(authority) = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://")) else {
        return false;
    };
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    };
    ["localhost", "127.0.0.1", "[::1]"].contains(&host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> CorsRules {
        CorsRules::of(Cors {
            allow_origins: vec!["https://shop.example".to_owned()],
            allow_methods: vec!["GET".to_owned(), "POST".to_owned()],
            allow_headers: vec!["Guest-Token".to_owned()],
            expose_headers: vec!["Location".to_owned(), "ETag".to_owned()],
            max_age: Some(60),
            allow_credentials: false,
        })
    }

    fn request(origin: &str) -> HeaderMap {
        HeaderMap::from_iter([
            (header::ORIGIN, HeaderValue::from_str(origin).unwrap()),
            (header::ACCESS_CONTROL_REQUEST_METHOD, HeaderValue::from_static("POST")),
        ])
    }

    #[test]
    fn listed_and_loopback_origins_may_call_and_others_may_not() {
        for (origin, allowed) in [
            ("https://shop.example", true),
            ("http://localhost:5173", true),
            ("http://127.0.0.1:8080", true),
            ("http://[::1]:80", true),
            ("http://localhost", true),
            ("https://evil.example", false),
            ("http://localhost.evil.example", false),
            ("http://localhost:1@evil.example", false),
            ("null", false),
        ] {
            let response = rules().preflight(&request(origin));
            assert_eq!(response.status(), StatusCode::NO_CONTENT);
            let answered = response.headers().get(header::ACCESS_CONTROL_ALLOW_ORIGIN);
            assert_eq!(answered.is_some(), allowed, "{origin}");
        }
    }

    #[test]
    fn a_preflight_says_what_is_allowed_and_for_how_long() {
        let response = rules().preflight(&request("http://localhost:5173"));
        assert_eq!(response.headers()[header::ACCESS_CONTROL_ALLOW_METHODS], "GET,POST");
        assert_eq!(response.headers()[header::ACCESS_CONTROL_ALLOW_HEADERS], "guest-token");
        assert_eq!(response.headers()[header::ACCESS_CONTROL_MAX_AGE], "60");
    }

    #[test]
    fn an_answer_exposes_the_listed_headers_and_forgets_the_functions_own() {
        let mut headers =
            HeaderMap::from_iter([(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"))]);
        rules().apply(&request("https://evil.example"), &mut headers);
        assert!(headers.is_empty());
        rules().apply(&request("http://localhost"), &mut headers);
        assert_eq!(headers[header::ACCESS_CONTROL_EXPOSE_HEADERS], "location,etag");
    }
}
