use domain::payment::{Charge, GatewayReference, Operation, PaymentMethod, RefundCharge, ReturnUrl};
use reqwest::Url;
use serde::Serialize;

use super::wire::{
    AdditionalData, Amount, AuthenticationData, CompletionDetails, Modification, NewPayment, PaymentDetails,
    StoredCard, ThreeDsRequestData,
};
use crate::reference;

/// One call, ready to be sent. The same charge and operation give the same bytes every time.
pub(super) struct Call<'a> {
    pub(super) charge: &'a Charge,
    pub(super) operation: Operation,
    pub(super) message: Message,
}

/// What is sent.
pub(super) struct Message {
    /// Ids in it have no character that means something in a path.
    pub(super) path: String,
    /// At most 64 characters, as Adyen wants it: an order's id has 22.
    pub(super) key: String,
    /// JSON.
    pub(super) body: String,
}

impl<'a> Call<'a> {
    /// The payment itself. Nothing for a charge that another gateway takes, and without an address to come back to.
    pub(super) fn payment(charge: &'a Charge, merchant_account: &str) -> Option<Self> {
        let PaymentMethod::Adyen { token } = &charge.method else { return None };
        let reference = reference::of(charge)?;
        let return_url = charge.return_url.as_ref()?;
        let body = NewPayment {
            merchant_account,
            amount: Amount::of(charge.amount),
            reference: reference.as_str(),
            payment_method: StoredCard { r#type: "scheme", stored_payment_method_id: token.expose() },
            // Of the order and not of the request: whoever knows the id of somebody else's card cannot pay with it.
            shopper_reference: charge.caller.as_str(),
            // The shopper is there, and pays with what was stored before.
            shopper_interaction: "ContAuth",
            recurring_processing_model: "CardOnFile",
            return_url: return_url.as_str(),
            channel: "Web",
            origin: origin(return_url),
            // The shop's storefronts have no pages that a bank's own could stand in.
            authentication_data: AuthenticationData {
                three_ds_request_data: ThreeDsRequestData { native_three_ds: "disabled" },
            },
            additional_data: AdditionalData { manual_capture: "true" },
        };
        Self::of(charge, Operation::Confirm, "/v71/payments".to_owned(), &body)
    }

    /// The payment again, with what the shopper brought back from its redirect. Nothing where they brought nothing.
    pub(super) fn completion(charge: &'a Charge) -> Option<Self> {
        let redirect_result = charge.action_result.as_ref()?.expose();
        let body = PaymentDetails { details: CompletionDetails { redirect_result } };
        Self::of(charge, Operation::Complete, "/v71/payments/details".to_owned(), &body)
    }

    /// The last request that authorizes this payment. A repetition is answered as it was.
    pub(super) fn authorization(charge: &'a Charge, merchant_account: &str) -> Option<Self> {
        Self::completion(charge).or_else(|| Self::payment(charge, merchant_account))
    }

    pub(super) fn capture(
        charge: &'a Charge,
        reference: &GatewayReference,
        payment: &GatewayReference,
        merchant_account: &str,
    ) -> Option<Self> {
        let (amount, reference) = (Some(Amount::of(charge.amount)), reference.as_str());
        let body = Modification { merchant_account, amount, payment_reference: None, reference };
        Self::of(charge, Operation::Capture, format!("/v71/payments/{}/captures", payment.as_str()), &body)
    }

    /// Names the payment by our own reference, because a payment whose answer was lost has no other name here.
    pub(super) fn void(
        charge: &'a Charge,
        reference: &GatewayReference,
        merchant_account: &str,
    ) -> Option<Self> {
        let reference = reference.as_str();
        let body =
            Modification { merchant_account, amount: None, payment_reference: Some(reference), reference };
        Self::of(charge, Operation::Void, "/v71/cancels".to_owned(), &body)
    }

    fn of(charge: &'a Charge, operation: Operation, path: String, body: &impl Serialize) -> Option<Self> {
        let message = Message { path, key: charge.idempotency_key(operation), body: json(body)? };
        Some(Self { charge, operation, message })
    }
}

pub(super) fn refund(
    refund: &RefundCharge,
    payment: &GatewayReference,
    merchant_account: &str,
) -> Option<Message> {
    let (amount, reference) = (Some(Amount::of(refund.amount)), reference::of_refund(refund));
    let body = Modification { merchant_account, amount, payment_reference: None, reference: &reference };
    let path = format!("/v71/payments/{}/refunds", payment.as_str());
    Some(Message { path, key: refund.idempotency_key(), body: json(&body)? })
}

/// Where the storefront's pages are.
fn origin(return_url: &ReturnUrl) -> Option<String> {
    Some(Url::parse(return_url.as_str()).ok()?.origin().ascii_serialization())
}

fn json(body: &impl Serialize) -> Option<String> {
    // Texts and numbers always have JSON.
    serde_json::to_string(body).ok()
}
