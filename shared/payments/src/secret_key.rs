use std::sync::Arc;

use application::{Secret, SecretName, Secrets};
use reqwest::RequestBuilder;
use tokio::time::{Instant, timeout_at};

use crate::credential::Candidates;
use crate::line::{self, Exchange};

/// The key that every request of an account carries. It may be rotated at any time.
pub(crate) struct SecretKey {
    secrets: Arc<dyn Secrets>,
    name: SecretName,
}

impl SecretKey {
    pub(crate) fn new(secrets: Arc<dyn Secrets>, name: SecretName) -> Self {
        Self { secrets, name }
    }

    /// Sends a request, and sends it again while the key is refused and there is another. `request` builds it, or nothing
    /// where the key cannot stand in a header.
    pub(crate) async fn exchange(
        &self,
        deadline: Instant,
        request: impl Fn(&Secret) -> Option<RequestBuilder> + Send + Sync,
    ) -> Exchange {
        let mut candidates = Candidates::of(self.secrets.as_ref(), &self.name);
        let mut answer = Exchange::NotSent;
        while let Ok(Some(secret)) = timeout_at(deadline, candidates.next()).await {
            answer = match send(deadline, request(&secret)).await {
                // Whatever was sent before was refused unexecuted.
                Exchange::NotSent => return answer,
                sent @ (Exchange::Lost | Exchange::Answered { .. }) => sent,
            };
            if !answer.refused_the_secret() {
                return answer;
            }
        }
        answer
    }
}

async fn send(deadline: Instant, request: Option<RequestBuilder>) -> Exchange {
    let Some(request) = request else { return Exchange::NotSent };
    timeout_at(deadline, line::send(request)).await.unwrap_or(Exchange::Lost)
}
