use domain::payment::GatewayName;
use domain::webhook::{Event, EventKey, EventSubject, Mode, Purpose};
use proptest::prelude::*;

use super::*;

mod chains; // certificates that are not as they should be
mod host; // who serves certificates
mod reading; // what is read of an event

use host::{Host, SERVED};

/// What was signed and how, by another implementation (`openssl`), whose certificates lie beside this.
const BODY: &str = r#"{"id":"WH-62W810145R7409724-8CH11354TY024302T","event_version":"1.0","create_time":"2026-11-27T03:12:32.606Z","resource_type":"checkout-order","event_type":"CHECKOUT.ORDER.APPROVED","resource":{"id":"9JL52742K01513702","intent":"AUTHORIZE","status":"APPROVED","purchase_units":[{"reference_id":"default","custom_id":"o1","invoice_id":"o1-2","amount":{"currency_code":"EUR","value":"89.99"}}],"payer":{"email_address":"ann@example.com"}}}"#;
const WEBHOOK_ID: &str = "1JE4291016473214C";
const ID: &str = "aac5ed50-2fcb-11f0-a48d-0737b43c836c";
const TIME: &str = "2026-11-27T03:12:33Z";
const SIGNATURE: &str = "N5O3tV6EZiIC9UQfmaflvGo0VVxr9MWsJtoTPVJEDQe+jcvd49bokf/m5w3sXphFn/S9360HjEyrOa3cPuVT88JBAWRAFmUkP9n6TrcE8QYaRhsvp7R0aUZ631HWEZvZZCgin7HA2g7ekNnII1HaAYymAAT1KiG9hTblKTN5NCvN2GFPGV3E1LJoF1Q+jPmfhHzkAdN45VwdFIBM22MaSZs2vzC1voLr+3wGjiFv8BG7iPtcKoeoUG4FmY4vsNXMkB2US2+zaa7WFuI0nqAkL/19NJ3h9WbEF2Hisx/WoASdaK0VYwDp/rM+6tUtyiEqmC/gBRQIUclP1sMOzP6fQA==";
/// Some days later, when its certificates were valid.
const NOW: i64 = 1_796_083_200;

/// Headers as they came.
#[derive(Clone, Debug)]
struct Headers([(&'static str, Option<String>); 5]);

impl Headers {
    /// Those of [`BODY`], with a certificate that this host serves.
    fn of(host: &Host) -> Self {
        Self::with_certificate_at(&host.certificate_url())
    }

    fn with_certificate_at(url: &str) -> Self {
        Self(
            [
                ("PAYPAL-TRANSMISSION-ID", ID),
                ("PAYPAL-TRANSMISSION-TIME", TIME),
                ("PAYPAL-CERT-URL", url),
                ("PAYPAL-AUTH-ALGO", "SHA256withRSA"),
                ("PAYPAL-TRANSMISSION-SIG", SIGNATURE),
            ]
            .map(|(name, value)| (name, Some(value.to_owned()))),
        )
    }

    fn but(mut self, name: &str, value: Option<&str>) -> Self {
        let header = self.0.iter_mut().find(|(known, _)| *known == name).unwrap();
        header.1 = value.map(str::to_owned);
        self
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| *known == name)?.1.as_deref()
    }
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds * 1_000)
}

fn webhooks(host: &Host) -> PayPalWebhooks {
    PayPalWebhooks::new(&host.address, WEBHOOK_ID.to_owned()).unwrap()
}

type Answer = Result<Option<VerifiedEvent>, WebhookError>;

async fn verify(webhooks: &PayPalWebhooks, headers: &Headers, body: &str) -> Answer {
    webhooks.verify(|name| headers.get(name), body.as_bytes(), at(NOW)).await
}

fn is_forged(answer: &Answer) -> bool {
    matches!(answer, Err(WebhookError::NotAuthentic(_)))
}

fn is_heard(answer: &Answer) -> bool {
    matches!(answer, Ok(Some(_)))
}

#[tokio::test]
async fn an_event_is_read_from_what_paypal_signed() {
    let host = Host::serving(SERVED).await;
    let event = verify(&webhooks(&host), &Headers::of(&host), BODY).await.unwrap().unwrap();
    let expected = Event {
        key: EventKey {
            gateway: GatewayName::PayPal,
            id: "WH-62W810145R7409724-8CH11354TY024302T".parse().unwrap(),
        },
        kind: "CHECKOUT.ORDER.APPROVED".parse().unwrap(),
        subject: EventSubject::Approval,
        reference: "9JL52742K01513702".parse().unwrap(),
        purpose: Some(Purpose { order_id: "o1".parse().unwrap(), attempt: 2 }),
        mode: Mode::Test,
        created_at: Timestamp::from_millis(1_795_749_152_606),
        fact: None,
    };
    assert_eq!(event.into_event(), expected);
}

#[tokio::test]
async fn fault_26_a_transmission_counts_only_with_every_header_as_it_was_signed() {
    let host = Host::serving(SERVED).await;
    let (webhooks, right) = (webhooks(&host), Headers::of(&host));
    for (name, _) in &right.0 {
        for wrong in [None, Some(""), Some("x"), Some("a|b"), Some("ü")] {
            let headers = right.clone().but(name, wrong);
            assert!(is_forged(&verify(&webhooks, &headers, BODY).await), "{headers:?}");
        }
    }
    for (name, wrong) in [
        ("PAYPAL-TRANSMISSION-ID", "bac5ed50-2fcb-11f0-a48d-0737b43c836c"),
        ("PAYPAL-TRANSMISSION-TIME", "2026-11-27T03:12:34Z"),
        ("PAYPAL-AUTH-ALGO", "SHA1withRSA"),
        ("PAYPAL-TRANSMISSION-SIG", &SIGNATURE.replacen('N', "O", 1)),
    ] {
        let headers = right.clone().but(name, Some(wrong));
        assert!(is_forged(&verify(&webhooks, &headers, BODY).await), "{headers:?}");
    }
    let anothers = PayPalWebhooks::new(&host.address, "1JE4291016473214D".to_owned()).unwrap();
    assert!(is_forged(&verify(&anothers, &right, BODY).await), "it was for another webhook");
    assert!(is_heard(&verify(&webhooks, &right, BODY).await));
}

#[tokio::test]
async fn fault_31_the_same_json_in_other_bytes_is_not_what_was_signed() {
    let host = Host::serving(SERVED).await;
    let (webhooks, right) = (webhooks(&host), Headers::of(&host));
    let value: serde_json::Value = serde_json::from_str(BODY).unwrap();
    let pretty = serde_json::to_string_pretty(&value).unwrap();
    for body in [value.to_string(), pretty, format!("{BODY}\n"), format!("\u{feff}{BODY}")] {
        assert!(is_forged(&verify(&webhooks, &right, &body).await), "{body}");
    }
}

#[tokio::test]
async fn fault_27_a_transmission_counts_whenever_it_comes_while_its_certificate_is_valid() {
    let host = Host::serving(SERVED).await;
    let (webhooks, right) = (webhooks(&host), Headers::of(&host));
    for (seconds, counts) in [
        (0, true),
        (3 * 24 * 60 * 60, true),
        (50 * 365 * 24 * 60 * 60, true),
        (-365 * 24 * 60 * 60, false),
        (101 * 365 * 24 * 60 * 60, false),
    ] {
        let answer = webhooks.verify(|name| right.get(name), BODY.as_bytes(), at(NOW + seconds)).await;
        assert_eq!(is_heard(&answer), counts, "{seconds}: {answer:?}");
        assert_eq!(is_forged(&answer), !counts, "{seconds}");
    }
}

#[tokio::test]
async fn a_certificate_is_fetched_once_and_kept() {
    let host = Host::serving(SERVED).await;
    let (webhooks, right) = (webhooks(&host), Headers::of(&host));
    for _ in 0..3 {
        assert!(is_heard(&verify(&webhooks, &right, BODY).await));
        assert!(is_forged(&verify(&webhooks, &right, "{}").await));
    }
    assert_eq!(host.fetches(), 1);
}

#[tokio::test]
async fn a_certificate_that_cannot_be_fetched_is_a_failure_and_no_forgery_until_it_can() {
    for (status, page) in [(500, SERVED), (429, SERVED), (302, ""), (200, "<h1>We will be back soon</h1>")] {
        let host = Host::serving(SERVED).await;
        let (webhooks, right) = (webhooks(&host), Headers::of(&host));
        host.answer(status, page);
        let answer = verify(&webhooks, &right, BODY).await;
        assert!(matches!(answer, Err(WebhookError::Failure(_))), "{status}: {answer:?}");
        host.answer(200, SERVED);
        assert!(is_heard(&verify(&webhooks, &right, BODY).await));
    }
    let gone = Host::serving(SERVED).await;
    let headers = Headers::of(&gone);
    let gone = PayPalWebhooks::new("http://127.0.0.1:1", WEBHOOK_ID.to_owned()).unwrap();
    let headers = headers.but("PAYPAL-CERT-URL", Some("http://127.0.0.1:1/v1/notifications/certs/CERT-1"));
    assert_eq!(verify(&gone, &headers, BODY).await, Err(WebhookError::Failure(Failure::Unavailable)));
}

#[tokio::test]
async fn fault_26_a_flood_of_forgeries_fetches_ten_certificates_a_minute() {
    let host = Host::serving(SERVED).await;
    let (webhooks, right) = (webhooks(&host), Headers::of(&host));
    host.answer(404, "");
    for number in 0..10 {
        let url = format!("{}{number}", host.certificate_url());
        let answer = verify(&webhooks, &right.clone().but("PAYPAL-CERT-URL", Some(&url)), BODY).await;
        assert!(is_forged(&answer), "{answer:?}");
    }
    host.answer(200, SERVED);
    let hear = async |now: i64| webhooks.verify(|name| right.get(name), BODY.as_bytes(), at(now)).await;
    assert_eq!(hear(NOW + 59).await, Err(WebhookError::Failure(Failure::Throttled)));
    assert_eq!(host.fetches(), 10);
    assert!(is_heard(&hear(NOW + 60).await));
}

#[tokio::test]
async fn nothing_is_taken_without_a_webhook_or_from_where_no_certificates_are_known() {
    let host = Host::serving(SERVED).await;
    let right = Headers::of(&host);
    for (endpoint, webhook_id) in [
        (host.address.as_str(), ""),
        ("https://api.stripe.com", WEBHOOK_ID),
        ("https://paypal.example", WEBHOOK_ID),
        ("http://api-m.paypal.com", WEBHOOK_ID),
        ("http://localhost:3000", WEBHOOK_ID),
        ("http://127.0.0.1.example:3000", WEBHOOK_ID),
        ("no address", WEBHOOK_ID),
    ] {
        let webhooks = PayPalWebhooks::new(endpoint, webhook_id.to_owned()).unwrap();
        let answer = verify(&webhooks, &right, BODY).await;
        assert_eq!(answer, Err(WebhookError::NotTaken), "{endpoint} {webhook_id}");
    }
    assert_eq!(host.fetches(), 0);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn fault_26_no_header_that_anybody_thinks_of_verifies(
        name in prop::sample::select(vec!["PAYPAL-TRANSMISSION-ID", "PAYPAL-TRANSMISSION-TIME", "PAYPAL-AUTH-ALGO", "PAYPAL-TRANSMISSION-SIG"]),
        header in "[A-Za-z0-9+/=:|-]{0,40}|.{0,40}",
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let answer = runtime.block_on(async {
            let host = Host::serving(SERVED).await;
            verify(&webhooks(&host), &Headers::of(&host).but(name, Some(&header)), BODY).await
        });
        prop_assert!(is_forged(&answer));
    }
}
