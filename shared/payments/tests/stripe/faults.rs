use std::time::Duration;

use application::{Failure, Gateway, SecretName};
use domain::payment::{Charge, Decline, Outcome, Retry};

use memory::Secrets as RotatableSecrets;
use proptest::prelude::*;

use crate::intent::intent;
use crate::rotated::Rotated;
use crate::sandbox::{money, until_known};
use crate::scripted::Scripted;
use crate::shop::{Shop, charge, gateway, gateway_with, impatient, reference};

/// What a confirm makes of this answer.
async fn confirm_answered(status: u16, body: &str) -> Outcome {
    let scripted = Scripted::answering(&[(status, body)]).await;
    gateway(&scripted.address).confirm(&charge("pm_card_visa"), &reference()).await
}

#[tokio::test]
async fn fault_58_a_refused_connection_is_not_sent() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let (gateway, charge) = (gateway(&address), charge("pm_card_visa"));
    assert_eq!(gateway.open(&charge).await, Outcome::NotSent);
    assert_eq!(gateway.confirm(&charge, &reference()).await, Outcome::NotSent);
}

#[tokio::test]
async fn fault_60_a_time_out_before_the_charge_is_unknown_until_a_void_is_confirmed() {
    let shop = Shop::start().await;
    let charge = charge("pm_card_visa_timeoutBeforeCharge");
    let reference = shop.opened(&charge).await;
    assert_eq!(impatient(&shop.sandbox.address).confirm(&charge, &reference).await, Outcome::Unknown);
    assert_eq!(shop.gateway.look_up(&charge, &reference).await, Outcome::Unknown);
    assert_eq!(shop.gateway.void(&charge, &reference).await, Outcome::Voided);
    assert_eq!(shop.sandbox.charges().await, 0);
}

#[tokio::test]
async fn fault_61_a_time_out_after_the_charge_is_unknown_until_a_look_up_or_a_replay_shows_it() {
    let shop = Shop::start().await;
    let charge = charge("pm_card_visa_timeoutAfterCharge");
    let reference = shop.opened(&charge).await;
    assert_eq!(impatient(&shop.sandbox.address).confirm(&charge, &reference).await, Outcome::Unknown);
    let seen = until_known(async || shop.gateway.look_up(&charge, &reference).await).await;
    assert_eq!(seen, Outcome::Authorized);
    assert_eq!(shop.gateway.confirm(&charge, &reference).await, Outcome::Authorized);

    shop.sandbox.plan(r#"{"capture":[{"fault":"silent_after","times":1}]}"#).await;
    assert_eq!(impatient(&shop.sandbox.address).capture(&charge, &reference).await, Outcome::Unknown);
    let captured = until_known(async || shop.gateway.capture(&charge, &reference).await).await;
    assert_eq!(captured, Outcome::Captured);
    assert_eq!(shop.sandbox.charges().await, 1);
}

#[tokio::test]
async fn fault_62_a_request_that_lands_after_the_void_is_refused() {
    let shop = Shop::start().await;
    let charge = charge("pm_card_visa");
    let reference = shop.opened(&charge).await;
    shop.sandbox.plan(r#"{"confirm":[{"fault":"late","times":1,"milliseconds":2000}]}"#).await;
    assert_eq!(impatient(&shop.sandbox.address).confirm(&charge, &reference).await, Outcome::Unknown);
    assert_eq!(shop.gateway.void(&charge, &reference).await, Outcome::Voided);
    shop.confirm_has_landed(&charge, &reference).await;
    assert_eq!(shop.gateway.look_up(&charge, &reference).await, Outcome::Voided);
    assert_eq!(shop.gateway.capture(&charge, &reference).await, Outcome::Unknown);
    assert_eq!(shop.sandbox.charges().await, 0);
}

#[tokio::test]
async fn fault_63_a_server_error_is_unknown_and_a_kept_one_is_ended_by_a_void() {
    for status in [500, 502, 503, 504] {
        let error = r#"{"error":{"type":"api_error"}}"#;
        assert_eq!(confirm_answered(status, error).await, Outcome::Unknown, "{status}");
    }
    let shop = Shop::start().await;
    let charge = charge("pm_card_visa");
    let reference = shop.opened(&charge).await;
    shop.sandbox.plan(r#"{"confirm":[{"fault":"cached_500","times":1}]}"#).await;
    for _ in 0..3 {
        assert_eq!(shop.gateway.confirm(&charge, &reference).await, Outcome::Unknown);
    }
    assert_eq!(shop.gateway.look_up(&charge, &reference).await, Outcome::Unknown);
    assert_eq!(shop.gateway.void(&charge, &reference).await, Outcome::Voided);
}

#[tokio::test]
async fn fault_63_a_kept_error_on_a_capture_or_a_void_ends_with_a_renewed_key() {
    let shop = Shop::start().await;
    let first = charge("pm_card_visa");
    let reference = shop.opened(&first).await;
    assert_eq!(shop.gateway.confirm(&first, &reference).await, Outcome::Authorized);
    shop.sandbox
        .plan(r#"{"capture":[{"fault":"cached_500","times":1}],"cancel":[{"fault":"cached_500","times":1}]}"#)
        .await;
    for _ in 0..2 {
        assert_eq!(shop.gateway.capture(&first, &reference).await, Outcome::Unknown);
        assert_eq!(shop.gateway.void(&first, &reference).await, Outcome::Unknown);
    }
    assert_eq!(shop.gateway.look_up(&first, &reference).await, Outcome::Authorized);
    let renewed = Charge { renewal: 1, ..first };
    assert_eq!(shop.gateway.capture(&renewed, &reference).await, Outcome::Captured);
    assert_eq!(shop.sandbox.charges().await, 1);
}

#[tokio::test]
async fn fault_64_too_many_requests_is_rejected_and_the_same_call_goes_on() {
    let shop = Shop::start().await;
    let charge = charge("pm_card_visa");
    shop.sandbox
        .plan(r#"{"open":[{"fault":"status_429","times":1}],"look_up":[{"fault":"status_429","times":1}]}"#)
        .await;
    assert_eq!(shop.gateway.open(&charge).await, Outcome::Rejected);
    let reference = shop.opened(&charge).await;
    assert_eq!(shop.gateway.look_up(&charge, &reference).await, Outcome::Rejected);
}

#[tokio::test]
async fn fault_65_a_rotated_secret_is_read_anew_once_and_the_same_call_is_made_once_more() {
    let shop = Shop::start().await;
    let secrets = Rotated { current: Ok("expired"), refreshed: Ok("sk_test_2") };
    let gateway = gateway_with(&shop.sandbox.address, secrets, Duration::from_secs(60));
    assert!(matches!(gateway.open(&charge("pm_card_visa")).await, Outcome::Opened(_)));

    let refused = r#"{"error":{"type":"invalid_request_error"}}"#;
    let scripted = Scripted::answering(&[(401, refused), (401, refused), (403, refused)]).await;
    let secrets = Rotated { current: Ok("sk_old"), refreshed: Ok("sk_new") };
    let gateway = gateway_with(&scripted.address, secrets, Duration::from_secs(60));
    assert_eq!(gateway.confirm(&charge("pm_card_visa"), &reference()).await, Outcome::Rejected);
    let asked = scripted.asked();
    let sent: Vec<_> = asked.iter().map(|asked| asked.header("authorization")).collect();
    assert_eq!(sent, ["Bearer sk_old", "Bearer sk_new"]);
    assert_eq!(asked[0].header("idempotency-key"), asked[1].header("idempotency-key"));
    assert_eq!((&asked[0].line, &asked[0].body), (&asked[1].line, &asked[1].body));

    let secrets = Rotated { current: Ok("sk_old"), refreshed: Err(Failure::Unavailable) };
    let gateway = gateway_with(&scripted.address, secrets, Duration::from_secs(60));
    assert_eq!(gateway.confirm(&charge("pm_card_visa"), &reference()).await, Outcome::Rejected);
}

#[tokio::test]
async fn fault_65_while_a_rotation_lasts_the_secret_before_is_tried_exactly_once_under_the_same_key() {
    let refused = r#"{"error":{"type":"invalid_request_error"}}"#;
    let authorized = intent("requires_capture");
    for (last, outcome) in
        [((200, authorized.as_str()), Outcome::Authorized), ((401, refused), Outcome::Rejected)]
    {
        let scripted = Scripted::answering(&[(401, refused), (401, refused), last, (200, &authorized)]).await;
        let name = SecretName("stripe".to_owned());
        let secrets = RotatableSecrets::with(&name, "sk_older");
        secrets.rotate(&name, "sk_old");
        secrets.rotate(&name, "sk_new");
        let gateway = gateway_with(&scripted.address, secrets, Duration::from_secs(60));
        assert_eq!(gateway.confirm(&charge("pm_card_visa"), &reference()).await, outcome);
        let asked = scripted.asked();
        let sent: Vec<_> = asked.iter().map(|asked| asked.header("authorization")).collect();
        assert_eq!(sent, ["Bearer sk_older", "Bearer sk_new", "Bearer sk_old"]);
        assert_eq!(asked[0].header("idempotency-key"), asked[2].header("idempotency-key"));
        assert_eq!((&asked[0].line, &asked[0].body), (&asked[2].line, &asked[2].body));
    }
}

#[tokio::test]
async fn fault_65_a_secret_that_was_refused_is_not_sent_again() {
    let refused = r#"{"error":{"type":"invalid_request_error"}}"#;
    let scripted = Scripted::answering(&[(401, refused), (401, refused), (401, refused)]).await;
    let name = SecretName("stripe".to_owned());
    let secrets = RotatableSecrets::with(&name, "sk_old");
    secrets.rotate(&name, "sk_new");
    let gateway = gateway_with(&scripted.address, secrets, Duration::from_secs(60));
    assert_eq!(gateway.confirm(&charge("pm_card_visa"), &reference()).await, Outcome::Rejected);
    assert_eq!(scripted.asked().len(), 2);
}

#[tokio::test]
async fn fault_66_a_key_in_use_is_unknown_until_the_same_key_answers() {
    let in_use = r#"{"error":{"type":"invalid_request_error","code":"idempotency_key_in_use"}}"#;
    assert_eq!(confirm_answered(409, in_use).await, Outcome::Unknown);

    let shop = Shop::start().await;
    let charge = charge("pm_card_visa");
    let reference = shop.opened(&charge).await;
    shop.sandbox.plan(r#"{"confirm":[{"fault":"late","times":1,"milliseconds":1200}]}"#).await;
    assert_eq!(impatient(&shop.sandbox.address).confirm(&charge, &reference).await, Outcome::Unknown);
    let outcome = until_known(async || shop.gateway.confirm(&charge, &reference).await).await;
    assert_eq!(outcome, Outcome::Authorized);
}

#[tokio::test]
async fn fault_67_a_key_used_for_something_else_is_unknown_for_every_operation() {
    let shop = Shop::start().await;
    let first = charge("pm_card_visa");
    shop.opened(&first).await;
    let other = Charge { amount: money(9000, "EUR"), ..first };
    assert_eq!(shop.gateway.open(&other).await, Outcome::Unknown);

    let reused = r#"{"error":{"type":"idempotency_error"}}"#;
    assert_eq!(confirm_answered(400, reused).await, Outcome::Unknown);
}

#[tokio::test]
async fn fault_72_another_amount_or_currency_is_a_mismatch() {
    let authorized = intent("requires_capture");
    let captured = intent("succeeded");
    for body in [
        authorized.replace("8999", "899"),
        authorized.replace("eur", "usd"),
        authorized.replace("{", r#"{"amount_capturable":8998,"#),
        captured.replace("{", r#"{"amount_received":1,"#),
    ] {
        assert_eq!(confirm_answered(200, &body).await, Outcome::Mismatch, "{body}");
    }
    let shop = Shop::start().await;
    let charge = charge("pm_card_visa");
    let reference = shop.opened(&charge).await;
    for amount in [money(8998, "EUR"), money(8999, "USD")] {
        let other = Charge { amount, ..charge.clone() };
        assert_eq!(shop.gateway.look_up(&other, &reference).await, Outcome::Mismatch);
    }
}

#[tokio::test]
async fn fault_74_a_second_capture_proves_nothing_and_moves_nothing_and_a_look_up_shows_the_first() {
    let shop = Shop::start().await;
    let charge = charge("pm_card_visa");
    let reference = shop.opened(&charge).await;
    shop.gateway.confirm(&charge, &reference).await;
    assert_eq!(shop.gateway.capture(&charge, &reference).await, Outcome::Captured);
    let again = Charge { renewal: 1, ..charge.clone() };
    assert_eq!(shop.gateway.capture(&again, &reference).await, Outcome::Unknown);
    assert_eq!(shop.gateway.look_up(&charge, &reference).await, Outcome::Captured);
    assert_eq!(shop.sandbox.charges().await, 1);
}

/// Stripe cancels what nobody captured in time (https://docs.stripe.com/payments/place-a-hold-on-a-payment-method).
#[tokio::test]
async fn fault_75_a_capture_after_the_authorization_lapsed_is_unknown_until_a_look_up_shows_the_cancel() {
    let refused = r#"{"error":{"type":"invalid_request_error","code":"charge_expired_for_capture"}}"#;
    let canceled = intent("canceled");
    let scripted = Scripted::answering(&[(400, refused), (200, &canceled)]).await;
    let (gateway, charge) = (gateway(&scripted.address), charge("pm_card_visa"));
    assert_eq!(gateway.capture(&charge, &reference()).await, Outcome::Unknown);
    assert_eq!(gateway.look_up(&charge, &reference()).await, Outcome::Voided);
}

#[tokio::test]
async fn fault_80_not_found_on_a_look_up_is_no_evidence() {
    let shop = Shop::start().await;
    let outcome = shop.gateway.look_up(&charge("pm_card_visa"), &reference()).await;
    assert_eq!(outcome, Outcome::Unknown);
}

#[tokio::test]
async fn fault_81_a_look_up_that_shows_an_error_or_a_page_is_unknown() {
    let envelope = r#"{"error":{"type":"api_error","message":"maintenance"}}"#;
    let declined = r#"{"error":{"type":"card_error","decline_code":"stolen_card"}}"#;
    let page = "<html>We will be back soon</html>";
    for (status, body) in
        [(200, envelope), (200, page), (200, ""), (402, declined), (503, page), (404, envelope)]
    {
        let scripted = Scripted::answering(&[(status, body)]).await;
        let outcome = gateway(&scripted.address).look_up(&charge("pm_card_visa"), &reference()).await;
        assert_eq!(outcome, Outcome::Unknown, "{status} {body}");
    }
    let shop = Shop::start().await;
    let charge = charge("pm_card_visa");
    let reference = shop.opened(&charge).await;
    shop.sandbox.plan(r#"{"confirm":[{"fault":"garbage","times":1}]}"#).await;
    assert_eq!(shop.gateway.confirm(&charge, &reference).await, Outcome::Unknown);
    assert_eq!(shop.gateway.look_up(&charge, &reference).await, Outcome::Authorized);
}

#[tokio::test]
async fn fault_84_a_status_of_next_year_is_unknown() {
    assert_eq!(confirm_answered(200, &intent("requires_moonlight")).await, Outcome::Unknown);
}

#[tokio::test]
async fn fault_85_a_token_of_another_gateway_is_declined_before_anything_exists() {
    let shop = Shop::start().await;
    let declined = Decline { code: "resource_missing".to_owned(), retry: Retry::OtherMethod };
    assert_eq!(shop.gateway.open(&charge("tok_of_somebody_else")).await, Outcome::Declined(declined));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn fault_81_84_an_answer_of_any_other_shape_proves_nothing(
        status in prop::sample::select(vec![200_u16, 201, 400, 402, 404, 409, 500]),
        body in prop_oneof![
            ".{0,200}",
            "[a-z_]{1,20}".prop_filter("a status that is known", |word| !KNOWN.contains(&word.as_str()))
                .prop_map(|word| intent(&word)),
        ],
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        prop_assert_eq!(runtime.block_on(confirm_answered(status, &body)), Outcome::Unknown, "{}", body);
    }
}

/// The statuses of an intent that prove something.
const KNOWN: [&str; 5] =
    ["requires_capture", "succeeded", "canceled", "requires_action", "requires_payment_method"];
