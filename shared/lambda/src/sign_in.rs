//! Customers who sign in: a bearer token of the shop's issuer, verified in the function itself.
//!
//! An HTTP API's own authorizer turns away whoever has no token, and the same routes are for guests.

mod issuer; // where the issuer's keys are, asked rarely
mod keys; // the keys, as far as they verify tokens
mod token; // what a token says, and whether that counts here

use std::sync::Arc;

use application::{Clock, Failure};
use domain::Caller;

use self::issuer::Issuer;
use self::token::Rules;
use crate::problem::{Problem, TOKEN_INVALID};
use crate::{Environment, MissingVariables, SystemClock};

/// The settings: who makes tokens, whom they are for, and where the keys are.
const SETTINGS: [&str; 3] = ["SIGN_IN_ISSUER", "SIGN_IN_AUDIENCE", "SIGN_IN_JWKS_URL"];

/// After how many seconds it is worth asking again while the issuer does not answer: as soon as it is asked again.
const RETRY_AFTER: u32 = 5;

/// How customers sign in, as a function's settings say.
pub struct SignIn {
    /// Nothing where sign-in is off.
    pub(crate) verifier: Option<Verifier>,
}

/// Tells which customer a token names.
pub(crate) struct Verifier {
    rules: Rules,
    issuer: Issuer,
    clock: Arc<dyn Clock>,
}

/// Why a function cannot tell its customers.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignInError {
    /// A setting is not there at all.
    #[error(transparent)]
    Missing(#[from] MissingVariables),
    /// Some settings are empty and some are not.
    #[error("sign-in needs all of {}, or all of them empty", SETTINGS.join(", "))]
    Incomplete,
    /// The keys would come from an address that anybody on the way could answer for.
    #[error("SIGN_IN_JWKS_URL is neither an https URL nor an http URL of this machine")]
    Address,
}

impl SignIn {
    /// Sign-in by these settings. All of them empty turns it off: whoever sends a token is refused then.
    ///
    /// # Errors
    /// Names what is missing, and says what cannot be used.
    pub fn of(environment: &Environment) -> Result<Self, SignInError> {
        let settings = environment.required(SETTINGS)?;
        if settings.iter().all(String::is_empty) {
            return Ok(Self { verifier: None });
        }
        if settings.iter().any(String::is_empty) {
            return Err(SignInError::Incomplete);
        }
        Ok(Self { verifier: Some(Verifier::of(settings, Arc::new(SystemClock))?) })
    }
}

impl Verifier {
    fn of([issuer, audience, keys]: [String; 3], clock: Arc<dyn Clock>) -> Result<Self, SignInError> {
        let rules = Rules { issuer, audience };
        Ok(Self { rules, issuer: Issuer::at(&keys).ok_or(SignInError::Address)?, clock })
    }

    /// The customer whom this token names.
    ///
    /// # Errors
    /// 401 for a token that does not count here; 503 when nobody can tell, because the issuer's keys are out of reach.
    pub(crate) async fn customer(&self, token: &str) -> Result<Caller, Problem> {
        let now = self.clock.now();
        let key_id = self.rules.key_id(token)?;
        let key = self.issuer.key(&key_id, now).await.map_err(out_of_reach)?;
        let key = key.ok_or_else(|| Problem::of(TOKEN_INVALID))?;
        self.rules.customer(token, &key, now)
    }
}

fn out_of_reach(failure: Failure) -> Problem {
    Problem::from(failure).retry_after(RETRY_AFTER)
}

#[cfg(test)]
mod issuing; // an issuer on loopback, and what it signs
#[cfg(test)]
mod tests;
