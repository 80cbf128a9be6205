use serde_json::{Value, json};

/// Something that what we ship must show.
struct Goal {
    /// The cases whose name begins like this.
    case: &'static str,
    protocol: &'static str,
    figure: &'static str,
    bound: Bound,
}

enum Bound {
    AtLeast(f64),
    AtMost(f64),
}

const PAGES: &str = "pages";

const LIMITED: &str = "pages-with-limit";

/// The table of goals, for 10,000 requests a second where it speaks of a rate. Nothing may ever be stranded, sold twice,
/// lost or held for nobody, in any case.
const GOALS: [Goal; 17] = [
    at_most("", PAGES, "stranded", 0.0),
    at_most("", PAGES, "oversold", 0.0),
    at_most("", PAGES, "leaked", 0.0),
    at_most("", PAGES, "orphaned", 0.0),
    at_most("", LIMITED, "stranded", 0.0),
    at_most("", LIMITED, "oversold", 0.0),
    at_most("", LIMITED, "leaked", 0.0),
    at_most("", LIMITED, "orphaned", 0.0),
    Goal {
        case: "surge-10k-10k",
        protocol: PAGES,
        figure: "accepted_per_second",
        bound: Bound::AtLeast(9_000.0),
    },
    at_most("surge", PAGES, "wrongly_sold_out", 0.001),
    at_most("surge", LIMITED, "wrongly_sold_out", 0.001),
    at_most("surge-10k-10k", PAGES, "write_units_per_hold", 2.5),
    at_most("surge-10k-10k", LIMITED, "write_units_per_hold", 3.5),
    at_most("expiring-5k", PAGES, "idle_p99_ms", 100.0),
    at_most("expiring-10k", PAGES, "idle_p99_ms", 100.0),
    at_most("expiring-5k", PAGES, "expired_after_p99_ms", 2_000.0),
    at_most("messages-lost", PAGES, "swept_after_p99_ms", 120_000.0),
];

/// How much longer a checkout may take while thousands of holds expire in the same second.
const CHECKOUT_DELAY_MAX: f64 = 1.25;

const fn at_most(case: &'static str, protocol: &'static str, figure: &'static str, most: f64) -> Goal {
    Goal { case, protocol, figure, bound: Bound::AtMost(most) }
}

/// Each goal as a JSON object, with the worst figure of the cases that it is about; those that no case was about are left
/// out.
pub(crate) fn judged(figures: &[Value]) -> Vec<Value> {
    GOALS.iter().filter_map(|goal| goal.judge(figures)).chain(checkout_delay(figures)).collect()
}

/// Thousands of holds that expire in one second do not delay a checkout.
fn checkout_delay(figures: &[Value]) -> Option<Value> {
    let p99 = |case| {
        let goal = at_most(case, PAGES, "checkout_p99_ms", f64::MAX);
        figures.iter().find_map(|figures| goal.figure(figures)).map(|(p99, _)| p99)
    };
    let (case, figure) = ("checkouts-amid-expiries", p99("checkouts-amid-expiries")?);
    let most = p99("checkouts-alone")? * CHECKOUT_DELAY_MAX;
    Some(json!({
        "goal": "checkout_p99_ms", "protocol": PAGES, "worst_case": case, "figure": figure, "at_most": most,
        "is_met": figure <= most,
    }))
}

impl Goal {
    fn judge(&self, figures: &[Value]) -> Option<Value> {
        let judged = figures.iter().filter_map(|figures| self.figure(figures));
        let (worst, case) = judged.reduce(|a, b| if self.is_worse(b.0, a.0) { b } else { a })?;
        let Self { protocol, figure, bound, .. } = self;
        let (word, bound) = match *bound {
            Bound::AtLeast(bound) => ("at_least", bound),
            Bound::AtMost(bound) => ("at_most", bound),
        };
        let is_met = !self.is_worse(worst, bound);
        Some(json!({
            "goal": figure, "protocol": protocol, "worst_case": case, "figure": worst, word: bound, "is_met": is_met,
        }))
    }

    /// The figure and the name of a case that this goal is about.
    fn figure<'a>(&self, figures: &'a Value) -> Option<(f64, &'a str)> {
        let text = |key: &str| figures.get(key).and_then(Value::as_str);
        let case = text("case").filter(|case| case.starts_with(self.case))?;
        text("protocol").filter(|protocol| *protocol == self.protocol)?;
        // A figure that is not there is no figure that meets a goal.
        let figure = figures.get(self.figure).and_then(Value::as_f64);
        Some((figure.unwrap_or(f64::NAN), case))
    }

    fn is_worse(&self, figure: f64, than: f64) -> bool {
        figure.is_nan()
            || match self.bound {
                Bound::AtLeast(_) => figure < than,
                Bound::AtMost(_) => figure > than,
            }
    }
}

/// Whether a judged goal was met.
pub(crate) fn is_met(judged: &Value) -> bool {
    judged.get("is_met").and_then(Value::as_bool).unwrap_or_default()
}
