//! Money that shoppers demand back over the shop's head.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::client::Sandbox;
use crate::paypal::{Merchant, issue};
use crate::webhooks::telling;

/// Opens an intent that is disputed as soon as it is captured, captures it, and answers its id and the dispute's.
async fn disputed(sandbox: &Sandbox) -> (String, String) {
    let id = sandbox.opened("pm_card_createDispute").await;
    sandbox.advance(&id, "confirm").await;
    assert_eq!(sandbox.advance(&id, "capture").await.state(), "succeeded");
    let listed = sandbox.ask(&format!("/v1/disputes?payment_intent={id}&limit=100")).await;
    let dispute = &listed.body["data"][0];
    assert_eq!((&dispute["amount"], &dispute["status"]), (&json!(8999), &json!("needs_response")));
    assert_eq!((&dispute["payment_intent"], &dispute["metadata"]), (&json!(id), &json!({})));
    (id, dispute["id"].as_str().unwrap().to_owned())
}

fn decide(sandbox: &Sandbox, dispute: &str, decision: &str) -> String {
    format!("{}/sandbox/disputes/{dispute}/{decision}", sandbox.address)
}

#[tokio::test]
async fn a_card_that_is_disputed_at_once_gives_nothing_back_until_the_dispute_is_won() {
    let sandbox = Sandbox::start().await;
    let (id, dispute) = disputed(&sandbox).await;
    let refund = [("payment_intent", id.as_str()), ("amount", "500")];
    let refused = sandbox.form("/v1/refunds", "refund-1", &refund).await;
    assert_eq!((refused.status, refused.code()), (StatusCode::BAD_REQUEST, "charge_disputed"));
    let open = json!([{ "id": dispute, "amount": 8999, "state": "open" }]);
    assert_eq!(sandbox.charges().await[0]["disputes"], open);

    let won = sandbox.browse(Method::POST, &decide(&sandbox, &dispute, "won")).await;
    assert_eq!(won.status(), StatusCode::NO_CONTENT);
    assert_eq!(sandbox.form("/v1/refunds", "refund-2", &refund).await.status, StatusCode::OK);
    assert_eq!(sandbox.charges().await[0]["disputes"][0]["state"], "won");
}

#[tokio::test]
async fn the_evidence_of_stripes_test_mode_decides_once() {
    for (text, state) in [("winning_evidence", "won"), ("losing_evidence", "lost")] {
        let sandbox = Sandbox::start().await;
        let (_, dispute) = disputed(&sandbox).await;
        let path = format!("/v1/disputes/{dispute}");
        let evidence = [("evidence[uncategorized_text]", text), ("submit", "true")];
        assert_eq!(sandbox.form(&path, "evidence", &evidence).await.state(), state);
        for decision in ["won", "lost"] {
            sandbox.browse(Method::POST, &decide(&sandbox, &dispute, decision)).await;
        }
        assert_eq!(sandbox.charges().await[0]["disputes"][0]["state"], state, "nothing leads out of it");
    }
}

#[tokio::test]
async fn what_is_no_dispute_or_no_decision_is_not_there() {
    let sandbox = Sandbox::start().await;
    let (_, dispute) = disputed(&sandbox).await;
    for url in
        [decide(&sandbox, "dp_0", "won"), decide(&sandbox, "0", "won"), decide(&sandbox, &dispute, "open")]
    {
        assert_eq!(sandbox.browse(Method::POST, &url).await.status(), StatusCode::NOT_FOUND, "{url}");
    }
    let evidence = [("evidence[uncategorized_text]", "winning_evidence")];
    assert_eq!(sandbox.form("/v1/disputes/dp_0", "none", &evidence).await.status, StatusCode::NOT_FOUND);
    let other = [("evidence[uncategorized_text]", "some evidence")];
    let path = format!("/v1/disputes/{dispute}");
    assert_eq!(sandbox.form(&path, "other", &other).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn every_step_of_a_dispute_is_told_and_none_says_what_its_payment_was_for() {
    let (sandbox, listener) = telling().await;
    let (id, dispute) = disputed(&sandbox).await;
    sandbox.browse(Method::POST, &decide(&sandbox, &dispute, "won")).await;
    let steps = ["created", "funds_withdrawn", "closed", "funds_reinstated"];
    let kinds = steps.map(|step| format!("charge.dispute.{step}"));
    sandbox.eventually(async || kinds.iter().all(|kind| listener.kinds().contains(kind))).await;
    for told in listener.told().iter().filter(|told| told.body["data"]["object"]["object"] == "dispute") {
        let object = &told.body["data"]["object"];
        assert_eq!((&object["payment_intent"], &object["metadata"]), (&json!(id), &json!({})));
    }
}

#[tokio::test]
async fn what_is_demanded_back_without_being_told_is_listed_at_its_time_and_was_captured() {
    let (sandbox, listener) = telling().await;
    let url = format!("{}/sandbox/disputes", sandbox.address);
    let demand = async || {
        let request = reqwest::Client::new().post(&url).header("content-type", "application/json");
        let demand = json!({"order_id": "order", "withdrawn_at": 1_000}).to_string();
        request.body(demand).send().await.unwrap()
    };
    let id = sandbox.opened("pm_card_visa").await;
    assert_eq!(demand().await.status(), StatusCode::CONFLICT, "nothing was captured yet");
    sandbox.advance(&id, "confirm").await;
    sandbox.advance(&id, "capture").await;
    let answer = demand().await;
    assert_eq!(answer.status(), StatusCode::CREATED);
    let dispute: String = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    assert_eq!(sandbox.charges().await[0]["disputes"][0]["id"], dispute);
    let listed = sandbox.ask("/v1/balance_transactions?created[lt]=2000&expand[]=data.source").await;
    let moved = &listed.body["data"][0];
    assert_eq!((&moved["reporting_category"], &moved["amount"]), (&json!("dispute"), &json!(-8999)));
    assert_eq!((&moved["source"]["id"], &moved["source"]["payment_intent"]), (&json!(dispute), &json!(id)));
    sandbox.eventually(async || listener.kinds().contains(&"succeeded".to_owned())).await;
    assert!(listener.kinds().iter().all(|kind| !kind.contains("dispute")), "{:?}", listener.kinds());
}

#[tokio::test]
async fn what_an_account_at_paypal_disputes_is_listed_shown_and_decided_once() {
    for (decision, outcome) in [("won", "RESOLVED_SELLER_FAVOUR"), ("lost", "RESOLVED_BUYER_FAVOUR")] {
        let merchant = Merchant::start().await;
        let capture = merchant.paid_by("disputes").await;
        let list = format!("/v1/customer/disputes?disputed_transaction_id={capture}&page_size=50");
        let listed = merchant.look_up(&list).await;
        let id = listed["items"][0]["dispute_id"].as_str().unwrap();
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
        let path = format!("/v1/customer/disputes/{id}");
        let shown = merchant.look_up(&path).await;
        assert_eq!(shown["status"], "WAITING_FOR_SELLER_RESPONSE");
        assert_eq!(shown["dispute_amount"], json!({"currency_code": "EUR", "value": "89.99"}));
        let of = json!({"seller_transaction_id": capture, "invoice_number": "order-1", "custom": "order"});
        assert_eq!(shown["disputed_transactions"], json!([of]));

        let part = json!({"amount": {"currency_code": "EUR", "value": "5.00"},
            "custom_id": "order", "invoice_id": "order-1-refund-1"});
        let refund = format!("/v2/payments/captures/{capture}/refund");
        let (_, refused) = merchant.post(&refund, "refund-1", part.clone()).await;
        assert_eq!(issue(&refused), "TRANSACTION_DISPUTED");

        for tried in [decision, "won", "lost"] {
            merchant.sandbox.browse(Method::POST, &decide(&merchant.sandbox, id, tried)).await;
        }
        let decided = merchant.look_up(&path).await;
        assert_eq!(
            (&decided["status"], &decided["dispute_outcome"]["outcome_code"]),
            (&json!("RESOLVED"), &json!(outcome))
        );
        assert_eq!(merchant.sandbox.charges().await[0]["disputes"][0]["state"], decision);
        let (status, _) = merchant.post(&refund, "refund-2", part).await;
        assert_eq!(status.is_success(), decision == "won", "what a dispute took is not given back");
    }
}

#[tokio::test]
async fn nothing_is_disputed_at_paypal_of_what_another_account_paid() {
    let merchant = Merchant::start().await;
    let capture = merchant.paid().await;
    let list = format!("/v1/customer/disputes?disputed_transaction_id={capture}&page_size=50");
    assert_eq!(merchant.look_up(&list).await["items"], json!([]));
    let nobody = merchant.look_up("/v1/customer/disputes/PP-D-1").await;
    assert_eq!(nobody["name"], "RESOURCE_NOT_FOUND");
    let url = decide(&merchant.sandbox, "PP-D-1", "won");
    assert_eq!(merchant.sandbox.browse(Method::POST, &url).await.status(), StatusCode::NOT_FOUND);
}
