use application::{FactLedger, Failure, WebhookLedger};
use async_trait::async_trait;
use domain::Idempotent;
use domain::payment::GatewayReference;
use domain::webhook::{EventKey, Fact, Settlement, Webhook};

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

#[async_trait]
impl FactLedger for Invocation {
    async fn keep(
        &self,
        key: &EventKey,
        reference: &GatewayReference,
        fact: &Fact,
    ) -> Result<Idempotent<()>, Failure> {
        let keep = |conduct: &dyn crate::conduct::Conduct| {
            now(FactLedger::keep(conduct.store(), key, reference, fact))
        };
        self.write("keep fact", &key.id, keep).await
    }
}
