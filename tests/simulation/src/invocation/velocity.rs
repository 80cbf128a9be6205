use application::{CountError, Failure, Velocity};
use async_trait::async_trait;
use domain::Currency;
use domain::fraud::{Count, Day, Known, Subject};

use super::Invocation;
use crate::conduct::now;

#[async_trait]
impl Velocity for Invocation {
    async fn count(&self, count: &Count) -> Result<(), CountError> {
        self.write("count", &count.order, |conduct| conduct.count(self.by, count)).await
    }

    async fn known(
        &self,
        subjects: &[Subject],
        days: [Day; 2],
        currency: Currency,
    ) -> Result<Known, Failure> {
        let read = || now(Velocity::known(self.world.conduct.store(), subjects, days, currency));
        self.read("read counts", &currency, read).await?
    }
}
