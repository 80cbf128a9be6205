//! What PayPal lists as moved.

use application::{Cursor, Failure, Gateway, Listing, Transfers};
use domain::payment::{Outcome, RefundOutcome};
use domain::reconciliation::{Transfer, TransferKind, Window};
use domain::{OrderId, Timestamp};

use crate::sandbox::{money, refund};
use crate::shop::{Shop, charge, gateway, scripted};

/// 2026-09-21T14:13:20Z and the quarter of an hour behind it.
fn window() -> Window {
    Window::from(Timestamp::from_millis(1_790_000_000_000))
}

async fn listed(status: u16, body: &str) -> Result<Listing<Transfer>, Failure> {
    let paypal = scripted(&[(status, body)]).await;
    gateway(&paypal.address).page(window(), None).await
}

/// A page with one transaction, of a list that was complete then.
fn page(code: &str, status: &str, value: &str, names: &str, refreshed: &str) -> String {
    format!(
        r#"{{"transaction_details":[{{"transaction_info":{{"transaction_id":"5TY05013RG002845M",
            "paypal_reference_id":"AUTH1","paypal_reference_id_type":"TXN","transaction_event_code":"{code}",
            "transaction_initiation_date":"2026-09-21T14:20:00+0000","transaction_status":"{status}",
            "transaction_amount":{{"currency_code":"EUR","value":"{value}"}},"fee_amount":{{"currency_code":"EUR",
            "value":"-1.00"}}{names}}}}}],"last_refreshed_datetime":"{refreshed}","page":1,"total_items":1,"total_pages":1}}"#
    )
}

const REFRESHED: &str = "2026-09-21T17:59:59+0000";

async fn one(code: &str, status: &str, value: &str, names: &str) -> Option<Transfer> {
    listed(200, &page(code, status, value, names, REFRESHED)).await.unwrap().items.pop()
}

#[tokio::test]
async fn a_page_is_asked_for_by_time_without_anything_about_the_payer() {
    let paypal = scripted(&[]).await;
    let gateway = gateway(&paypal.address);
    for after in [None, Some(Cursor("2".to_owned()))] {
        assert_eq!(gateway.page(window(), after.as_ref()).await, Err(Failure::Unavailable));
    }
    assert!(gateway.page(window(), Some(&Cursor("2&page=3".to_owned()))).await.is_err());
    let asked: Vec<String> = paypal.asked().into_iter().skip(1).map(|asked| asked.line).collect();
    let line = "GET /v1/reporting/transactions?start_date=2026-09-21T14:13:20Z&end_date=2026-09-21T14:28:20Z\
                &fields=transaction_info&page_size=500";
    assert_eq!(asked, [format!("{line}&page=1"), format!("{line}&page=2")]);
}

#[tokio::test]
async fn a_capture_and_a_refund_are_known_by_our_invoices() {
    let captured =
        one("T0006", "S", "89.99", r#","invoice_id":"order-1-2","custom_field":"order-1""#).await.unwrap();
    assert_eq!((captured.kind, captured.amount), (TransferKind::Captured(Some(2)), money(8999, "EUR")));
    assert_eq!(captured.order_id.as_ref().map(OrderId::as_str), Some("order-1"));
    let back = one("T1107", "S", "-5.00", r#","invoice_id":"order-1-2-refund-3""#).await.unwrap();
    assert_eq!((back.kind, back.amount), (TransferKind::Refunded(Some(3)), money(500, "EUR")));
    assert_eq!(back.order_id.as_ref().map(OrderId::as_str), Some("order-1"));
    let reversed = one("T0006", "V", "89.99", r#","invoice_id":"order-1-2""#).await;
    assert!(reversed.is_some(), "it was captured before it went back");
}

#[tokio::test]
async fn what_a_shopper_demands_back_is_known_by_the_invoice_of_its_payment_and_has_no_id() {
    let names = r#","invoice_id":"order-1-2","custom_field":"order-1""#;
    let taken = TransferKind::Disputed { attempt: Some(2), dispute: None };
    let returned = TransferKind::DisputeReversed { attempt: Some(2), dispute: None };
    for (code, value, kind) in
        [("T1106", "-89.99", &taken), ("T1201", "-89.99", &taken), ("T1202", "89.99", &returned)]
    {
        let moved = one(code, "S", value, names).await.unwrap();
        assert_eq!((&moved.kind, moved.amount), (kind, money(8999, "EUR")), "{code}");
        assert_eq!(moved.order_id.as_ref().map(OrderId::as_str), Some("order-1"));
    }
    let unnamed = one("T1201", "V", "-89.99", r#","custom_field":"order-1""#).await.unwrap();
    assert_eq!(unnamed.kind, TransferKind::Disputed { attempt: None, dispute: None });
    assert_eq!(unnamed.order_id.as_ref().map(OrderId::as_str), Some("order-1"));
}

#[tokio::test]
async fn money_of_somebody_else_is_listed_without_an_order_and_what_a_person_refunded_without_a_number() {
    let stranger = one("T0003", "S", "1.00", "").await.unwrap();
    assert_eq!((stranger.order_id, stranger.kind), (None, TransferKind::Captured(None)));
    let by_hand =
        one("T1107", "S", "-1.00", r#","invoice_id":"order-1","custom_field":"order""#).await.unwrap();
    assert_eq!(by_hand.kind, TransferKind::Refunded(None));
    assert_eq!(by_hand.order_id.as_ref().map(OrderId::as_str), Some("order"));
}

#[tokio::test]
async fn what_has_not_moved_or_is_no_shoppers_money_is_left_out() {
    for (code, status, value) in [
        ("T0006", "P", "89.99"),
        ("T0006", "D", "89.99"),
        ("T0000", "S", "-20.00"),
        ("T1300", "S", "89.99"),
        ("T0400", "S", "-500.00"),
        ("T1110", "S", "-89.99"),
        ("T1111", "S", "89.99"),
        ("T1201", "P", "-89.99"),
    ] {
        assert_eq!(one(code, status, value, "").await, None, "{code} {status}");
    }
}

#[tokio::test]
async fn fault_82_a_list_that_has_not_caught_up_is_read_again_later() {
    let refreshed = |at| page("T0006", "S", "89.99", "", at);
    assert_eq!(listed(200, &refreshed("2026-09-21T14:28:19+0000")).await, Err(Failure::Unavailable));
    for at in ["2026-09-21T14:28:20+0000", "2026-09-21T14:28:20Z", "2026-09-22T00:00:00+00:00"] {
        assert!(listed(200, &refreshed(at)).await.is_ok(), "{at}");
    }
    for at in ["2026-09-21T20:00:00+0600", "soon", ""] {
        assert!(matches!(listed(200, &refreshed(at)).await, Err(Failure::Unreadable(_))), "{at}");
    }
}

#[tokio::test]
async fn fault_81_what_cannot_be_read_is_no_end_of_the_list() {
    for value in ["89,99", "1.234", ""] {
        let body = page("T0006", "S", value, "", REFRESHED);
        assert!(matches!(listed(200, &body).await, Err(Failure::Unreadable(_))), "{value}");
    }
    assert!(matches!(listed(200, "<html>").await, Err(Failure::Unreadable(_))));
    assert_eq!(listed(429, "{}").await, Err(Failure::Throttled));
    assert_eq!(listed(500, "{}").await, Err(Failure::Unavailable));
}

#[tokio::test]
async fn the_sandbox_lists_what_it_moved() {
    let shop = Shop::start().await;
    let charge = charge();
    let reference = shop.approved(&charge, "pays").await;
    assert_eq!(shop.gateway.confirm(&charge, &reference).await, Outcome::Authorized);
    assert_eq!(shop.gateway.capture(&charge, &reference).await, Outcome::Captured);
    let part = refund(&reference, 1, 500);
    assert_eq!(shop.gateway.refund(&part).await, RefundOutcome::Refunded);
    // The list is complete up to this very second.
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let end = Timestamp::from_millis(i64::try_from(now).unwrap() * 1_000);
    let list = shop.gateway.transfers().unwrap();
    let list = list.page(Window::from(end.minus(Window::LENGTH)), None).await.unwrap();
    let kinds: Vec<_> = list.items.iter().map(|one| (one.kind.clone(), one.amount)).collect();
    assert_eq!(
        kinds,
        [
            (TransferKind::Captured(Some(1)), charge.amount),
            (TransferKind::Refunded(Some(1)), money(500, "EUR")),
        ]
    );
    assert_eq!((list.items[1].order_id.as_ref(), list.next), (Some(&charge.order_id), None));
}

#[tokio::test]
async fn the_sandbox_lists_what_a_dispute_takes_and_gives_back() {
    let shop = Shop::start().await;
    let charge = charge();
    let reference = shop.approved(&charge, "disputes").await;
    assert_eq!(shop.gateway.confirm(&charge, &reference).await, Outcome::Authorized);
    assert_eq!(shop.gateway.capture(&charge, &reference).await, Outcome::Captured);
    let disputes = shop.gateway.disputes(&charge, &reference).await.unwrap();
    let won = format!("{}/sandbox/disputes/{}/won", shop.sandbox.address, disputes[0].reference.as_str());
    assert_eq!(reqwest::Client::new().post(won).send().await.unwrap().status(), 204);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let end = Timestamp::from_millis(i64::try_from(now).unwrap() * 1_000);
    let list = shop.gateway.transfers().unwrap();
    let list = list.page(Window::from(end.minus(Window::LENGTH)), None).await.unwrap();
    let kinds: Vec<_> = list.items.iter().map(|one| one.kind.clone()).collect();
    let (attempt, dispute) = (Some(1), None);
    let taken = TransferKind::Disputed { attempt, dispute: dispute.clone() };
    let returned = TransferKind::DisputeReversed { attempt, dispute };
    assert_eq!(kinds, [TransferKind::Captured(attempt), taken, returned]);
    assert!(list.items.iter().all(|one| one.order_id.as_ref() == Some(&charge.order_id)));
    assert!(list.items.iter().all(|one| one.amount == charge.amount));
}
