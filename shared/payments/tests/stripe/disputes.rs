//! Money that shoppers demand back over the shop's head: what is asked, and what the answers prove.

use application::{Failure, Gateway};
use domain::payment::{DisputeDecision, DisputeSeen};

use crate::sandbox::money;
use crate::scripted::Scripted;
use crate::shop::{charge, gateway, reference};

/// A dispute as https://docs.stripe.com/api/disputes/object shows one.
fn dispute(status: &str) -> String {
    format!(
        r#"{{"id":"du_1MtJUT2eZvKYlo2CNaw2HvEv","object":"dispute","amount":8999,"balance_transactions":[],
            "charge":"ch_1AZtxr2eZvKYlo2CJDX8whov","created":1680651737,"currency":"eur","evidence":{{"receipt":null}},
            "evidence_details":{{"due_by":1682294399,"has_evidence":false,"past_due":false,"submission_count":0}},
            "is_charge_refundable":true,"livemode":false,"metadata":{{}},"payment_intent":"pi_1","reason":"general",
            "status":"{status}"}}"#
    )
}

fn list(disputes: &[String], has_more: bool) -> String {
    let data = disputes.join(",");
    format!(r#"{{"object":"list","url":"/v1/disputes","has_more":{has_more},"data":[{data}]}}"#)
}

async fn answered(status: u16, body: &str) -> Result<Vec<DisputeSeen>, Failure> {
    let scripted = Scripted::answering(&[(status, body), (status, body)]).await;
    gateway(&scripted.address).disputes(&charge("pm_card_visa"), &reference()).await
}

fn seen(decision: Option<DisputeDecision>) -> DisputeSeen {
    let reference = "du_1MtJUT2eZvKYlo2CNaw2HvEv".parse().unwrap();
    DisputeSeen { reference, amount: money(8_999, "EUR"), decision }
}

#[tokio::test]
async fn the_disputes_of_a_payment_are_asked_for_at_once() {
    let empty = list(&[], false);
    let scripted = Scripted::answering(&[(200, &empty)]).await;
    let heard = gateway(&scripted.address).disputes(&charge("pm_card_visa"), &reference()).await;
    assert_eq!(heard, Ok(vec![]));
    assert_eq!(scripted.asked()[0].line, "GET /v1/disputes?payment_intent=pi_1&limit=100");
}

#[tokio::test]
async fn fault_79_each_status_says_who_has_the_money_and_an_inquiry_is_no_dispute() {
    for (status, expected) in [
        ("needs_response", vec![seen(None)]),
        ("under_review", vec![seen(None)]),
        ("won", vec![seen(Some(DisputeDecision::Won))]),
        ("lost", vec![seen(Some(DisputeDecision::Lost))]),
        ("warning_needs_response", vec![]),
        ("warning_under_review", vec![]),
        ("warning_closed", vec![]),
        ("prevented", vec![]),
    ] {
        assert_eq!(answered(200, &list(&[dispute(status)], false)).await, Ok(expected), "{status}");
    }
    let both = list(&[dispute("lost"), dispute("won")], false);
    assert_eq!(answered(200, &both).await.unwrap().len(), 2);
}

#[tokio::test]
async fn fault_84_a_dispute_that_cannot_be_read_in_full_is_a_failure_and_not_none() {
    let changed = |from: &str, to: &str| list(&[dispute("won").replace(from, to)], false);
    for body in [
        list(&[dispute("a_word_of_next_year")], false),
        list(&[dispute("won")], true),
        changed("\"pi_1\"", "\"pi_2\""),
        changed("\"eur\"", "\"usd\""),
        changed("\"object\":\"dispute\"", "\"object\":\"charge\""),
        changed("8999", "-1"),
    ] {
        let heard = answered(200, &body).await;
        assert!(matches!(heard, Err(Failure::Unreadable(_))), "{heard:?}: {body}");
    }
    for (status, body) in [(200, "<html>"), (429, "{}"), (401, "{}"), (500, "{}"), (404, "{}")] {
        assert_eq!(answered(status, body).await, Err(Failure::Unavailable), "{status} {body}");
    }
}

#[tokio::test]
async fn what_a_payment_was_opened_for_is_what_the_shop_wrote_on_it() {
    let intent = |object: &str, metadata: &str| {
        format!(
            r#"{{"id":"pi_1","object":"{object}","amount":8999,"status":"succeeded","metadata":{metadata}}}"#
        )
    };
    let ours = intent("payment_intent", r#"{"order_id":"order","attempt":"2"}"#);
    let scripted = Scripted::answering(&[(200, &ours)]).await;
    let purpose = gateway(&scripted.address).purpose(&reference()).await.unwrap().unwrap();
    assert_eq!((purpose.order_id.as_str(), purpose.attempt), ("order", 2));
    assert_eq!(scripted.asked()[0].line, "GET /v1/payment_intents/pi_1");
    let nobodys = intent("payment_intent", r#"{"order_id":"no id","attempt":"2"}"#);
    let another = intent("charge", r#"{"order_id":"order","attempt":"2"}"#);
    for (status, body, expected) in [
        (200, nobodys.as_str(), Ok(None)),
        (200, another.as_str(), Ok(None)),
        (404, r#"{"error":{"type":"invalid_request_error","code":"resource_missing"}}"#, Ok(None)),
        (500, "{}", Err(Failure::Unavailable)),
        (200, "<html>", Err(Failure::Unavailable)),
    ] {
        let scripted = Scripted::answering(&[(status, body)]).await;
        assert_eq!(gateway(&scripted.address).purpose(&reference()).await, expected, "{status} {body}");
    }
}
