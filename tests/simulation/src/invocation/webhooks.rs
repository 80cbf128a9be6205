use application::{Failure, WebhookLedger};
use async_trait::async_trait;
use domain::Idempotent;
use domain::webhook::{EventKey, Settlement, Webhook};

use super::Invocation;
use crate::conduct::now;

#[async_trait]
impl WebhookLedger for Invocation {
    async fn webhook(&self, key: &EventKey) -> Result<Option<Webhook>, Failure> {
        let read = || now(WebhookLedger::webhook(self.world.conduct.store(), key));
        self.read("read event", &key.id, read).await?
    }

    async fn settle(&self, key: &EventKey, settlement: Settlement) -> Result<Idempotent<()>, Failure> {
        let settle = |conduct: &dyn crate::conduct::Conduct| {
            now(WebhookLedger::settle(conduct.store(), key, settlement))
        };
        self.write("settle event", &format!("{} {settlement:?}", key.id), settle).await
    }
}
