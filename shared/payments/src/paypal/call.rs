use domain::Money;
use domain::payment::{Charge, GatewayReference, Operation, ReturnUrl};
use serde::Serialize;

use super::amount::written;
use super::exchange::Message;
use super::wire::{Amount, ExperienceContext, NewCapture, NewOrder, NewUnit, PayPalSource, PaymentSource};
use crate::reference;

/// One call, ready to be written as a request. The same charge and operation give the same bytes every time.
pub(super) struct Call<'a> {
    pub(super) charge: &'a Charge,
    pub(super) aim: Aim,
    /// The order that is called about, unless this call creates it.
    pub(super) order: Option<&'a GatewayReference>,
    /// The path. Ids in it have no character that means something in a path.
    pub(super) path: String,
    /// JSON; a look-up has none.
    pub(super) body: String,
}

/// What a call is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aim {
    Change(Operation),
    LookUp,
}

impl<'a> Call<'a> {
    /// Nothing, for an amount that PayPal cannot write.
    pub(super) fn open(charge: &'a Charge) -> Option<Self> {
        let return_url = charge.return_url.as_ref().map(ReturnUrl::as_str);
        let reference = reference::of(charge)?;
        let order = NewOrder {
            intent: "AUTHORIZE",
            purchase_units: [NewUnit {
                custom_id: charge.order_id.as_str(),
                invoice_id: reference.as_str(),
                amount: amount(charge)?,
            }],
            payment_source: PaymentSource {
                paypal: PayPalSource {
                    experience_context: ExperienceContext {
                        // The shopper agreed to the total before, so there is nothing to continue with.
                        user_action: "PAY_NOW",
                        shipping_preference: "NO_SHIPPING",
                        return_url,
                        cancel_url: return_url,
                    },
                },
            },
        };
        let path = "/v2/checkout/orders".to_owned();
        let (aim, body) = (Aim::Change(Operation::Open), json(&order)?);
        Some(Self { charge, aim, order: None, path, body })
    }

    pub(super) fn authorize(charge: &'a Charge, order: &'a GatewayReference) -> Self {
        let path = format!("/v2/checkout/orders/{}/authorize", order.as_str());
        let aim = Aim::Change(Operation::Confirm);
        Self { charge, aim, order: Some(order), path, body: "{}".to_owned() }
    }

    /// Nothing, for an amount that PayPal cannot write, which no authorization has.
    pub(super) fn capture(
        charge: &'a Charge,
        order: &'a GatewayReference,
        authorization: &GatewayReference,
    ) -> Option<Self> {
        let path = format!("/v2/payments/authorizations/{}/capture", authorization.as_str());
        let body = json(&NewCapture { amount: amount(charge)?, final_capture: true })?;
        Some(Self { charge, aim: Aim::Change(Operation::Capture), order: Some(order), path, body })
    }

    pub(super) fn void(
        charge: &'a Charge,
        order: &'a GatewayReference,
        authorization: &GatewayReference,
    ) -> Self {
        let path = format!("/v2/payments/authorizations/{}/void", authorization.as_str());
        let aim = Aim::Change(Operation::Void);
        Self { charge, aim, order: Some(order), path, body: "{}".to_owned() }
    }

    pub(super) fn look_up(charge: &'a Charge, order: &'a GatewayReference) -> Self {
        let path = format!("/v2/checkout/orders/{}", order.as_str());
        Self { charge, aim: Aim::LookUp, order: Some(order), path, body: String::new() }
    }

    /// The call as it is sent.
    pub(super) fn message(&self) -> Message<'_> {
        let change = match self.aim {
            Aim::LookUp => None,
            Aim::Change(operation) => Some((self.charge.idempotency_key(operation), self.body.as_str())),
        };
        Message { path: &self.path, change }
    }

    /// The word for it in the log.
    pub(super) fn operation(&self) -> &'static str {
        match self.aim {
            Aim::Change(operation) => operation.as_str(),
            Aim::LookUp => "look_up",
        }
    }
}

fn amount(charge: &Charge) -> Option<Amount> {
    amount_of(charge.amount)
}

pub(super) fn amount_of(money: Money) -> Option<Amount> {
    Some(Amount { currency_code: money.currency().as_str().to_owned(), value: written(money)? })
}

pub(super) fn json(body: &impl Serialize) -> Option<String> {
    // Texts and a flag always have JSON.
    serde_json::to_string(body).ok()
}
