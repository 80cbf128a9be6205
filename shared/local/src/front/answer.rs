use axum::body::Body;
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderValue, Response, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    status_code: u16,
    #[serde(default)]
    headers: Option<Map<String, Value>>,
    #[serde(default)]
    cookies: Option<Vec<String>>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: Option<bool>,
}

/// A function's answer as HTTP. One without `statusCode` is a whole body of JSON, as API Gateway infers.
pub(super) fn response(answer: &RawValue) -> Result<Response<Body>, String> {
    let value: Value = serde_json::from_str(answer.get()).map_err(|error| error.to_string())?;
    if value.get("statusCode").is_none() {
        let mut response = Response::new(Body::from(value.to_string()));
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(header::CONTENT_TYPE, json);
        return Ok(response);
    }
    let answer: Answer = serde_json::from_value(value).map_err(|error| error.to_string())?;
    let body = answer.body.unwrap_or_default();
    let body = match answer.is_base64_encoded {
        Some(true) => STANDARD.decode(body).map_err(|error| format!("a body that is no base64: {error}"))?,
        Some(false) | None => body.into_bytes(),
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(answer.status_code)
        .map_err(|_| format!("the status {}, which HTTP does not have", answer.status_code))?;
    let headers = response.headers_mut();
    for (name, value) in answer.headers.unwrap_or_default() {
        let text = match &value {
            Value::String(text) => text.clone(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                value.to_string()
            }
        };
        let name = HeaderName::try_from(&name).map_err(|_| format!("the header {name}, which is no name"))?;
        // The length is the gateway's to say: it alone knows what is sent.
        if name != header::CONTENT_LENGTH {
            let text = HeaderValue::try_from(text)
                .map_err(|_| format!("a value of {name} that HTTP does not allow"))?;
            headers.insert(name, text);
        }
    }
    for cookie in answer.cookies.unwrap_or_default() {
        let cookie =
            HeaderValue::try_from(cookie).map_err(|_| "a cookie that HTTP does not allow".to_owned())?;
        headers.append(header::SET_COOKIE, cookie);
    }
    if !headers.contains_key(header::CONTENT_TYPE) {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain;charset=UTF-8"));
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    fn converted(answer: &str) -> Result<Response<Body>, String> {
        response(&RawValue::from_string(answer.to_owned()).unwrap())
    }

    async fn text(response: Response<Body>) -> Vec<u8> {
        to_bytes(response.into_body(), 1024).await.unwrap().to_vec()
    }

    #[tokio::test]
    async fn status_headers_cookies_and_body_are_the_functions() {
        let answer = r#"{"statusCode":201,"headers":{"Location":"/orders/1","retry-after":1},
            "cookies":["a=1","b=2"],"body":"aGk=","isBase64Encoded":true}"#;
        let response = converted(answer).unwrap();
        assert_eq!(response.status(), StatusCode::CREATED);
        assert_eq!(response.headers()["location"], "/orders/1");
        assert_eq!(response.headers()["retry-after"], "1");
        assert_eq!(response.headers().get_all("set-cookie").iter().count(), 2);
        assert_eq!(text(response).await, b"hi");
    }

    #[tokio::test]
    async fn an_answer_without_a_status_is_a_body_of_json() {
        let response = converted(r#"{"hello":"world"}"#).unwrap();
        assert_eq!(
            (response.status(), &response.headers()["content-type"]),
            (StatusCode::OK, &HeaderValue::from_static("application/json"))
        );
        assert_eq!(text(response).await, br#"{"hello":"world"}"#);
    }

    #[test]
    fn an_answer_that_http_cannot_carry_is_refused() {
        for answer in [
            r#"{"statusCode":99}"#,
            r#"{"statusCode":"teapot"}"#,
            r#"{"statusCode":200,"headers":{"a b":"c"}}"#,
            r#"{"statusCode":200,"headers":{"a":"b\nc"}}"#,
            r#"{"statusCode":200,"body":"?","isBase64Encoded":true}"#,
        ] {
            assert!(converted(answer).is_err(), "{answer}");
        }
    }
}
