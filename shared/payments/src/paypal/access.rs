use core::time::Duration;
use std::sync::Arc;

use application::{Secret, SecretName, Secrets};
use reqwest::StatusCode;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::wire::{AccessToken, Credentials};
use crate::credential::Candidates;
use crate::line::{self, Exchange, Line};

/// How long before its end a token is no longer used: longer than any call lasts.
const MARGIN: Duration = Duration::from_secs(60);

/// Proves to PayPal who asks, by a token that lasts some hours
/// (<https://developer.paypal.com/api/rest/authentication/>).
pub(super) struct Access {
    secrets: Arc<dyn Secrets>,
    secret_name: SecretName,
    kept: Mutex<Option<Token>>,
}

#[derive(Clone)]
struct Token {
    text: String,
    /// By a clock that may stand still while the environment is frozen; a token that is too old then is refused
    /// unexecuted, and renewed.
    until: Instant,
}

impl Access {
    pub(super) fn new(secrets: Arc<dyn Secrets>, secret_name: SecretName) -> Self {
        Self { secrets, secret_name, kept: Mutex::default() }
    }

    /// The token that is kept, or a new one. Without one the call stays here, and this says what became of it.
    pub(super) async fn token(&self, line: &Line) -> Result<String, Exchange> {
        let mut kept = self.kept.lock().await;
        match &*kept {
            Some(token) if Instant::now() < token.until => Ok(token.text.clone()),
            _ => self.renew(line, &mut kept).await,
        }
    }

    /// A new token in place of one that was refused.
    pub(super) async fn token_instead_of(&self, refused: &str, line: &Line) -> Result<String, Exchange> {
        let mut kept = self.kept.lock().await;
        match &*kept {
            // Another call has renewed it meanwhile.
            Some(token) if token.text != refused => Ok(token.text.clone()),
            _ => self.renew(line, &mut kept).await,
        }
    }

    /// Asks for a token, and asks again while the credentials are refused and there are others.
    async fn renew(&self, line: &Line, kept: &mut Option<Token>) -> Result<String, Exchange> {
        *kept = None;
        let mut candidates = Candidates::of(self.secrets.as_ref(), &self.secret_name);
        let mut refusal = Exchange::NotSent;
        while let Some(secret) = candidates.next().await {
            match ask(line, &secret).await {
                Ok(token) => {
                    let text = token.text.clone();
                    *kept = Some(token);
                    return Ok(text);
                }
                Err(refused) if refused.refused_the_secret() => refusal = refused,
                Err(unsent) => return Err(unsent),
            }
        }
        Err(refusal)
    }
}

/// Asks once. What fails here kept the call itself from being sent.
async fn ask(line: &Line, secret: &Secret) -> Result<Token, Exchange> {
    let Ok(Credentials { client_id, client_secret }) = serde_json::from_str(secret.expose()) else {
        tracing::error!(r#"PayPal's secret is not {{"client_id":"…","client_secret":"…"}}"#);
        return Err(Exchange::NotSent);
    };
    let request = line.post("/v1/oauth2/token").basic_auth(client_id, Some(client_secret));
    let asked_at = Instant::now();
    let answer = line::send(request.form(&[("grant_type", "client_credentials")])).await;
    match answer {
        Exchange::Answered { status: StatusCode::OK, body: Some(body) } => {
            let token: AccessToken = serde_json::from_slice(&body).map_err(|_| Exchange::NotSent)?;
            if !token.token_type.eq_ignore_ascii_case("bearer") {
                return Err(Exchange::NotSent);
            }
            let lasts = Duration::from_secs(token.expires_in).saturating_sub(MARGIN);
            Ok(Token { text: token.access_token, until: asked_at + lasts })
        }
        refused if refused.refused_unexecuted() => Err(refused),
        Exchange::NotSent | Exchange::Lost | Exchange::Answered { .. } => Err(Exchange::NotSent),
    }
}
