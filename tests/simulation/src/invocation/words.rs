use domain::Idempotent;
use domain::reservation::Reservation;
use domain::stock::{Opened, StockList};

/// An answer in the trace.
pub(super) trait Words {
    fn words(&self) -> String;
}

impl Words for () {
    fn words(&self) -> String {
        "done".to_owned()
    }
}

impl Words for Idempotent<()> {
    fn words(&self) -> String {
        if self.is_replay() { "was done before".to_owned() } else { "done".to_owned() }
    }
}

impl Words for Idempotent<u32> {
    fn words(&self) -> String {
        match self {
            Self::Executed(left) => format!("done, {left} left"),
            Self::AlreadyApplied(left) => format!("was done before, {left} left"),
        }
    }
}

impl Words for Option<StockList> {
    fn words(&self) -> String {
        self.as_ref().map_or_else(
            || "not now".to_owned(),
            |list| {
                let StockList { openers, returned, look, .. } = list;
                format!("openers {openers:?}, returned {returned:?}, listed {:?}", look.pages)
            },
        )
    }
}

impl Words for Opened {
    fn words(&self) -> String {
        match self {
            Self::Page(key) => format!("page {}", key.number),
            Self::NoneLeft { pages } => format!("none left of {pages}"),
        }
    }
}

impl Words for Reservation {
    fn words(&self) -> String {
        format!("it is {:?}", self.state)
    }
}
