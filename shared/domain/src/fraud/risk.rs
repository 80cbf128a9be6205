/// What a gateway itself thinks of a payment that it has authorized, where it has doubts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Risk {
    /// It may well be fraud.
    Elevated,
    /// It most likely is.
    Highest,
}

impl Risk {
    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Elevated => "elevated",
            Self::Highest => "highest",
        }
    }

    /// The risk of that name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Elevated, Self::Highest].into_iter().find(|risk| risk.as_str() == name)
    }

    /// As a rule measures it; without a doubt it is zero.
    pub const fn value(self) -> u64 {
        match self {
            Self::Elevated => 1,
            Self::Highest => 2,
        }
    }
}
