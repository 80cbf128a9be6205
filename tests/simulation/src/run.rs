//! One run from its name to its verdict.

use std::time::Duration;

use crate::checker::Broken;
use crate::conduct::{Conduct, Honest};
use crate::dice::Dice;
use crate::fault::{Faults, Planned};
use crate::mail::Disorder;
use crate::scenario::Scenario;
use crate::simulation::Simulation;
use crate::world::{BEGIN, Desk};

/// What tells one run from every other.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// Who comes.
    pub scenario: Scenario,
    /// What goes wrong.
    pub course: Course,
    /// What is different from a usual run.
    pub circumstances: Circumstances,
}

/// What may be different from a usual run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Circumstances {
    /// The sweeper runs.
    pub sweeps: bool,
    /// Messages are lost, or given up on after too many deliveries.
    pub loses_messages: bool,
    /// Clocks differ by up to ten seconds either way.
    pub skews: bool,
}

impl Circumstances {
    /// A usual run.
    pub const USUAL: Self = Self { sweeps: true, loses_messages: true, skews: true };
    /// Everybody's clock is right.
    pub const NO_SKEW: Self = Self { sweeps: true, loses_messages: true, skews: false };
    /// Nobody looks for lost messages, and none is lost.
    pub const NO_SWEEPS: Self = Self { sweeps: false, loses_messages: false, skews: false };
}

/// How a run goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// One after the other, with at most these faults.
    Planned([Option<Planned>; 2]),
    /// As this seed says.
    Seeded(u64),
}

/// How a run went.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// What does not hold, if anything.
    pub broken: Option<Broken>,
    /// How many calls to ports were made.
    pub calls: u32,
    /// In how many ways each could have failed, where faults are set beforehand.
    pub ways: Vec<usize>,
    /// How much of the virtual time went by until all was done.
    pub took: Duration,
    /// What happened, where it was asked for.
    pub trace: Vec<String>,
}

impl Run {
    /// The run of a seed: each scenario in its turn, or always the same.
    pub fn seeded(seed: u64, scenario: Option<Scenario>) -> Self {
        let scenario = scenario.unwrap_or_else(|| Scenario::in_turn(Scenario::every(), seed));
        Self { scenario, course: Course::Seeded(seed), circumstances: Circumstances::USUAL }
    }

    /// The run of a scenario in which these calls fail.
    pub const fn planned(scenario: Scenario, faults: [Option<Planned>; 2]) -> Self {
        Self { scenario, course: Course::Planned(faults), circumstances: Circumstances::USUAL }
    }

    /// Runs it.
    pub fn verdict(&self) -> Verdict {
        self.run(Box::new(Honest::default()), false)
    }

    /// Its seed, if it has one.
    pub const fn seed(&self) -> Option<u64> {
        match self.course {
            Course::Seeded(seed) => Some(seed),
            Course::Planned(_) => None,
        }
    }

    /// The command that runs it again.
    pub fn command(&self) -> String {
        let mut command = format!("cargo sim --scenario {}", self.scenario.name);
        match self.course {
            Course::Seeded(seed) => command.push_str(&format!(" --seed {seed}")),
            Course::Planned(faults) => faults.iter().flatten().for_each(|fault| {
                command.push_str(&format!(" --fault {}:{}", fault.call, fault.way));
            }),
        }
        command + " --trace"
    }

    /// Runs it, and writes down what happens.
    pub fn traced(&self) -> Verdict {
        self.run(Box::new(Honest::default()), true)
    }

    pub(crate) fn run(&self, conduct: Box<dyn Conduct>, traced: bool) -> Verdict {
        let (mut desk, faulty_turns) = self.desk();
        desk.trace = traced.then(Vec::new);
        desk.mail.has_no_dead_letters = !self.circumstances.loses_messages;
        let mut simulation = Simulation::new(&self.scenario, conduct, desk);
        simulation.run(faulty_turns);
        let mut desk = simulation.world().desk();
        Verdict {
            broken: desk.checker.broken().cloned(),
            calls: desk.calls,
            ways: core::mem::take(&mut desk.ways),
            took: desk.now.since(BEGIN),
            trace: desk.trace.take().unwrap_or_default(),
        }
    }

    fn desk(&self) -> (Desk, u64) {
        match self.course {
            Course::Planned(faults) => {
                let faults = Faults::Planned(faults.into_iter().flatten().collect());
                (Desk::new(Dice::new(0), faults, Disorder::default(), self.circumstances), 0)
            }
            Course::Seeded(seed) => {
                let mut dice = Dice::new(seed);
                let per_mille = [0, 10, 25, 60].get(dice.place(4)).copied().unwrap_or_default();
                let mut disorder = Disorder {
                    doubled: [0, 200].get(dice.place(2)).copied().unwrap_or_default(),
                    delayed: [0, 150].get(dice.place(2)).copied().unwrap_or_default(),
                    lost: [0, 0, 40].get(dice.place(3)).copied().unwrap_or_default(),
                };
                if !self.circumstances.loses_messages {
                    disorder.lost = 0;
                }
                let faulty_turns = u64::from(dice.below(180)).saturating_add(40);
                let faults = Faults::Seeded { per_mille };
                let has_leases = !dice.hits(250);
                let mut desk = Desk::new(dice, faults, disorder, self.circumstances);
                desk.has_leases = has_leases;
                (desk, faulty_turns)
            }
        }
    }
}

impl core::fmt::Display for Run {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str(self.scenario.name)?;
        match self.course {
            Course::Seeded(seed) => write!(formatter, ", seed {seed}"),
            Course::Planned(faults) => faults
                .iter()
                .flatten()
                .try_for_each(|fault| write!(formatter, ", call {} fails in way {}", fault.call, fault.way)),
        }
    }
}
