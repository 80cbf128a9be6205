//! What Stripe lists as moved.

use application::{Cursor, Failure, Gateway, Listing, Transfers};
use domain::Timestamp;
use domain::payment::{GatewayReference, Outcome, RefundOutcome};
use domain::reconciliation::{Transfer, TransferKind, Window};

use crate::sandbox::{money, refund};
use crate::scripted::Scripted;
use crate::shop::{Shop, charge, gateway};

fn window() -> Window {
    Window::from(Timestamp::from_millis(1_790_000_000_000))
}

async fn listed(status: u16, body: &str) -> Result<Listing<Transfer>, Failure> {
    let scripted = Scripted::answering(&[(status, body), (status, body)]).await;
    gateway(&scripted.address).page(window(), None).await
}

/// A page with one balance transaction of this category and source.
fn page(category: &str, source: &str) -> String {
    format!(
        r#"{{"object":"list","has_more":false,"data":[{{"id":"txn_1","object":"balance_transaction","amount":9876,
            "currency":"chf","created":1790000000,"reporting_category":"{category}","type":"charge","source":{source}}}]}}"#
    )
}

const CHARGE: &str = r#"{"id":"ch_1","object":"charge","amount":8999,"amount_captured":8999,"currency":"eur",
    "payment_intent":"pi_1","metadata":{"order_id":"order","attempt":"2"}}"#;
const REFUND: &str = r#"{"id":"re_1","object":"refund","amount":500,"currency":"eur","payment_intent":"pi_1",
    "metadata":{"order_id":"order","refund":"3"}}"#;
const DISPUTE: &str = r#"{"id":"dp_1","object":"dispute","amount":8999,"currency":"eur","payment_intent":"pi_1",
    "metadata":{},"status":"won","balance_transactions":[]}"#;

#[tokio::test]
async fn a_page_is_asked_for_by_time_with_what_moved() {
    let scripted = Scripted::answering(&[]).await;
    let gateway = gateway(&scripted.address);
    for after in [None, Some(Cursor("txn_9".to_owned()))] {
        assert_eq!(gateway.page(window(), after.as_ref()).await, Err(Failure::Unavailable));
    }
    let asked: Vec<String> = scripted.asked().into_iter().map(|asked| asked.line).collect();
    let first = "GET /v1/balance_transactions?created[gte]=1790000000&created[lt]=1790000900&limit=100&expand[]=data.source";
    assert_eq!(asked, [first.to_owned(), format!("{first}&starting_after=txn_9")]);
    let strange = Cursor("txn_9&limit=1".to_owned());
    assert!(gateway.page(window(), Some(&strange)).await.is_err());
    assert_eq!(scripted.asked().len(), 2, "what is no id is not sent");
}

#[tokio::test]
async fn a_charge_and_a_refund_are_read_in_the_currency_that_the_shopper_paid_in() {
    let list = listed(200, &page("charge", CHARGE)).await.unwrap();
    let [captured] = list.items.as_slice() else { panic!("{list:?}") };
    assert_eq!(captured.kind, TransferKind::Captured(Some(2)));
    assert_eq!(captured.amount, money(8999, "EUR"));
    assert_eq!((captured.id.as_str(), list.next), ("ch_1", None));
    assert_eq!(captured.order_id.as_ref().map(domain::OrderId::as_str), Some("order"));
    assert_eq!(captured.reference.as_ref().map(GatewayReference::as_str), Some("pi_1"));
    for (category, kind) in
        [("refund", TransferKind::Refunded(Some(3))), ("refund_failure", TransferKind::RefundFailed(Some(3)))]
    {
        let list = listed(200, &page(category, REFUND)).await.unwrap();
        assert_eq!((&list.items[0].kind, list.items[0].amount), (&kind, money(500, "EUR")));
    }
}

#[tokio::test]
async fn a_dispute_names_its_payment_and_both_its_ways_have_an_id_of_their_own() {
    let dispute = Some("dp_1".parse().unwrap());
    for (category, kind) in [
        ("dispute", TransferKind::Disputed { attempt: None, dispute: dispute.clone() }),
        ("dispute_reversal", TransferKind::DisputeReversed { attempt: None, dispute }),
    ] {
        let list = listed(200, &page(category, DISPUTE)).await.unwrap();
        let [moved] = list.items.as_slice() else { panic!("{list:?}") };
        assert_eq!((&moved.kind, moved.amount), (&kind, money(8999, "EUR")));
        assert_eq!((moved.id.as_str(), &moved.order_id), ("txn_1", &None), "the balance transaction's");
        assert_eq!(moved.reference.as_ref().map(GatewayReference::as_str), Some("pi_1"));
    }
}

#[tokio::test]
async fn what_moves_no_money_of_a_shopper_is_left_out() {
    for category in ["payout", "fee", "risk_reserved_funds", "a_word_of_next_year"] {
        assert_eq!(
            listed(200, &page(category, "null")).await.map(|list| list.items),
            Ok(vec![]),
            "{category}"
        );
    }
}

#[tokio::test]
async fn money_of_somebody_else_is_listed_without_an_order() {
    let stranger = r#"{"id":"ch_2","amount_captured":100,"currency":"eur","payment_intent":null,
        "metadata":{"order_id":"not an id","attempt":"x"}}"#;
    let list = listed(200, &page("charge", stranger)).await.unwrap();
    let Transfer { order_id, reference, kind, .. } = list.items[0].clone();
    assert_eq!((order_id, reference, kind), (None, None, TransferKind::Captured(None)));
}

#[tokio::test]
async fn fault_81_what_cannot_be_read_is_no_end_of_the_list() {
    for source in [r#""ch_1""#, "null", r#"{"id":"ch 1","amount_captured":1,"currency":"eur"}"#] {
        assert!(
            matches!(listed(200, &page("charge", source)).await, Err(Failure::Unreadable(_))),
            "{source}"
        );
    }
    for source in ["null", r#""dp_1""#, r#"{"id":"dp 1","amount":1,"currency":"eur"}"#] {
        assert!(
            matches!(listed(200, &page("dispute", source)).await, Err(Failure::Unreadable(_))),
            "{source}"
        );
    }
    assert!(matches!(listed(200, "<html>").await, Err(Failure::Unreadable(_))));
    assert_eq!(listed(429, "{}").await, Err(Failure::Throttled));
    assert_eq!(listed(401, "{}").await, Err(Failure::Throttled));
    assert_eq!(listed(500, "{}").await, Err(Failure::Unavailable));
    assert_eq!(gateway("http://127.0.0.1:1").page(window(), None).await, Err(Failure::Unavailable));
}

#[tokio::test]
async fn the_sandbox_lists_what_it_moved_page_by_page() {
    let shop = Shop::start().await;
    let charge = charge("pm_card_visa");
    let reference = shop.opened(&charge).await;
    assert_eq!(shop.gateway.confirm(&charge, &reference).await, Outcome::Authorized);
    assert_eq!(shop.gateway.capture(&charge, &reference).await, Outcome::Captured);
    for number in 1..=120 {
        let part = refund(&reference, number, 1);
        assert_eq!(shop.gateway.refund(&part).await, RefundOutcome::Refunded);
    }
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let begin = Timestamp::from_millis((i64::try_from(now).unwrap() - 600) * 1_000);
    let list = shop.gateway.transfers().unwrap();
    let first = list.page(Window::from(begin), None).await.unwrap();
    assert_eq!(first.items.len(), 100);
    let rest = list.page(Window::from(begin), first.next.as_ref()).await.unwrap();
    assert_eq!((rest.items.len(), rest.next), (21, None));
    let captured = rest.items.last().unwrap();
    assert_eq!((&captured.kind, captured.amount), (&TransferKind::Captured(Some(1)), charge.amount));
    assert_eq!(captured.reference.as_ref(), Some(&reference));
    assert_eq!(rest.items[0].kind, TransferKind::Refunded(Some(20)));
}

#[tokio::test]
async fn the_sandbox_lists_what_a_dispute_takes_and_gives_back() {
    let shop = Shop::start().await;
    let charge = charge("pm_card_createDispute");
    let reference = shop.opened(&charge).await;
    assert_eq!(shop.gateway.confirm(&charge, &reference).await, Outcome::Authorized);
    assert_eq!(shop.gateway.capture(&charge, &reference).await, Outcome::Captured);
    let disputes = shop.gateway.disputes(&charge, &reference).await.unwrap();
    let id = disputes[0].reference.clone();
    let won = format!("{}/sandbox/disputes/{}/won", shop.sandbox.address, id.as_str());
    assert_eq!(reqwest::Client::new().post(won).send().await.unwrap().status(), 204);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let begin = Timestamp::from_millis((i64::try_from(now).unwrap() - 600) * 1_000);
    let list = shop.gateway.transfers().unwrap().page(Window::from(begin), None).await.unwrap();
    let kinds: Vec<_> = list.items.iter().map(|one| one.kind.clone()).collect();
    let (attempt, dispute) = (None, Some(id));
    let taken = TransferKind::Disputed { attempt, dispute: dispute.clone() };
    let returned = TransferKind::DisputeReversed { attempt, dispute };
    assert_eq!(kinds, [returned, taken, TransferKind::Captured(Some(1))], "newest first");
    assert!(list.items.iter().all(|one| one.reference.as_ref() == Some(&reference)));
    assert!(list.items.iter().all(|one| one.amount == charge.amount));
    assert_ne!(list.items[0].id, list.items[1].id);
}
