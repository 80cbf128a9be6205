use std::sync::Arc;
use std::time::Duration;

use application::Gateway;
use axum::Router;
use axum::extract::Path;
use axum::routing::post;
use domain::payment::{Charge, Outcome};
use domain::webhook::FactSubject;
use memory::Store;
use proptest::prelude::*;

use crate::answers::{AUTHORISED, of_any_other_shape, problem};
use crate::rotated::Rotated;
use crate::sandbox::{money, until_known};
use crate::scripted::Scripted;
use crate::shop::{Shop, charge, gateway, gateway_with, reference, told};

/// What a confirm makes of this answer.
async fn confirm_answered(status: u16, body: &str) -> Outcome {
    let scripted = Scripted::answering(&[(status, body)]).await;
    gateway(&scripted.address).confirm(&charge("visa"), &reference()).await
}

#[tokio::test]
async fn fault_58_a_refused_connection_is_not_sent() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    assert_eq!(gateway(&address).confirm(&charge("visa"), &reference()).await, Outcome::NotSent);
}

#[tokio::test]
async fn fault_60_a_time_out_before_the_payment_is_unknown_until_a_repetition_makes_it() {
    let shop = Shop::start().await;
    let charge = charge("timeoutBeforePayment");
    assert_eq!(shop.impatient().confirm(&charge, &reference()).await, Outcome::Unknown);
    assert_eq!(shop.gateway.look_up(&charge, &reference()).await, Outcome::Unknown);
    let paid = until_known(async || shop.gateway.confirm(&charge, &reference()).await).await;
    assert_eq!(paid, Outcome::Authorized);
    assert_eq!(shop.sandbox.charges().await, 0);
}

#[tokio::test]
async fn fault_61_a_time_out_after_the_payment_is_unknown_until_it_is_told_or_repeated() {
    let shop = Shop::start().await;
    let charge = charge("timeoutAfterPayment");
    assert_eq!(shop.impatient().confirm(&charge, &reference()).await, Outcome::Unknown);
    shop.until(&charge, &Outcome::Authorized).await;
    assert_eq!(shop.gateway.confirm(&charge, &reference()).await, Outcome::Authorized);

    shop.sandbox.plan(r#"{"capture":[{"fault":"silent_after","times":1}]}"#).await;
    assert_eq!(shop.impatient().capture(&charge, &reference()).await, Outcome::Unknown);
    shop.until(&charge, &Outcome::Captured).await;
    shop.gateway.capture(&Charge { renewal: 1, ..charge.clone() }, &reference()).await;
    assert_eq!(shop.sandbox.charges().await, 1);
}

#[tokio::test]
async fn fault_62_a_payment_that_lands_after_a_void_was_asked_for_is_found_and_voided() {
    let shop = Shop::start().await;
    let charge = charge("visa");
    shop.sandbox.plan(r#"{"confirm":[{"fault":"late","times":1,"milliseconds":1200}]}"#).await;
    assert_eq!(shop.impatient().confirm(&charge, &reference()).await, Outcome::Unknown);
    assert_eq!(shop.gateway.void(&charge, &reference()).await, Outcome::Received);
    shop.until(&charge, &Outcome::Authorized).await;
    shop.gateway.void(&Charge { renewal: 1, ..charge.clone() }, &reference()).await;
    shop.until(&charge, &Outcome::Voided).await;
    assert_eq!(shop.sandbox.charges().await, 0);
}

#[tokio::test]
async fn fault_63_a_server_error_is_unknown() {
    for status in [500, 502, 503, 504] {
        assert_eq!(confirm_answered(status, &problem("905")).await, Outcome::Unknown, "{status}");
    }
}

#[tokio::test]
async fn fault_64_too_many_requests_is_rejected_and_the_same_call_goes_on() {
    let shop = Shop::start().await;
    let charge = charge("visa");
    shop.sandbox.plan(r#"{"confirm":[{"fault":"status_429","times":1}]}"#).await;
    assert_eq!(shop.gateway.confirm(&charge, &reference()).await, Outcome::Rejected);
    assert_eq!(shop.gateway.confirm(&charge, &reference()).await, Outcome::Authorized);
}

#[tokio::test]
async fn fault_65_a_rotated_key_is_read_anew_once_and_the_same_call_is_made_once_more() {
    let scripted = Scripted::answering(&[(401, "{}"), (200, AUTHORISED)]).await;
    let rotated = Rotated { current: Ok("AQE-1"), refreshed: Ok("AQE-2") };
    let gateway =
        gateway_with(&scripted.address, rotated, Arc::new(Store::default()), Duration::from_secs(60));
    assert_eq!(gateway.confirm(&charge("visa"), &reference()).await, Outcome::Authorized);
    let asked = scripted.asked();
    assert_eq!((asked[0].header("x-api-key"), asked[1].header("x-api-key")), ("AQE-1", "AQE-2"));
    assert_eq!(asked[0].header("idempotency-key"), asked[1].header("idempotency-key"));
    assert_eq!(asked[0].body, asked[1].body);
}

/// Whoever captures without having authorized asks twice, and waits no longer for it: a worker plans with the time-out.
#[tokio::test]
async fn a_capture_that_repeats_its_authorization_first_ends_within_one_time_out() {
    let slow = async |Path(path): Path<String>| {
        tokio::time::sleep(Duration::from_millis(700)).await;
        let captures = path.ends_with("captures");
        if captures {
            r#"{"status":"received","pspReference":"CAPT1"}"#.to_owned()
        } else {
            AUTHORISED.to_owned()
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().route("/{*path}", post(slow));
    tokio::spawn(async { axum::serve(listener, router).await });
    for (timeout, expected) in [(60_000, Outcome::Received), (1_000, Outcome::Unknown)] {
        let key = Rotated { current: Ok("AQE-1"), refreshed: Ok("AQE-1") };
        let gateway = gateway_with(&address, key, Arc::new(Store::default()), Duration::from_millis(timeout));
        assert_eq!(gateway.capture(&charge("visa"), &reference()).await, expected, "{timeout} ms");
    }
}

#[tokio::test]
async fn fault_66_67_a_key_in_use_or_used_for_something_else_is_unknown() {
    assert_eq!(confirm_answered(422, &problem("704")).await, Outcome::Unknown);
    assert_eq!(confirm_answered(409, &problem("704")).await, Outcome::Unknown);

    let shop = Shop::start().await;
    let first = charge("visa");
    shop.authorized(&first).await;
    let other = Charge { amount: money(9000, "EUR"), ..first };
    assert_eq!(shop.gateway.confirm(&other, &reference()).await, Outcome::Unknown);
}

#[tokio::test]
async fn fault_72_another_amount_or_currency_is_a_mismatch() {
    for body in [
        AUTHORISED.replace("8999", "8998"),
        AUTHORISED.replace("EUR", "USD"),
        AUTHORISED.replace("Authorised", "PartiallyAuthorised"),
    ] {
        assert_eq!(confirm_answered(200, &body).await, Outcome::Mismatch, "{body}");
    }
    for subject in [FactSubject::Authorization, FactSubject::Capture] {
        let key = Rotated { current: Ok("AQE-1"), refreshed: Ok("AQE-1") };
        let facts = told(&[(subject, true, 8_998)]).await;
        let gateway = gateway_with("http://127.0.0.1:9", key, facts, Duration::from_secs(60));
        assert_eq!(gateway.look_up(&charge("visa"), &reference()).await, Outcome::Mismatch);
    }
}

#[tokio::test]
async fn fault_74_76_a_second_capture_and_a_void_after_it_move_nothing() {
    let shop = Shop::start().await;
    let charge = charge("visa");
    let own = shop.authorized(&charge).await;
    shop.gateway.capture(&charge, &own).await;
    shop.gateway.capture(&Charge { renewal: 1, ..charge.clone() }, &own).await;
    shop.gateway.void(&charge, &own).await;
    shop.until(&charge, &Outcome::Captured).await;
    assert_eq!(shop.sandbox.charges().await, 1);
}

#[tokio::test]
async fn fault_75_a_capture_that_failed_proves_nothing_and_what_adyen_let_expire_is_a_definite_no() {
    use FactSubject::{Authorization, Cancellation, Capture};
    let (held, failed) = ((Authorization, true, 8_999), (Capture, false, 8_999));
    let expired = (Cancellation, true, 8_999);
    for (facts, outcome) in [
        (vec![held.clone(), failed.clone()], Outcome::Authorized),
        (vec![held.clone(), failed, expired.clone()], Outcome::Voided),
        // What was captured before the rest of it expired stays so.
        (vec![expired, (Capture, true, 8_999), held], Outcome::Captured),
    ] {
        let told = told(&facts).await;
        let secrets = Rotated { current: Ok("AQE-1"), refreshed: Ok("AQE-1") };
        let gateway = gateway_with("http://127.0.0.1:9", secrets, told, Duration::from_secs(60));
        assert_eq!(gateway.look_up(&charge("visa"), &reference()).await, outcome, "{facts:?}");
    }
}

#[tokio::test]
async fn fault_80_that_nothing_was_told_is_no_evidence() {
    let shop = Shop::start().await;
    shop.sandbox.plan(r#"{"webhook":[{"fault":"not_sent","times":9}]}"#).await;
    let charge = charge("visa");
    let own = shop.authorized(&charge).await;
    assert_eq!(shop.gateway.capture(&charge, &own).await, Outcome::Received);
    assert_eq!(shop.gateway.look_up(&charge, &own).await, Outcome::Unknown);
    assert_eq!(shop.sandbox.charges().await, 1);
}

#[tokio::test]
async fn fault_28_29_what_is_told_twice_or_out_of_order_proves_the_same() {
    let shop = Shop::start().await;
    let faults = r#"{"webhook":[{"fault":"reordered","times":1},{"fault":"duplicated","times":2}]}"#;
    shop.sandbox.plan(faults).await;
    let charge = charge("visa");
    let own = shop.authorized(&charge).await;
    shop.gateway.capture(&charge, &own).await;
    shop.until(&charge, &Outcome::Captured).await;
}

#[tokio::test]
async fn fault_85_a_card_that_is_not_kept_for_this_shopper_is_declined() {
    let shop = Shop::start().await;
    let outcome = shop.gateway.confirm(&charge("pmcardvisa"), &reference()).await;
    let Outcome::Declined(declined) = outcome else { panic!("not declined: {outcome:?}") };
    assert!(declined.code.starts_with("validation_"), "{}", declined.code);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn fault_81_84_an_answer_of_any_other_shape_proves_nothing(
        (status, body) in of_any_other_shape(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        prop_assert_eq!(runtime.block_on(confirm_answered(status, &body)), Outcome::Unknown, "{}", body);
    }
}
