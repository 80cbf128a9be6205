use super::GatewayReference;
use crate::fraud::Risk;

/// What one call to a gateway proved. Every call ends in exactly one of these.
///
/// The distinction that matters: *unknown* is neither yes nor no, and nothing but a later fact may turn it into one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The gateway's object exists; no money has moved.
    Opened(GatewayReference),
    /// The gateway's object exists, and the shopper must approve it at this address. Nothing is held before a confirm
    /// follows.
    ApprovalNeeded {
        /// The object.
        reference: GatewayReference,
        /// Where the shopper goes.
        url: String,
    },
    /// The shopper approved, and nothing is held yet: the confirm may be made.
    Approved,
    /// The money is held for us.
    Authorized,
    /// The same, and the gateway itself doubts that it is the shopper's.
    AuthorizedAtRisk(Risk),
    /// The money has moved.
    Captured,
    /// The shopper must act at this address, as for 3-D Secure.
    RequiresAction {
        /// Where the shopper goes.
        url: String,
    },
    /// The gateway said no.
    Declined(Decline),
    /// The gateway finds what was sent invalid, and did not execute it. That is a no, unless an earlier call for the same
    /// may have been executed: what that one used up is invalid now.
    Invalid(Decline),
    /// Refused unexecuted, as for a rate limit or a rotated key: the same call may be made again.
    Rejected,
    /// Not one byte left this process.
    NotSent,
    /// A cancel was confirmed: the object can never be charged any more.
    Voided,
    /// The gateway holds or moved another amount or currency than was asked for. A person must look.
    Mismatch,
    /// The gateway has taken the request on, and tells later what became of it. That is as unknown as [`Outcome::Unknown`],
    /// and said by a gateway that is well.
    Received,
    /// Everything else: time-out, reset, 5xx, conflict, unreadable answer, "not found".
    Unknown,
}

/// A gateway's no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decline {
    /// The gateway's own word for the reason, such as `insufficient_funds`.
    pub code: String,
    /// What the shopper may do now.
    pub retry: Retry,
}

/// What a shopper may do after a decline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Retry {
    /// The same method may work another time.
    SameMethod,
    /// Another method may work.
    OtherMethod,
    /// A hard decline (stolen, fraud): no automatic fallback.
    None,
}
