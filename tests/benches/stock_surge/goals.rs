use std::ops::RangeInclusive;

use serde_json::{Map, Value, json};

type Names = &'static [&'static str];

/// Something that must be shown.
struct Goal {
    figure: &'static str,
    bounds: RangeInclusive<f64>,
    /// Each is judged apart from the others.
    protocols: Names,
    /// Names; none is every case.
    cases: Names,
}

const SHIPPED: &str = "pages";
const PAGES: Names = &[SHIPPED];
const LIMITED: Names = &["pages-with-limit"];
const OURS: Names = &[SHIPPED, "pages-with-limit"];
const NAIVE: Names = &["naive-transaction"];
const PLAIN: Names = &["plain-counter"];

const EVERY: Names = &[];
const DROP: Names = &["surge-10k-10k"];
/// Whoever sells 10,000 units at the arrival rate also sells ten times as many.
const RATE: Names = &["surge-10k-10k", "surge-10k-100k"];
/// At least 10,000 units.
const DEEP: Names = &["surge-10k-10k", "surge-10k-100k", "surge-20k-10k", "surge-20k-100k"];
/// The same, in a sale of a second or more. Twice as many requests for 10,000 units are over in half a second, of which the
/// rush for the last ones is twice as great a part, and a claim makes what is lost in it dearer: that is printed, and not
/// judged.
const DEEP_AND_LONG: Names = &["surge-10k-10k", "surge-10k-100k", "surge-20k-100k"];
const EXPIRING: Names = &["expiring-1k", "expiring-5k", "expiring-10k"];
/// Units come back while shoppers ask for them. In `releasing-10k` they come back faster than the one list of their SKU
/// can be told, which takes a thousand writes a second: the goal is missed there by far, which is printed until it is met.
const IDLE: Names = &["expiring-1k", "expiring-5k", "expiring-10k", "releasing-1k", "releasing-5k"];
/// Units come back, and no environment dies amid a request: one that dies after it freed a hold leaves the hold's claim
/// until that is in the way.
const BACK: Names = &[
    "expiring-1k",
    "expiring-5k",
    "expiring-10k",
    "releasing-1k",
    "releasing-5k",
    "releasing-10k",
    "checkouts-amid-expiries",
    "messages-lost",
];
const LOST: Names = &["messages-lost"];
/// A sweeper comes by.
const SWEPT: Names = &["messages-lost", "crashes-amid-expiries"];
/// Every shopper wants one unit of one SKU. Drops of 100 units are held to it too, where one answer is a greater share.
const SINGLE: Names = &[
    "surge-10k-100",
    "surge-10k-1k",
    "surge-10k-10k",
    "surge-10k-100k",
    "surge-20k-100",
    "surge-20k-1k",
    "surge-20k-10k",
    "surge-20k-100k",
    "expiring-1k",
    "expiring-5k",
    "expiring-10k",
    "releasing-1k",
    "releasing-5k",
    "releasing-10k",
    "checkouts-alone",
    "checkouts-amid-expiries",
    "messages-lost",
    "crashes",
    "crashes-amid-expiries",
];

/// The table of goals. Nothing may ever be stranded, sold twice, lost (or found: units that nobody put on sale) or held
/// for nobody, in any case; what is stored must be what the sale was told, and keep every rule.
const GOALS: [Goal; 18] = [
    within("stranded", 0.0..=0.0, OURS, EVERY),
    within("oversold", 0.0..=0.0, OURS, EVERY),
    within("leaked", 0.0..=0.0, OURS, EVERY),
    within("orphaned", 0.0..=0.0, OURS, EVERY),
    within("untold", 0.0..=0.0, OURS, EVERY),
    within("violations", 0.0..=0.0, OURS, EVERY),
    within("claims_left", 0.0..=0.0, LIMITED, BACK),
    within("claims_missing", 0.0..=0.0, LIMITED, EVERY),
    within("overdue", 0.0..=0.0, OURS, SWEPT),
    at_least("accepted_per_second", 9_000.0, PAGES, RATE),
    at_most("wrongly_sold_out", 0.001, OURS, SINGLE),
    at_most("write_units_per_hold", 2.5, PAGES, DEEP),
    at_most("write_units_per_hold", 3.5, LIMITED, DEEP_AND_LONG),
    at_most("idle_p99_ms", 100.0, PAGES, IDLE),
    at_most("expired_after_p99_ms", 2_000.0, PAGES, EXPIRING),
    at_most("swept_after_p99_ms", 120_000.0, PAGES, LOST),
    // These judge the model and not the shop. What bounds one item is known: some 180 transactions a second, which hold
    // it for 5 ms each, and 1,100 to 1,300 single writes, a burst included. A model that lets the two sell much more or
    // much less is a model of something else, and what it says about pages means nothing.
    within("accepted_per_second", 100.0..=250.0, NAIVE, DROP),
    within("accepted_per_second", 1_000.0..=1_400.0, PLAIN, DROP),
];

/// How much longer a checkout may take while thousands of holds expire in the same second.
const CHECKOUT_DELAY_MAX: f64 = 1.25;

const fn at_most(figure: &'static str, most: f64, protocols: Names, cases: Names) -> Goal {
    within(figure, f64::NEG_INFINITY..=most, protocols, cases)
}

const fn at_least(figure: &'static str, least: f64, protocols: Names, cases: Names) -> Goal {
    within(figure, least..=f64::INFINITY, protocols, cases)
}

const fn within(figure: &'static str, bounds: RangeInclusive<f64>, protocols: Names, cases: Names) -> Goal {
    Goal { figure, bounds, protocols, cases }
}

/// Each goal as a JSON object per protocol, with the worst figure of the cases that it is about. In a full run a goal
/// is not met when a case of it was not played: its name may be another one by now. In any other run, goals that no
/// case was about are left out.
pub(crate) fn judged(figures: &[Value], is_full: bool) -> Vec<Value> {
    let delay = checkout_delay(figures, is_full);
    let goals = GOALS.iter().chain(&delay);
    goals
        .flat_map(|goal| goal.protocols.iter().filter_map(|name| goal.judge(name, figures, is_full)))
        .collect()
}

/// Thousands of holds that expire in one second do not delay a checkout.
fn checkout_delay(figures: &[Value], is_full: bool) -> Option<Goal> {
    let alone = at_most("checkout_p99_ms", f64::INFINITY, PAGES, &["checkouts-alone"]);
    let p99 = figures.iter().find_map(|played| alone.figure(SHIPPED, played));
    // Where nothing is known to compare with, no figure is good enough.
    let (_, p99) = p99.or(is_full.then_some(("", f64::NAN)))?;
    Some(at_most("checkout_p99_ms", p99 * CHECKOUT_DELAY_MAX, PAGES, &["checkouts-amid-expiries"]))
}

impl Goal {
    fn judge(&self, protocol: &str, figures: &[Value], is_full: bool) -> Option<Value> {
        let shown: Vec<(&str, f64)> =
            figures.iter().filter_map(|played| self.figure(protocol, played)).collect();
        let is_missing = |case: &&&str| is_full && shown.iter().all(|(name, _)| name != *case);
        let missing: Vec<&&str> = self.cases.iter().filter(is_missing).collect();
        let worst = shown.iter().copied().reduce(|a, b| if self.is_worse(b.1, a.1) { b } else { a });
        let (case, worst) = match worst {
            Some((case, worst)) => (Some(case), worst),
            None if is_full => (None, f64::NAN),
            None => return None,
        };
        let mut said = Map::from_iter([
            ("goal".to_owned(), json!(self.figure)),
            ("protocol".to_owned(), json!(protocol)),
            ("worst_case".to_owned(), json!(case)),
            ("figure".to_owned(), json!(worst)),
            ("is_met".to_owned(), json!(self.bounds.contains(&worst) && missing.is_empty())),
        ]);
        let bounds = [("at_least", *self.bounds.start()), ("at_most", *self.bounds.end())];
        let bounds = bounds.into_iter().filter(|(_, bound)| !bound.is_infinite());
        said.extend(bounds.map(|(word, bound)| (word.to_owned(), json!(bound))));
        if !missing.is_empty() {
            said.insert("not_played".to_owned(), json!(missing));
        }
        Some(said.into())
    }

    /// The name of a case that this goal is about, and its figure.
    fn figure<'a>(&self, protocol: &str, played: &'a Value) -> Option<(&'a str, f64)> {
        let text = |key: &str| played.get(key).and_then(Value::as_str);
        text("protocol").filter(|name| *name == protocol)?;
        let case = text("case").filter(|case| self.cases.is_empty() || self.cases.contains(case))?;
        // A figure that is not there is no figure that meets a goal.
        let figure = played.get(self.figure).and_then(Value::as_f64);
        Some((case, figure.unwrap_or(f64::NAN)))
    }

    fn is_worse(&self, figure: f64, than: f64) -> bool {
        let beyond = |figure: f64| (self.bounds.start() - figure).max(figure - self.bounds.end());
        figure.is_nan() || beyond(figure) > beyond(than)
    }
}

/// Whether a judged goal was met.
pub(crate) fn is_met(judged: &Value) -> bool {
    judged.get("is_met").and_then(Value::as_bool).unwrap_or_default()
}
