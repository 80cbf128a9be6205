use std::time::Duration;

use application::{Chance, Clock};
use async_trait::async_trait;
use domain::Timestamp;

use super::OPENING;
use super::ports::Tables;

#[async_trait]
impl Clock for Tables<'_> {
    fn now(&self) -> Timestamp {
        OPENING.plus(self.client.table.time.now())
    }

    async fn wait(&self, duration: Duration) {
        self.client.table.time.sleep(duration).await;
    }
}

impl Chance for Tables<'_> {
    fn below(&self, bound: u32) -> u32 {
        Chance::below(&*self.client.table.draws, bound)
    }
}
