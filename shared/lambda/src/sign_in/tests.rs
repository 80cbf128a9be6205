use std::sync::LazyLock;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::Timestamp;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use memory::ManualClock;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::issuing::{AUDIENCE, ISSUER, Served, Signer};
use super::keys::Key;
use super::*;
use crate::problem::{ProblemType, TOKEN_EXPIRED, TOKEN_NOT_FOR_THIS_SHOP, UNAVAILABLE};

const NOW: i64 = 1_790_000_000;
const HOUR: Duration = Duration::from_secs(60 * 60);

static SIGNER: LazyLock<Signer> = LazyLock::new(|| Signer::ecdsa("k-1"));

/// A shop's view of an issuer, with a clock of its own.
struct Shop {
    verifier: Verifier,
    clock: Arc<ManualClock>,
}

impl Shop {
    fn of(served: &Served) -> Self {
        let clock = Arc::new(ManualClock::at(Timestamp::from_millis(NOW * 1_000)));
        let settings = [ISSUER, AUDIENCE, &served.address].map(str::to_owned);
        Self { verifier: Verifier::of(settings, clock.clone()).unwrap(), clock }
    }

    async fn answer(&self, token: &str) -> Result<Caller, &'static ProblemType> {
        self.verifier.customer(token).await.map_err(|problem| problem.kind())
    }
}

fn claims() -> Value {
    json!({"iss": ISSUER, "sub": "ada", "aud": AUDIENCE, "iat": NOW, "exp": NOW + 3_600})
}

/// The usual claims, with some put in place of them; null takes one out.
fn claims_with(changes: Value) -> Value {
    let mut claims = claims();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value.clone();
        }
    }
    claims
}

fn ada() -> Caller {
    Caller::customer(ISSUER, "ada")
}

/// What the rules say to a token, given the key of the usual signer.
fn judged(token: &str) -> Result<Caller, &'static ProblemType> {
    let rules = Rules { issuer: ISSUER.to_owned(), audience: AUDIENCE.to_owned() };
    let document = json!({"keys": [SIGNER.shown()]}).to_string();
    let keys = keys::read(document.as_bytes()).unwrap();
    let now = Timestamp::from_millis(NOW * 1_000);
    let judge = |token| {
        let key: Option<&Key> = keys.get(&rules.key_id(token)?);
        rules.customer(token, key.ok_or_else(|| Problem::of(TOKEN_INVALID))?, now)
    };
    judge(token).map_err(|problem: Problem| problem.kind())
}

fn judged_with(changes: Value) -> Result<Caller, &'static ProblemType> {
    judged(&SIGNER.sign(&claims_with(changes)))
}

#[tokio::test]
async fn a_customer_is_known_by_each_usual_kind_of_key() {
    let signers = [Signer::rsa("k-1"), Signer::ecdsa("k-2"), Signer::ed25519("k-3")];
    let served = Served::with(&signers.each_ref()).await;
    let shop = Shop::of(&served);
    for signer in &signers {
        assert_eq!(shop.answer(&signer.sign(&claims())).await, Ok(ada()), "{}", signer.id);
    }
    assert_eq!(served.asked(), 1);
}

#[test]
fn an_audience_is_one_or_several_or_cognitos_client() {
    for changes in [
        json!({"aud": ["other", AUDIENCE]}),
        json!({"aud": null, "client_id": AUDIENCE, "token_use": "access"}),
    ] {
        assert_eq!(judged_with(changes), Ok(ada()));
    }
}

#[test]
fn fault_19_a_token_for_somebody_else_names_nobody() {
    for changes in [
        json!({"iss": "https://sign-in.example/other"}),
        json!({"iss": null}),
        json!({"aud": "other"}),
        json!({"aud": []}),
        json!({"aud": null}),
        json!({"aud": null, "client_id": "other"}),
        json!({"aud": "other", "client_id": AUDIENCE}),
        json!({"token_use": "id"}),
    ] {
        assert_eq!(judged_with(changes.clone()), Err(TOKEN_NOT_FOR_THIS_SHOP), "{changes}");
    }
}

#[test]
fn fault_19_a_token_counts_in_its_time_and_without_one_never() {
    for (exp, outcome) in [(NOW - 29, Ok(ada())), (NOW - 30, Err(TOKEN_EXPIRED)), (-1, Err(TOKEN_EXPIRED))] {
        assert_eq!(judged_with(json!({"exp": exp})), outcome, "{exp}");
    }
    for (nbf, outcome) in
        [(NOW + 30, Ok(ada())), (NOW + 31, Err(TOKEN_INVALID)), (i64::MAX, Err(TOKEN_INVALID))]
    {
        assert_eq!(judged_with(json!({"nbf": nbf})), outcome, "{nbf}");
    }
    for exp in [Value::Null, json!("2100-01-01"), json!([NOW + 3_600]), json!(f64::MAX)] {
        let lasts = exp.is_f64();
        assert_eq!(judged_with(json!({"exp": exp})).is_ok(), lasts, "{exp}");
    }
}

#[test]
fn fault_19_what_nobody_signed_or_somebody_else_did_is_refused() {
    let other = Signer::ecdsa("k-1");
    assert_eq!(judged(&other.sign(&claims())), Err(TOKEN_INVALID));
    assert_eq!(judged(&Signer::ecdsa("k-2").sign(&claims())), Err(TOKEN_INVALID));

    let encoded = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let payload = encoded(&claims());
    for algorithm in ["none", "None", "NONE", "HS256", "", "ES256"] {
        let header = encoded(&json!({"alg": algorithm, "typ": "JWT", "kid": "k-1"}));
        assert_eq!(judged(&format!("{header}.{payload}.")), Err(TOKEN_INVALID), "{algorithm}");
    }

    let public = SIGNER.shown();
    let secret = format!("{}{}", public["x"].as_str().unwrap(), public["y"].as_str().unwrap());
    for secret in [secret.into_bytes(), public.to_string().into_bytes()] {
        let header = Header { kid: Some("k-1".to_owned()), ..Header::new(Algorithm::HS256) };
        let key = EncodingKey::from_secret(&secret);
        let token = jsonwebtoken::encode(&header, &claims(), &key).unwrap();
        assert_eq!(judged(&token), Err(TOKEN_INVALID));
    }
}

#[test]
fn fault_19_a_token_says_which_key_it_is_signed_with_and_nothing_that_we_do_not_understand() {
    let usual = Header { kid: Some("k-1".to_owned()), ..Header::new(Algorithm::ES256) };
    assert_eq!(judged(&SIGNER.sign_under(&usual, &claims())), Ok(ada()));
    for header in [
        Header { kid: None, ..usual.clone() },
        Header { crit: Some(vec!["exp".to_owned()]), ..usual.clone() },
    ] {
        assert_eq!(judged(&SIGNER.sign_under(&header, &claims())), Err(TOKEN_INVALID));
    }
    assert_eq!(judged_with(json!({"sub": ""})), Err(TOKEN_INVALID));
    assert_eq!(judged_with(json!({"sub": null})), Err(TOKEN_INVALID));
    assert_eq!(judged_with(json!({"padding": "x".repeat(8 * 1024)})), Err(TOKEN_INVALID));
}

#[test]
fn a_key_that_is_for_something_else_verifies_nothing() {
    for (name, value) in
        [("use", json!("enc")), ("alg", json!("RS256")), ("crv", json!("P-384")), ("kty", json!("oct"))]
    {
        let mut key = SIGNER.shown();
        key[name] = value;
        let document =
            json!({"keys": [key, SIGNER.shown()["kid"], {"kty": "oct", "k": "AAAA", "kid": "k-2"}]});
        assert!(keys::read(document.to_string().as_bytes()).is_none(), "{name}");
    }
}

#[tokio::test]
async fn fault_19_a_flood_of_unknown_keys_asks_the_issuer_once() {
    let served = Served::with(&[&SIGNER]).await;
    let shop = Shop::of(&served);
    for number in 0..20 {
        let forged = Signer::ecdsa(&format!("forged-{number}")).sign(&claims());
        assert_eq!(shop.answer(&forged).await, Err(TOKEN_INVALID));
    }
    assert_eq!(shop.answer(&SIGNER.sign(&claims())).await, Ok(ada()));
    assert_eq!(served.asked(), 1);
}

#[tokio::test]
async fn a_key_that_came_later_is_found_and_one_that_is_withdrawn_ends() {
    let served = Served::with(&[&SIGNER]).await;
    let shop = Shop::of(&served);
    let (old, next) = (SIGNER.sign(&claims()), Signer::ed25519("k-2"));
    assert_eq!(shop.answer(&old).await, Ok(ada()));

    served.rotate(&[&next]);
    shop.clock.advance(Duration::from_secs(4));
    assert_eq!(shop.answer(&next.sign(&claims())).await, Err(TOKEN_INVALID), "the issuer was asked just now");
    shop.clock.advance(Duration::from_secs(1));
    assert_eq!(shop.answer(&next.sign(&claims())).await, Ok(ada()));
    assert_eq!(shop.answer(&old).await, Err(TOKEN_INVALID));
}

#[tokio::test]
async fn an_issuer_that_does_not_answer_leaves_the_question_open() {
    let served = Served::with(&[&SIGNER]).await;
    served.break_down();
    let shop = Shop::of(&served);
    let token = SIGNER.sign(&claims());
    let problem = shop.verifier.customer(&token).await.unwrap_err();
    assert_eq!((problem.kind(), problem.retry_after_seconds()), (UNAVAILABLE, Some(5)));
    assert_eq!(shop.answer(&token).await, Err(UNAVAILABLE));
    assert_eq!(served.asked(), 1);

    for answer in [json!({}), json!({"keys": []}), json!({"keys": "x".repeat(100_000)})] {
        served.say(answer);
        shop.clock.advance(Duration::from_secs(5));
        assert_eq!(shop.answer(&token).await, Err(UNAVAILABLE));
    }
    served.rotate(&[&SIGNER]);
    shop.clock.advance(Duration::from_secs(5));
    assert_eq!(shop.answer(&token).await, Ok(ada()));
}

#[tokio::test]
async fn known_keys_outlast_an_issuer_that_is_down_for_some_hours() {
    let served = Served::with(&[&SIGNER]).await;
    let shop = Shop::of(&served);
    let token = SIGNER.sign(&claims_with(json!({"exp": NOW + 86_400})));
    assert_eq!(shop.answer(&token).await, Ok(ada()));
    served.break_down();
    for (wait, outcome) in [(HOUR, Ok(ada())), (4 * HOUR, Ok(ada())), (HOUR, Err(UNAVAILABLE))] {
        shop.clock.advance(wait);
        assert_eq!(shop.answer(&token).await, outcome);
    }
}

#[tokio::test]
async fn fault_88_a_clock_that_jumps_back_stops_no_question() {
    let served = Served::with(&[&SIGNER]).await;
    let shop = Shop::of(&served);
    let token = SIGNER.sign(&claims());
    assert_eq!(shop.answer(&token).await, Ok(ada()));
    shop.clock.set(Timestamp::from_millis((NOW - 86_400) * 1_000));
    assert_eq!(shop.answer(&token).await, Ok(ada()));
    assert_eq!(served.asked(), 2);
}

#[test]
fn sign_in_is_set_up_in_full_or_off_and_its_keys_come_from_a_safe_address() {
    let of = |values: [&str; 3]| {
        let variables = SETTINGS.iter().zip(values);
        let variables = variables.map(|(name, value)| ((*name).to_owned(), value.to_owned()));
        SignIn::of(&Environment::of(variables)).map(|sign_in| sign_in.verifier.is_some())
    };
    assert_eq!(of(["", "", ""]), Ok(false));
    assert_eq!(of(["i", "a", ""]), Err(SignInError::Incomplete));
    for address in [
        "https://sign-in.example/jwks.json",
        "http://127.0.0.1:1/k",
        "http://[::1]:1/k",
        "http://localhost/k",
    ] {
        assert_eq!(of(["i", "a", address]), Ok(true), "{address}");
    }
    for address in
        ["http://sign-in.example/jwks.json", "http://127.0.0.1.example/k", "ftp://127.0.0.1/k", "jwks.json"]
    {
        assert_eq!(of(["i", "a", address]), Err(SignInError::Address), "{address}");
    }
    let missing = SignIn::of(&Environment::default()).map(drop).unwrap_err();
    assert!(SETTINGS.iter().all(|name| missing.to_string().contains(name)), "{missing}");
}

proptest! {
    #[test]
    fn no_bytes_make_the_verifier_fail(bytes in prop::collection::vec(any::<u8>(), 0..400), parts in "[A-Za-z0-9_.=-]{0,200}") {
        for token in [String::from_utf8_lossy(&bytes).into_owned(), parts, URL_SAFE_NO_PAD.encode(&bytes)] {
            prop_assert!(judged(&token).is_err());
            prop_assert!(judged(&[token.as_str(); 3].join(".")).is_err());
        }
        prop_assert!(keys::read(&bytes).is_none());
    }

    #[test]
    fn fault_19_a_token_with_one_byte_changed_is_refused(place in any::<prop::sample::Index>(), byte in 0x21_u8..0x7f) {
        let mut token = SIGNER.sign(&claims()).into_bytes();
        let place = place.index(token.len());
        prop_assume!(token[place] != byte);
        token[place] = byte;
        prop_assert!(judged(std::str::from_utf8(&token).unwrap()).is_err());
    }
}
