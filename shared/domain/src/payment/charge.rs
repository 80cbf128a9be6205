use core::fmt;
use core::str::FromStr;
use core::time::Duration;

use crate::id::is_plain;
use crate::{Caller, Money, OrderId};

/// A payment gateway that the shop can charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GatewayName {
    /// Stripe, with PaymentIntents.
    Stripe,
    /// PayPal, with orders that are authorized before they are captured.
    PayPal,
    /// Adyen, whose payments begin with their authorization, and which tells the end of all else by webhooks alone.
    Adyen,
}

impl GatewayName {
    /// Every gateway.
    pub const ALL: [Self; 3] = [Self::Stripe, Self::PayPal, Self::Adyen];

    /// The name in the API and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stripe => "stripe",
            Self::PayPal => "paypal",
            Self::Adyen => "adyen",
        }
    }

    /// Whether the shopper approves on the gateway's pages after checkout. Nothing is held there before a confirm of
    /// ours follows the approval.
    pub const fn approves_by_redirect(self) -> bool {
        match self {
            Self::Stripe | Self::Adyen => false,
            Self::PayPal => true,
        }
    }

    /// Whether it takes no payment without a page that its shopper comes back to
    /// (<https://docs.adyen.com/api-explorer/Checkout/71/post/payments>, `returnUrl`).
    pub const fn needs_return_url(self) -> bool {
        matches!(self, Self::Adyen)
    }

    /// Whether a shopper who acted comes back with a result that must be sent before anything is held. Until that is
    /// sent, an action that is awaited proves that nothing is held, and that nothing will be.
    pub const fn completes_by_result(self) -> bool {
        match self {
            Self::Stripe | Self::PayPal => false,
            // A card is authorized after its 3-D Secure page only by a request to `/payments/details`
            // (https://docs.adyen.com/online-payments/3d-secure/redirect-3ds2).
            Self::Adyen => true,
        }
    }

    /// Whether it charges what it keeps for a shopper, by the name that the shop gives them: only who has that name can pay
    /// with it (<https://docs.adyen.com/api-explorer/Checkout/71/post/payments>, `shopperReference`).
    pub const fn knows_shoppers(self) -> bool {
        matches!(self, Self::Adyen)
    }

    /// Whether a void finds something only where a confirm was executed: before that, nothing there could be ended, and
    /// a confirm that is still on its way would be executed after it.
    pub const fn voids_only_what_is_held(self) -> bool {
        match self {
            Self::Stripe => false,
            Self::PayPal | Self::Adyen => true,
        }
    }

    /// Whether opening calls it. Where it does not, the confirm is the first call, and the one that shows how it is.
    pub const fn opens_by_call(self) -> bool {
        match self {
            Self::Stripe | Self::PayPal => true,
            Self::Adyen => false,
        }
    }

    /// Until which age of an attempt its confirm is replayed: an hour before the gateway may forget the key, for
    /// after that a replay could be a new request.
    pub const fn replay_age_max(self) -> Duration {
        match self {
            // 24 hours (https://docs.stripe.com/api/idempotent_requests).
            Self::Stripe => Duration::from_secs(23 * 60 * 60),
            // 6 hours (https://developer.paypal.com/api/orders/v2/orders-authorize, `PayPal-Request-Id`).
            Self::PayPal => Duration::from_secs(5 * 60 * 60),
            // 7 days (https://docs.adyen.com/development-resources/api-idempotency).
            Self::Adyen => Duration::from_secs((7 * 24 - 1) * 60 * 60),
        }
    }

    /// The gateway of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|gateway| gateway.as_str() == name)
    }
}

/// The number of an attempt within its order, from 1.
pub type AttemptNumber = u32;

/// Text that cannot be a token, a reference or an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PaymentTextError(&'static str);

/// What the gateway's own page or element gave the shopper's client in place of card data.
#[derive(Clone, PartialEq, Eq)]
pub struct PaymentToken(String);

impl PaymentToken {
    /// The token as the gateway knows it. Never logged.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl FromStr for PaymentToken {
    type Err = PaymentTextError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if is_plain(text, 1..=255) {
            Ok(Self(text.to_owned()))
        } else {
            Err(PaymentTextError("a payment token is 1 to 255 letters, digits, underscores and hyphens"))
        }
    }
}

impl fmt::Debug for PaymentToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PaymentToken(***)")
    }
}

/// The gateway's id for its object, such as `pi_3Pq…`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GatewayReference(String);

impl GatewayReference {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for GatewayReference {
    type Err = PaymentTextError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // It becomes part of a request path, so nothing that means something in a path gets in.
        if is_plain(text, 1..=255) {
            Ok(Self(text.to_owned()))
        } else {
            Err(PaymentTextError("a gateway reference is 1 to 255 letters, digits, underscores and hyphens"))
        }
    }
}

/// Where the shopper comes back to after acting at the gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnUrl(String);

impl ReturnUrl {
    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ReturnUrl {
    type Err = PaymentTextError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let scheme = text.starts_with("https://") || text.starts_with("http://");
        let printable = text.bytes().all(|byte| byte.is_ascii_graphic());
        if scheme && printable && text.len() <= 2048 {
            Ok(Self(text.to_owned()))
        } else {
            Err(PaymentTextError("a return address is an http or https URL of at most 2048 characters"))
        }
    }
}

/// What a shopper who acted at the gateway brings back from there: text that means something to the gateway alone, and is
/// good for this one payment.
#[derive(Clone, PartialEq, Eq)]
pub struct ActionResult(String);

impl ActionResult {
    /// How long it may be: Adyen's bound for a `redirectResult`
    /// (<https://docs.adyen.com/api-explorer/Checkout/71/post/payments/details>).
    pub const LENGTH_MAX: usize = 20_000;

    /// The result as the gateway gave it. Never logged.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl FromStr for ActionResult {
    type Err = PaymentTextError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let printable = text.bytes().all(|byte| byte.is_ascii_graphic());
        if printable && (1..=Self::LENGTH_MAX).contains(&text.len()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(PaymentTextError("a result is 1 to 20000 printable characters, with nothing percent-encoded"))
        }
    }
}

impl fmt::Debug for ActionResult {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ActionResult(***)")
    }
}

/// One way to pay that the shopper offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PaymentMethod {
    /// At Stripe.
    Stripe {
        /// What stands for the card there.
        token: PaymentToken,
    },
    /// At PayPal. Nothing stands for the account: its owner approves on PayPal's pages after checkout.
    PayPal,
    /// At Adyen.
    Adyen {
        /// What stands for the card there.
        token: PaymentToken,
    },
}

/// A token where none belongs, or none where one does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PaymentMethodError {
    /// The client must bring a token.
    #[error("this gateway needs a token")]
    TokenMissing,
    /// The shopper approves on the gateway's pages, and there is nothing to bring.
    #[error("this gateway takes no token")]
    TokenNotTaken,
}

impl PaymentMethod {
    /// A way to pay at a gateway, with a token where that gateway needs one, and only there.
    ///
    /// # Errors
    /// When the token is missing, or is one too many.
    pub fn new(gateway: GatewayName, token: Option<PaymentToken>) -> Result<Self, PaymentMethodError> {
        match (gateway, token) {
            (GatewayName::Stripe, Some(token)) => Ok(Self::Stripe { token }),
            (GatewayName::Adyen, Some(token)) => Ok(Self::Adyen { token }),
            (GatewayName::Stripe | GatewayName::Adyen, None) => Err(PaymentMethodError::TokenMissing),
            (GatewayName::PayPal, None) => Ok(Self::PayPal),
            (GatewayName::PayPal, Some(_)) => Err(PaymentMethodError::TokenNotTaken),
        }
    }

    /// Who takes the payment.
    pub const fn gateway(&self) -> GatewayName {
        match self {
            Self::Stripe { .. } => GatewayName::Stripe,
            Self::PayPal => GatewayName::PayPal,
            Self::Adyen { .. } => GatewayName::Adyen,
        }
    }

    /// What stands for the card or the account there.
    pub const fn token(&self) -> Option<&PaymentToken> {
        match self {
            Self::Stripe { token } | Self::Adyen { token } => Some(token),
            Self::PayPal => None,
        }
    }
}

/// What is frozen with an attempt before its first send. Every repetition sends exactly this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    /// The order that is paid.
    pub order_id: OrderId,
    /// Who pays. What a gateway keeps for one shopper, such as a card, no other one can pay with.
    pub caller: Caller,
    /// The attempt's number within the order.
    pub attempt: AttemptNumber,
    /// How much.
    pub amount: Money,
    /// With what.
    pub method: PaymentMethod,
    /// Where the shopper comes back to.
    pub return_url: Option<ReturnUrl>,
    /// What the shopper brought back from the gateway. It comes after the first sends, is sent with a complete, and never
    /// changes.
    pub action_result: Option<ActionResult>,
    /// How often a look-up has shown that a capture or a void had not happened after all.
    pub renewal: u32,
}

/// A call to a gateway that changes something there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// Create the gateway's object, without moving money.
    Open,
    /// Authorize: hold the money.
    Confirm,
    /// Authorize with what the shopper brought back from an action.
    Complete,
    /// Move the money.
    Capture,
    /// Give the authorization up.
    Void,
}

impl Operation {
    /// Every operation.
    pub const ALL: [Self; 5] = [Self::Open, Self::Confirm, Self::Complete, Self::Capture, Self::Void];

    /// Whether it asks for the money to be held.
    pub const fn authorizes(self) -> bool {
        matches!(self, Self::Confirm | Self::Complete)
    }

    /// The word in the idempotency key.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Confirm => "confirm",
            Self::Complete => "complete",
            Self::Capture => "capture",
            Self::Void => "void",
        }
    }
}

impl Charge {
    /// The key under which the gateway recognises a repetition: the same attempt and operation, the same key.
    ///
    /// The attempt's number is part of it, or a new card would be answered with the old card's decline. A capture or
    /// a void is renewed once a look-up has shown that it did not happen: Stripe replays even a kept 500 under its key
    /// (<https://docs.stripe.com/api/idempotent_requests>), and its object can be captured or cancelled only once,
    /// whatever the keys. What authorizes never is.
    pub fn idempotency_key(&self, operation: Operation) -> String {
        let key = format!("pay:{}:{}:{}", self.order_id, self.attempt, operation.as_str());
        match operation {
            Operation::Capture | Operation::Void if self.renewal > 0 => format!("{key}:{}", self.renewal),
            Operation::Open
            | Operation::Confirm
            | Operation::Complete
            | Operation::Capture
            | Operation::Void => key,
        }
    }
}
