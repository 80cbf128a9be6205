use domain::webhook::{Event, EventKey, EventSubject, Mode, Purpose};
use memory::Secrets as RotatableSecrets;
use proptest::prelude::*;

use super::*;

/// What was signed, when and with which secret; the signature was computed by another implementation (Python's `hmac`).
const BODY: &str = r#"{"id":"evt_1Nv0FGQ9RKHgCVdK","object":"event","type":"payment_intent.succeeded","created":1795285800,"livemode":false,"data":{"object":{"id":"pi_3Nv0FGQ9RKHgCVdK","object":"payment_intent","metadata":{"order_id":"o1","attempt":"2"}}}}"#;
const SECRET: &str = "whsec_test_secret";
const SIGNED_AT: i64 = 1_795_285_800;
const RIGHT: &str = "2f9e28443a486bc42c0c85543c2c73510d02a2bcd44d59f4047ec6273403f293";
const WRONG: &str = "6ffbb59b2300aae63f272406069a9788598b792a944a07aba816edb039989a39";

fn name() -> SecretName {
    SecretName("webhooks".to_owned())
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds * 1_000)
}

fn webhooks(secret: &str) -> (StripeWebhooks, Arc<RotatableSecrets>) {
    let secrets = Arc::new(RotatableSecrets::with(&name(), secret));
    (StripeWebhooks::new(secrets.clone(), name()), secrets)
}

async fn verify_at(header: &str, body: &str, now: i64) -> Result<Option<VerifiedEvent>, WebhookError> {
    webhooks(SECRET).0.verify(|_| Some(header), body.as_bytes(), at(now)).await
}

async fn verify(header: &str, body: &str) -> Result<Option<VerifiedEvent>, WebhookError> {
    verify_at(header, body, SIGNED_AT).await
}

fn is_forged(answer: &Result<Option<VerifiedEvent>, WebhookError>) -> bool {
    matches!(answer, Err(WebhookError::NotAuthentic(_)))
}

#[tokio::test]
async fn an_event_is_read_from_what_stripe_signed() {
    let event = verify(&format!("t={SIGNED_AT},v1={RIGHT}"), BODY).await.unwrap().unwrap();
    let expected = Event {
        key: EventKey { gateway: GatewayName::Stripe, id: "evt_1Nv0FGQ9RKHgCVdK".parse().unwrap() },
        kind: "payment_intent.succeeded".parse().unwrap(),
        subject: EventSubject::Payment,
        reference: "pi_3Nv0FGQ9RKHgCVdK".parse().unwrap(),
        purpose: Some(Purpose { order_id: "o1".parse().unwrap(), attempt: 2 }),
        mode: Mode::Test,
        created_at: at(SIGNED_AT),
        fact: None,
    };
    assert_eq!(event.into_event(), expected);
}

#[tokio::test]
async fn fault_26_one_right_signature_of_the_scheme_is_enough_and_nothing_else_is() {
    for header in [
        format!("t={SIGNED_AT},v1={WRONG},v1={RIGHT}"),
        format!("v0={WRONG},v1={RIGHT},t={SIGNED_AT}"),
        format!("t={SIGNED_AT}, v1={}", RIGHT.to_uppercase()),
        format!("t={SIGNED_AT},v1=nonsense,v1={RIGHT},new=thing,flag"),
    ] {
        assert!(verify(&header, BODY).await.is_ok_and(|event| event.is_some()), "{header}");
    }
    for header in [
        String::new(),
        format!("t={SIGNED_AT}"),
        format!("v1={RIGHT}"),
        format!("t={SIGNED_AT},v1="),
        format!("t={SIGNED_AT},v1={WRONG}"),
        format!("t={SIGNED_AT},v0={RIGHT}"),
        format!("t={SIGNED_AT},v1={}", &RIGHT[..62]),
        format!("t={SIGNED_AT},v1={RIGHT}00"),
        format!("t={SIGNED_AT},t={SIGNED_AT},v1={RIGHT}"),
        format!("t={},v1={RIGHT}", SIGNED_AT + 1),
        format!("t=+{SIGNED_AT},v1={RIGHT}"),
        format!("t=soon,v1={RIGHT}"),
        format!("t={SIGNED_AT}{}", format!(",v1={RIGHT}").repeat(9)),
    ] {
        assert!(is_forged(&verify(&header, BODY).await), "{header}");
    }
    let nothing = webhooks(SECRET).0.verify(|_| None, BODY.as_bytes(), at(SIGNED_AT)).await;
    assert!(is_forged(&nothing));
}

#[tokio::test]
async fn fault_27_a_signature_counts_five_minutes_before_and_after_its_time() {
    let header = format!("t={SIGNED_AT},v1={RIGHT}");
    for (seconds, counts) in [(-301, false), (-300, true), (0, true), (300, true), (301, false)] {
        let answer = verify_at(&header, BODY, SIGNED_AT + seconds).await;
        assert_eq!(answer.is_ok(), counts, "{seconds}: {answer:?}");
        assert_eq!(is_forged(&answer), !counts, "{seconds}");
    }
    for extreme in [i64::MAX.to_string(), "9".repeat(30)] {
        assert!(is_forged(&verify(&format!("t={extreme},v1={RIGHT}"), BODY).await), "{extreme}");
    }
}

#[tokio::test]
async fn fault_31_the_same_json_in_other_bytes_is_not_what_was_signed() {
    let header = format!("t={SIGNED_AT},v1={RIGHT}");
    let value: serde_json::Value = serde_json::from_str(BODY).unwrap();
    let pretty = serde_json::to_string_pretty(&value).unwrap();
    for body in [value.to_string(), pretty, format!("{BODY}\n"), format!("\u{feff}{BODY}")] {
        assert!(is_forged(&verify(&header, &body).await), "{body}");
    }
}

#[tokio::test]
async fn fault_65_a_secret_that_was_rotated_is_read_anew_and_then_kept() {
    let (webhooks, secrets) = webhooks("whsec_old");
    secrets.rotate(&name(), SECRET);
    let header = format!("t={SIGNED_AT},v1={RIGHT}");
    for _ in 0..2 {
        let answer = webhooks.verify(|_| Some(header.as_str()), BODY.as_bytes(), at(SIGNED_AT)).await;
        assert!(answer.is_ok_and(|event| event.is_some()));
    }
}

#[tokio::test]
async fn fault_65_what_is_signed_with_the_secret_before_counts_until_the_rotation_is_over() {
    let (webhooks, secrets) = webhooks(SECRET);
    secrets.rotate(&name(), "whsec_new");
    let _read_anew = secrets.refreshed(&name()).await.unwrap();
    let header = format!("t={SIGNED_AT},v1={RIGHT}");
    let verify = async || webhooks.verify(|_| Some(header.as_str()), BODY.as_bytes(), at(SIGNED_AT)).await;
    assert!(verify().await.is_ok_and(|event| event.is_some()));
    secrets.rotate(&name(), "whsec_newer");
    assert!(is_forged(&verify().await));
}

#[tokio::test]
async fn fault_26_a_flood_of_forgeries_asks_for_the_secret_anew_once_a_minute() {
    let (webhooks, secrets) = webhooks("whsec_old");
    let forged = format!("t={SIGNED_AT},v1={WRONG}");
    let right = format!("t={SIGNED_AT},v1={RIGHT}");
    let verify = async |header: &str, now: i64| {
        webhooks.verify(|_| Some(header), BODY.as_bytes(), at(now)).await.is_ok()
    };
    assert!(!verify(&forged, SIGNED_AT).await);
    secrets.rotate(&name(), SECRET);
    assert!(!verify(&right, SIGNED_AT + 59).await, "the store was asked again within the minute");
    assert!(verify(&right, SIGNED_AT + 60).await);
}

#[tokio::test]
async fn an_empty_secret_makes_nothing_authentic() {
    let (webhooks, _) = webhooks("");
    let header = format!("t={SIGNED_AT},v1={RIGHT}");
    assert!(is_forged(&webhooks.verify(|_| Some(header.as_str()), BODY.as_bytes(), at(SIGNED_AT)).await));
}

#[tokio::test]
async fn a_secret_that_cannot_be_read_is_a_failure_and_no_forgery() {
    let webhooks = StripeWebhooks::new(Arc::new(RotatableSecrets::default()), name());
    let header = format!("t={SIGNED_AT},v1={RIGHT}");
    let answer = webhooks.verify(|_| Some(header.as_str()), BODY.as_bytes(), at(SIGNED_AT)).await;
    assert_eq!(answer, Err(WebhookError::Failure(Failure::Unavailable)));
}

#[test]
fn what_is_not_about_a_payment_intent_is_not_followed() {
    let body = BODY.replace(r#""object":"payment_intent""#, r#""object":"customer""#);
    assert_eq!(event::read(body.as_bytes()), Ok(None));
}

#[test]
fn a_dispute_is_about_its_payment_and_says_not_what_that_was_for() {
    // As https://docs.stripe.com/api/disputes/object shows one, in an event.
    let body = r#"{"id":"evt_1","object":"event","type":"charge.dispute.created","created":1795285800,"livemode":true,
        "data":{"object":{"id":"du_1MtJUT2eZvKYlo2CNaw2HvEv","object":"dispute","amount":8999,"balance_transactions":[],
        "charge":"ch_1AZtxr2eZvKYlo2CJDX8whov","created":1680651737,"currency":"eur","evidence":{"receipt":null},
        "is_charge_refundable":false,"livemode":true,"metadata":{"order_id":"o1","attempt":"2"},
        "payment_intent":"pi_3Nv0FGQ9RKHgCVdK","reason":"general","status":"needs_response"}}}"#;
    let event = event::read(body.as_bytes()).unwrap().unwrap();
    assert_eq!((event.subject, event.purpose), (EventSubject::Dispute, None));
    assert_eq!((event.reference.as_str(), event.mode), ("pi_3Nv0FGQ9RKHgCVdK", Mode::Live));
    let of_no_intent = body.replace(r#""pi_3Nv0FGQ9RKHgCVdK""#, "null");
    assert!(event::read(of_no_intent.as_bytes()).is_err(), "none of ours is without");
}

#[test]
fn a_refund_that_failed_is_for_a_person_and_other_news_of_refunds_are_not_followed() {
    let body = BODY.replace("payment_intent.succeeded", "refund.failed").replace(
        r#""object":"payment_intent""#,
        r#""object":"refund","payment_intent":"pi_3Nv0FGQ9RKHgCVdK""#,
    );
    let event = event::read(body.as_bytes()).unwrap().unwrap();
    assert_eq!((event.subject, event.reference.as_str()), (EventSubject::Reversal, "pi_3Nv0FGQ9RKHgCVdK"));
    assert_eq!(event::read(body.replace("refund.failed", "refund.created").as_bytes()), Ok(None));
}

#[test]
fn an_object_that_names_no_order_of_ours_has_no_purpose() {
    for metadata in ["null", "{}", r#"{"order_id":"o1"}"#, r#"{"order_id":"no id","attempt":"1"}"#] {
        let body = BODY.replace(r#"{"order_id":"o1","attempt":"2"}"#, metadata);
        assert_eq!(event::read(body.as_bytes()).unwrap().unwrap().purpose, None, "{metadata}");
    }
}

#[test]
fn an_event_of_another_shape_is_unreadable_and_not_ignored() {
    for body in ["", "{}", "[]", r#"{"id":"evt_1"}"#] {
        assert!(event::read(body.as_bytes()).is_err(), "{body}");
    }
    for (from, to) in [("evt_1Nv", "evt 1Nv"), ("pi_3Nv", "../3Nv"), ("payment_intent.s", "payment intent ")]
    {
        assert!(event::read(BODY.replace(from, to).as_bytes()).is_err(), "{to}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn fault_26_no_header_that_anybody_thinks_of_verifies(header in "(t=[0-9]{0,20},?|v[01]=[0-9a-fA-F]{0,70},?|.){0,6}") {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        prop_assert!(is_forged(&runtime.block_on(verify(&header, BODY))));
    }
}
