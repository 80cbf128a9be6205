use crate::Failure;

/// How often a write whose outcome is unknown is made in all. The SDK has retried each of them within its own time,
/// and both together must end before the function does.
const WRITES_MAX: u32 = 2;

/// An error that may be a [`Failure`].
pub(crate) trait MayBeUnknown {
    /// Whether the write may have been applied.
    fn is_unknown(&self) -> bool;
}

impl MayBeUnknown for Failure {
    fn is_unknown(&self) -> bool {
        *self == Self::OutcomeUnknown
    }
}

impl MayBeUnknown for crate::ReserveError {
    fn is_unknown(&self) -> bool {
        matches!(self, Self::Failure(failure) if failure.is_unknown())
    }
}

impl MayBeUnknown for crate::ChangeError {
    fn is_unknown(&self) -> bool {
        matches!(self, Self::Failure(failure) if failure.is_unknown())
    }
}

impl MayBeUnknown for crate::CloseError {
    fn is_unknown(&self) -> bool {
        matches!(self, Self::Failure(failure) if failure.is_unknown())
    }
}

impl MayBeUnknown for crate::HoldError {
    fn is_unknown(&self) -> bool {
        matches!(self, Self::Failure(failure) if failure.is_unknown())
    }
}

impl MayBeUnknown for crate::PlanError {
    fn is_unknown(&self) -> bool {
        matches!(self, Self::Failure(failure) if failure.is_unknown())
    }
}

impl MayBeUnknown for crate::ClaimError {
    fn is_unknown(&self) -> bool {
        matches!(self, Self::Failure(failure) if failure.is_unknown())
    }
}

impl MayBeUnknown for crate::CountError {
    fn is_unknown(&self) -> bool {
        matches!(self, Self::Failure(failure) if failure.is_unknown())
    }
}

impl MayBeUnknown for crate::ChangeSupplyError {
    fn is_unknown(&self) -> bool {
        matches!(self, Self::Failure(failure) if failure.is_unknown())
    }
}

/// Makes the very same write again while its outcome is unknown. Its condition makes the repetition harmless, and
/// only a definite answer may lead to another decision.
pub(crate) async fn until_definite<T, E, W>(mut write: impl FnMut() -> W) -> Result<T, E>
where
    E: MayBeUnknown,
    W: Future<Output = Result<T, E>>,
{
    let mut writes = 1;
    loop {
        match write().await {
            Err(error) if error.is_unknown() && writes < WRITES_MAX => writes += 1,
            definite => return definite,
        }
    }
}
