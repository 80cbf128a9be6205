use std::time::Duration;

use application::{Gateway, SecretName};
use domain::payment::{Charge, Outcome};
use memory::Secrets as RotatableSecrets;
use proptest::prelude::*;

use crate::order::{TOKEN, authorization, order, payment, problem};
use crate::rotated::Rotated;
use crate::sandbox::{money, until_known};
use crate::scripted::Scripted;
use crate::shop::{CREDENTIALS, Shop, charge, gateway, gateway_with, impatient, reference, scripted};

/// What a confirm makes of this answer.
async fn confirm_answered(status: u16, body: &str) -> Outcome {
    let scripted = scripted(&[(status, body)]).await;
    gateway(&scripted.address).confirm(&charge(), &reference()).await
}

#[tokio::test]
async fn fault_58_a_refused_connection_is_not_sent() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    assert_eq!(gateway(&address).open(&charge()).await, Outcome::NotSent);
    assert_eq!(gateway(&address).confirm(&charge(), &reference()).await, Outcome::NotSent);
}

#[tokio::test]
async fn fault_60_a_time_out_before_the_authorization_leaves_the_order_approved_and_is_made_again() {
    let shop = Shop::start().await;
    let charge = charge();
    let reference = shop.approved(&charge, "timeout_before_authorization").await;
    let impatient = impatient(&shop.sandbox.address);
    assert_eq!(impatient.confirm(&charge, &reference).await, Outcome::Unknown);
    assert_eq!(shop.gateway.look_up(&charge, &reference).await, Outcome::Approved);
    assert_eq!(shop.approved(&charge, "pays").await, reference);
    let authorized = until_known(async || impatient.confirm(&charge, &reference).await).await;
    assert_eq!(authorized, Outcome::Authorized);
    assert_eq!(shop.sandbox.charges().await, 0);
}

#[tokio::test]
async fn fault_61_a_time_out_after_the_authorization_is_unknown_until_a_look_up_or_a_replay_shows_it() {
    let shop = Shop::start().await;
    let charge = charge();
    let reference = shop.approved(&charge, "timeout_after_authorization").await;
    assert_eq!(impatient(&shop.sandbox.address).confirm(&charge, &reference).await, Outcome::Unknown);
    assert_eq!(shop.gateway.look_up(&charge, &reference).await, Outcome::Authorized);
    let replayed = until_known(async || shop.gateway.confirm(&charge, &reference).await).await;
    assert_eq!(replayed, Outcome::Authorized);

    shop.sandbox.plan(r#"{"capture":[{"fault":"silent_after","times":1}]}"#).await;
    assert_eq!(impatient(&shop.sandbox.address).capture(&charge, &reference).await, Outcome::Unknown);
    assert_eq!(shop.gateway.capture(&charge, &reference).await, Outcome::Captured);
    assert_eq!(shop.sandbox.charges().await, 1);
}

#[tokio::test]
async fn fault_62_an_authorization_that_lands_late_is_found_and_voided() {
    let shop = Shop::start().await;
    let charge = charge();
    let reference = shop.approved(&charge, "pays").await;
    shop.sandbox.plan(r#"{"confirm":[{"fault":"late","times":1,"milliseconds":1200}]}"#).await;
    assert_eq!(impatient(&shop.sandbox.address).confirm(&charge, &reference).await, Outcome::Unknown);
    let given_up = async || {
        let outcome = shop.gateway.void(&charge, &reference).await;
        // Until it has landed, nothing can be given up.
        if outcome == Outcome::Approved { Outcome::Unknown } else { outcome }
    };
    assert_eq!(until_known(given_up).await, Outcome::Voided);
    assert_eq!(shop.sandbox.charges().await, 0);
}

#[tokio::test]
async fn fault_63_a_server_error_is_unknown() {
    for status in [500, 502, 503, 504] {
        let error = r#"{"name":"INTERNAL_SERVER_ERROR"}"#;
        assert_eq!(confirm_answered(status, error).await, Outcome::Unknown, "{status}");
    }
}

#[tokio::test]
async fn fault_64_too_many_requests_is_rejected_and_the_same_call_goes_on() {
    let shop = Shop::start().await;
    let charge = charge();
    let reference = shop.approved(&charge, "pays").await;
    shop.sandbox.plan(r#"{"confirm":[{"fault":"status_429","times":1}]}"#).await;
    assert_eq!(shop.gateway.confirm(&charge, &reference).await, Outcome::Rejected);
    assert_eq!(shop.gateway.confirm(&charge, &reference).await, Outcome::Authorized);
}

#[tokio::test]
async fn fault_65_a_refused_token_is_fetched_anew_once_and_the_same_call_is_made_once_more() {
    let refused = r#"{"name":"AUTHENTICATION_FAILURE"}"#;
    let newer = TOKEN.1.replace("A21AA-1", "A21AA-2");
    let authorized = order("COMPLETED", &authorization("CREATED"));
    let script = [TOKEN, (401, refused), (200, &newer), (201, &authorized)];
    let scripted = Scripted::answering(&script).await;
    let outcome = gateway(&scripted.address).confirm(&charge(), &reference()).await;
    assert_eq!(outcome, Outcome::Authorized);
    let asked = scripted.asked();
    assert_eq!(asked[1].header("authorization"), "Bearer A21AA-1");
    assert_eq!(asked[3].header("authorization"), "Bearer A21AA-2");
    assert_eq!(asked[1].header("paypal-request-id"), asked[3].header("paypal-request-id"));
    assert_eq!((&asked[1].line, &asked[1].body), (&asked[3].line, &asked[3].body));

    let script = [TOKEN, (401, refused), (200, newer.as_str()), (403, refused), (200, &authorized)];
    let scripted = Scripted::answering(&script).await;
    let outcome = gateway(&scripted.address).confirm(&charge(), &reference()).await;
    assert_eq!(outcome, Outcome::Rejected);
    assert_eq!(scripted.asked().len(), 4);
}

#[tokio::test]
async fn fault_65_rotated_credentials_are_read_anew_once() {
    let authorized = order("COMPLETED", &authorization("CREATED"));
    let scripted = Scripted::answering(&[(401, "{}"), TOKEN, (201, &authorized)]).await;
    let old = r#"{"client_id":"shop","client_secret":"old"}"#;
    let secrets = Rotated { current: Ok(old), refreshed: Ok(CREDENTIALS) };
    let gateway = gateway_with(&scripted.address, secrets, Duration::from_secs(60));
    assert_eq!(gateway.confirm(&charge(), &reference()).await, Outcome::Authorized);
    assert_ne!(scripted.asked()[0].header("authorization"), scripted.asked()[1].header("authorization"));
}

#[tokio::test]
async fn fault_65_while_a_rotation_lasts_the_credentials_before_are_tried_exactly_once() {
    let credentials = |secret: &str| format!(r#"{{"client_id":"shop","client_secret":"{secret}"}}"#);
    let authorized = order("COMPLETED", &authorization("CREATED"));
    for (last, outcome, asked) in [(TOKEN, Outcome::Authorized, 4), ((401, "{}"), Outcome::Rejected, 3)] {
        let scripted = Scripted::answering(&[(401, "{}"), (401, "{}"), last, (201, &authorized)]).await;
        let name = SecretName("paypal".to_owned());
        let secrets = RotatableSecrets::with(&name, &credentials("older"));
        secrets.rotate(&name, &credentials("old"));
        secrets.rotate(&name, &credentials("new"));
        let gateway = gateway_with(&scripted.address, secrets, Duration::from_secs(60));
        assert_eq!(gateway.confirm(&charge(), &reference()).await, outcome);
        assert_eq!(scripted.asked().len(), asked);
    }
}

#[tokio::test]
async fn fault_66_67_an_id_in_use_or_used_for_something_else_is_unknown() {
    let conflict = r#"{"name":"RESOURCE_CONFLICT"}"#;
    assert_eq!(confirm_answered(409, conflict).await, Outcome::Unknown);

    let shop = Shop::start().await;
    let first = charge();
    shop.opened(&first).await;
    let other = Charge { amount: money(9000, "EUR"), ..first };
    assert_eq!(shop.gateway.open(&other).await, Outcome::Unknown);
}

#[tokio::test]
async fn fault_72_another_amount_or_currency_is_a_mismatch() {
    let authorized = order("COMPLETED", &authorization("CREATED"));
    let captured = order(
        "COMPLETED",
        &format!(r#"{},"captures":[{}]"#, authorization("CAPTURED"), payment("CAPTURE1", "COMPLETED")),
    );
    let held_less = authorization("CREATED").replace("89.99", "89.98");
    for body in [
        authorized.replace("89.99", "8.99"),
        authorized.replace("EUR", "USD"),
        order("COMPLETED", &held_less),
        captured.replace("89.99", "0.01"),
    ] {
        assert_eq!(confirm_answered(201, &body).await, Outcome::Mismatch, "{body}");
    }
    let shop = Shop::start().await;
    let charge = charge();
    let (reference, _) = shop.opened(&charge).await;
    for amount in [money(8998, "EUR"), money(8999, "USD")] {
        let other = Charge { amount, ..charge.clone() };
        assert_eq!(shop.gateway.look_up(&other, &reference).await, Outcome::Mismatch);
    }
}

#[tokio::test]
async fn fault_74_a_second_capture_moves_nothing_and_a_look_up_shows_the_first() {
    let shop = Shop::start().await;
    let charge = charge();
    let reference = shop.approved(&charge, "pays").await;
    shop.gateway.confirm(&charge, &reference).await;
    assert_eq!(shop.gateway.capture(&charge, &reference).await, Outcome::Captured);
    let again = Charge { renewal: 1, ..charge.clone() };
    assert_eq!(shop.gateway.capture(&again, &reference).await, Outcome::Captured);
    assert_eq!(shop.gateway.look_up(&charge, &reference).await, Outcome::Captured);
    assert_eq!(shop.sandbox.charges().await, 1);
}

#[tokio::test]
async fn fault_75_a_capture_after_the_authorization_lapsed_is_unknown_until_a_look_up_shows_that_it_did() {
    let held = order("COMPLETED", &authorization("CREATED"));
    for word in ["EXPIRED", "VOIDED"] {
        let lapsed = order("COMPLETED", &authorization(word));
        let refused = problem("AUTHORIZATION_EXPIRED");
        let scripted = scripted(&[(200, &held), (422, &refused), (200, &lapsed)]).await;
        let gateway = gateway(&scripted.address);
        assert_eq!(gateway.capture(&charge(), &reference()).await, Outcome::Unknown);
        assert_eq!(gateway.look_up(&charge(), &reference()).await, Outcome::Voided, "{word}");
        assert!(scripted.asked().iter().all(|asked| !asked.line.contains("reauthorize")));
    }
}

#[tokio::test]
async fn fault_80_not_found_on_a_look_up_is_no_evidence() {
    let shop = Shop::start().await;
    assert_eq!(shop.gateway.look_up(&charge(), &reference()).await, Outcome::Unknown);
}

#[tokio::test]
async fn fault_81_a_look_up_that_shows_an_error_or_a_page_is_unknown() {
    let declined = problem("INSTRUMENT_DECLINED");
    let page = "<html>We will be back soon</html>";
    for (status, body) in [(200, declined.as_str()), (200, page), (200, ""), (422, &declined), (503, page)] {
        let scripted = scripted(&[(status, body)]).await;
        let outcome = gateway(&scripted.address).look_up(&charge(), &reference()).await;
        assert_eq!(outcome, Outcome::Unknown, "{status} {body}");
    }
}

#[tokio::test]
async fn fault_84_a_status_of_next_year_is_unknown() {
    assert_eq!(confirm_answered(201, &order("MOONLIT", "")).await, Outcome::Unknown);
    assert_eq!(confirm_answered(201, &order("COMPLETED", &authorization("MOONLIT"))).await, Outcome::Unknown);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn fault_81_84_an_answer_of_any_other_shape_proves_nothing(
        status in prop::sample::select(vec![200_u16, 201, 400, 404, 409, 422, 500]),
        body in prop_oneof![
            ".{0,200}",
            "[A-Z_]{1,20}".prop_filter("a status that is known", |word| word != "CREATED"
                && word != "VOIDED" && word != "EXPIRED" && word != "DENIED")
                .prop_map(|word| order("COMPLETED", &authorization(&word))),
            "[A-Z_]{1,20}".prop_map(|issue| problem(&issue)),
        ],
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        prop_assert_eq!(runtime.block_on(confirm_answered(status, &body)), Outcome::Unknown, "{}", body);
    }
}
