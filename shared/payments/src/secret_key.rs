use core::time::Duration;
use std::sync::Arc;

use application::{Secret, SecretName, Secrets};
use reqwest::RequestBuilder;
use tokio::time::{Instant, timeout_at};

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

    /// Sends a request, and sends it once more when the key was refused and the store has a newer one. `request` builds
    /// it, or nothing where the key cannot stand in a header.
    pub(crate) async fn exchange(
        &self,
        timeout: Duration,
        request: impl Fn(&Secret) -> Option<RequestBuilder> + Send + Sync,
    ) -> Exchange {
        let deadline = Instant::now() + timeout;
        let Ok(Ok(secret)) = timeout_at(deadline, self.secrets.current(&self.name)).await else {
            return Exchange::NotSent;
        };
        let first = send(deadline, request(&secret)).await;
        if !first.refused_the_secret() {
            return first;
        }
        let Ok(Ok(secret)) = timeout_at(deadline, self.secrets.refreshed(&self.name)).await else {
            return first;
        };
        match send(deadline, request(&secret)).await {
            // Something was sent before, and was refused unexecuted.
            Exchange::NotSent => first,
            second @ (Exchange::Lost | Exchange::Answered { .. }) => second,
        }
    }
}

async fn send(deadline: Instant, request: Option<RequestBuilder>) -> Exchange {
    let Some(request) = request else { return Exchange::NotSent };
    timeout_at(deadline, line::send(request)).await.unwrap_or(Exchange::Lost)
}
