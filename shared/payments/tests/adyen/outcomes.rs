use application::Gateway;
use domain::fraud::Risk;
use domain::payment::{Charge, Decline, Outcome, Retry};
use domain::webhook::FactSubject::{Authorization, Cancellation, Capture};

use crate::sandbox::money;
use crate::scripted::Scripted;
use crate::shop::{Shop, charge, gateway, reference, told};

fn declined(code: &str, retry: Retry) -> Outcome {
    Outcome::Declined(Decline { code: code.to_owned(), retry })
}

#[tokio::test]
async fn opened_without_a_call_authorized_and_captured_once_that_is_told() {
    let shop = Shop::start().await;
    let charge = charge("visa");
    let own = shop.authorized(&charge).await;
    assert_eq!(own, reference());
    assert_eq!(shop.gateway.confirm(&charge, &own).await, Outcome::Authorized);
    for _ in 0..2 {
        assert_eq!(shop.gateway.capture(&charge, &own).await, Outcome::Received);
    }
    shop.until(&charge, &Outcome::Captured).await;
    assert_eq!(shop.sandbox.charges().await, 1);
}

#[tokio::test]
async fn voided_only_once_that_is_told_and_then_nothing_is_captured() {
    let shop = Shop::start().await;
    let charge = charge("visa");
    let own = shop.authorized(&charge).await;
    assert_eq!(shop.gateway.void(&charge, &own).await, Outcome::Received);
    shop.until(&charge, &Outcome::Voided).await;
    assert_eq!(shop.gateway.capture(&charge, &own).await, Outcome::Received);
    assert_eq!(shop.gateway.look_up(&charge, &own).await, Outcome::Voided);
    assert_eq!(shop.sandbox.charges().await, 0);
}

#[tokio::test]
async fn declined_softly_or_hard() {
    let shop = Shop::start().await;
    for (card, code, retry) in [
        ("refused", "refused", Retry::OtherMethod),
        ("fraud", "fraud", Retry::None),
        ("nobodys", "validation_702", Retry::OtherMethod),
    ] {
        let mut charge = charge(card);
        charge.order_id = card.parse().unwrap();
        let outcome = shop.gateway.confirm(&charge, &reference()).await;
        assert_eq!(outcome, declined(code, retry), "{card}");
    }
}

#[tokio::test]
async fn what_cannot_be_paid_at_adyen_is_declined_before_anything_is_sent() {
    let gateway = gateway("http://127.0.0.1:9");
    let no_address = Charge { return_url: None, ..charge("visa") };
    assert_eq!(gateway.open(&no_address).await, declined("return_url_missing", Retry::OtherMethod));
    let pesos = Charge { amount: money(8_999, "CLP"), ..charge("visa") };
    assert_eq!(gateway.open(&pesos).await, declined("currency_not_supported", Retry::OtherMethod));
}

#[tokio::test]
async fn each_fact_proves_what_it_says_and_a_failed_change_nothing() {
    for (facts, outcome) in [
        (vec![], Outcome::Unknown),
        (vec![(Authorization, true, 8_999)], Outcome::Authorized),
        (vec![(Authorization, false, 8_999)], declined("refused", Retry::OtherMethod)),
        (vec![(Capture, false, 8_999)], Outcome::Unknown),
        (vec![(Cancellation, false, 8_999)], Outcome::Unknown),
        (vec![(Authorization, true, 8_999), (Capture, false, 8_999)], Outcome::Authorized),
        (vec![(Capture, true, 8_999), (Authorization, true, 8_999)], Outcome::Captured),
        (vec![(Capture, true, 8_999), (Cancellation, false, 8_999)], Outcome::Captured),
        (vec![(Cancellation, true, 8_999), (Authorization, true, 8_999)], Outcome::Voided),
    ] {
        let gateway = crate::shop::gateway_with(
            "http://127.0.0.1:9",
            crate::rotated::Rotated { current: Ok("AQE-1"), refreshed: Ok("AQE-1") },
            told(&facts).await,
            std::time::Duration::from_secs(60),
        );
        assert_eq!(gateway.look_up(&charge("visa"), &reference()).await, outcome, "{facts:?}");
    }
}

#[tokio::test]
async fn unknown_while_adyen_is_not_done_or_speaks_of_another_payment() {
    for body in [
        r#"{"resultCode":"Pending","pspReference":"P"}"#,
        r#"{"resultCode":"Received","pspReference":"P"}"#,
        r#"{"resultCode":"Authorised","pspReference":"P","merchantReference":"order-2"}"#,
    ] {
        let scripted = Scripted::answering(&[(200, body)]).await;
        let outcome = gateway(&scripted.address).confirm(&charge("visa"), &reference()).await;
        assert_eq!(outcome, Outcome::Unknown, "{body}");
    }
}

#[tokio::test]
async fn what_adyen_doubts_is_authorized_at_that_risk_by_its_answer_and_by_what_it_tells() {
    for (card, risk) in [("riskLevelElevated", Risk::Elevated), ("riskLevelHighest", Risk::Highest)] {
        let shop = Shop::start().await;
        let charge = charge(card);
        let doubted = Outcome::AuthorizedAtRisk(risk);
        assert_eq!(shop.gateway.confirm(&charge, &reference()).await, doubted);
        shop.until(&charge, &doubted).await;
        // A person lets it pass.
        assert_eq!(shop.gateway.capture(&charge, &reference()).await, Outcome::Received);
        shop.until(&charge, &Outcome::Captured).await;
    }
}

#[tokio::test]
async fn what_adyen_doubts_is_captured_by_the_id_that_its_answer_had_before_anything_is_told() {
    let authorized = r#"{"pspReference":"PSP1","resultCode":"Authorised","merchantReference":"order-1",
        "amount":{"currency":"EUR","value":8999},"fraudResult":{"accountScore":70,"results":[{"FraudCheckResult":
        {"accountScore":70,"checkId":26,"name":"ShopperEmailRefCheck"}}]},"additionalData":{"fraudManualReview":"true"}}"#;
    let received = r#"{"status":"received","pspReference":"CAPT1"}"#;
    let adyen = Scripted::answering(&[(200, authorized), (201, received)]).await;
    let (gateway, charge) = (gateway(&adyen.address), charge("visa"));
    let doubted = Outcome::AuthorizedAtRisk(Risk::Elevated);
    assert_eq!(gateway.confirm(&charge, &reference()).await, doubted);
    assert_eq!(gateway.capture(&charge, &reference()).await, Outcome::Received);
    assert_eq!(adyen.asked()[1].line, "POST /v71/payments/PSP1/captures");
}
