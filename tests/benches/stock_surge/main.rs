//! Sells a drop on a model of DynamoDB's documented limits, in virtual time, and prints what each way to hold a unit
//! sells and costs: one JSON object per case and protocol, and then one per goal, of what we ship and of the model
//! itself. It fails when a goal is missed; a full run also does when a case that a goal is about was not played.
//!
//! Run: `cargo bench -p matchday-tests --bench stock_surge`, with `-- --list`, `-- --case surge-10k`,
//! `-- --protocol naive-transaction`, `-- --seed 7` or `-- --png sales.png` after it.
//!
//! Nothing here was measured on AWS. The model's parameters and their sources are in `limits.rs`, the table in
//! `table.rs`, and what is compared in `protocols.rs`. The figures:
//!
//! - `buyers_want`: units that the shoppers of the rush wanted; `accepted`: shoppers of the rush who got what they
//!   wanted.
//! - `accepted_per_second`: requests that took units until the first sell-out, by the time from the start until then;
//!   where the units were never sold out, until the last one took some before the last shopper came.
//!   `sold_out_after_s` is that first sell-out.
//! - `unsold`: units free when everybody in the rush was answered. `stranded`: units free when somebody who comes alone
//!   and in quiet, later, is told "sold out".
//! - `oversold`: units held beyond the supply, at the worst moment. `leaked`: units at the end that are neither free
//!   nor held. `orphaned`: units held that no shopper was told of, because a repetition of the request took others,
//!   or because the shopper was told something else. Of what we ship, `oversold` and `leaked` are read from the pages
//!   themselves at the end, and the first from the bench's own ledger too, which knows the worst moment.
//! - `untold`: units about which the pages and that ledger differ at the end, request by request. `violations`: how
//!   often the records break a rule of `shared/domain/src/invariant.rs`, the first of them in words.
//! - `claims_left`: units that count against customers' limits although their reservations have ended; `claims_waiting`
//!   are those of shoppers who were told "busy" or nothing half way, and may ask again until their reservation's
//!   deadline. `claims_missing`: units held that are not counted.
//! - `wrongly_sold_out`: share of the answers before the first sell-out that turned a shopper away, as "sold out" or as
//!   "busy", although enough units for that shopper were free from the first request to the answer.
//!   `turned_away_busy`: shoppers of the whole rush whose last answer was "busy", or that it is not known.
//! - `write_units_per_hold`, `read_units_per_hold`: all units spent until the first sell-out, those of losers too, by
//!   the requests that took units until then; over the whole rush where the units were never sold out. What it costs
//!   to put the units on sale is not in it.
//! - `p50_ms`, `p99_ms`: from the arrival of an accepted shopper to the answer, repetitions included.
//! - `conflicts`, `throttles`: writes and preparations that met a transaction or a partition without units, in the rush.
//! - `expired_after_p99_ms`: from a deadline whose message came until its units were back.
//! - `swept_after_p99_ms`: the same where the message was lost, and the sweeper found the page.
//! - `overdue`: units in holds whose deadline was over when the rush was, and the sweeper had come by where there is one:
//!   without it, all that nobody paid for and whose message was not played.
//! - `checkout_p50_ms`, `checkout_p99_ms`: what a checkout takes, from its function's first call to its last;
//!   `checkouts_refused` were told that their hold is over.
//! - `release_p50_ms`, `release_p99_ms`: from when a shopper asks to give units back until that is known to be done,
//!   repetitions included; `releases_failed` gave it up.
//! - `idle_p99_ms`: how long a unit that was given back after the first sell-out, and a second or more before the last
//!   shopper of the rush came, lay until it was taken again, or until the end where it was not.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]
#![expect(
    clippy::float_arithmetic,
    clippy::as_conversions,
    reason = "a model of chance, and figures for people"
)]

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

mod case; // the situations
mod client; // an environment's way to the table
mod draws; // chance
mod figures; // what is printed
mod goals; // what must be shown
mod lambda; // environments that serve one request each
mod limits; // every parameter, with its source
mod picture; // units sold over time
mod protocols; // ways to hold a unit
mod queue; // messages in batches
mod records; // what is stored, beside what is true
mod run; // a case, from the first shopper to the last
mod sale; // what is true about the stock
mod table; // partitions, transactions, lost messages
mod virtual_time; // a clock that jumps

use case::{CASES, Case, PICTURE};
use picture::Curve;
use protocols::{Counters, NaiveTransaction, Pages, PlainCounter, Protocol, UnitItems};

use run::Outcome;

/// Sells a drop on a model of DynamoDB's documented limits.
#[derive(Parser)]
struct Arguments {
    /// Plays the cases whose name begins like this.
    #[arg(long, default_value = "")]
    case: String,
    /// Plays this protocol only.
    #[arg(long)]
    protocol: Option<String>,
    /// What chance follows from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Lists cases and protocols.
    #[arg(long)]
    list: bool,
    /// Draws units sold over time, by every protocol, instead of playing the cases.
    #[arg(long)]
    png: Option<PathBuf>,
    /// What cargo adds.
    #[arg(long, hide = true)]
    bench: bool,
}

/// A protocol, by the name that it is printed with.
struct Contender {
    name: &'static str,
    /// Whether it holds several SKUs all or nothing.
    takes_carts: bool,
    /// Whether it is what we ship.
    is_ours: bool,
    play: fn(Case, u64) -> Outcome,
}

const CONTENDERS: [Contender; 6] = [
    contender::<NaiveTransaction>("naive-transaction", true),
    contender::<PlainCounter>("plain-counter", false),
    contender::<Counters>("64-counters", false),
    contender::<UnitItems>("unit-items", false),
    ours::<Pages<true>>("pages-with-limit"),
    ours::<Pages<false>>("pages"),
];

const fn contender<P: Protocol>(name: &'static str, takes_carts: bool) -> Contender {
    Contender { name, takes_carts, is_ours: false, play: run::play::<P> }
}

const fn ours<P: Protocol>(name: &'static str) -> Contender {
    Contender { is_ours: true, ..contender::<P>(name, true) }
}

impl Contender {
    fn plays(&self, case: &Case) -> bool {
        (self.takes_carts || case.skus == 1) && (self.is_ours || !case.comes_after)
    }
}

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let arguments = Arguments::parse();
    let contenders: Vec<&Contender> = CONTENDERS
        .iter()
        .filter(|contender| arguments.protocol.as_deref().is_none_or(|name| name == contender.name))
        .collect();
    if arguments.list {
        CASES.iter().for_each(|case| println!("case {}", case.name));
        contenders.iter().for_each(|contender| println!("protocol {}", contender.name));
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(path) = arguments.png {
        let played = contenders.iter().map(|contender| {
            let outcome = (contender.play)(PICTURE, arguments.seed);
            Curve {
                label: format!("{}, {} a second", contender.name, outcome.accepted_per_second()),
                held: outcome.sale.history(),
            }
        });
        picture::draw(&path, &PICTURE, &played.collect::<Vec<_>>())?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut shown = Vec::new();
    for case in CASES.iter().filter(|case| case.name.starts_with(&arguments.case)) {
        for contender in contenders.iter().filter(|contender| contender.plays(case)) {
            let outcome = (contender.play)(*case, arguments.seed);
            let figures = figures::of(&outcome, contender.name, arguments.seed);
            println!("{figures}");
            shown.push(figures);
        }
    }
    let is_full = arguments.case.is_empty() && arguments.protocol.is_none();
    let judged = goals::judged(&shown, is_full);
    judged.iter().for_each(|goal| println!("{goal}"));
    Ok(if judged.iter().all(goals::is_met) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
