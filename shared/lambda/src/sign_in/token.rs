use core::time::Duration;
use std::collections::HashSet;

use domain::{Caller, Timestamp};
use jsonwebtoken::dangerous::insecure_decode;
use jsonwebtoken::{Validation, decode};
use serde::Deserialize;

use super::keys::Key;
use crate::problem::{Problem, TOKEN_EXPIRED, TOKEN_INVALID, TOKEN_NOT_FOR_THIS_SHOP};
use crate::wire::Integer;

/// A longer token is not even read; the gateway itself takes headers of 10,240 bytes in all.
const LENGTH_MAX: usize = 8 * 1024;

/// How far the issuer's clock may be from ours.
const LEEWAY: Duration = Duration::from_secs(30);

/// Which tokens count here.
pub(super) struct Rules {
    pub(super) issuer: String,
    pub(super) audience: String,
}

/// Who made a token, as it says itself.
#[derive(Deserialize)]
struct Origin {
    iss: Option<String>,
}

/// What a token says: RFC 7519, and the claims by which Cognito tells its tokens apart.
#[derive(Deserialize)]
struct Claims {
    iss: Option<String>,
    sub: String,
    exp: Integer,
    nbf: Option<Integer>,
    aud: Option<Audience>,
    /// Where Cognito's access tokens have their audience.
    client_id: Option<String>,
    token_use: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Rules {
    /// The id of the key that the token claims to be signed with.
    ///
    /// Nothing in the token is proven yet, but one that names another issuer need not be: none of our issuer's keys
    /// would verify it, so the issuer is not asked for them.
    pub(super) fn key_id(&self, token: &str) -> Result<String, Problem> {
        if token.len() > LENGTH_MAX {
            return Err(invalid());
        }
        let unproven = insecure_decode::<Origin>(token).map_err(|_| invalid())?;
        // What an extension that we do not know makes of the token, we do not know either (RFC 7515, 4.1.11).
        if unproven.header.crit.is_some() {
            return Err(invalid());
        }
        if unproven.claims.iss.as_deref() != Some(&self.issuer) {
            return Err(foreign());
        }
        unproven.header.kid.ok_or_else(invalid)
    }

    /// The customer whom a token names that this key signed.
    pub(super) fn customer(&self, token: &str, key: &Key, now: Timestamp) -> Result<Caller, Problem> {
        let claims: Claims =
            decode(token, &key.verifies, &signature_alone(key)).map_err(|_| invalid())?.claims;
        if claims.iss.as_deref() != Some(&self.issuer) || !self.is_meant(&claims) {
            return Err(foreign());
        }
        if now >= time(claims.exp).plus(LEEWAY) {
            return Err(Problem::of(TOKEN_EXPIRED));
        }
        if claims.sub.is_empty() || claims.nbf.is_some_and(|start| now.plus(LEEWAY) < time(start)) {
            return Err(invalid());
        }
        Ok(Caller::customer(&self.issuer, &claims.sub))
    }

    /// Whether a token is for calling this shop. One that only tells an application who signed in is not.
    fn is_meant(&self, claims: &Claims) -> bool {
        let names_us = match &claims.aud {
            Some(Audience::One(audience)) => *audience == self.audience,
            Some(Audience::Several(audiences)) => audiences.contains(&self.audience),
            None => claims.client_id.as_ref() == Some(&self.audience),
        };
        names_us && claims.token_use.as_ref().is_none_or(|purpose| purpose == "access")
    }
}

/// Has the library verify the signature with the key's own algorithm, and nothing else: it would take the time from
/// the machine, and claims are judged here.
fn signature_alone(key: &Key) -> Validation {
    let mut validation = Validation::new(key.algorithm);
    validation.required_spec_claims = HashSet::new();
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation
}

fn time(seconds: Integer) -> Timestamp {
    Timestamp::from_millis(seconds.0.saturating_mul(1_000))
}

fn invalid() -> Problem {
    Problem::of(TOKEN_INVALID)
}

fn foreign() -> Problem {
    Problem::of(TOKEN_NOT_FOR_THIS_SHOP)
}
