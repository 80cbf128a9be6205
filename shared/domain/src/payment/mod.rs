//! Taking money once: attempts, and what a gateway's answer proves.

mod attempt; // one try to charge an order at one gateway
mod charge; // what is frozen with an attempt, and the keys that follow from it
mod circuit; // whether a gateway is asked at all
mod dispute; // money that a shopper demands back over the shop's head
mod finding; // what a person found out instead of a call
mod outcome; // what one call to a gateway proved
mod refund; // money that goes back

pub use attempt::{Attempt, AttemptRefused, AttemptRequest, AttemptState, Step};
pub use charge::{
    ActionResult, AttemptNumber, Charge, GatewayName, GatewayReference, Operation, PaymentMethod,
    PaymentMethodError, PaymentTextError, PaymentToken, ReturnUrl,
};
pub use circuit::{Admission, Circuit, CircuitState, Health};
pub use dispute::{Dispute, DisputeDecision, DisputeNumber, DisputeSeen, DisputeState, DisputeWay, ListedAs};
pub use finding::{Finding, PaymentFinding, RefundFinding};
pub use outcome::{Decline, Outcome, Retry};
pub use refund::{
    Refund, RefundCause, RefundCharge, RefundNumber, RefundOutcome, RefundReview, RefundState, RefundStep,
};
