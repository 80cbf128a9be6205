use crate::Money;
use crate::fraud::Risk;
use crate::payment::{GatewayReference, RefundNumber};

/// What became of something that a gateway was asked for, where it tells that by events alone. It is as true as the
/// event's signature; that there is none yet proves nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What was asked for.
    pub subject: FactSubject,
    /// Whether it was done. That one request was not done says nothing of another one for the same.
    pub success: bool,
    /// How much it was about; none where the gateway does not say it.
    pub amount: Option<Money>,
    /// What the gateway itself calls the payment that this is about.
    pub payment: GatewayReference,
    /// What it thinks of what it has authorized, where it has doubts and says so.
    pub risk: Option<Risk>,
}

/// What a gateway was asked for, or what somebody else asks for there.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum FactSubject {
    /// To hold the money.
    Authorization,
    /// To move it.
    Capture,
    /// To give the authorization up.
    Cancellation,
    /// To give money back, as this refund of the order.
    Refund(RefundNumber),
    /// Nothing of ours: the shopper demands the money back.
    Dispute {
        /// The gateway's id of it.
        reference: GatewayReference,
        /// How far it is.
        stage: DisputeStage,
    },
}

/// How far a dispute is. What is told of it may come in any order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DisputeStage {
    /// It was opened, and the money is taken back.
    Opened,
    /// It was decided for the shop, and the money is back.
    Won,
    /// Nobody defended it in time.
    Lost,
    /// It had been won, and the money was taken back again for good.
    LostAgain,
}

impl FactSubject {
    /// The word in the database.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Authorization => "authorization",
            Self::Capture => "capture",
            Self::Cancellation => "cancellation",
            Self::Refund(_) => "refund",
            Self::Dispute { .. } => "dispute",
        }
    }
}

impl DisputeStage {
    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Won => "won",
            Self::Lost => "lost",
            Self::LostAgain => "lost_again",
        }
    }

    /// The stage of that name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Opened, Self::Won, Self::Lost, Self::LostAgain]
            .into_iter()
            .find(|stage| stage.as_str() == name)
    }
}
