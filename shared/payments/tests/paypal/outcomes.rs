use std::time::Duration;

use application::{Failure, Gateway};
use domain::payment::{Charge, Decline, Outcome, Retry};

use crate::order::{TOKEN, authorization, order, payment, problem};
use crate::rotated::Rotated;
use crate::sandbox::money;
use crate::scripted::Scripted;
use crate::shop::{CREDENTIALS, Shop, charge, gateway, gateway_with, reference, scripted};

#[tokio::test]
async fn approved_authorized_captured_is_the_good_way_and_each_step_may_be_repeated() {
    let shop = Shop::start().await;
    let charge = charge();
    let (reference, url) = shop.opened(&charge).await;
    assert_eq!(shop.opened(&charge).await, (reference.clone(), url.clone()));
    assert_eq!(shop.gateway.look_up(&charge, &reference).await, Outcome::RequiresAction { url });

    assert_eq!(shop.approved(&charge, "pays").await, reference);
    assert_eq!(shop.gateway.look_up(&charge, &reference).await, Outcome::Approved);
    for _ in 0..2 {
        assert_eq!(shop.gateway.confirm(&charge, &reference).await, Outcome::Authorized);
    }
    assert_eq!(shop.gateway.look_up(&charge, &reference).await, Outcome::Authorized);
    assert_eq!(shop.sandbox.charges().await, 0);

    for _ in 0..2 {
        assert_eq!(shop.gateway.capture(&charge, &reference).await, Outcome::Captured);
    }
    assert_eq!(shop.gateway.look_up(&charge, &reference).await, Outcome::Captured);
    assert_eq!(shop.sandbox.charges().await, 1);
}

#[tokio::test]
async fn an_authorization_that_the_shopper_did_not_approve_is_refused_and_holds_nothing() {
    let shop = Shop::start().await;
    let charge = charge();
    let (reference, _) = shop.opened(&charge).await;
    assert_eq!(shop.gateway.confirm(&charge, &reference).await, Outcome::Unknown);
    let seen = shop.gateway.look_up(&charge, &reference).await;
    assert!(matches!(seen, Outcome::RequiresAction { .. }));

    let refusal = problem("PAYER_ACTION_REQUIRED").replace(
        r#""details""#,
        r#""links":[{"rel":"payer-action","href":"https://www.paypal.com/checkoutnow?token=ORDER1"}],"details""#,
    );
    let scripted = scripted(&[(422, &refusal)]).await;
    let url = "https://www.paypal.com/checkoutnow?token=ORDER1".to_owned();
    let outcome = gateway(&scripted.address).confirm(&charge, &crate::shop::reference()).await;
    assert_eq!(outcome, Outcome::RequiresAction { url });
}

#[tokio::test]
async fn declined_by_the_account_and_what_the_shopper_may_do_then() {
    let shop = Shop::start().await;
    let charge = charge();
    let reference = shop.approved(&charge, "declines").await;
    let declined = Decline { code: "instrument_declined".to_owned(), retry: Retry::SameMethod };
    for _ in 0..2 {
        assert_eq!(shop.gateway.confirm(&charge, &reference).await, Outcome::Declined(declined.clone()));
    }
    let seen = shop.gateway.look_up(&charge, &reference).await;
    assert_eq!(seen, Outcome::Approved, "PayPal's order does not remember the decline");

    let denied = order("COMPLETED", &authorization("DENIED"));
    let scripted = scripted(&[(200, &denied)]).await;
    let outcome = gateway(&scripted.address).look_up(&charge, &crate::shop::reference()).await;
    let declined = Decline { code: "authorization_denied".to_owned(), retry: Retry::OtherMethod };
    assert_eq!(outcome, Outcome::Declined(declined));
}

#[tokio::test]
async fn voided_is_final() {
    let shop = Shop::start().await;
    let charge = charge();
    let reference = shop.approved(&charge, "pays").await;
    shop.gateway.confirm(&charge, &reference).await;
    for _ in 0..2 {
        assert_eq!(shop.gateway.void(&charge, &reference).await, Outcome::Voided);
    }
    assert_eq!(shop.gateway.capture(&charge, &reference).await, Outcome::Voided);
    assert_eq!(shop.sandbox.charges().await, 0);

    let created = order("COMPLETED", &authorization("CREATED"));
    for (status, answer) in [(204, ""), (422, &*problem("PREVIOUSLY_VOIDED"))] {
        let scripted = scripted(&[(200, &created), (status, answer)]).await;
        let outcome = gateway(&scripted.address).void(&charge, &crate::shop::reference()).await;
        assert_eq!(outcome, Outcome::Voided, "{status}");
    }
}

#[tokio::test]
async fn a_void_of_what_was_never_authorized_proves_nothing() {
    let shop = Shop::start().await;
    let charge = charge();
    let reference = shop.approved(&charge, "pays").await;
    assert_eq!(shop.gateway.void(&charge, &reference).await, Outcome::Approved);
}

#[tokio::test]
async fn fault_76_a_void_that_comes_after_the_capture_sees_the_capture() {
    let shop = Shop::start().await;
    let charge = charge();
    let reference = shop.approved(&charge, "pays").await;
    shop.gateway.confirm(&charge, &reference).await;
    shop.gateway.capture(&charge, &reference).await;
    assert_eq!(shop.gateway.void(&charge, &reference).await, Outcome::Captured);
}

#[tokio::test]
async fn not_sent_when_the_credentials_cannot_be_read_and_rejected_when_no_token_is_given() {
    for current in [Err(Failure::Unavailable), Ok("sk_of_another_gateway")] {
        let scripted = Scripted::answering(&[]).await;
        let secrets = Rotated { current, refreshed: Err(Failure::Unavailable) };
        let gateway = gateway_with(&scripted.address, secrets, Duration::from_secs(60));
        assert_eq!(gateway.open(&charge()).await, Outcome::NotSent);
        assert!(scripted.asked().is_empty());
    }
    for (status, outcome) in
        [(401, Outcome::Rejected), (429, Outcome::Rejected), (500, Outcome::NotSent), (200, Outcome::NotSent)]
    {
        let scripted = Scripted::answering(&[(status, "{}"), (status, "{}")]).await;
        assert_eq!(gateway(&scripted.address).confirm(&charge(), &reference()).await, outcome, "{status}");
        assert!(scripted.asked().iter().all(|asked| asked.line.contains("oauth2")));
    }
}

#[tokio::test]
async fn unknown_while_paypal_is_not_done_or_does_not_say_where_to_go() {
    let no_address = order("PAYER_ACTION_REQUIRED", "").replace("payer-action", "update");
    let bad_address =
        order("PAYER_ACTION_REQUIRED", "").replace("https://www.paypal.com", "javascript:alert");
    let elsewhere = order("COMPLETED", &authorization("CREATED")).replace("ORDER1", "ORDER2");
    let two = format!(r#""authorizations":[{0},{0}]"#, payment("AUTH1", "CREATED"));
    let pending_capture =
        format!(r#"{},"captures":[{}]"#, authorization("CAPTURED"), payment("CAPTURE1", "PENDING"));
    for body in [
        order("COMPLETED", ""),
        order("SAVED", ""),
        order("COMPLETED", &authorization("PENDING")),
        order("COMPLETED", &authorization("CAPTURED")),
        order("COMPLETED", &two),
        order("COMPLETED", &pending_capture),
        no_address,
        bad_address,
        elsewhere,
    ] {
        let scripted = scripted(&[(200, &body)]).await;
        let outcome = gateway(&scripted.address).look_up(&charge(), &reference()).await;
        assert_eq!(outcome, Outcome::Unknown, "{body}");
    }
}

#[tokio::test]
async fn what_is_not_valid_is_declined_at_opening_and_unknown_later() {
    let invalid = problem("CURRENCY_NOT_SUPPORTED");
    let created = order("COMPLETED", &authorization("CREATED"));
    let scripted = scripted(&[(422, &invalid), (422, &invalid), (200, &created), (422, &invalid)]).await;
    let (gateway, charge) = (gateway(&scripted.address), charge());
    let declined = Decline { code: "currency_not_supported".to_owned(), retry: Retry::OtherMethod };
    assert_eq!(gateway.open(&charge).await, Outcome::Declined(declined.clone()));
    assert_eq!(gateway.confirm(&charge, &reference()).await, Outcome::Unknown);
    assert_eq!(gateway.capture(&charge, &reference()).await, Outcome::Unknown);

    let before = scripted.asked().len();
    let dinars = Charge { amount: money(8999, "KWD"), ..charge };
    assert_eq!(gateway.open(&dinars).await, Outcome::Declined(declined));
    assert_eq!(scripted.asked().len(), before, "what PayPal cannot write is not sent");
}

#[tokio::test]
async fn a_token_is_kept_until_shortly_before_it_ends() {
    let short = TOKEN.1.replace("32400", "60");
    let created = order("COMPLETED", &authorization("CREATED"));
    let script = [(200, short.as_str()), (200, &created), (200, &short), (200, &created)];
    let scripted = Scripted::answering(&script).await;
    let secrets = Rotated { current: Ok(CREDENTIALS), refreshed: Ok(CREDENTIALS) };
    let gateway = gateway_with(&scripted.address, secrets, Duration::from_secs(60));
    for _ in 0..2 {
        assert_eq!(gateway.look_up(&charge(), &reference()).await, Outcome::Authorized);
    }
    assert_eq!(scripted.asked().len(), 4);
}
