/// What a gateway itself thinks of a payment that it has authorized, where it has doubts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Risk {
    /// It may well be fraud.
    Elevated,
    /// It most likely is.
    Highest,
}

impl Risk {
    /// As a rule measures it; without a doubt it is zero.
    pub const fn value(self) -> u64 {
        match self {
            Self::Elevated => 1,
            Self::Highest => 2,
        }
    }
}
