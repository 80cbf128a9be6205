//! Money that goes back: what is asked, and what the answers prove.

use application::Gateway;
use domain::payment::{GatewayReference, Outcome, RefundOutcome};

use crate::order::{order, payment};
use crate::sandbox::refund;
use crate::shop::{Shop, charge, gateway, impatient, reference, scripted};

/// An order that is captured.
async fn captured(shop: &Shop) -> GatewayReference {
    let charge = charge();
    let reference = shop.approved(&charge, "pays").await;
    assert_eq!(shop.gateway.confirm(&charge, &reference).await, Outcome::Authorized);
    assert_eq!(shop.gateway.capture(&charge, &reference).await, Outcome::Captured);
    reference
}

#[tokio::test]
async fn fault_77_the_sandbox_gives_back_once_for_each_refund_and_never_more_than_it_took() {
    let shop = Shop::start().await;
    let reference = captured(&shop).await;
    let part = refund(&reference, 1, 500);
    assert_eq!(shop.gateway.look_up_refund(&part).await, RefundOutcome::Unknown);
    for _ in 0..2 {
        assert_eq!(shop.gateway.refund(&part).await, RefundOutcome::Refunded);
        assert_eq!(shop.gateway.look_up_refund(&part).await, RefundOutcome::Refunded);
    }
    let too_much = refund(&reference, 2, 8_500);
    assert_eq!(shop.gateway.refund(&too_much).await, RefundOutcome::Unknown);
    assert_eq!(shop.gateway.look_up_refund(&too_much).await, RefundOutcome::Unknown);
    assert_eq!(shop.gateway.refund(&refund(&reference, 3, 8_499)).await, RefundOutcome::Refunded);
}

#[tokio::test]
async fn fault_78_a_refund_whose_answer_was_lost_is_found() {
    let shop = Shop::start().await;
    let reference = captured(&shop).await;
    shop.sandbox.plan(r#"{"refund":[{"fault":"silent_after","times":1}]}"#).await;
    let part = refund(&reference, 1, 500);
    assert_eq!(impatient(&shop.sandbox.address).refund(&part).await, RefundOutcome::Unknown);
    assert_eq!(shop.gateway.look_up_refund(&part).await, RefundOutcome::Refunded);
    assert_eq!(shop.gateway.refund(&part).await, RefundOutcome::Refunded);
}

#[tokio::test]
async fn a_refund_names_its_capture_and_how_much_goes_back_under_its_own_key() {
    let captures = format!(r#""captures":[{}]"#, payment("CAPTURE1", "COMPLETED"));
    let order = order("COMPLETED", &captures);
    for (answer, outcome) in [
        (made("COMPLETED", "5.00"), RefundOutcome::Refunded),
        (made("PENDING", "5.00"), RefundOutcome::Pending),
        (made("FAILED", "5.00"), RefundOutcome::Refused),
        (made("COMPLETED", "5.01"), RefundOutcome::Refused),
        (made("NEXT_YEARS_WORD", "5.00"), RefundOutcome::Unknown),
        ("<html>".to_owned(), RefundOutcome::Unknown),
    ] {
        let scripted = scripted(&[(200, &order), (201, &answer)]).await;
        let heard = gateway(&scripted.address).refund(&refund(&reference(), 2, 500)).await;
        assert_eq!(heard, outcome, "{answer}");
        let asked = scripted.asked().pop().unwrap();
        assert_eq!(asked.line, "POST /v2/payments/captures/CAPTURE1/refund");
        assert_eq!(asked.header("paypal-request-id"), "refund:order:2");
        let order = reference();
        let body = format!(
            r#"{{"amount":{{"currency_code":"EUR","value":"5.00"}},"custom_id":"{}","invoice_id":"order-1-refund-2"}}"#,
            order.as_str()
        );
        assert_eq!(asked.body, body);
    }
}

#[tokio::test]
async fn fault_83_a_refund_whose_capture_could_not_be_looked_up_was_not_sent() {
    let busy = scripted(&[(429, "{}"), (503, "{}")]).await;
    let gateway = gateway(&busy.address);
    for _ in 0..2 {
        assert_eq!(gateway.refund(&refund(&reference(), 1, 500)).await, RefundOutcome::NotSent);
    }
    let asked = busy.asked();
    assert!(
        asked.iter().skip(1).all(|asked| asked.line.starts_with("GET /v2/checkout/orders/")),
        "{asked:?}"
    );
}

fn made(status: &str, value: &str) -> String {
    format!(r#"{{"id":"R1","status":"{status}","amount":{{"currency_code":"EUR","value":"{value}"}}}}"#)
}
