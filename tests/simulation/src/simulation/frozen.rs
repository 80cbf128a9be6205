use std::time::Duration;

use super::{Kind, Simulation};

impl Simulation {
    /// A function runs for so long; its environment may also be frozen, and thawed later to go on.
    const FUNCTION_TIME: Duration = Duration::from_secs(30);
    /// No environment is kept for so long.
    const FROZEN_MAX: Duration = Duration::from_secs(60 * 60);

    /// Kills what runs for too long. Some are only frozen.
    pub(super) fn time_out(&mut self) {
        let mut place = 0;
        while place < self.tasks.len() {
            let over = self.tasks.get(place).is_some_and(|task| {
                let mut desk = self.world.desk();
                let ran = desk.now.since(task.began);
                task.kind != Kind::Shopper
                    && (ran > Self::FROZEN_MAX || ran > Self::FUNCTION_TIME && desk.dice.hits(600))
            });
            if over { self.kill(place) } else { place = place.saturating_add(1) }
        }
    }
}
