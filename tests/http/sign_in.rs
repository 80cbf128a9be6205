use serde_json::json;

use crate::answer::{Answer, redacted};
use crate::endpoint::Closed;
use crate::issuer::{Issuer, now};
use crate::request::Request;
use crate::shop::{Shop, answer};

/// The routes that ask who calls.
const ASK_WHO_CALLS: [&str; 8] = [
    "create-reservation",
    "get-reservation",
    "release-reservation",
    "checkout",
    "get-order",
    "add-payment-method",
    "cancel-order",
    "submit-action-result",
];

/// What tells a refused token's problem, and how a client is told to do better.
fn refusal(answer: &Answer) -> (String, &str) {
    (answer.slug().unwrap(), answer.header("WWW-Authenticate").unwrap())
}

#[tokio::test]
async fn a_customer_buys_and_sees_the_order_with_whichever_token_they_have() {
    let shop = Shop::open().await;
    let ask = async |operation| {
        let token = shop.issuer.token_with("ada", &json!({"jti": operation}));
        let answer = shop.ask(&Request::of(operation).customer(&token)).await;
        assert!(answer.status < 300, "{operation}: {}", answer.shown());
        answer
    };
    let held = ask("create-reservation").await;
    let again = ask("create-reservation").await;
    assert_eq!((again.is_replay(), again.body()), (true, held.body()));
    let checkout = Request::of("checkout").with("/reservation_id", json!(held.text_at("/id")));
    let placed = shop.ask(&checkout.customer(&shop.issuer.token("ada"))).await;
    assert_eq!(placed.status, 202, "{}", placed.shown());

    let order = Request::of("get-order").path(&placed.text_at("/id"));
    assert_eq!(shop.ask(&order.clone().customer(&shop.issuer.token("ada"))).await.body(), placed.body());
    for stranger in [order.clone().customer(&shop.issuer.token("bea")), order.guest(1)] {
        assert_eq!(shop.ask(&stranger).await.refusal().1, "not-found");
    }
}

#[tokio::test]
async fn fault_19_each_bad_token_has_a_problem_of_its_own_on_every_route_and_writes_nothing() {
    let shop = Shop::open().await;
    shop.declined_order().await;
    let before = shop.records();
    let with = |changes| shop.issuer.token_with("ada", &changes);
    let (good, forged) = (shop.issuer.token("ada"), Issuer::forged("ada"));
    let claims = good.split('.').nth(1).unwrap();
    let unsigned = format!("eyJhbGciOiJub25lIiwia2lkIjoiay0xIn0.{claims}.");
    for (token, slug) in [
        (with(json!({"exp": now() - 31})), "token-expired"),
        (with(json!({"nbf": now() + 60})), "token-invalid"),
        (forged, "token-invalid"),
        (unsigned, "token-invalid"),
        (good.replace('.', "-"), "token-invalid"),
        (String::new(), "token-invalid"),
        (with(json!({"iss": "https://sign-in.example/other"})), "token-not-for-this-shop"),
        (with(json!({"client_id": "another-shop"})), "token-not-for-this-shop"),
        (with(json!({"token_use": "id"})), "token-not-for-this-shop"),
    ] {
        for operation in ASK_WHO_CALLS {
            // A guest's token beside it makes it no better.
            let request = Request::of(operation).header("Authorization", &format!("Bearer {token}"));
            let answer = shop.ask(&request).await;
            let expected = (slug.to_owned(), r#"Bearer error="invalid_token""#);
            assert_eq!(refusal(&answer), expected, "{request}");
            assert!(!answer.text.contains("ada"));
        }
    }
    assert_eq!(shop.records(), before);
}

#[tokio::test]
async fn fault_19_another_scheme_names_nobody() {
    let shop = Shop::open().await;
    for value in ["Basic YWRhOmFkYQ==", "Bearer", "ada", ""] {
        let answer = shop.ask(&Request::of("create-reservation").header("Authorization", value)).await;
        assert_eq!(refusal(&answer).0, "token-invalid", "{value}");
    }
    let answer = shop.ask(&Request::of("create-reservation").without_header("Guest-Token")).await;
    assert_eq!(refusal(&answer), ("caller-unknown".to_owned(), "Bearer"));
}

#[tokio::test]
async fn fault_19_an_expired_token_is_answered_in_full() {
    let shop = Shop::open().await;
    let expired = shop.issuer.token_with("ada", &json!({"exp": now() - 3_600}));
    let answer = shop.ask(&Request::of("get-order").customer(&expired)).await;
    let _redacted = redacted();
    insta::assert_snapshot!(answer.shown());
}

#[tokio::test]
async fn fault_19_where_sign_in_is_off_nobody_is_a_customer_and_guests_still_buy() {
    let off = ["SIGN_IN_ISSUER", "SIGN_IN_AUDIENCE", "SIGN_IN_JWKS_URL"].map(|name| (name, ""));
    let shop = Shop::open_with(&off).await;
    let customer = Request::of("create-reservation").customer(&shop.issuer.token("ada"));
    assert_eq!(shop.ask(&customer).await.refusal().1, "token-invalid");
    shop.succeed("create-reservation").await;
}

#[tokio::test]
async fn while_the_issuer_is_out_of_reach_customers_are_told_when_to_ask_again_and_guests_still_buy() {
    let nobody = Closed::new();
    let shop = Shop::open_with(&[("SIGN_IN_JWKS_URL", &nobody.address)]).await;
    let instance = shop.usual_instance("create-reservation").await;
    let customer = Request::of("create-reservation").customer(&shop.issuer.token("ada"));
    let refused = answer(instance.as_ref(), &customer).await;
    assert_eq!(refused.refusal(), (503, "unavailable".to_owned(), String::new()));
    assert_eq!(refused.header("Retry-After"), Some("5"));
    shop.succeed("create-reservation").await;
}
