use domain::payment::{Charge, GatewayReference, Operation, PaymentMethod};

use super::exchange::Message;

/// What is shown whole: it says what Stripe thinks of the charge.
const EXPANDED: &str = "latest_charge";

/// What a token may stand for. Apple Pay and Google Pay give tokens of cards
/// (<https://docs.stripe.com/api/payment_methods/object#payment_method_object-card-wallet>). Others either end after days, or
/// cannot be held before they are captured (<https://docs.stripe.com/payments/place-a-hold-on-a-payment-method>).
const METHOD_TYPES: [&str; 2] = ["card", "klarna"];

/// One call, ready to be written as a request. The same charge and operation give the same bytes every time.
pub(super) struct Call<'a> {
    pub(super) charge: &'a Charge,
    pub(super) aim: Aim,
    /// The object that is called, unless this call creates it.
    pub(super) reference: Option<&'a GatewayReference>,
    form: Vec<(&'static str, String)>,
}

/// What a call is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aim {
    Change(Operation),
    LookUp,
}

impl<'a> Call<'a> {
    /// Nothing, for a charge that another gateway takes.
    pub(super) fn open(charge: &'a Charge) -> Option<Self> {
        let PaymentMethod::Stripe { token } = &charge.method else { return None };
        let mut form = vec![
            ("amount", charge.amount.amount().to_string()),
            ("currency", charge.amount.currency().as_str().to_ascii_lowercase()),
            ("payment_method", token.expose().to_owned()),
            ("capture_method", "manual".to_owned()),
            ("metadata[order_id]", charge.order_id.to_string()),
            ("metadata[attempt]", charge.attempt.to_string()),
        ];
        form.extend(METHOD_TYPES.map(|kind| ("allowed_payment_method_types[]", kind.to_owned())));
        Some(Self { charge, aim: Aim::Change(Operation::Open), reference: None, form })
    }

    pub(super) fn confirm(charge: &'a Charge, reference: &'a GatewayReference) -> Self {
        let return_url = charge.return_url.iter().map(|url| ("return_url", url.as_str().to_owned()));
        let expanded = [("expand[]", EXPANDED.to_owned())];
        Self::change(charge, reference, Operation::Confirm, return_url.chain(expanded).collect())
    }

    pub(super) fn capture(charge: &'a Charge, reference: &'a GatewayReference) -> Self {
        Self::change(charge, reference, Operation::Capture, Vec::new())
    }

    pub(super) fn void(charge: &'a Charge, reference: &'a GatewayReference) -> Self {
        Self::change(charge, reference, Operation::Void, Vec::new())
    }

    pub(super) fn look_up(charge: &'a Charge, reference: &'a GatewayReference) -> Self {
        Self { charge, aim: Aim::LookUp, reference: Some(reference), form: Vec::new() }
    }

    fn change(
        charge: &'a Charge,
        reference: &'a GatewayReference,
        operation: Operation,
        form: Vec<(&'static str, String)>,
    ) -> Self {
        Self { charge, aim: Aim::Change(operation), reference: Some(reference), form }
    }

    /// The call as it is sent.
    pub(super) fn message(&self) -> Message {
        match self.aim {
            Aim::LookUp => Message::get(self.path()),
            Aim::Change(operation) => {
                Message::post(self.path(), self.charge.idempotency_key(operation), self.form.clone())
            }
        }
    }

    /// The path. A reference has no character that means something in a path.
    fn path(&self) -> String {
        let object = self.reference.map_or("", GatewayReference::as_str);
        match self.aim {
            Aim::Change(Operation::Open) => "/v1/payment_intents".to_owned(),
            Aim::Change(Operation::Confirm) => format!("/v1/payment_intents/{object}/confirm"),
            Aim::Change(Operation::Capture) => format!("/v1/payment_intents/{object}/capture"),
            Aim::Change(Operation::Void) => format!("/v1/payment_intents/{object}/cancel"),
            // What the shopper did shows at the object itself.
            Aim::Change(Operation::Complete) | Aim::LookUp => {
                format!("/v1/payment_intents/{object}?expand[]={EXPANDED}")
            }
        }
    }

    /// The word for it in the log.
    pub(super) fn operation(&self) -> &'static str {
        match self.aim {
            Aim::Change(operation) => operation.as_str(),
            Aim::LookUp => "look_up",
        }
    }
}
