//! What moved: `GET /v1/reporting/transactions`, by when it was initiated.

use application::{Cursor, Failure, Listing};
use domain::payment::{GatewayName, RefundNumber};
use domain::reconciliation::{Transfer, TransferKind, Window};
use domain::{OrderId, Timestamp};
use serde::Deserialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::amount;
use super::wire::Amount;
use crate::line::Exchange;
use crate::reference;

/// How many one page has at most; a list has ten thousand, so that a window with more cannot be read
/// (<https://developer.paypal.com/docs/api/transaction-search/v1/>).
const PAGE: u32 = 500;

const LIST: &str = "PayPal's list of transactions";

#[derive(Debug, Deserialize)]
struct Transactions {
    #[serde(default)]
    transaction_details: Vec<Details>,
    total_pages: u32,
    last_refreshed_datetime: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Details {
    transaction_info: Info,
}

/// A transaction, in the fields that say what it is about.
#[derive(Debug, Deserialize)]
struct Info {
    transaction_id: String,
    transaction_event_code: String,
    transaction_amount: Amount,
    transaction_status: String,
    invoice_id: Option<String>,
    custom_field: Option<String>,
}

/// The path of a page. The next window begins with the very second that this one ends with: what is listed in both is
/// compared twice, and nothing is left out.
pub(super) fn path(window: Window, after: Option<&Cursor>) -> Result<String, Failure> {
    let page = page_number(after)?;
    let (from, to) = (written(window.begins_at())?, written(window.ends_at())?);
    Ok(format!(
        "/v1/reporting/transactions?start_date={from}&end_date={to}&fields=transaction_info&page_size={PAGE}&page={page}"
    ))
}

fn page_number(after: Option<&Cursor>) -> Result<u32, Failure> {
    after.map_or(Ok(1), |Cursor(page)| page.parse().map_err(|_| Failure::Unreadable("a cursor")))
}

fn written(at: Timestamp) -> Result<String, Failure> {
    let seconds = at.as_millis().div_euclid(1_000);
    let date = OffsetDateTime::from_unix_timestamp(seconds).ok().and_then(|date| date.format(&Rfc3339).ok());
    date.ok_or(Failure::Unreadable("a time"))
}

/// The transfers of a page, once the list has caught up with the window.
pub(super) fn read(
    window: Window,
    after: Option<&Cursor>,
    exchange: &Exchange,
) -> Result<Listing<Transfer>, Failure> {
    let list: Transactions = exchange.listed(LIST)?;
    if !has_caught_up(window, list.last_refreshed_datetime.as_deref())? {
        return Err(Failure::Unavailable);
    }
    let page = page_number(after)?;
    let next = (page < list.total_pages).then(|| Cursor(page.saturating_add(1).to_string()));
    let items =
        list.transaction_details.into_iter().filter_map(|one| transfer(one.transaction_info).transpose());
    Ok(Listing { items: items.collect::<Result<_, _>>()?, next })
}

/// Dates in UTC, to the second, stand in the order of their text.
fn has_caught_up(window: Window, refreshed: Option<&str>) -> Result<bool, Failure> {
    const SECONDS: usize = "2026-11-26T18:00:00".len();
    let Some(refreshed) = refreshed else { return Ok(true) };
    let end = written(window.ends_at())?;
    match (refreshed.split_at_checked(SECONDS), end.get(..SECONDS)) {
        (Some((refreshed, "Z" | "+0000" | "+00:00")), Some(end)) => Ok(end <= refreshed),
        _ => Err(Failure::Unreadable(LIST)),
    }
}

/// What an event code means (<https://developer.paypal.com/docs/transaction-search/transaction-event-codes/>): `T00` are
/// payments, which go the other way where they are negative, and `T1107` refunds. `T1106` and `T1201` take back what a
/// shopper demands, and `T1202` returns it. A hold for a dispute (`T1110`, and `T1111` where it ends) moves nothing for
/// good: what is lost by it is taken back beside it. All else moves no money of a shopper.
fn transfer(info: Info) -> Result<Option<Transfer>, Failure> {
    let has_moved = matches!(info.transaction_status.as_str(), "S" | "V");
    let is_sent = info.transaction_amount.value.starts_with('-');
    let invoice = info.invoice_id.as_deref();
    let (paid, attempt) = invoice.and_then(reference::purpose).map(|it| (it.order_id, it.attempt)).unzip();
    let (order, kind) = match info.transaction_event_code.as_str() {
        code if code.starts_with("T00") && has_moved && !is_sent => (paid, TransferKind::Captured(attempt)),
        "T1107" if has_moved => {
            let (order, number) = invoice.and_then(refund_of).unzip();
            (order, TransferKind::Refunded(number))
        }
        "T1106" | "T1201" if has_moved => (paid, TransferKind::Disputed { attempt, dispute: None }),
        "T1202" if has_moved => (paid, TransferKind::DisputeReversed { attempt, dispute: None }),
        _ => return Ok(None),
    };
    let unreadable = || Failure::Unreadable(LIST);
    let Amount { currency_code, value } = &info.transaction_amount;
    Ok(Some(Transfer {
        gateway: GatewayName::PayPal,
        id: info.transaction_id.parse().map_err(|_| unreadable())?,
        kind,
        // What a person gave back there by hand says whose it was, and no number.
        order_id: order.or_else(|| info.custom_field.as_deref()?.parse().ok()),
        reference: None,
        amount: amount::read(currency_code, value.trim_start_matches('-')).ok_or_else(unreadable)?,
        fact: None,
    }))
}

/// What our invoices of refunds name.
fn refund_of(invoice: &str) -> Option<(OrderId, RefundNumber)> {
    let (payment, number) = reference::refund(invoice)?;
    Some((reference::purpose(payment)?.order_id, number))
}
