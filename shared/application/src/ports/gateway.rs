use async_trait::async_trait;
use domain::payment::{
    Attempt, Charge, DisputeSeen, GatewayName, GatewayReference, Outcome, RefundCharge, RefundOutcome,
};
use domain::webhook::Purpose;

use super::{Failure, Transfers};

/// A payment gateway. Each method is one call, sent once: repeating it is the worker's decision, after a new claim.
///
/// MUST answer [`Outcome::Unknown`] unless the answer proves something else.
/// MUST answer [`Outcome::NotSent`] only when no byte left this process.
/// MUST end within its own time-out, which is shorter than the function's.
#[async_trait]
pub trait Gateway: Send + Sync {
    /// Creates the gateway's object without moving money: `Opened`, `ApprovalNeeded`, `Declined`, `Rejected`, `NotSent`
    /// or `Unknown`.
    async fn open(&self, charge: &Charge) -> Outcome;

    /// Asks for the authorization.
    async fn confirm(&self, charge: &Charge, reference: &GatewayReference) -> Outcome;

    /// Asks for the authorization with what the shopper brought back from an action. Where a gateway needs no such result,
    /// a look-up shows what they did there.
    async fn complete(&self, charge: &Charge, reference: &GatewayReference) -> Outcome;

    /// Moves the authorized money.
    async fn capture(&self, charge: &Charge, reference: &GatewayReference) -> Outcome;

    /// Gives the authorization up for good.
    async fn void(&self, charge: &Charge, reference: &GatewayReference) -> Outcome;

    /// Reads what became of it. "Not found", and an object that still waits for a confirm, prove nothing: `Unknown`.
    async fn look_up(&self, charge: &Charge, reference: &GatewayReference) -> Outcome;

    /// Gives captured money back. More than was captured MUST never go back, whatever the keys.
    async fn refund(&self, refund: &RefundCharge) -> RefundOutcome;

    /// Reads what became of a refund. That it is not found proves nothing: `Unknown`.
    async fn look_up_refund(&self, refund: &RefundCharge) -> RefundOutcome;

    /// Reads every dispute of a captured charge that moves money, decided ones too. An inquiry that moves none is no
    /// dispute. That the answer cannot be had, or not in full, is a failure.
    async fn disputes(
        &self,
        charge: &Charge,
        reference: &GatewayReference,
    ) -> Result<Vec<DisputeSeen>, Failure>;

    /// Reads what an object was opened for; none where it is not there, or says nothing that could be ours.
    async fn purpose(&self, reference: &GatewayReference) -> Result<Option<Purpose>, Failure>;

    /// Its list of the money that it moved, where it can be asked for one.
    fn transfers(&self) -> Option<&dyn Transfers> {
        None
    }
}

/// The gateways that the shop can charge.
pub struct Gateways {
    stripe: Box<dyn Gateway>,
    paypal: Box<dyn Gateway>,
    adyen: Box<dyn Gateway>,
}

impl Gateways {
    /// The gateways by name.
    pub fn new(stripe: Box<dyn Gateway>, paypal: Box<dyn Gateway>, adyen: Box<dyn Gateway>) -> Self {
        Self { stripe, paypal, adyen }
    }

    /// The gateway of an attempt.
    pub fn of(&self, attempt: &Attempt) -> &dyn Gateway {
        self.named(attempt.method.gateway())
    }

    /// The gateway of that name.
    pub fn named(&self, name: GatewayName) -> &dyn Gateway {
        match name {
            GatewayName::Stripe => self.stripe.as_ref(),
            GatewayName::PayPal => self.paypal.as_ref(),
            GatewayName::Adyen => self.adyen.as_ref(),
        }
    }
}
