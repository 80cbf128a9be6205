use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use axum::routing::get;
use axum::{Json, Router};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use tokio::net::TcpListener;

const ISSUER: &str = "https://sign-in.example/pool";
const AUDIENCE: &str = "storefront";
const KEY_ID: &str = "k-1";

/// Who signs the shop's customers in, and serves the key that tells.
pub(crate) struct Issuer {
    key: EncodingKey,
    address: String,
}

impl Issuer {
    pub(crate) async fn start() -> Self {
        let key = new_key();
        let mut shown =
            serde_json::to_value(Jwk::from_encoding_key(&key, Algorithm::ES256).unwrap()).unwrap();
        shown["kid"] = json!(KEY_ID);
        let keys = json!({ "keys": [shown] });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/jwks.json", listener.local_addr().unwrap());
        let router = Router::new().route("/jwks.json", get(|| async { Json(keys) }));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { key, address }
    }

    /// The settings of a function that knows this issuer's customers.
    pub(crate) fn settings(&self) -> [(String, String); 3] {
        [
            ("SIGN_IN_ISSUER", ISSUER),
            ("SIGN_IN_AUDIENCE", AUDIENCE),
            ("SIGN_IN_JWKS_URL", self.address.as_str()),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
    }

    /// A good token of this customer.
    pub(crate) fn token(&self, customer: &str) -> String {
        self.token_with(customer, &json!({}))
    }

    /// A token of this issuer that says something else in some places.
    pub(crate) fn token_with(&self, customer: &str, changes: &Value) -> String {
        signed(&self.key, customer, changes)
    }

    /// A token that says what a good one says, signed by somebody else.
    pub(crate) fn forged(customer: &str) -> String {
        signed(&new_key(), customer, &json!({}))
    }
}

/// Seconds since 1970.
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

fn new_key() -> EncodingKey {
    let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
    EncodingKey::from_ec_der(made.as_ref())
}

fn signed(key: &EncodingKey, customer: &str, changes: &Value) -> String {
    let mut claims = json!({"iss": ISSUER, "sub": customer, "client_id": AUDIENCE, "token_use": "access",
                            "iat": now(), "exp": now() + 3_600});
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    let header = Header { kid: Some(KEY_ID.to_owned()), ..Header::new(Algorithm::ES256) };
    encode(&header, &claims, key).unwrap()
}
