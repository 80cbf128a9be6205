//! What moved: `GET /v1/balance_transactions`, each with the charge, the refund or the dispute that it is about.
//!
//! A charge is listed when it is captured, however long before that it was authorized, and a dispute when its money is
//! withdrawn, and again should it be given back.

use application::{Cursor, Failure, Listing};
use domain::payment::{GatewayName, GatewayReference};
use domain::reconciliation::{Transfer, TransferKind, Window};
use domain::{Money, OrderId};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::exchange::Message;
use crate::line::Exchange;

/// How many one page has at most (<https://docs.stripe.com/api/balance_transactions/list>).
const PAGE: &str = "100";

const LIST: &str = "Stripe's list of balance transactions";

#[derive(Debug, Deserialize)]
struct BalanceTransactions {
    data: Vec<BalanceTransaction>,
    has_more: bool,
}

/// A balance transaction (<https://docs.stripe.com/api/balance_transactions/object>). Its own amount is in the currency of
/// the shop's balance, which may be another one than the shopper paid in.
#[derive(Debug, Deserialize)]
struct BalanceTransaction {
    id: String,
    reporting_category: String,
    source: Option<Value>,
}

/// A charge (<https://docs.stripe.com/api/charges/object>). Its metadata are those of its PaymentIntent.
#[derive(Debug, Deserialize)]
struct Charge {
    id: String,
    amount_captured: i64,
    currency: String,
    payment_intent: Option<String>,
    #[serde(default)]
    metadata: Metadata,
}

/// A refund (<https://docs.stripe.com/api/refunds/object>).
#[derive(Debug, Deserialize)]
struct Refund {
    id: String,
    amount: i64,
    currency: String,
    payment_intent: Option<String>,
    #[serde(default)]
    metadata: Metadata,
}

/// A dispute (<https://docs.stripe.com/api/disputes/object>). Its metadata are nobody's; its payment says whose it is.
#[derive(Debug, Deserialize)]
struct Dispute {
    id: String,
    amount: i64,
    currency: String,
    payment_intent: Option<String>,
}

/// What the shop wrote on it when it asked for it. Somebody else's object may say anything here.
#[derive(Debug, Default, Deserialize)]
struct Metadata {
    order_id: Option<String>,
    attempt: Option<String>,
    refund: Option<String>,
}

/// Asks for a page. It counts in whole seconds.
pub(super) fn asking(window: Window, after: Option<&Cursor>) -> Result<Message, Failure> {
    let seconds = |at: domain::Timestamp| at.as_millis().div_euclid(1_000);
    let (from, to) = (seconds(window.begins_at()), seconds(window.ends_at()));
    let mut path = format!(
        "/v1/balance_transactions?created[gte]={from}&created[lt]={to}&limit={PAGE}&expand[]=data.source"
    );
    if let Some(Cursor(last)) = after {
        // A reference has no character that means something in a query.
        let last: GatewayReference = last.parse().map_err(|_| Failure::Unreadable("a cursor"))?;
        path.push_str("&starting_after=");
        path.push_str(last.as_str());
    }
    Ok(Message::get(path))
}

/// The transfers of a page. What is about neither a charge nor a refund nor a dispute moves no money of a shopper.
pub(super) fn read(exchange: &Exchange) -> Result<Listing<Transfer>, Failure> {
    let page: BalanceTransactions = exchange.listed(LIST)?;
    let next = page.data.last().filter(|_| page.has_more).map(|last| Cursor(last.id.clone()));
    let items = page.data.into_iter().filter_map(|moved| transfer(moved).transpose());
    Ok(Listing { items: items.collect::<Result<_, _>>()?, next })
}

/// By what Stripe tells the kinds of movements apart, whatever was paid with
/// (<https://docs.stripe.com/reports/reporting-categories>).
fn transfer(moved: BalanceTransaction) -> Result<Option<Transfer>, Failure> {
    let BalanceTransaction { id, reporting_category, source } = moved;
    let source = source.unwrap_or_default();
    let of_dispute = |source, kind| about(source).and_then(|dispute| of_dispute(&id, dispute, kind));
    match reporting_category.as_str() {
        "charge" => about(source).and_then(of_charge),
        "refund" => about(source).and_then(|it| of_refund(it, TransferKind::Refunded)),
        "refund_failure" => about(source).and_then(|it| of_refund(it, TransferKind::RefundFailed)),
        "dispute" => of_dispute(source, |dispute| TransferKind::Disputed { attempt: None, dispute }),
        "dispute_reversal" => {
            of_dispute(source, |dispute| TransferKind::DisputeReversed { attempt: None, dispute })
        }
        _ => return Ok(None),
    }
    .map(Some)
    .ok_or(Failure::Unreadable(LIST))
}

fn about<T: DeserializeOwned>(source: Value) -> Option<T> {
    serde_json::from_value(source).ok()
}

fn of_charge(charge: Charge) -> Option<Transfer> {
    let number = charge.metadata.attempt.and_then(|number| number.parse().ok());
    Some(Transfer {
        gateway: GatewayName::Stripe,
        id: charge.id.parse().ok()?,
        kind: TransferKind::Captured(number),
        order_id: order_id(charge.metadata.order_id),
        reference: reference(charge.payment_intent)?,
        amount: money(charge.amount_captured, &charge.currency)?,
        fact: None,
    })
}

fn of_refund(refund: Refund, kind: fn(Option<u32>) -> TransferKind) -> Option<Transfer> {
    let number = refund.metadata.refund.and_then(|number| number.parse().ok());
    Some(Transfer {
        gateway: GatewayName::Stripe,
        id: refund.id.parse().ok()?,
        kind: kind(number),
        order_id: order_id(refund.metadata.order_id),
        reference: reference(refund.payment_intent)?,
        amount: money(refund.amount, &refund.currency)?,
        fact: None,
    })
}

/// What was withdrawn and what is given back have one dispute, and a balance transaction each.
fn of_dispute(
    id: &str,
    dispute: Dispute,
    kind: fn(Option<GatewayReference>) -> TransferKind,
) -> Option<Transfer> {
    Some(Transfer {
        gateway: GatewayName::Stripe,
        id: id.parse().ok()?,
        kind: kind(Some(dispute.id.parse().ok()?)),
        order_id: None,
        reference: reference(dispute.payment_intent)?,
        amount: money(dispute.amount, &dispute.currency)?,
        fact: None,
    })
}

fn order_id(metadata: Option<String>) -> Option<OrderId> {
    metadata?.parse().ok()
}

/// None of the outer one where it cannot be read.
fn reference(payment_intent: Option<String>) -> Option<Option<GatewayReference>> {
    payment_intent.map_or(Some(None), |id| id.parse().ok().map(Some))
}

fn money(amount: i64, currency: &str) -> Option<Money> {
    Money::new(amount, currency.to_ascii_uppercase().parse().ok()?).ok()
}
