//! Money that goes back: what is asked, and what the answers prove.

use application::Gateway;
use domain::payment::{Outcome, RefundOutcome};

use crate::sandbox::refund;
use crate::scripted::Scripted;
use crate::shop::{Shop, charge, gateway, impatient, reference};

/// A refund as Stripe shows it.
fn shown(status: &str) -> String {
    format!(
        r#"{{"id":"re_1","object":"refund","amount":500,"currency":"eur","payment_intent":"pi_1","status":"{status}",
            "metadata":{{"order_id":"order","refund":"1"}}}}"#
    )
}

async fn answered(status: u16, body: &str) -> RefundOutcome {
    let scripted = Scripted::answering(&[(status, body), (status, body)]).await;
    gateway(&scripted.address).refund(&refund(&reference(), 1, 500)).await
}

#[tokio::test]
async fn a_refund_sends_what_goes_back_and_of_which_charge() {
    let scripted = Scripted::answering(&[]).await;
    gateway(&scripted.address).refund(&refund(&reference(), 2, 500)).await;
    let asked = scripted.asked().remove(0);
    assert_eq!(asked.line, "POST /v1/refunds");
    assert_eq!(asked.header("idempotency-key"), "refund:order:2");
    let form: Vec<(String, String)> = form_urlencoded::parse(asked.body.as_bytes()).into_owned().collect();
    let expected = [
        ("payment_intent", "pi_1"),
        ("amount", "500"),
        ("metadata[order_id]", "order"),
        ("metadata[refund]", "2"),
    ];
    assert_eq!(form, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

#[tokio::test]
async fn each_answer_proves_what_it_says_and_no_more() {
    assert_eq!(answered(200, &shown("succeeded")).await, RefundOutcome::Refunded);
    assert_eq!(answered(200, &shown("pending")).await, RefundOutcome::Pending);
    assert_eq!(answered(200, &shown("requires_action")).await, RefundOutcome::Pending);
    assert_eq!(answered(200, &shown("failed")).await, RefundOutcome::Refused);
    assert_eq!(answered(200, &shown("a_word_of_next_year")).await, RefundOutcome::Unknown);
    assert_eq!(answered(200, "<html>").await, RefundOutcome::Unknown);
    assert_eq!(answered(429, "{}").await, RefundOutcome::Rejected);
    assert_eq!(answered(401, "{}").await, RefundOutcome::Rejected);
    assert_eq!(answered(500, "{}").await, RefundOutcome::Unknown);
    let disputed = r#"{"error":{"type":"invalid_request_error","code":"charge_disputed"}}"#;
    assert_eq!(answered(400, disputed).await, RefundOutcome::Disputed);
    let repeated = r#"{"error":{"type":"invalid_request_error","code":"charge_already_refunded"}}"#;
    assert_eq!(answered(400, repeated).await, RefundOutcome::Unknown, "perhaps by this very refund");
}

#[tokio::test]
async fn fault_72_another_amount_or_another_charge_than_was_asked_for_is_no_success() {
    let other = |from: &str, to: &str| shown("succeeded").replace(from, to);
    assert_eq!(answered(200, &other("\"amount\":500", "\"amount\":501")).await, RefundOutcome::Refused);
    assert_eq!(answered(200, &other("eur", "usd")).await, RefundOutcome::Refused);
    assert_eq!(answered(200, &other("pi_1", "pi_2")).await, RefundOutcome::Unknown);
}

#[tokio::test]
async fn fault_80_a_refund_that_a_look_up_does_not_find_may_still_come() {
    for body in [r#"{"object":"list","data":[]}"#, "{}", "<html>"] {
        let scripted = Scripted::answering(&[(200, body)]).await;
        let outcome = gateway(&scripted.address).look_up_refund(&refund(&reference(), 1, 500)).await;
        assert_eq!(outcome, RefundOutcome::Unknown, "{body}");
        assert_eq!(scripted.asked()[0].line, "GET /v1/refunds?payment_intent=pi_1&limit=100");
    }
    let list = format!(r#"{{"object":"list","data":[{},{}]}}"#, shown("failed"), shown("succeeded"));
    let scripted = Scripted::answering(&[(200, &list), (200, &list)]).await;
    let gateway = gateway(&scripted.address);
    assert_eq!(gateway.look_up_refund(&refund(&reference(), 1, 500)).await, RefundOutcome::Refunded);
    assert_eq!(
        gateway.look_up_refund(&refund(&reference(), 2, 500)).await,
        RefundOutcome::Unknown,
        "another one"
    );
}

#[tokio::test]
async fn fault_77_the_sandbox_gives_back_once_for_each_refund_and_never_more_than_it_took() {
    let shop = Shop::start().await;
    let charge = charge("pm_card_visa");
    let reference = shop.opened(&charge).await;
    let early = shop.gateway.refund(&refund(&reference, 1, 500)).await;
    assert_eq!(early, RefundOutcome::Unknown, "nothing was captured");
    assert_eq!(shop.gateway.confirm(&charge, &reference).await, Outcome::Authorized);
    assert_eq!(shop.gateway.capture(&charge, &reference).await, Outcome::Captured);
    let part = refund(&reference, 2, 500);
    for _ in 0..2 {
        assert_eq!(shop.gateway.refund(&part).await, RefundOutcome::Refunded);
        assert_eq!(shop.gateway.look_up_refund(&part).await, RefundOutcome::Refunded);
    }
    let too_much = refund(&reference, 3, 8_500);
    assert_eq!(shop.gateway.refund(&too_much).await, RefundOutcome::Unknown);
    assert_eq!(shop.gateway.look_up_refund(&too_much).await, RefundOutcome::Unknown);
    let rest = refund(&reference, 4, 8_499);
    assert_eq!(shop.gateway.refund(&rest).await, RefundOutcome::Refunded);
}

#[tokio::test]
async fn fault_78_a_refund_whose_answer_was_lost_is_found() {
    let shop = Shop::start().await;
    let charge = charge("pm_card_visa");
    let reference = shop.opened(&charge).await;
    shop.gateway.confirm(&charge, &reference).await;
    shop.gateway.capture(&charge, &reference).await;
    shop.sandbox.plan(r#"{"refund":[{"fault":"silent_after","times":1}]}"#).await;
    let part = refund(&reference, 1, 500);
    assert_eq!(impatient(&shop.sandbox.address).refund(&part).await, RefundOutcome::Unknown);
    assert_eq!(shop.gateway.look_up_refund(&part).await, RefundOutcome::Refunded);
    assert_eq!(shop.gateway.refund(&part).await, RefundOutcome::Refunded);
}
