use serde_json::{Value, json};

use crate::answer::redacted;
use crate::request::Request;
use crate::shop::Shop;

const KEYS: [(&str, &str); 3] =
    [("STRIPE_PUBLIC_KEY", "pk_test_1"), ("PAYPAL_CLIENT_ID", "client-1"), ("ADYEN_CLIENT_KEY", "test_1")];

async fn options(shop: &Shop, query: &str) -> Value {
    shop.ask(&Request::of("list-payment-options").query(query)).await.body()
}

/// The gateways with their methods.
async fn methods(shop: &Shop, query: &str) -> Vec<(String, Value)> {
    let options = options(shop, query).await;
    let pair = |option: &Value| (option["gateway"].as_str().unwrap().to_owned(), option["methods"].clone());
    options.as_array().unwrap().iter().map(pair).collect()
}

#[tokio::test]
async fn the_gateways_are_listed_with_what_can_be_paid_with_there() {
    let shop = Shop::open_with(&KEYS).await;
    let answer = shop.succeed("list-payment-options").await;
    let _redacted = redacted();
    insta::assert_snapshot!(answer.shown());
}

#[tokio::test]
async fn a_gateway_without_a_public_key_is_not_offered() {
    let shop = Shop::open().await;
    assert_eq!(options(&shop, "").await, json!([]));
    let shop = Shop::open_with(&KEYS[1..2]).await;
    let paypal = json!([{"gateway": "paypal", "methods": ["wallet", "pay_later"], "public_key": "client-1"}]);
    assert_eq!(options(&shop, "").await, paypal);
}

#[tokio::test]
async fn whoever_asks_with_a_token_learns_by_which_name_their_cards_are_kept() {
    let shop = Shop::open_with(&KEYS).await;
    let ask = async |number| shop.ask(&Request::of("list-payment-options").guest(number)).await;
    let answer = ask(1).await;
    assert_eq!(answer.header("Cache-Control"), Some("private, max-age=60"));
    assert_eq!(answer.header("Vary"), Some("Authorization, Guest-Token"));
    let references = |body: Value| {
        let by_gateway = |option: &Value| (option["gateway"].clone(), option["shopper_reference"].clone());
        body.as_array().unwrap().iter().map(by_gateway).collect::<Vec<_>>()
    };
    let of_guest = references(answer.body());
    assert_eq!(of_guest[..2], [(json!("stripe"), Value::Null), (json!("paypal"), Value::Null)]);
    let (_, reference) = &of_guest[2];
    assert!(reference.as_str().unwrap().starts_with("guest-"), "{reference}");
    assert_eq!(references(ask(1).await.body()), of_guest);
    assert_ne!(references(ask(2).await.body()), of_guest);
}

#[tokio::test]
async fn a_token_that_names_nobody_is_refused() {
    let shop = Shop::open_with(&KEYS).await;
    let answer = shop.ask(&Request::of("list-payment-options").header("Guest-Token", "short")).await;
    assert_eq!(answer.refusal(), (401, "caller-unknown".to_owned(), "/headers/Guest-Token".to_owned()));
}

#[tokio::test]
async fn what_the_currency_or_the_country_does_not_have_is_not_offered() {
    let shop = Shop::open_with(&KEYS).await;
    let at = |gateway: &str, methods| (gateway.to_owned(), methods);
    let adyen = at("adyen", json!(["card"]));
    let stripe = at("stripe", json!(["card", "wallet"]));
    assert_eq!(methods(&shop, "currency=KWD").await, [stripe.clone(), adyen.clone()]);
    assert_eq!(methods(&shop, "currency=CLP").await, std::slice::from_ref(&stripe));
    // Klarna's shoppers pay in the currency of their country, and PayPal's can pay later in fewer of them.
    let later = at("stripe", json!(["card", "wallet", "pay_later"]));
    let paypal = at("paypal", json!(["wallet"]));
    assert_eq!(
        methods(&shop, "currency=PLN&country=PL").await,
        [later.clone(), paypal.clone(), adyen.clone()]
    );
    assert_eq!(methods(&shop, "currency=EUR&country=PL").await, [stripe, paypal, adyen.clone()]);
    let both = at("paypal", json!(["wallet", "pay_later"]));
    assert_eq!(methods(&shop, "country=DE").await, [later, both, adyen]);
}

#[tokio::test]
async fn what_is_no_currency_and_no_country_is_refused_at_its_parameter() {
    let shop = Shop::open_with(&KEYS).await;
    for (query, pointer) in [("currency=euro", "/query/currency"), ("country=Germany", "/query/country")] {
        let answer = shop.ask(&Request::of("list-payment-options").query(query)).await;
        assert_eq!(answer.refusal(), (400, "invalid-request".to_owned(), pointer.to_owned()));
    }
}
