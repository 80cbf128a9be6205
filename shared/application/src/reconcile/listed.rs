use std::collections::{BTreeMap, BTreeSet};

use domain::OrderId;
use domain::order::Order;
use domain::payment::{AttemptNumber, GatewayReference};
use domain::reconciliation::{Difference, DifferenceKind, PostingNumber, Transfer, Verdict, compare};

use super::{At, Comparison};
use crate::Failure;
use crate::follow_up::follow_up;
use crate::repeat::until_definite;

/// The postings that a window's list agreed with, each with the transfer that said so.
pub(super) type Listed = BTreeMap<(OrderId, PostingNumber), GatewayReference>;

/// Everything that the gateway lists of the window, once each; none when there was no time for all of it.
pub(super) async fn read(at: &At<'_>) -> Result<Option<Vec<Transfer>>, Failure> {
    let mut transfers = Vec::new();
    let mut seen = BTreeSet::new();
    let mut after = None;
    loop {
        if !at.has_time_for_page() {
            return Ok(None);
        }
        let page = at.list.page(at.window, after.as_ref()).await?;
        transfers.extend(page.items.into_iter().filter(|transfer| seen.insert(transfer.id.clone())));
        match page.next {
            // A list that does not go on would never end.
            Some(next) if after.as_ref() == Some(&next) => {
                return Err(Failure::Unreadable("a gateway's list"));
            }
            Some(next) => after = Some(next),
            None => return Ok(Some(transfers)),
        }
    }
}

/// Compares each transfer with the order that it names, and does what follows; none when there was no time for all of them.
///
/// One that fails keeps the window from being done, and not the others from being compared.
pub(super) async fn compare_all(
    at: &At<'_>,
    transfers: &[Transfer],
    comparison: &mut Comparison,
) -> Result<Option<Listed>, Failure> {
    let mut listed = Listed::new();
    let mut failure = None;
    for transfer in transfers {
        match compare_one(at, transfer, &mut listed, comparison).await {
            Ok(()) => comparison.transfers = comparison.transfers.saturating_add(1),
            Err(_) if !at.has_time() => return Ok(None),
            Err(failed) => {
                let (gateway, transfer) = (at.gateway.as_str(), transfer.id.as_str());
                tracing::warn!(gateway, transfer, %failed, "a transfer could not be compared");
                failure.get_or_insert(failed);
            }
        }
    }
    failure.map_or(Ok(Some(listed)), Err)
}

async fn compare_one(
    at: &At<'_>,
    transfer: &Transfer,
    listed: &mut Listed,
    comparison: &mut Comparison,
) -> Result<(), Failure> {
    let order = order_of(at, transfer).await?;
    let asked = match (compare(order.as_ref(), transfer), order) {
        (Verdict::InFlight(attempt), Some(order)) => {
            comparison.in_flight = comparison.in_flight.saturating_add(1);
            ask(at, order, attempt, transfer).await?
        }
        (Verdict::Orphan(attempt), Some(order)) => {
            comparison.orphans = comparison.orphans.saturating_add(1);
            ask(at, order, attempt, transfer).await?
        }
        (verdict, _) => verdict,
    };
    let kind = match asked {
        Verdict::Agreed(posting) => {
            let Some(order_id) = transfer.order_id.clone() else { return Ok(()) };
            match listed.insert((order_id, posting), transfer.id.clone()) {
                None => return Ok(()),
                Some(_) => DifferenceKind::ListedTwice,
            }
        }
        // Its own worker goes on with it, until it is settled or a person's business.
        Verdict::InFlight(_) => return Ok(()),
        // The gateway was asked, and does not stand by its list.
        Verdict::Orphan(_) => DifferenceKind::NotPosted,
        Verdict::Differs(kind) => kind,
    };
    let difference = Difference::of_transfer(transfer, kind, at.ports.payment.clock.now());
    at.note(&difference, comparison).await
}

/// Asks the gateway about an attempt, or what its list proves, and compares with what is known then. A gateway that says
/// nothing for too long leaves the verdict as it was.
async fn ask(
    at: &At<'_>,
    order: Order,
    attempt: AttemptNumber,
    transfer: &Transfer,
) -> Result<Verdict, Failure> {
    keep_proof(at, transfer).await?;
    if let Err(failed) = follow_up(&at.ports.payment, order, attempt).await
        && (!at.has_time() || !at.is_out_of_patience().await?)
    {
        return Err(failed);
    }
    Ok(compare(order_of(at, transfer).await?.as_ref(), transfer))
}

/// What the list of a gateway proves that cannot be asked is read where it is asked.
async fn keep_proof(at: &At<'_>, transfer: &Transfer) -> Result<(), Failure> {
    let (Some(fact), Some(reference)) = (&transfer.fact, &transfer.reference) else { return Ok(()) };
    let key = transfer.event_key().ok_or(Failure::Unreadable("a gateway's list"))?;
    let _first_or_again = until_definite(|| at.ports.facts.keep(&key, reference, fact)).await?;
    Ok(())
}

async fn order_of(at: &At<'_>, transfer: &Transfer) -> Result<Option<Order>, Failure> {
    match &transfer.order_id {
        Some(id) => at.ports.payment.orders.order(id).await,
        None => Ok(None),
    }
}
