//! `cargo sim`: runs the shop in a simulated world that fails in every way it can.

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use simulation::{Mutation, Planned, Run, Scenario, Searched, cores, on_every_core};

/// The seeds of the smoke.
const SMOKE_SEEDS: u64 = 2_000;

/// The first fault of a pair is among this many calls of a scenario, the second among twice as many.
const PAIR_CALLS: u32 = 60;

/// Simulates the shop. Without arguments: one fault at every call of every scenario, and then 2,000 seeds.
#[derive(Clone, Debug, Parser)]
#[command(name = "sim", version)]
struct Arguments {
    /// So many seeds, from 0.
    #[arg(long, value_name = "N")]
    seeds: Option<u64>,

    /// Every pair of faults.
    #[arg(long)]
    pairs: bool,

    /// Every deliberate bug: each must be caught.
    #[arg(long)]
    mutations: bool,

    /// One seed.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,

    /// One run in which this call (counted from 0) fails in this way; may be given twice.
    #[arg(long, value_name = "CALL:WAY", value_parser = planned)]
    fault: Vec<Planned>,

    /// One scenario instead of all in turn.
    #[arg(long, value_name = "NAME", value_parser = scenario)]
    scenario: Option<Scenario>,

    /// Show what happens in the run of --seed or --fault, also when nothing breaks.
    #[arg(long)]
    trace: bool,
}

fn scenario(name: &str) -> Result<Scenario, String> {
    let names = || Scenario::every().map(|scenario| scenario.name).collect::<Vec<_>>().join(", ");
    Scenario::named(name).ok_or_else(|| format!("the scenarios are: {}", names()))
}

fn planned(text: &str) -> Result<Planned, String> {
    let parsed = text
        .split_once(':')
        .and_then(|(call, way)| Some(Planned { call: call.parse().ok()?, way: way.parse().ok()? }));
    parsed.ok_or_else(|| "a fault is the number of a call, a colon, and the number of a way".to_owned())
}

fn main() -> io::Result<ExitCode> {
    let arguments = Arguments::parse();
    let mut out = io::stdout().lock();
    let is_sound = if arguments.mutations {
        mutations(&mut out)?
    } else if arguments.pairs {
        searched(&mut out, &arguments, "pairs", |scenario| simulation::pairs(scenario, PAIR_CALLS))?
    } else if arguments.seed.is_some() || !arguments.fault.is_empty() {
        one(&mut out, &arguments)?
    } else if let Some(count) = arguments.seeds {
        seeds(&mut out, count, arguments.scenario)?
    } else {
        searched(&mut out, &arguments, "single faults", simulation::sweep)?
            && seeds(&mut out, SMOKE_SEEDS, arguments.scenario)?
    };
    Ok(if is_sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Searches every scenario, or the one that was named.
fn searched(
    out: &mut impl Write,
    arguments: &Arguments,
    what: &str,
    search: impl Fn(Scenario) -> Searched + Sync,
) -> io::Result<bool> {
    let named = |scenario: &Scenario| arguments.scenario.is_none_or(|only| only.name == scenario.name);
    let mut runs = 0_u64;
    let began = Stopwatch::start();
    let scenarios: Vec<Scenario> = Scenario::every().filter(named).collect();
    for found in on_every_core(&scenarios, |scenario| search(*scenario)) {
        runs = runs.saturating_add(found.runs);
        if let Some(run) = found.failed {
            tell(out, &run)?;
            return Ok(false);
        }
    }
    writeln!(out, "{what}: {runs} runs, nothing broken{}", began.rate(runs))?;
    Ok(true)
}

/// Runs seeds on every core.
fn seeds(out: &mut impl Write, count: u64, scenario: Option<Scenario>) -> io::Result<bool> {
    let began = Stopwatch::start();
    let cores = cores();
    let shares: Vec<u64> = (0..).take(cores).collect();
    let share = |first: &u64| simulation::seeds((*first..count).step_by(cores), scenario);
    let found: Vec<Searched> = on_every_core(&shares, share);
    let runs = found.iter().map(|found| found.runs).sum();
    // The first seed that fails, however many cores look.
    if let Some(run) = found.into_iter().filter_map(|found| found.failed).min_by_key(Run::seed) {
        tell(out, &run)?;
        return Ok(false);
    }
    writeln!(out, "seeds: {runs} runs on {cores} cores, nothing broken{}", began.rate(runs))?;
    Ok(true)
}

fn one(out: &mut impl Write, arguments: &Arguments) -> io::Result<bool> {
    let run = match (arguments.seed, &*arguments.fault) {
        (Some(seed), _) => Run::seeded(seed, arguments.scenario),
        (None, faults) => {
            let of = arguments.scenario.unwrap_or(Scenario::USUAL[0]);
            Run::planned(of, [faults.first().copied(), faults.get(1).copied()])
        }
    };
    let verdict = run.traced();
    if verdict.broken.is_some() {
        tell(out, &run)?;
    } else {
        for line in verdict.trace.iter().filter(|_| arguments.trace) {
            writeln!(out, "{line}")?;
        }
        writeln!(out, "{run}: {} calls, nothing broken", verdict.calls)?;
    }
    Ok(verdict.broken.is_none())
}

/// What happened, what does not hold, and how to see it again.
fn tell(out: &mut impl Write, run: &Run) -> io::Result<()> {
    let verdict = run.traced();
    writeln!(out, "{run}:\n")?;
    for line in &verdict.trace {
        writeln!(out, "{line}")?;
    }
    if let Some(broken) = &verdict.broken {
        writeln!(out, "\nbroken: {broken}")?;
        if let Some(statement) = broken.statement() {
            writeln!(out, "  {statement}")?;
        }
    }
    writeln!(out, "again: {}", run.command())
}

/// Says by which run of each mode a mutation is caught, and what it breaks there.
fn mutations(out: &mut impl Write) -> io::Result<bool> {
    let mut caught = 0_usize;
    let look = |mutation: &Mutation| [mutation.caught_by_sweep(), mutation.caught_by_seeds()];
    for (mutation, found) in Mutation::ALL.iter().zip(on_every_core(&Mutation::ALL, look)) {
        let [sweep, seed] = found.clone().map(|found| {
            found.map_or("-".to_owned(), |found| format!("{} breaks {}", found.run, found.broken.invariant))
        });
        let is_caught = found.iter().any(Option::is_some);
        caught = caught.saturating_add(usize::from(is_caught));
        let word = if is_caught { "caught" } else { "MISSED" };
        writeln!(out, "{word} {}: {}\n  sweep: {sweep}\n  seeds: {seed}", mutation.name, mutation.bug)?;
    }
    writeln!(out, "{caught} of {} mutations caught", Mutation::ALL.len())?;
    Ok(caught == Mutation::ALL.len())
}

/// Measures how long the runs take, which is outside of every run.
struct Stopwatch {
    began: Instant,
}

impl Stopwatch {
    #[expect(clippy::disallowed_methods, reason = "how long runs take is told to people and to no run")]
    fn start() -> Self {
        Self { began: Instant::now() }
    }

    fn rate(&self, runs: u64) -> String {
        let took = self.began.elapsed().max(Duration::from_millis(1));
        let a_second =
            u128::from(runs).saturating_mul(1_000).checked_div(took.as_millis()).unwrap_or_default();
        format!(" ({}.{:03} s, {a_second} runs a second)", took.as_secs(), took.subsec_millis())
    }
}
