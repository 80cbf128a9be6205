use domain::fraud::Risk;
use domain::payment::GatewayName;
use domain::webhook::{DisputeStage, Event, EventKey, EventSubject, Fact, FactSubject, Mode, Purpose};
use domain::{Currency, Money};
use memory::Secrets as RotatableSecrets;

use super::*;

/// The key and the signature of Adyen's own libraries' tests, over an item that is not ours.
const KEY: &str = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056";
const ANOTHER_KEY: &str = "DFB1EB5485895CFA84146406857104ABB4CBCABDC8AAF103A624C8F6A3EAAB00";
const THEIRS: &str = r#"{"additionalData":{"hmacSignature":"coqCmt/IZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU+iCWo0="},
    "amount":{"value":1130,"currency":"EUR"},"pspReference":"7914073381342284","eventCode":"AUTHORISATION",
    "merchantAccountCode":"TestMerchant","merchantReference":"TestPayment-1407325143704","paymentMethod":"visa",
    "success":"true"}"#;

/// The same over items about our own payments; the signatures were computed by another implementation (Python's `hmac`).
const CAPTURED: &str = r#"{"additionalData":{"hmacSignature":"eZy3d+WcPBbvCwG3uK8yTFok4COYmo9powjAl4nTuFk="},
    "amount":{"value":8999,"currency":"EUR"},"pspReference":"CAPT2","originalReference":"PSP1","eventCode":"CAPTURE",
    "merchantAccountCode":"Shop","merchantReference":"o1-2","success":"true","reason":""}"#;
const NOT_REFUNDED: &str = r#"{"additionalData":{"hmacSignature":"MHkcTGh0PfsDOnhQ01Q3OgIZ7CVTVULjjqp9XCH1b6E="},
    "amount":{"value":500,"currency":"EUR"},"pspReference":"REF3","originalReference":"PSP1","eventCode":"REFUND",
    "merchantAccountCode":"Shop","merchantReference":"o1-2-refund-7","success":"false"}"#;
const REPORT: &str = r#"{"additionalData":{"hmacSignature":"BrSGt62BeCpz2LpIWox95pcvJR1+zLcHMgtiS1pAdFM="},
    "amount":{"value":0,"currency":"EUR"},"pspReference":"REP4","eventCode":"REPORT_AVAILABLE",
    "merchantAccountCode":"Shop","merchantReference":"","success":"true"}"#;

fn name() -> SecretName {
    SecretName("webhooks".to_owned())
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds * 1_000)
}

/// Of the account `Shop`.
fn webhooks(secret: &str) -> (AdyenWebhooks, Arc<RotatableSecrets>) {
    webhooks_of("Shop", secret)
}

fn webhooks_of(account: &str, secret: &str) -> (AdyenWebhooks, Arc<RotatableSecrets>) {
    let secrets = Arc::new(RotatableSecrets::with(&name(), secret));
    (AdyenWebhooks::new(secrets.clone(), name(), account.to_owned()), secrets)
}

/// What is read of such an item of the account `Shop`.
fn read(signed: &str) -> Option<Event> {
    event::read(signed.as_bytes(), "Shop", Mode::Test, at(0)).unwrap()
}

fn notification(items: &[&str]) -> String {
    let items: Vec<String> =
        items.iter().map(|item| format!(r#"{{"NotificationRequestItem":{item}}}"#)).collect();
    format!(r#"{{"live":"false","notificationItems":[{}]}}"#, items.join(","))
}

async fn verify(body: &str) -> Result<Vec<Event>, WebhookError> {
    verify_for("Shop", body).await
}

async fn verify_for(account: &str, body: &str) -> Result<Vec<Event>, WebhookError> {
    let verified = webhooks_of(account, KEY).0.verify(body.as_bytes(), at(0)).await?;
    Ok(verified.into_iter().map(VerifiedEvent::into_event).collect())
}

fn is_forged<T>(answer: &Result<T, WebhookError>) -> bool {
    matches!(answer, Err(WebhookError::NotAuthentic(_)))
}

fn euros(amount: i64) -> Option<Money> {
    Some(Money::new(amount, "EUR".parse::<Currency>().unwrap()).unwrap())
}

#[tokio::test]
async fn every_item_is_an_event_with_what_it_proves() {
    let captured = Event {
        key: EventKey { gateway: GatewayName::Adyen, id: "CAPT2-CAPTURE-true".parse().unwrap() },
        kind: "CAPTURE".parse().unwrap(),
        subject: EventSubject::Payment,
        reference: "o1-2".parse().unwrap(),
        purpose: Some(Purpose { order_id: "o1".parse().unwrap(), attempt: 2 }),
        mode: Mode::Test,
        created_at: at(0),
        fact: Some(Fact {
            subject: FactSubject::Capture,
            success: true,
            amount: euros(8_999),
            payment: "PSP1".parse().unwrap(),
            risk: None,
        }),
    };
    let not_refunded = Event {
        key: EventKey { gateway: GatewayName::Adyen, id: "REF3-REFUND-false".parse().unwrap() },
        kind: "REFUND".parse().unwrap(),
        fact: Some(Fact {
            subject: FactSubject::Refund(7),
            success: false,
            amount: euros(500),
            payment: "PSP1".parse().unwrap(),
            risk: None,
        }),
        ..captured.clone()
    };
    let told = verify(&notification(&[CAPTURED, REPORT, NOT_REFUNDED])).await;
    assert_eq!(told, Ok(vec![captured, not_refunded]));
}

#[test]
fn each_stage_of_a_dispute_is_a_fact_about_its_payment_with_the_id_of_the_dispute() {
    for (code, stage) in [
        ("NOTIFICATION_OF_CHARGEBACK", DisputeStage::Opened),
        ("CHARGEBACK", DisputeStage::Opened),
        ("CHARGEBACK_REVERSED", DisputeStage::Won),
        ("DISPUTE_DEFENSE_PERIOD_ENDED", DisputeStage::Lost),
        ("SECOND_CHARGEBACK", DisputeStage::LostAgain),
    ] {
        let signed = format!("DISP9:PSP1:Shop:o1-2:8999:EUR:{code}:true");
        let event = read(&signed).unwrap();
        assert_eq!(event.key.id.as_str(), format!("DISP9-{code}-true"));
        assert_eq!((event.subject, event.reference.as_str()), (EventSubject::Dispute, "o1-2"));
        assert_eq!(event.purpose, Some(Purpose { order_id: "o1".parse().unwrap(), attempt: 2 }));
        let reference = "DISP9".parse().unwrap();
        let subject = FactSubject::Dispute { reference, stage };
        let payment = "PSP1".parse().unwrap();
        assert_eq!(
            event.fact,
            Some(Fact { subject, success: true, amount: euros(8_999), payment, risk: None })
        );
    }
    for code in ["REQUEST_FOR_INFORMATION", "NOTIFICATION_OF_FRAUD", "INFORMATION_SUPPLIED"] {
        let signed = format!("DISP9:PSP1:Shop:o1-2:8999:EUR:{code}:true");
        assert_eq!(read(&signed), None, "no money moves");
    }
}

#[test]
fn fault_75_what_adyen_lets_expire_is_given_up_as_by_a_cancel() {
    for code in ["CANCELLATION", "TECHNICAL_CANCEL", "EXPIRE"] {
        let signed = format!("EXPI5:PSP1:Shop:o1-2:8999:EUR:{code}:true");
        let event = read(&signed).unwrap();
        assert_eq!((event.subject, event.reference.as_str()), (EventSubject::Payment, "o1-2"));
        let (subject, payment) = (FactSubject::Cancellation, "PSP1".parse().unwrap());
        assert_eq!(
            event.fact,
            Some(Fact { subject, success: true, amount: euros(8_999), payment, risk: None })
        );
    }
}

#[tokio::test]
async fn fault_26_what_adyens_own_libraries_sign_is_authentic() {
    let told = verify_for("TestMerchant", &notification(&[THEIRS])).await.unwrap();
    assert_eq!(told[0].key.id.as_str(), "7914073381342284-AUTHORISATION-true");
}

#[tokio::test]
async fn fault_26_one_item_that_is_not_authentic_spoils_them_all() {
    let unsigned = CAPTURED.replace("hmacSignature", "signature");
    let malformed = CAPTURED.replace("eZy3d+Wc", "?");
    for item in [unsigned.as_str(), malformed.as_str(), &CAPTURED.replace("\"additionalData\"", "\"other\"")]
    {
        assert!(is_forged(&verify(&notification(&[item])).await), "{item}");
        assert!(is_forged(&verify(&notification(&[CAPTURED, item])).await), "{item}");
    }
    for body in ["", "{}", r#"{"live":"false","notificationItems":[]}"#] {
        assert!(is_forged(&verify(body).await), "{body}");
    }
    assert!(is_forged(&verify(&notification(&[CAPTURED; 17])).await));
}

#[tokio::test]
async fn fault_31_a_signed_field_that_was_changed_is_not_what_was_signed() {
    for (from, to) in [
        ("CAPT2", "CAPT3"),
        ("PSP1", "PSP2"),
        (r#""Shop""#, r#""Shoq""#),
        ("o1-2", "o1-3"),
        ("8999", "8998"),
        ("EUR", "USD"),
        (r#""CAPTURE""#, r#""REFUND""#),
        (r#""true""#, r#""false""#),
        // The same text of other fields.
        (r#""pspReference":"CAPT2","originalReference":"PSP1""#, r#""pspReference":"CAPT2:PSP1""#),
    ] {
        assert!(is_forged(&verify(&notification(&[&CAPTURED.replace(from, to)])).await), "{to}");
    }
    let reordered = notification(&[CAPTURED]).replace(r#","reason":"""#, "").replace("\n", " ");
    assert!(verify(&reordered).await.is_ok(), "only the signed fields are signed");
}

#[tokio::test]
async fn fault_27_an_item_counts_whenever_it_comes_because_nothing_of_its_time_is_signed() {
    for seconds in [0, 1_795_285_800, 4_102_444_800] {
        let told = webhooks(KEY).0.verify(notification(&[CAPTURED]).as_bytes(), at(seconds)).await.unwrap();
        assert_eq!(told[0].clone().into_event().created_at, at(seconds));
    }
}

#[tokio::test]
async fn fault_28_29_the_same_item_is_the_same_event_and_its_failure_another() {
    let first = verify(&notification(&[CAPTURED])).await.unwrap();
    assert_eq!(verify(&notification(&[CAPTURED, CAPTURED])).await.unwrap()[1].key, first[0].key);
}

#[tokio::test]
async fn fault_30_a_payment_that_is_not_ours_has_no_purpose_here() {
    let told = verify_for("TestMerchant", &notification(&[THEIRS])).await.unwrap();
    let purpose = told[0].purpose.as_ref();
    // What its reference ends in is no number that an attempt could have.
    assert_eq!(purpose.map(|purpose| purpose.order_id.as_str()), None);
}

#[tokio::test]
async fn fault_30_what_is_told_of_another_merchant_account_is_not_followed() {
    assert_eq!(verify_for("Outlet", &notification(&[CAPTURED, NOT_REFUNDED])).await, Ok(vec![]));
}

#[test]
fn what_came_to_nothing_after_it_was_told_as_done_is_for_a_person_and_proves_nothing() {
    let tell = |reference: &str, code: &str| {
        let event = read(&format!("CHNG9:PSP1:Shop:{reference}:500:EUR:{code}:true")).unwrap();
        assert_eq!((event.subject, event.fact), (EventSubject::Reversal, None), "{code}");
        (event.reference.as_str().to_owned(), event.purpose.map(|purpose| purpose.attempt))
    };
    for code in ["CAPTURE_FAILED", "REFUND_FAILED", "REFUNDED_REVERSED", "PREARBITRATION_LOST"] {
        assert_eq!(tell("o1-2", code), ("o1-2".to_owned(), Some(2)));
        assert_eq!(tell("o1-2-refund-7", code), ("o1-2".to_owned(), Some(2)));
    }
    // Somebody gave it back there by hand.
    assert_eq!(tell("by hand", "REFUND"), ("PSP1".to_owned(), None));
}

#[tokio::test]
async fn fault_65_a_key_that_was_rotated_is_read_anew_and_then_kept() {
    let (webhooks, secrets) = webhooks(ANOTHER_KEY);
    secrets.rotate(&name(), KEY);
    for _ in 0..2 {
        assert!(webhooks.verify(notification(&[CAPTURED]).as_bytes(), at(0)).await.is_ok());
    }
}

#[tokio::test]
async fn fault_26_a_flood_of_forgeries_asks_for_the_key_anew_once_a_minute() {
    let (webhooks, secrets) = webhooks(ANOTHER_KEY);
    let body = notification(&[CAPTURED]);
    assert!(is_forged(&webhooks.verify(body.as_bytes(), at(0)).await));
    secrets.rotate(&name(), KEY);
    assert!(is_forged(&webhooks.verify(body.as_bytes(), at(59)).await));
    assert!(webhooks.verify(body.as_bytes(), at(60)).await.is_ok());
}

#[tokio::test]
async fn a_key_that_is_empty_or_no_hexadecimal_makes_nothing_authentic() {
    for key in ["", "whsec_1", "123"] {
        let answer = webhooks(key).0.verify(notification(&[CAPTURED]).as_bytes(), at(0)).await;
        assert!(is_forged(&answer), "{key}");
    }
}

#[tokio::test]
async fn what_adyen_thinks_of_a_payment_is_read_beside_what_is_signed_and_of_an_authorization_alone() {
    let doubting =
        |item: &str| item.replace(r#""hmacSignature""#, r#""fraudResultType":"AMBER","hmacSignature""#);
    let risk = async |account, item| {
        let told = verify_for(account, &notification(&[&doubting(item)])).await.unwrap();
        told[0].fact.as_ref().unwrap().risk
    };
    assert_eq!(risk("TestMerchant", THEIRS).await, Some(Risk::Elevated));
    assert_eq!(risk("Shop", CAPTURED).await, None);
    let refused = read("PSP1::Shop:o1-2:8999:EUR:AUTHORISATION:false").unwrap();
    assert_eq!(crate::adyen::risk::told(refused, Some(Risk::Highest)).fact.unwrap().risk, None);
}
