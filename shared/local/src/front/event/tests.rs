use axum::http::Request;
use serde_json::{Value, json};

use super::*;

fn converted(request: Request<&'static [u8]>) -> Value {
    let (parts, body) = request.into_parts();
    let body = Bytes::from_static(body);
    let client = "127.0.0.1:5000".parse().unwrap();
    let now = Timestamp::from_millis(1_583_348_638_390);
    let call = Call { parts: &parts, body: &body, client, request_id: "r-1", now };
    let parameters = BTreeMap::from([("order_id".to_owned(), "a b".to_owned())]);
    serde_json::from_str(event(&call, "POST /orders/{order_id}", parameters).unwrap().get()).unwrap()
}

#[test]
fn a_request_becomes_the_event_of_the_gateway() {
    let request = Request::post("/orders/a%20b?limit=5&tag=x&tag=y+z&empty")
        .header("Host", "127.0.0.1:3000")
        .header("User-Agent", "test")
        .header("Content-Type", "application/json")
        .header("Accept", "a")
        .header("Accept", "b")
        .header("Cookie", "one=1; two=2")
        .body(b"{\"a\":1}".as_slice())
        .unwrap();
    let expected = json!({
        "version": "2.0",
        "routeKey": "POST /orders/{order_id}",
        "rawPath": "/orders/a%20b",
        "rawQueryString": "limit=5&tag=x&tag=y+z&empty",
        "cookies": ["one=1", "two=2"],
        "headers": {
            "accept": "a,b",
            "content-type": "application/json",
            "host": "127.0.0.1:3000",
            "user-agent": "test",
            "x-forwarded-for": "127.0.0.1",
            "x-forwarded-port": "5000",
            "x-forwarded-proto": "http",
        },
        "queryStringParameters": { "limit": "5", "tag": "x,y z", "empty": "" },
        "pathParameters": { "order_id": "a b" },
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "local",
            "domainName": "127.0.0.1",
            "domainPrefix": "127",
            "http": {
                "method": "POST",
                "path": "/orders/a%20b",
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": "test",
            },
            "requestId": "r-1",
            "routeKey": "POST /orders/{order_id}",
            "stage": "$default",
            "time": "04/Mar/2020:19:03:58 +0000",
            "timeEpoch": 1_583_348_638_390_i64,
        },
        "body": "{\"a\":1}",
        "isBase64Encoded": false,
    });
    assert_eq!(converted(request), expected);
}

#[test]
fn a_body_that_is_not_declared_or_not_readable_as_text_is_encoded() {
    for (content_type, body) in [
        ("application/x-www-form-urlencoded", b"a=1".as_slice()),
        ("image/png", b"\x89PNG".as_slice()),
        ("application/json", b"\xff".as_slice()),
    ] {
        let event = converted(Request::post("/").header("Content-Type", content_type).body(body).unwrap());
        assert_eq!(event["isBase64Encoded"], true, "{content_type}");
        assert_eq!(event["body"], STANDARD.encode(body));
    }
    let problem = Request::post("/").header("Content-Type", "application/problem+json; charset=utf-8");
    assert_eq!(converted(problem.body(b"{}".as_slice()).unwrap())["body"], "{}");
}

#[test]
fn what_a_request_does_not_have_is_left_out_of_the_event() {
    let event = converted(Request::get("/").body(b"".as_slice()).unwrap());
    for absent in ["cookies", "queryStringParameters", "body"] {
        assert!(event.get(absent).is_none(), "{absent}");
    }
    assert_eq!(event["rawQueryString"], "");
}
