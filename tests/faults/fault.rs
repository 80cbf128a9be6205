use core::fmt;
use core::str::FromStr;

/// What goes wrong with one call to the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nobody listens: not one byte leaves.
    Refused,
    /// The request never arrives, and its caller waits in vain.
    RequestLost,
    /// The request is executed, and its caller waits in vain.
    AnswerLost,
    /// 400: too many requests. Nothing is executed.
    Throttled,
    /// 500, and nothing is executed.
    Broken,
    /// 500, although the request was executed.
    BrokenAfter,
    /// The write met another transaction on an item. Nothing is executed.
    Conflict,
    /// The transaction is executed, and its caller hears that it is still under way.
    InProgress,
    /// A batch gets nothing of what it asked for.
    Unprocessed,
}

impl Fault {
    const ALL: [Self; 9] = [
        Self::Refused,
        Self::RequestLost,
        Self::AnswerLost,
        Self::Throttled,
        Self::Broken,
        Self::BrokenAfter,
        Self::Conflict,
        Self::InProgress,
        Self::Unprocessed,
    ];

    /// Its name in a case.
    const fn name(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::RequestLost => "request-lost",
            Self::AnswerLost => "answer-lost",
            Self::Throttled => "throttled",
            Self::Broken => "broken",
            Self::BrokenAfter => "broken-after",
            Self::Conflict => "conflict",
            Self::InProgress => "in-progress",
            Self::Unprocessed => "unprocessed",
        }
    }

    /// Whether this can go wrong with this operation. A read that nobody answers is as good as one that never
    /// arrived.
    pub(crate) fn concerns(self, operation: &str) -> bool {
        match self {
            Self::Refused | Self::RequestLost | Self::Throttled => true,
            Self::AnswerLost | Self::Broken | Self::BrokenAfter | Self::Conflict => is_write(operation),
            Self::InProgress => operation == TRANSACTION,
            Self::Unprocessed => operation == "BatchGetItem",
        }
    }
}

/// A write of several items.
pub(crate) const TRANSACTION: &str = "TransactWriteItems";

/// Whether an operation changes what is stored.
fn is_write(operation: &str) -> bool {
    matches!(operation, TRANSACTION | "PutItem" | "UpdateItem")
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|fault| fault.name() == text).ok_or(format!("no fault is called {text}"))
    }
}
