use std::collections::BTreeMap;

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde_json::Value;

/// A key, and the one algorithm that it verifies. A token has no say in that: who could choose HMAC would sign with
/// the public key.
#[derive(Clone)]
pub(super) struct Key {
    pub(super) algorithm: Algorithm,
    pub(super) verifies: DecodingKey,
}

/// The keys of an issuer, by their ids.
pub(super) type Keys = BTreeMap<String, Key>;

#[derive(Deserialize)]
struct Document {
    keys: Vec<Value>,
}

/// Reads a JWKS document (RFC 7517). A key that verifies no token of ours is left out; a document without any other is
/// not the issuer's.
pub(super) fn read(document: &[u8]) -> Option<Keys> {
    let document: Document = serde_json::from_slice(document).ok()?;
    let keys: Keys = document.keys.into_iter().filter_map(usable).collect();
    (!keys.is_empty()).then_some(keys)
}

fn usable(key: Value) -> Option<(String, Key)> {
    let key: Jwk = serde_json::from_value(key).ok()?;
    let algorithm = algorithm(&key.algorithm)?;
    if key.common.key_algorithm.is_some_and(|said| said != KeyAlgorithm::from(algorithm)) {
        return None;
    }
    if key.common.public_key_use.as_ref().is_some_and(|purpose| *purpose != PublicKeyUse::Signature) {
        return None;
    }
    let verifies = DecodingKey::from_jwk(&key).ok()?;
    Some((key.common.key_id?, Key { algorithm, verifies }))
}

fn algorithm(parameters: &AlgorithmParameters) -> Option<Algorithm> {
    if let AlgorithmParameters::RSA(_) = parameters {
        return Some(Algorithm::RS256);
    }
    if let AlgorithmParameters::EllipticCurve(key) = parameters {
        return (key.curve == EllipticCurve::P256).then_some(Algorithm::ES256);
    }
    if let AlgorithmParameters::OctetKeyPair(key) = parameters {
        return (key.curve == EllipticCurve::Ed25519).then_some(Algorithm::EdDSA);
    }
    None
}
