/// What any port may suffer: the world broke. A rule that said no is a refusal, and never one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The other side did not do it, and may later.
    #[error("unavailable")]
    Unavailable,
    /// The other side did not do it, because we ask too often.
    #[error("throttled")]
    Throttled,
    /// It may have been done: the answer was lost. Repeat the very same write, whose condition makes that harmless.
    #[error("the outcome is unknown")]
    OutcomeUnknown,
    /// What is stored, or a setting, cannot be read by this version. Repeating does not help; a person must look.
    #[error("unreadable: {0}")]
    Unreadable(&'static str),
}
