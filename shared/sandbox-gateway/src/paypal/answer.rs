use serde::Serialize;

use super::order::{Order, Refund, Standing};
use crate::answer::Answer;

/// An order as PayPal shows it (<https://developer.paypal.com/api/orders/v2/orders-get>), in the fields that the shop
/// can meet.
#[derive(Debug, Serialize)]
pub(super) struct OrderBody<'a> {
    id: &'a str,
    intent: &'static str,
    status: &'static str,
    purchase_units: [UnitBody<'a>; 1],
    links: Vec<Link>,
}

#[derive(Debug, Serialize)]
struct UnitBody<'a> {
    reference_id: &'static str,
    custom_id: &'a str,
    invoice_id: &'a str,
    amount: Amount<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payments: Option<Payments<'a>>,
}

#[derive(Debug, Serialize)]
struct Payments<'a> {
    authorizations: Vec<Payment<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    captures: Vec<Payment<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    refunds: Vec<RefundBody<'a>>,
}

/// A refund (<https://developer.paypal.com/api/payments/v2/captures-refund>).
#[derive(Debug, Serialize)]
struct RefundBody<'a> {
    id: &'a str,
    status: &'static str,
    amount: Amount<'a>,
    invoice_id: &'a str,
}

/// An authorization or a capture.
#[derive(Debug, Serialize)]
struct Payment<'a> {
    id: &'a str,
    status: &'static str,
    amount: Amount<'a>,
    custom_id: &'a str,
    invoice_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    final_capture: Option<bool>,
}

/// A payment as it is told of: with the order that it was made of.
#[derive(Debug, Serialize)]
pub(super) struct ToldPayment<'a> {
    #[serde(flatten)]
    payment: Option<Payment<'a>>,
    supplementary_data: SupplementaryData<'a>,
}

#[derive(Debug, Serialize)]
struct SupplementaryData<'a> {
    related_ids: RelatedIds<'a>,
}

#[derive(Debug, Serialize)]
struct RelatedIds<'a> {
    order_id: &'a str,
}

/// A refund as it is told of: with what the shop wrote on it.
#[derive(Debug, Serialize)]
pub(super) struct ToldRefund<'a> {
    #[serde(flatten)]
    refund: RefundBody<'a>,
    custom_id: &'a str,
}

#[derive(Debug, Serialize)]
pub(super) struct Amount<'a> {
    currency_code: &'a str,
    value: &'a str,
}

#[derive(Debug, Serialize)]
pub(super) struct Link {
    pub(super) href: String,
    pub(super) rel: &'static str,
    pub(super) method: &'static str,
}

/// An order, answered by status.
pub(super) fn shown(status: u16, order: &Order, refunds: &[Refund], address: &str) -> Answer {
    Answer::of(status, &self::order(order, refunds, address))
}

/// An order. `address` is this gateway's own, where the page stands that the shopper is sent to.
pub(super) fn order<'a>(order: &'a Order, refunds: &'a [Refund], address: &str) -> OrderBody<'a> {
    let itself = format!("{address}/v2/checkout/orders/{}", order.id);
    let mut links = vec![Link { href: itself, rel: "self", method: "GET" }];
    if order.standing == Standing::PayerActionRequired {
        let href = format!("{address}/sandbox/approve/{}", order.id);
        links.push(Link { href, rel: "payer-action", method: "GET" });
    }
    OrderBody {
        id: &order.id,
        intent: "AUTHORIZE",
        status: match order.standing {
            Standing::PayerActionRequired => "PAYER_ACTION_REQUIRED",
            Standing::Approved => "APPROVED",
            Standing::Authorized | Standing::Captured | Standing::Voided => "COMPLETED",
        },
        purchase_units: [UnitBody {
            reference_id: "default",
            custom_id: &order.custom_id,
            invoice_id: &order.invoice_id,
            amount: amount(order),
            payments: order.authorization.is_some().then(|| Payments {
                authorizations: authorization(order),
                captures: capture(order),
                refunds: refunds.iter().map(refund).collect(),
            }),
        }],
        links,
    }
}

pub(super) fn amount(order: &Order) -> Amount<'_> {
    Amount { currency_code: &order.currency, value: &order.value }
}

fn authorization(order: &Order) -> Vec<Payment<'_>> {
    let status = match order.standing {
        Standing::Captured => "CAPTURED",
        Standing::Voided => "VOIDED",
        Standing::PayerActionRequired | Standing::Approved | Standing::Authorized => "CREATED",
    };
    order.authorization.iter().map(|id| payment(order, id, status, None)).collect()
}

fn capture(order: &Order) -> Vec<Payment<'_>> {
    order.capture.iter().map(|id| payment(order, id, "COMPLETED", Some(true))).collect()
}

fn payment<'a>(
    order: &'a Order,
    id: &'a str,
    status: &'static str,
    final_capture: Option<bool>,
) -> Payment<'a> {
    let (custom_id, invoice_id) = (order.custom_id.as_str(), order.invoice_id.as_str());
    Payment { id, status, amount: amount(order), custom_id, invoice_id, final_capture }
}

fn refund(refund: &Refund) -> RefundBody<'_> {
    let amount = Amount { currency_code: &refund.currency, value: &refund.value };
    RefundBody { id: &refund.id, status: "COMPLETED", amount, invoice_id: &refund.invoice_id }
}

/// The authorization of an order, as it is told of.
pub(super) fn told_authorization(order: &Order) -> ToldPayment<'_> {
    told(order, authorization(order))
}

/// The capture of an order, as it is told of.
pub(super) fn told_capture(order: &Order) -> ToldPayment<'_> {
    told(order, capture(order))
}

fn told<'a>(order: &'a Order, payments: Vec<Payment<'a>>) -> ToldPayment<'a> {
    let supplementary_data = SupplementaryData { related_ids: RelatedIds { order_id: &order.id } };
    ToldPayment { payment: payments.into_iter().next(), supplementary_data }
}

/// A refund, as it is told of.
pub(super) fn told_refund<'a>(made: &'a Refund, custom_id: &'a str) -> ToldRefund<'a> {
    ToldRefund { refund: refund(made), custom_id }
}

/// A refund, as its own answer.
pub(super) fn shown_refund(made: &Refund) -> Answer {
    Answer::of(201, &refund(made))
}

/// The capture of an order, as its own answer.
pub(super) fn shown_capture(order: &Order) -> Answer {
    capture(order).first().map_or_else(server_error, |capture| Answer::of(201, capture))
}

/// The authorization of an order, as the answer to its void.
pub(super) fn shown_authorization(order: &Order) -> Answer {
    authorization(order).first().map_or_else(server_error, |authorization| Answer::of(200, authorization))
}

#[derive(Debug, Serialize)]
struct TokenBody<'a> {
    scope: &'static str,
    access_token: &'a str,
    token_type: &'static str,
    app_id: &'static str,
    expires_in: u32,
}

/// An access token, which any client gets.
pub(crate) fn token(access_token: &str) -> Answer {
    let (scope, app_id) = ("https://uri.paypal.com/services/payments/payment/authcapture", "APP-SANDBOX");
    Answer::of(200, &TokenBody { scope, access_token, token_type: "Bearer", app_id, expires_in: 32_400 })
}

/// An error as PayPal shows it (<https://developer.paypal.com/api/rest/responses/>).
#[derive(Debug, Serialize)]
struct Problem {
    name: &'static str,
    message: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    details: Vec<Detail>,
}

#[derive(Debug, Serialize)]
struct Detail {
    issue: &'static str,
}

fn problem(status: u16, name: &'static str, message: &'static str, issue: Option<&'static str>) -> Answer {
    let details = issue.map(|issue| Detail { issue }).into_iter().collect();
    Answer::of(status, &Problem { name, message, details })
}

pub(super) fn unprocessable(issue: &'static str) -> Answer {
    let message = "The requested action could not be performed, or failed business validation.";
    problem(422, "UNPROCESSABLE_ENTITY", message, Some(issue))
}

pub(super) fn invalid_request() -> Answer {
    problem(400, "INVALID_REQUEST", "The request is not well-formed.", Some("MALFORMED_REQUEST_JSON"))
}

pub(super) fn not_found() -> Answer {
    let message = "The specified resource does not exist.";
    problem(404, "RESOURCE_NOT_FOUND", message, Some("INVALID_RESOURCE_ID"))
}

/// PayPal does not document what it does with another request under a known id; this gateway lets nobody overlook it.
pub(super) fn id_reused() -> Answer {
    problem(409, "RESOURCE_CONFLICT", "This PayPal-Request-Id was first used for something else.", None)
}

/// "PayPal processes the first request and might fail the second"
/// (<https://developer.paypal.com/api/rest/reference/idempotency>).
pub(crate) fn id_in_use() -> Answer {
    problem(409, "RESOURCE_CONFLICT", "Another request with this PayPal-Request-Id is still running.", None)
}

pub(crate) fn authentication_failed() -> Answer {
    problem(401, "AUTHENTICATION_FAILURE", "An access token is needed.", None)
}

pub(crate) fn unknown_route() -> Answer {
    problem(404, "RESOURCE_NOT_FOUND", "There is no such route.", None)
}

pub(crate) fn too_many_requests() -> Answer {
    problem(429, "RATE_LIMIT_REACHED", "Too many requests.", None)
}

pub(crate) fn server_error() -> Answer {
    problem(500, "INTERNAL_SERVER_ERROR", "Something went wrong on our side.", None)
}
