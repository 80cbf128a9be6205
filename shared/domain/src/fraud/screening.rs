use super::{RULES, Risk, Signal, Signals};

/// What becomes of an attempt, from the mildest to the hardest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It is charged.
    Allow,
    /// It is authorized, and captured once a person has approved it.
    Review,
    /// Nothing is sent to the gateway; what it has authorized is voided.
    Refuse,
}

impl Verdict {
    /// Every verdict.
    pub const ALL: [Self; 3] = [Self::Allow, Self::Review, Self::Refuse];

    /// The word in the database and in the logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Review => "review",
            Self::Refuse => "refuse",
        }
    }

    /// The verdict of that word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.as_str() == word)
    }
}

/// What the rules said of an attempt, kept with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Screening {
    /// The hardest that any rule asked for.
    pub verdict: Verdict,
    /// The names of the rules that fired, also of those that a later version does not have any more.
    pub fired: Vec<String>,
}

impl Screening {
    /// What both say together.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        let news: Vec<String> = other.fired.into_iter().filter(|rule| !self.fired.contains(rule)).collect();
        self.fired.extend(news);
        Self { verdict: self.verdict.max(other.verdict), ..self }
    }
}

/// Asks every rule before the charge.
pub fn screen(signals: &Signals) -> Screening {
    ask(|signal| signals.value(signal))
}

/// Asks the rules about what a gateway thinks of what it has authorized.
pub fn screen_risk(risk: Risk) -> Screening {
    ask(|signal| if signal == Signal::GatewayRisk { risk.value() } else { 0 })
}

fn ask(value: impl Fn(Signal) -> u64) -> Screening {
    let fired: Vec<_> = RULES.iter().filter(|rule| value(rule.signal) >= rule.at_least).collect();
    Screening {
        verdict: fired.iter().map(|rule| rule.verdict).max().unwrap_or(Verdict::Allow),
        fired: fired.iter().map(|rule| rule.name.to_owned()).collect(),
    }
}
