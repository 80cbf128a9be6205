use super::{Kind, Simulation};

/// Whoever comes last is served within so many turns.
const LATE_TURNS_MAX: u64 = 2_000;

impl Simulation {
    /// Whoever comes when all is quiet gets what is left.
    pub(super) fn late_shopper_comes(&mut self) {
        {
            let mut desk = self.world.desk();
            desk.faults = None;
            desk.current.clear();
            desk.note(|| "--- all is quiet ---".to_owned());
        }
        let work = self.scenario.late_shopper(&self.world);
        self.begin("late shopper".to_owned(), Kind::Shopper, None, work);
        let turns_max = self.turn.saturating_add(LATE_TURNS_MAX);
        while self.is_sound() && self.tasks.iter().any(|task| task.kind == Kind::Shopper) {
            if self.turn > turns_max || !self.step() {
                return self.world.desk().did_not_settle();
            }
        }
        if self.is_sound() {
            self.world.desk().checker.check_alerts(self.world.conduct.store());
        }
    }
}
