use std::sync::{Arc, Mutex};

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair};
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use tokio::net::TcpListener;

pub(super) const ISSUER: &str = "https://sign-in.example/pool";
pub(super) const AUDIENCE: &str = "storefront";

/// A key that signs.
pub(super) struct Signer {
    pub(super) id: String,
    algorithm: Algorithm,
    key: EncodingKey,
}

impl Signer {
    pub(super) fn ecdsa(id: &str) -> Self {
        let made =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
        Self { id: id.to_owned(), algorithm: Algorithm::ES256, key: EncodingKey::from_ec_der(made.as_ref()) }
    }

    pub(super) fn ed25519(id: &str) -> Self {
        let made = Ed25519KeyPair::generate_pkcs8v1(&SystemRandom::new()).unwrap();
        Self { id: id.to_owned(), algorithm: Algorithm::EdDSA, key: EncodingKey::from_ed_der(made.as_ref()) }
    }

    pub(super) fn rsa(id: &str) -> Self {
        let made = KeyPair::generate(KeySize::Rsa2048).unwrap().as_der().unwrap();
        // PKCS #8 puts 26 bytes before the PKCS #1 document that is read here.
        let key = EncodingKey::from_rsa_der(&made.as_ref()[26..]);
        Self { id: id.to_owned(), algorithm: Algorithm::RS256, key }
    }

    /// The public half, as an issuer shows it.
    pub(super) fn shown(&self) -> Value {
        let mut jwk =
            serde_json::to_value(Jwk::from_encoding_key(&self.key, self.algorithm).unwrap()).unwrap();
        jwk["kid"] = json!(self.id);
        jwk["use"] = json!("sig");
        jwk
    }

    pub(super) fn sign(&self, claims: &Value) -> String {
        self.sign_under(&Header { kid: Some(self.id.clone()), ..Header::new(self.algorithm) }, claims)
    }

    pub(super) fn sign_under(&self, header: &Header, claims: &Value) -> String {
        encode(header, claims, &self.key).unwrap()
    }
}

/// Where keys are served, and how often somebody asked.
pub(super) struct Served {
    pub(super) address: String,
    state: Arc<Mutex<Counter>>,
}

struct Counter {
    answer: Option<Value>,
    asked: u32,
}

impl Served {
    pub(super) async fn with(keys: &[&Signer]) -> Self {
        let state = Arc::new(Mutex::new(Counter { answer: Some(document(keys)), asked: 0 }));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/jwks.json", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer).with_state(Arc::clone(&state));
        #[expect(clippy::disallowed_methods, reason = "the issuer is the outside world")]
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, state }
    }

    /// From now on these keys are the issuer's.
    pub(super) fn rotate(&self, keys: &[&Signer]) {
        self.say(document(keys));
    }

    pub(super) fn say(&self, answer: Value) {
        self.state.lock().unwrap().answer = Some(answer);
    }

    /// From now on nobody gets an answer that is of use.
    pub(super) fn break_down(&self) {
        self.state.lock().unwrap().answer = None;
    }

    pub(super) fn asked(&self) -> u32 {
        self.state.lock().unwrap().asked
    }
}

fn document(keys: &[&Signer]) -> Value {
    json!({ "keys": keys.iter().map(|key| key.shown()).collect::<Vec<_>>() })
}

async fn answer(State(state): State<Arc<Mutex<Counter>>>) -> (StatusCode, String) {
    let mut state = state.lock().unwrap();
    state.asked += 1;
    match &state.answer {
        Some(answer) => (StatusCode::OK, answer.to_string()),
        None => (StatusCode::BAD_GATEWAY, "{}".to_owned()),
    }
}
