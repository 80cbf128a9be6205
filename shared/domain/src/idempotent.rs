/// The outcome of a step that may be asked for more than once.
///
/// Messages and requests are delivered at least once, so "this was done before" is an answer and not an error.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idempotent<T> {
    /// This call did it.
    Executed(T),
    /// An earlier call did it; this one changed nothing.
    AlreadyApplied(T),
}

impl<T> Idempotent<T> {
    /// The value, whoever produced it.
    pub fn into_inner(self) -> T {
        match self {
            Self::Executed(value) | Self::AlreadyApplied(value) => value,
        }
    }

    /// Whether an earlier call had done it.
    pub fn is_replay(&self) -> bool {
        matches!(self, Self::AlreadyApplied(_))
    }
}
