//! What Adyen's reports say was moved.

use std::sync::Arc;

use application::{Cursor, Failure, Gateway, Listing, SecretName};
use domain::payment::{GatewayReference, Outcome, RefundOutcome};
use domain::reconciliation::{Transfer, TransferKind, Window};
use domain::webhook::{DisputeStage, FactSubject};
use domain::{OrderId, Timestamp};
use payments::adyen::AdyenGateway;

use crate::rotated::Rotated;
use crate::sandbox::{money, refund};
use crate::scripted::Scripted;
use crate::shop::{Shop, charge, gateway};

const CREDENTIALS: &str = r#"{"username":"report_1@Company.Shop","password":"secret"}"#;
const USER: Rotated = Rotated { current: Ok(CREDENTIALS), refreshed: Ok(CREDENTIALS) };

const HEADER: &str = "Company Account,Psp Reference,Merchant Reference,Booking Date,TimeZone,Record Type,Payment Currency,\
                      Captured (PC),Modification Psp Reference,Modification Merchant Reference,Original Amount\n";

/// 2026-09-21T14:00:00Z and the quarter of an hour behind it, which is of this day and the next, wherever the account is.
fn window() -> Window {
    Window::from(Timestamp::from_millis(1_789_999_200_000))
}

/// A file with one row in it, booked in the window.
fn file(record: &str, captured: &str) -> String {
    row(record, "2026-09-21 16:05:00,CEST", "order-1-2", captured, "MOD1,order-1-2")
}

fn row(record: &str, booked: &str, paid: &str, captured: &str, modification: &str) -> String {
    format!("{HEADER}Shop,PSP1,{paid},{booked},{record},EUR,{captured},{modification},\n")
}

/// A row of the dispute `DSP1`, as published ones are: what was disputed stands in the last column alone.
fn disputed(record: &str, paid: &str, captured: &str, original: &str) -> String {
    let at = "2026-09-21 16:05:00,CEST";
    format!("{HEADER}Shop,PSP1,{paid},{at},{record},EUR,{captured},DSP1,,{original}\n")
}

fn reading(endpoint: &str, user: Rotated) -> AdyenGateway {
    gateway(endpoint).with_reports(endpoint, Arc::new(user), SecretName("reports".to_owned())).unwrap()
}

async fn read(adyen: &AdyenGateway) -> Result<Vec<Transfer>, Failure> {
    read_of(adyen, window()).await
}

/// Every page of a window.
async fn read_of(adyen: &AdyenGateway, window: Window) -> Result<Vec<Transfer>, Failure> {
    let list = adyen.transfers().unwrap();
    let (mut transfers, mut after): (Vec<_>, Option<Cursor>) = (Vec::new(), None);
    loop {
        let Listing { items, next } = list.page(window, after.as_ref()).await?;
        transfers.extend(items);
        after = next;
        if after.is_none() {
            return Ok(transfers);
        }
    }
}

/// What is read where these are the files of the window's two days.
async fn listed(first: &str, second: &str) -> Result<Vec<Transfer>, Failure> {
    let adyen = Scripted::answering(&[(200, first), (200, second)]).await;
    read(&reading(&adyen.address, USER)).await
}

async fn one(row: &str) -> Option<Transfer> {
    let listed = listed(row, HEADER).await.unwrap();
    assert!(listed.len() < 2, "{listed:?}");
    listed.into_iter().next()
}

#[tokio::test]
async fn the_files_of_every_day_that_the_window_may_be_of_are_asked_for_once() {
    let adyen = Scripted::answering(&[(200, HEADER), (200, HEADER)]).await;
    let gateway = reading(&adyen.address, USER);
    for _ in 0..2 {
        assert_eq!(read(&gateway).await, Ok(vec![]));
    }
    let asked = adyen.asked();
    let lines: Vec<_> = asked.iter().map(|asked| asked.line.as_str()).collect();
    let file = "GET /reports/download/MerchantAccount/Shop/payments_accounting_report_2026_09";
    assert_eq!(lines, [format!("{file}_21.csv"), format!("{file}_22.csv")]);
    assert_eq!(asked[0].header("authorization"), "Basic cmVwb3J0XzFAQ29tcGFueS5TaG9wOnNlY3JldA==");
    let list = gateway.transfers().unwrap();
    assert!(list.page(window(), Some(&Cursor("../22".to_owned()))).await.is_err());
}

#[tokio::test]
async fn a_capture_and_a_refund_are_known_by_our_references() {
    let captured = one(&file("SentForSettle", "89.99")).await.unwrap();
    assert_eq!((captured.kind, captured.amount), (TransferKind::Captured(Some(2)), money(8_999, "EUR")));
    assert_eq!(
        (captured.id.as_str(), captured.order_id.as_ref().map(OrderId::as_str)),
        ("MOD1", Some("order-1"))
    );
    assert_eq!(captured.reference.as_ref().map(GatewayReference::as_str), Some("order-1-2"));
    let back =
        row("SentForRefund", "2026-09-21 16:05:00,CEST", "order-1-2", "-5.00", "MOD2,order-1-2-refund-3");
    let back = one(&back).await.unwrap();
    assert_eq!((back.kind, back.amount), (TransferKind::Refunded(Some(3)), money(500, "EUR")));
    assert_eq!(back.order_id.as_ref().map(OrderId::as_str), Some("order-1"));
}

#[tokio::test]
async fn what_came_to_nothing_afterwards_is_listed_beside_what_it_was() {
    for (record, kind) in [
        ("CaptureFailed", TransferKind::CaptureFailed(Some(2))),
        ("SettledReversed", TransferKind::CaptureFailed(Some(2))),
        ("RefundFailed", TransferKind::RefundFailed(None)),
        ("RefundedReversed", TransferKind::RefundFailed(None)),
    ] {
        let failed = one(&file(record, "-89.99")).await.unwrap();
        assert_eq!((failed.kind, failed.id.as_str()), (kind, format!("MOD1-{record}").as_str()));
    }
}

#[tokio::test]
async fn each_step_of_a_dispute_is_listed_once_with_the_dispute_that_it_is_of_and_what_it_proves() {
    let (attempt, named) = (Some(2), |id: &str| Some(id.parse::<GatewayReference>().unwrap()));
    for (record, kind, stage) in [
        ("Chargeback", TransferKind::Disputed { attempt, dispute: named("DSP1") }, DisputeStage::Opened),
        (
            "ChargebackReversed",
            TransferKind::DisputeReversed { attempt, dispute: named("DSP1") },
            DisputeStage::Won,
        ),
        (
            "SecondChargeback",
            TransferKind::Disputed { attempt, dispute: named("DSP1-again") },
            DisputeStage::LostAgain,
        ),
    ] {
        for (captured, original) in [("", "89.99"), ("-89.99", ""), ("-89.99", "100.00")] {
            let step = one(&disputed(record, "order-1-2", captured, original)).await.unwrap();
            assert_eq!((&step.kind, step.id.as_str()), (&kind, format!("DSP1-{record}").as_str()));
            assert_eq!(step.order_id.as_ref().map(OrderId::as_str), Some("order-1"));
            assert_eq!(step.amount, money(8_999, "EUR"), "{captured} {original}");
            let fact = step.fact.unwrap();
            let subject = FactSubject::Dispute { reference: "DSP1".parse().unwrap(), stage };
            assert_eq!((fact.subject, fact.success, fact.amount), (subject, true, Some(step.amount)));
            assert_eq!(fact.payment.as_str(), "PSP1");
        }
    }
}

#[tokio::test]
async fn what_is_disputed_of_somebody_elses_payment_proves_nothing_of_ours() {
    let step = one(&disputed("Chargeback", "\"Invoice 7, till 3\"", "", "1.00")).await.unwrap();
    let dispute = Some("DSP1".parse().unwrap());
    assert_eq!((step.order_id, step.kind), (None, TransferKind::Disputed { attempt: None, dispute }));
    assert_eq!(step.fact, None);
}

#[tokio::test]
async fn money_of_somebody_else_is_listed_without_an_order_and_what_a_person_refunded_without_a_number() {
    let at = "2026-09-21 16:05:00,CEST";
    let stranger = one(&row("SentForSettle", at, "\"Invoice 7, till 3\"", "1.00", ",")).await.unwrap();
    assert_eq!((stranger.order_id, stranger.kind), (None, TransferKind::Captured(None)));
    assert_eq!((stranger.reference, stranger.id.as_str()), (None, "PSP1"));
    let by_hand = one(&row("SentForRefund", at, "order-1-2", "-1.00", "MOD3,")).await.unwrap();
    assert_eq!(by_hand.kind, TransferKind::Refunded(None));
    assert_eq!(by_hand.order_id.as_ref().map(OrderId::as_str), Some("order-1"));
}

#[tokio::test]
async fn what_moves_no_shoppers_money_or_has_moved_before_is_left_out() {
    for record in ["Received", "Authorised", "Settled", "Refunded", "Refused", "NotificationOfChargeback"] {
        assert_eq!(one(&file(record, "")).await, None, "{record}");
    }
}

#[tokio::test]
async fn each_row_is_of_the_window_of_its_time_in_the_zone_that_it_says() {
    for (booked, is_in) in [
        ("2026-09-21 15:59:59,CEST", false),
        ("2026-09-21 16:00:00,CEST", true),
        ("2026-09-21 16:14:59,CEST", true),
        ("2026-09-21 16:15:00,CEST", false),
        ("2026-09-21 14:00:00,UTC", true),
        ("2026-09-21 07:00:00,PDT", true),
        ("2026-09-22 02:00:00,NZST", true),
    ] {
        let one = one(&row("SentForSettle", booked, "order-1-2", "89.99", "MOD1,order-1-2")).await;
        assert_eq!(one.is_some(), is_in, "{booked}");
    }
}

#[tokio::test]
async fn fault_82_a_file_that_is_not_there_yet_is_no_empty_list() {
    let not_yet = Scripted::answering(&[(200, HEADER)]).await;
    assert_eq!(read(&reading(&not_yet.address, USER)).await, Err(Failure::Unavailable));
    assert_eq!(not_yet.asked().len(), 5, "the second day's, and three later ones");
}

#[tokio::test]
async fn a_day_without_a_file_is_one_without_a_transfer_once_a_later_file_is_there() {
    let rows = file("SentForSettle", "89.99");
    let adyen = Scripted::answering(&[(404, ""), (200, &rows), (200, &rows)]).await;
    let gateway = reading(&adyen.address, USER);
    for _ in 0..2 {
        assert_eq!(read(&gateway).await.map(|listed| listed.len()), Ok(1));
    }
    assert_eq!(adyen.asked().len(), 3);
}

#[tokio::test]
async fn fault_81_what_cannot_be_read_is_no_end_of_the_list() {
    for broken in [
        "",
        "<html>",
        "Psp Reference,Merchant Reference\nPSP1,order-1-2\n",
        &file("SentForSettle", "89,99"),
        &file("SentForSettle", "1.234"),
        &file("SentForSettle", ""),
        &file("SentForSettle", "89.99,another column"),
        &row("SentForSettle", "2026-09-21 16:05,CEST", "order-1-2", "89.99", "MOD1,order-1-2"),
        &row("SentForSettle", "2026-09-21 16:05:00,XYZ", "order-1-2", "89.99", "MOD1,order-1-2"),
        &row("SentForRefund", "2026-09-21 16:05:00,CEST", "order-1-2", "-5.00", ",order-1-2-refund-3"),
        &disputed("Chargeback", "order-1-2", "", ""),
        &disputed("Chargeback", "order-1-2", "", "89,99"),
        &disputed("ChargebackReversed", "order-1-2", "", "89.99").replace("DSP1", ""),
        &HEADER.replace(",Original Amount", ""),
        &format!("{HEADER}Shop,PSP1,order"),
    ] {
        assert!(matches!(listed(broken, HEADER).await, Err(Failure::Unreadable(_))), "{broken}");
    }
    for (status, failure) in
        [(429, Failure::Throttled), (500, Failure::Unavailable), (302, Failure::Unavailable)]
    {
        let adyen = Scripted::answering(&[(status, HEADER)]).await;
        assert_eq!(read(&reading(&adyen.address, USER)).await, Err(failure), "{status}");
    }
}

#[tokio::test]
async fn fault_65_credentials_that_were_rotated_are_read_anew() {
    let adyen = Scripted::answering(&[(401, ""), (200, HEADER), (401, ""), (200, HEADER)]).await;
    let rotated = Rotated { current: Ok(r#"{"username":"report_1@Company.Shop","password":"old"}"#), ..USER };
    assert_eq!(read(&reading(&adyen.address, rotated)).await, Ok(vec![]));
    let refusing = Scripted::answering(&[(403, "")]).await;
    assert_eq!(read(&reading(&refusing.address, USER)).await, Err(Failure::Throttled));
    let unreadable = Rotated { current: Ok("AQE"), refreshed: Ok("AQE") };
    assert!(matches!(read(&reading(&refusing.address, unreadable)).await, Err(Failure::Unreadable(_))));
}

#[tokio::test]
async fn without_a_report_user_nothing_is_listed() {
    assert!(gateway("http://127.0.0.1:9").transfers().is_none());
}

#[tokio::test]
async fn the_sandbox_reports_what_it_moved() {
    let shop = Shop::start().await;
    let charge = charge("visa");
    let reference = shop.authorized(&charge).await;
    assert_eq!(shop.gateway.capture(&charge, &reference).await, Outcome::Received);
    shop.until(&charge, &Outcome::Captured).await;
    let part = refund(&reference, 1, 500);
    assert_eq!(shop.gateway.refund(&part).await, RefundOutcome::Pending);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let end = Timestamp::from_millis((i64::try_from(now).unwrap() + 1) * 1_000);
    let window = Window::from(end.minus(Window::LENGTH));
    let moved = read_of(&reading(&shop.sandbox.address, USER), window).await.unwrap();
    let moved: Vec<_> = moved.into_iter().map(|one| (one.kind, one.amount, one.order_id)).collect();
    let order = Some(charge.order_id.clone());
    let captured = (TransferKind::Captured(Some(1)), charge.amount, order.clone());
    assert_eq!(moved, [captured, (TransferKind::Refunded(Some(1)), money(500, "EUR"), order)]);
}

#[tokio::test]
async fn the_sandbox_reports_what_a_dispute_takes_and_gives_back() {
    let shop = Shop::start().await;
    let charge = charge("chargeback");
    let reference = shop.authorized(&charge).await;
    assert_eq!(shop.gateway.capture(&charge, &reference).await, Outcome::Received);
    shop.until(&charge, &Outcome::Captured).await;
    let book = reqwest::get(format!("{}/sandbox/charges", shop.sandbox.address)).await.unwrap();
    let book: serde_json::Value = serde_json::from_str(&book.text().await.unwrap()).unwrap();
    let id = book[0]["disputes"][0]["id"].as_str().unwrap();
    let won = format!("{}/sandbox/disputes/{id}/won", shop.sandbox.address);
    assert_eq!(reqwest::Client::new().post(won).send().await.unwrap().status(), 204);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let end = Timestamp::from_millis((i64::try_from(now).unwrap() + 1) * 1_000);
    let window = Window::from(end.minus(Window::LENGTH));
    let moved = read_of(&reading(&shop.sandbox.address, USER), window).await.unwrap();
    let kinds: Vec<_> = moved.iter().map(|one| one.kind.clone()).collect();
    let (attempt, dispute) = (Some(1), Some(id.parse().unwrap()));
    let taken = TransferKind::Disputed { attempt, dispute: dispute.clone() };
    let returned = TransferKind::DisputeReversed { attempt, dispute };
    assert_eq!(kinds, [TransferKind::Captured(attempt), taken, returned]);
    assert!(moved.iter().all(|one| one.amount == charge.amount && one.fact.is_some()));
}
