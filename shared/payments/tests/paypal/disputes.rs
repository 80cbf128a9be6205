//! Money that shoppers demand back over the shop's head: what is asked, and what the answers prove.

use application::{Failure, Gateway};
use domain::payment::{DisputeDecision, DisputeSeen, RefundCharge, RefundOutcome};

use crate::order::{order, payment, problem};
use crate::sandbox::{money, refund};
use crate::shop::{Shop, charge, gateway, reference, scripted};

/// An order whose capture has this id.
fn captured() -> String {
    order("COMPLETED", &format!(r#""captures":[{}]"#, payment("CAPTURE1", "COMPLETED")))
}

/// A dispute as https://developer.paypal.com/api/customer-disputes/v1/disputes-get shows one.
fn dispute(status: &str, outcome: &str) -> String {
    format!(
        r#"{{"dispute_id":"PP-D-4012","create_time":"2026-05-01T10:00:00.000Z","update_time":"2026-05-02T10:00:00.000Z",
            "disputed_transactions":[{{"seller_transaction_id":"CAPTURE1","custom":"order","invoice_number":"order-1"}}],
            "reason":"MERCHANDISE_OR_SERVICE_NOT_RECEIVED","status":"{status}",
            "dispute_amount":{{"currency_code":"EUR","value":"89.99"}},{outcome}
            "dispute_life_cycle_stage":"CHARGEBACK","dispute_channel":"INTERNAL","links":[]}}"#
    )
}

fn outcome(code: &str, refunded: &str) -> String {
    format!(
        r#""dispute_outcome":{{"outcome_code":"{code}","amount_refunded":{{"currency_code":"EUR","value":"{refunded}"}}}},"#
    )
}

const LIST: &str =
    r#"{"items":[{"dispute_id":"PP-D-4012","status":"RESOLVED"}],"links":[{"href":"…","rel":"self"}]}"#;

async fn answered(list: &str, shown: &str) -> Result<Vec<DisputeSeen>, Failure> {
    let scripted = scripted(&[(200, &captured()), (200, list), (200, shown)]).await;
    gateway(&scripted.address).disputes(&charge(), &reference()).await
}

fn seen(decision: Option<DisputeDecision>) -> Vec<DisputeSeen> {
    let reference = "PP-D-4012".parse().unwrap();
    vec![DisputeSeen { reference, amount: money(8_999, "EUR"), decision }]
}

#[tokio::test]
async fn disputes_are_listed_by_the_capture_and_each_is_read_in_full() {
    let scripted = scripted(&[(200, &captured()), (200, LIST), (200, &dispute("OPEN", ""))]).await;
    assert_eq!(gateway(&scripted.address).disputes(&charge(), &reference()).await, Ok(seen(None)));
    let lines: Vec<String> = scripted.asked().into_iter().skip(1).map(|asked| asked.line).collect();
    assert_eq!(
        lines,
        [
            "GET /v2/checkout/orders/ORDER1",
            "GET /v1/customer/disputes?disputed_transaction_id=CAPTURE1&page_size=50",
            "GET /v1/customer/disputes/PP-D-4012",
        ]
    );
    assert_eq!(answered(r#"{"items":[]}"#, "").await, Ok(vec![]));
}

#[tokio::test]
async fn fault_79_each_status_and_outcome_says_who_has_the_money() {
    for status in ["OPEN", "WAITING_FOR_BUYER_RESPONSE", "WAITING_FOR_SELLER_RESPONSE", "UNDER_REVIEW"] {
        assert_eq!(answered(LIST, &dispute(status, "")).await, Ok(seen(None)), "{status}");
    }
    for (code, decision) in [
        ("RESOLVED_BUYER_FAVOUR", DisputeDecision::Lost),
        ("ACCEPTED", DisputeDecision::Lost),
        ("RESOLVED_SELLER_FAVOUR", DisputeDecision::Won),
        ("RESOLVED_WITH_PAYOUT", DisputeDecision::Won),
        ("CANCELED_BY_BUYER", DisputeDecision::Won),
        ("DENIED", DisputeDecision::Won),
    ] {
        let shown = dispute("RESOLVED", &outcome(code, "89.99"));
        assert_eq!(answered(LIST, &shown).await, Ok(seen(Some(decision))), "{code}");
    }
}

#[tokio::test]
async fn fault_84_a_dispute_that_cannot_be_read_in_full_is_a_failure_and_not_none() {
    let more = r#"{"items":[],"links":[{"href":"…","rel":"next"}]}"#;
    for (list, shown) in [
        (LIST, dispute("A_WORD_OF_NEXT_YEAR", "")),
        (LIST, dispute("RESOLVED", "")),
        (LIST, dispute("RESOLVED", &outcome("NONE", "89.99"))),
        (LIST, dispute("RESOLVED", &outcome("ACCEPTED", "12.00"))),
        (LIST, dispute("OPEN", "").replace("EUR", "USD")),
        (more, String::new()),
    ] {
        let heard = answered(list, &shown).await;
        assert!(matches!(heard, Err(Failure::Unreadable(_))), "{heard:?}: {shown}");
    }
    for (list, shown) in [("<html>", ""), (LIST, "<html>")] {
        assert_eq!(answered(list, shown).await, Err(Failure::Unavailable), "{list} {shown}");
    }
}

#[tokio::test]
async fn fault_79_a_refund_that_is_refused_for_a_dispute_says_so() {
    let refund = refund(&reference(), 1, 500);
    for issue in ["TRANSACTION_DISPUTED", "CAPTURE_DISPUTED_PARTIAL_REFUND_NOT_ALLOWED"] {
        let scripted = scripted(&[(200, &captured()), (422, &problem(issue))]).await;
        let heard = gateway(&scripted.address).refund(&refund).await;
        assert_eq!(heard, RefundOutcome::Disputed, "{issue}");
    }
}

#[tokio::test]
async fn what_an_order_was_opened_for_is_the_number_of_its_invoice() {
    let ours = captured().replace(r#""amount":{"#, r#""invoice_id":"order-2","amount":{"#);
    let scripted = scripted(&[(200, &ours), (200, &captured()), (404, "{}"), (500, "{}")]).await;
    let gateway = gateway(&scripted.address);
    let purpose = gateway.purpose(&reference()).await.unwrap().unwrap();
    assert_eq!((purpose.order_id.as_str(), purpose.attempt), ("order", 2));
    assert_eq!(gateway.purpose(&reference()).await, Ok(None), "an invoice of nobody");
    assert_eq!(gateway.purpose(&reference()).await, Ok(None), "no such order");
    assert_eq!(gateway.purpose(&reference()).await, Err(Failure::Unavailable));
}

#[tokio::test]
async fn fault_79_a_dispute_at_the_sandbox_is_seen_open_keeps_refunds_waiting_and_is_seen_decided() {
    for (decision, word) in [(DisputeDecision::Won, "won"), (DisputeDecision::Lost, "lost")] {
        let shop = Shop::start().await;
        let charge = charge();
        let reference = shop.approved(&charge, "disputes").await;
        shop.gateway.confirm(&charge, &reference).await;
        assert_eq!(
            shop.gateway.disputes(&charge, &reference).await,
            Err(Failure::Unreadable("an order's capture"))
        );
        shop.gateway.capture(&charge, &reference).await;
        let seen = shop.gateway.disputes(&charge, &reference).await.unwrap();
        let [dispute] = seen.as_slice() else { panic!("{seen:?}") };
        assert_eq!((dispute.amount, dispute.decision), (charge.amount, None));

        let refund = refund(&reference, 1, 500);
        assert_eq!(shop.gateway.refund(&refund).await, RefundOutcome::Disputed);

        let decided =
            format!("{}/sandbox/disputes/{}/{word}", shop.sandbox.address, dispute.reference.as_str());
        assert!(reqwest::Client::new().post(decided).send().await.unwrap().status().is_success());
        let seen = shop.gateway.disputes(&charge, &reference).await.unwrap();
        assert_eq!(seen[0].decision, Some(decision));
        let refunded = shop.gateway.refund(&RefundCharge { renewal: 1, ..refund }).await;
        let expected =
            if decision == DisputeDecision::Won { RefundOutcome::Refunded } else { RefundOutcome::Disputed };
        assert_eq!(refunded, expected, "{word}");
    }
}
