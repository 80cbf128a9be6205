use application::Gateway;
use domain::payment::{Charge, Decline, Outcome, Retry};
use proptest::prelude::*;

use crate::answers::{AUTHORISED, of_any_other_shape, problem};
use crate::sandbox::until_known;
use crate::scripted::Scripted;
use crate::shop::{Shop, charge, gateway, reference, returned};

fn declined(code: &str, retry: Retry) -> Outcome {
    Outcome::Declined(Decline { code: code.to_owned(), retry })
}

/// What a complete makes of this answer.
async fn complete_answered(status: u16, body: &str) -> Outcome {
    let scripted = Scripted::answering(&[(status, body)]).await;
    gateway(&scripted.address).complete(&returned(&charge("authentication")), &reference()).await
}

/// A charge whose shopper was sent to their bank, and did this there.
async fn redirected(shop: &Shop, answer: &str) -> Charge {
    let charge = charge("authentication");
    assert_eq!(shop.gateway.open(&charge).await, Outcome::Opened(reference()));
    let confirmed = shop.gateway.confirm(&charge, &reference()).await;
    let Outcome::RequiresAction { url } = confirmed else { panic!("nothing to be done: {confirmed:?}") };
    assert_eq!(
        shop.gateway.confirm(&charge, &reference()).await,
        Outcome::RequiresAction { url: url.clone() }
    );
    assert_eq!(shop.gateway.look_up(&charge, &reference()).await, Outcome::Unknown);
    Charge { action_result: Some(act(&url, answer).await.parse().unwrap()), ..charge }
}

/// Does this on the page of the shopper's bank. Answers what is brought back.
async fn act(url: &str, answer: &str) -> String {
    let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let form = format!("answer={answer}");
    let form = browser.post(url).header("content-type", "application/x-www-form-urlencoded").body(form);
    let back = form.send().await.unwrap();
    assert_eq!(back.status(), 303);
    let back = reqwest::Url::parse(back.headers()["location"].to_str().unwrap()).unwrap();
    assert!(back.as_str().starts_with("https://shop.example/orders?id=1&redirectResult="), "{back}");
    back.query_pairs().find(|(name, _)| name == "redirectResult").unwrap().1.into_owned()
}

#[tokio::test]
async fn who_proves_who_they_are_is_authorized_once_however_often_that_is_sent() {
    let shop = Shop::start().await;
    let charge = redirected(&shop, "proves").await;
    for _ in 0..2 {
        assert_eq!(shop.gateway.complete(&charge, &reference()).await, Outcome::Authorized);
    }
    assert_eq!(shop.gateway.capture(&charge, &reference()).await, Outcome::Received);
    shop.until(&charge, &Outcome::Captured).await;
    assert_eq!(shop.sandbox.charges().await, 1);
}

#[tokio::test]
async fn who_does_not_is_refused_and_told_of() {
    let shop = Shop::start().await;
    let charge = redirected(&shop, "fails").await;
    let refused = declined("3d_not_authenticated", Retry::SameMethod);
    assert_eq!(shop.gateway.complete(&charge, &reference()).await, refused);
    shop.until(&charge, &declined("refused", Retry::OtherMethod)).await;
    assert_eq!(shop.sandbox.charges().await, 0);
}

#[tokio::test]
async fn what_was_never_brought_back_is_made_up_or_was_used_is_invalid() {
    let shop = Shop::start().await;
    let charge = redirected(&shop, "proves").await;
    let invalid = Decline { code: "validation_702".to_owned(), retry: Retry::OtherMethod };
    let made_up = Charge { attempt: 2, ..returned(&charge) };
    assert_eq!(shop.gateway.complete(&made_up, &reference()).await, Outcome::Invalid(invalid.clone()));
    assert_eq!(shop.gateway.complete(&charge, &reference()).await, Outcome::Authorized);
    let used = Charge { attempt: 3, ..charge };
    assert_eq!(shop.gateway.complete(&used, &reference()).await, Outcome::Invalid(invalid));
}

#[tokio::test]
async fn a_void_before_the_result_is_sent_finds_nothing_to_end() {
    let shop = Shop::start().await;
    let charge = redirected(&shop, "proves").await;
    assert_eq!(shop.gateway.void(&charge, &reference()).await, Outcome::Received);
    assert_eq!(shop.gateway.complete(&charge, &reference()).await, Outcome::Authorized);
}

#[tokio::test]
async fn fault_60_a_time_out_before_it_is_used_is_unknown_until_a_repetition_uses_it() {
    let shop = Shop::start().await;
    let charge = redirected(&shop, "proves").await;
    shop.sandbox.plan(r#"{"complete":[{"fault":"silent_before","times":1}]}"#).await;
    assert_eq!(shop.impatient().complete(&charge, &reference()).await, Outcome::Unknown);
    assert_eq!(shop.gateway.look_up(&charge, &reference()).await, Outcome::Unknown);
    let authorized = until_known(async || shop.gateway.complete(&charge, &reference()).await).await;
    assert_eq!(authorized, Outcome::Authorized);
}

#[tokio::test]
async fn fault_61_62_a_time_out_after_it_is_used_is_unknown_until_it_is_told_or_repeated() {
    for faults in [
        r#"{"complete":[{"fault":"silent_after","times":1}]}"#,
        r#"{"complete":[{"fault":"late","times":1,"milliseconds":1200}]}"#,
    ] {
        let shop = Shop::start().await;
        let charge = redirected(&shop, "proves").await;
        shop.sandbox.plan(faults).await;
        assert_eq!(shop.impatient().complete(&charge, &reference()).await, Outcome::Unknown);
        shop.until(&charge, &Outcome::Authorized).await;
        assert_eq!(shop.gateway.complete(&charge, &reference()).await, Outcome::Authorized);
    }
}

#[tokio::test]
async fn fault_63_64_a_server_error_is_unknown_and_too_many_requests_is_rejected() {
    let shop = Shop::start().await;
    let charge = redirected(&shop, "proves").await;
    let faults = r#"{"complete":[{"fault":"status_500","times":1},{"fault":"status_429","times":1}]}"#;
    shop.sandbox.plan(faults).await;
    for expected in [Outcome::Unknown, Outcome::Rejected, Outcome::Authorized] {
        assert_eq!(shop.gateway.complete(&charge, &reference()).await, expected);
    }
}

#[tokio::test]
async fn fault_66_67_a_key_in_use_is_unknown_and_what_adyen_finds_invalid_is_not_more_than_that() {
    assert_eq!(complete_answered(422, &problem("704")).await, Outcome::Unknown);
    let invalid = Decline { code: "validation_702".to_owned(), retry: Retry::OtherMethod };
    assert_eq!(complete_answered(422, &problem("702")).await, Outcome::Invalid(invalid));
}

#[tokio::test]
async fn fault_30_the_result_of_another_payment_pays_for_nothing_here() {
    let others = AUTHORISED.replace("order-1", "order-2");
    let expected = declined("result_of_another_payment", Retry::OtherMethod);
    assert_eq!(complete_answered(200, &others).await, expected);
    let nobodys = AUTHORISED.replace("merchantReference", "anotherField");
    assert_eq!(complete_answered(200, &nobodys).await, Outcome::Unknown);
}

#[tokio::test]
async fn fault_72_another_amount_is_a_mismatch() {
    for body in [AUTHORISED.replace("8999", "8998"), AUTHORISED.replace("Authorised", "PartiallyAuthorised")]
    {
        assert_eq!(complete_answered(200, &body).await, Outcome::Mismatch, "{body}");
    }
}

#[tokio::test]
async fn an_action_that_the_shop_cannot_show_is_a_decline() {
    let get = r#"{"type":"redirect","method":"GET","url":"https://bank.example/3ds"}"#;
    let asks = |code: &str, action: &str| {
        AUTHORISED
            .replace("Authorised", code)
            .replace(r#""amount""#, &format!(r#""action":{action},"amount""#))
    };
    let required = declined("authentication_required", Retry::OtherMethod);
    for body in [
        asks("IdentifyShopper", r#"{"type":"threeDS2","subtype":"fingerprint","token":"eyJ0"}"#),
        asks("ChallengeShopper", r#"{"type":"threeDS2","subtype":"challenge","token":"eyJ0"}"#),
        asks("RedirectShopper", &get.replace("GET", "POST")),
        asks("RedirectShopper", &get.replace("redirect", "qrCode")),
        asks("RedirectShopper", &get.replace("https", "javascript")),
        AUTHORISED.replace("Authorised", "RedirectShopper"),
    ] {
        let scripted = Scripted::answering(&[(200, &body)]).await;
        let confirmed = gateway(&scripted.address).confirm(&charge("visa"), &reference()).await;
        assert_eq!(confirmed, required, "{body}");
        assert_eq!(complete_answered(200, &body).await, required, "{body}");
    }
    let shown = asks("RedirectShopper", get);
    let scripted = Scripted::answering(&[(200, &shown)]).await;
    let confirmed = gateway(&scripted.address).confirm(&charge("visa"), &reference()).await;
    assert_eq!(confirmed, Outcome::RequiresAction { url: "https://bank.example/3ds".to_owned() });
    // One was brought back from already, and no other is sent.
    assert_eq!(complete_answered(200, &shown).await, required);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn fault_81_84_an_answer_of_any_other_shape_proves_nothing(
        (status, body) in of_any_other_shape(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        prop_assert_eq!(runtime.block_on(complete_answered(status, &body)), Outcome::Unknown, "{}", body);
    }
}
