use std::collections::HashMap;
use std::time::Duration;

use serde_json::{Value, json};

use crate::protocols::Answer;
use crate::run::{Outcome, Told};

/// The figures of a case, as one JSON object; what each means stands at the head of the bench.
pub(crate) fn of(outcome: &Outcome, protocol: &str, seed: u64) -> Value {
    let Outcome { case, log, audit, .. } = outcome;
    let claims = audit.read.as_ref().and_then(|read| read.claims);
    let (takers, costs) = match outcome.first_sold_out {
        Some(sold_out) => (sold_out.takers, sold_out.costs),
        None => (outcome.takers, outcome.costs),
    };
    let of_early = log.told.iter().filter(|told| told.early);
    let (early, wrongly) = of_early.fold((0_u32, 0_u32), |(early, wrongly), told| {
        (early + 1, wrongly + u32::from(told.answer != Answer::Held && told.could_be_served))
    });
    let waited = sorted(log.told.iter().filter(|told| told.answer == Answer::Held).map(|told| told.waited));
    let expired = sorted(log.expired_after.iter().copied());
    let swept = sorted(log.swept_after.iter().copied());
    let checkouts = sorted(log.checkouts.iter().copied());
    let releases = sorted(log.releases.iter().copied());
    let idle = sorted(outcome.idle_times.iter().copied());
    let count = |answer| log.told.iter().filter(|told| told.answer == answer).count();
    json!({
        "case": case.name,
        "protocol": protocol,
        "offered_per_second": case.offered_per_second,
        "units": case.units,
        "skus": case.skus,
        "buyers_want": log.buyers_want,
        "accepted": count(Answer::Held),
        "accepted_per_second": outcome.accepted_per_second(),
        "sold_out_after_s": outcome.first_sold_out.map(|sold_out| rounded(sold_out.at.as_secs_f64())),
        "unsold": outcome.unsold,
        "stranded": outcome.stranded,
        "oversold": audit.oversold,
        "leaked": audit.leaked,
        "untold": audit.read.as_ref().map(|read| read.untold),
        "violations": audit.read.as_ref().map(|read| read.violations.len()),
        "first_violation": audit.read.as_ref().and_then(|read| read.violations.first()),
        "claims_left": claims.map(|claims| claims.left),
        "claims_waiting": claims.map(|claims| claims.waiting),
        "claims_missing": claims.map(|claims| claims.missing),
        "orphaned": orphaned(outcome),
        "wrongly_sold_out": share(wrongly, early),
        "turned_away_busy": count(Answer::Busy) + count(Answer::Unknown),
        "write_units_per_hold": rounded(costs.write_units as f64 / takers as f64),
        "read_units_per_hold": rounded(costs.read_units / takers as f64),
        "p50_ms": millis(&waited, 0.50),
        "p99_ms": millis(&waited, 0.99),
        "conflicts": outcome.costs.conflicts,
        "throttles": outcome.costs.throttles,
        "expired_after_p99_ms": millis(&expired, 0.99),
        "swept_after_p99_ms": millis(&swept, 0.99),
        "overdue": outcome.overdue,
        "idle_p99_ms": millis(&idle, 0.99),
        "checkouts": (!checkouts.is_empty()).then_some(checkouts.len()),
        "checkouts_refused": (!checkouts.is_empty()).then_some(log.checkouts_refused),
        "checkout_p50_ms": millis(&checkouts, 0.50),
        "checkout_p99_ms": millis(&checkouts, 0.99),
        "releases": (!releases.is_empty()).then_some(releases.len()),
        "releases_failed": (!releases.is_empty()).then_some(log.releases_failed),
        "release_p50_ms": millis(&releases, 0.50),
        "release_p99_ms": millis(&releases, 0.99),
        "seed": seed,
    })
}

impl Outcome {
    /// Requests that took units, a second, until there were no more.
    pub(crate) fn accepted_per_second(&self) -> f64 {
        let (takers, until) = match self.first_sold_out {
            Some(sold_out) => (sold_out.takers, sold_out.at),
            None => self.takers_by_arrival,
        };
        (takers as f64 / until.as_secs_f64()).round()
    }
}

/// Units held for a key beyond what its shopper was told.
fn orphaned(outcome: &Outcome) -> u32 {
    let lines = u32::try_from(outcome.case.skus).unwrap_or(u32::MAX);
    let promised = |told: &Told| if told.answer == Answer::Held { told.request.units * lines } else { 0 };
    let promises: HashMap<_, _> =
        outcome.log.told.iter().map(|told| (told.request.key, promised(told))).collect();
    let beyond =
        |(key, held): (_, u32)| promises.get(&key).map_or(0, |promised| held.saturating_sub(*promised));
    outcome.sale.holds().into_iter().map(beyond).sum()
}

fn sorted(times: impl IntoIterator<Item = Duration>) -> Vec<Duration> {
    let mut sorted: Vec<Duration> = times.into_iter().collect();
    sorted.sort_unstable();
    sorted
}

fn millis(sorted: &[Duration], part: f64) -> Option<f64> {
    let place = ((sorted.len() as f64 * part).ceil() as usize).clamp(1, sorted.len().max(1));
    sorted.get(place - 1).map(|time| rounded(time.as_secs_f64() * 1_000.0))
}

fn share(part: u32, of: u32) -> Option<f64> {
    (of > 0).then(|| (f64::from(part) / f64::from(of) * 1_000_000.0).round() / 1_000_000.0)
}

fn rounded(figure: f64) -> f64 {
    (figure * 1_000.0).round() / 1_000.0
}
