use super::{RULES, Signals};

/// What becomes of an attempt, from the mildest to the hardest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It is charged.
    Allow,
    /// It is authorized, and captured once a person has approved it.
    Review,
    /// Nothing is sent to the gateway.
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

/// Asks every rule.
pub fn screen(signals: &Signals) -> Screening {
    let fired = RULES.iter().filter(|rule| signals.value(rule.signal) >= rule.at_least);
    Screening {
        verdict: fired.clone().map(|rule| rule.verdict).max().unwrap_or(Verdict::Allow),
        fired: fired.map(|rule| rule.name.to_owned()).collect(),
    }
}
