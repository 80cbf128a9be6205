//! The real binaries, killed at random.
//!
//! `cargo run -p matchday-tests --bin processes` opens a local shop in which every function is a process of its own
//! behind the Lambda Runtime API, lets a crowd shop in it, and ends processes with SIGKILL a few hundred times. Then
//! nothing goes wrong any more until everybody has what they came for. What the closed shop has kept is audited; while
//! something in it is not settled yet, the shop opens again, for a bounded time.
//!
//! A message that failed comes back after seconds here and not after minutes, and a worker has few instances; otherwise
//! the shop is wired as the template says.

#![expect(
    clippy::disallowed_methods,
    reason = "this is the outside world of the functions: it waits and it kills"
)]

mod crowd; // shoppers, each with a plan
mod customer; // a shopper who repeats requests and watches what becomes of them
mod fleet; // every process that runs, and who is killed next
mod instance; // a function's instance that is a process
mod program; // the functions' binaries
mod runtime_api; // Lambda's Runtime API, as one process sees it

use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use application::Chance;
use application::audit::Report;
use clap::Parser;
use domain::invariant::Books;
use lambda::Function;
use local::template::{Surroundings, Template};
use local::{Functions, Options, Shop, TEMPLATE};
use memory::SeededChance;

use crowd::Crowd;
use fleet::Fleet;
use instance::Instance;

type Error = Box<dyn std::error::Error + Send + Sync>;

/// After how long a message that failed shows itself again.
const VISIBILITY_SECONDS: u32 = 5;
/// How many instances a queue's worker has at the most.
const INSTANCES_MAX: u32 = 3;
/// The most time between two kills, in milliseconds.
const PAUSE_MAX: u32 = 250;
/// For how long, and how often at the most, the shop opens again while something in it is not settled.
const OPEN_FOR: Duration = Duration::from_secs(5);
const OPENINGS_MAX: u32 = 24;

#[derive(Debug, Parser)]
struct Arguments {
    /// How many processes are killed.
    #[arg(long, value_name = "N", default_value_t = 300)]
    kills: u32,
    /// How many shoppers are at the counter at once.
    #[arg(long, value_name = "N", default_value_t = 8)]
    shoppers: usize,
    /// What chance follows from: who shops how, and who is killed when.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let arguments = Arguments::parse();
    let started = Instant::now();
    let template = shortened(TEMPLATE)?;
    let names: Vec<String> = Template::read(&template, &Surroundings::default())?
        .functions
        .into_iter()
        .map(|function| function.name)
        .collect();
    program::build(&names)?;

    let fleet = Fleet::default();
    let data = tempfile::tempdir()?;
    let options = Options {
        port: 0,
        data: Some(data.path().to_owned()),
        catalog: serde_json::from_value(crowd::catalog())?,
        hold_seconds: crowd::HOLD_SECONDS,
    };
    let functions = processes(&names, &fleet)?;
    let shop = Shop::start_with(&template, &functions, options.clone()).await?;
    let crowd = Crowd::open(shop.address(), arguments.shoppers, arguments.seed);
    kill(&fleet, arguments.kills, &SeededChance::new(arguments.seed)).await;
    let tally = crowd.close().await;
    shop.stop().await;
    let tally = tally?;

    let mut books = audited(data.path()).await?;
    for _ in 0..OPENINGS_MAX {
        if crowd::unsettled(&books).is_empty() {
            break;
        }
        let shop = Shop::start_with(&template, &functions, options.clone()).await?;
        tokio::time::sleep(OPEN_FOR).await;
        shop.stop().await;
        books = audited(data.path()).await?;
    }
    writeln!(
        std::io::stdout().lock(),
        "seed {}: {fleet}; {tally}; {} orders and {} reservations without a violation in {} s",
        arguments.seed,
        books.orders.len(),
        books.reservations.len(),
        started.elapsed().as_secs(),
    )?;
    let unsettled = crowd::unsettled(&books);
    if unsettled.is_empty() { Ok(()) } else { Err(unsettled.join("\n").into()) }
}

/// What a closed shop has kept, if all of it holds together.
async fn audited(data: &Path) -> Result<Books, Error> {
    let Report { books, violations } = Shop::audit(data).await?;
    let violations: Vec<String> = violations.iter().map(ToString::to_string).collect();
    if violations.is_empty() { Ok(books) } else { Err(violations.join("\n").into()) }
}

/// The template with shorter waits and fewer instances.
fn shortened(template: &str) -> Result<String, Error> {
    let template = with(template, "VisibilityTimeout: ", VISIBILITY_SECONDS)?;
    with(&template, "MaximumConcurrency: ", INSTANCES_MAX)
}

/// The text with another number behind a setting, wherever it stands.
fn with(text: &str, setting: &str, number: u32) -> Result<String, Error> {
    let (first, rest) = text.split_once(setting).ok_or_else(|| format!("the template has no `{setting}`"))?;
    let mut changed = first.to_owned();
    for part in rest.split(setting) {
        let behind = part.trim_start_matches(|digit: char| digit.is_ascii_digit());
        changed.push_str(&format!("{setting}{number}{behind}"));
    }
    Ok(changed)
}

/// Every function as processes of its own binary.
fn processes(names: &[String], fleet: &Fleet) -> Result<Functions, Error> {
    let mut functions = Functions::default();
    for name in names {
        let (program, fleet) = (program::path(name)?, fleet.clone());
        functions = functions.with(name, move |environment| {
            let instance = Instance::new(program.clone(), environment, fleet.clone());
            let function: Arc<dyn Function> = Arc::new(instance);
            async move { Ok(function) }
        });
    }
    Ok(functions)
}

/// Kills so many processes, one after the other; rather one that is at work.
async fn kill(fleet: &Fleet, kills: u32, chance: &SeededChance) {
    let mut killed = 0;
    while killed < kills {
        let pause = chance.below(PAUSE_MAX).saturating_add(1);
        tokio::time::sleep(Duration::from_millis(pause.into())).await;
        if fleet.kill_one(chance) {
            killed = killed.saturating_add(1);
        }
    }
}
