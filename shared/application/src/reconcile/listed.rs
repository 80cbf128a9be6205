use std::collections::{BTreeMap, BTreeSet};

use domain::OrderId;
use domain::order::Order;
use domain::payment::GatewayReference;
use domain::reconciliation::{
    Difference, DifferenceKind, PostingNumber, Transfer, TransferKind, Verdict, compare, to_be_listed,
};

use super::{At, Comparison};
use crate::follow_up::{follow_up, follow_up_dispute};
use crate::repeat::until_definite;
use crate::{ChangeError, Failure};

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
    let Some(named) = named(at, transfer.clone()).await? else {
        return differs(at, transfer, DifferenceKind::NotPosted, comparison).await;
    };
    let transfer = &named;
    let kind = match settled(at, transfer, comparison).await? {
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
        Verdict::Orphan(_) | Verdict::Disputed(_) => DifferenceKind::NotPosted,
        Verdict::DisputedAgain(_) => DifferenceKind::ListedTwice,
        Verdict::Differs(kind) => kind,
    };
    differs(at, transfer, kind, comparison).await
}

/// What a transfer means once the gateway was asked about what nobody knew of it.
async fn settled(at: &At<'_>, transfer: &Transfer, comparison: &mut Comparison) -> Result<Verdict, Failure> {
    let payment = &at.ports.payment;
    match compared(at, transfer).await? {
        (Verdict::InFlight(attempt), Some(order)) => {
            comparison.in_flight = comparison.in_flight.saturating_add(1);
            ask(at, transfer, follow_up(payment, order, attempt)).await
        }
        (Verdict::Orphan(attempt), Some(order)) => {
            comparison.orphans = comparison.orphans.saturating_add(1);
            ask(at, transfer, follow_up(payment, order, attempt)).await
        }
        (Verdict::Disputed(attempt) | Verdict::DisputedAgain(attempt), Some(order)) => {
            comparison.disputes = comparison.disputes.saturating_add(1);
            ask(at, transfer, follow_up_dispute(payment, order, attempt)).await
        }
        (verdict, _) => Ok(verdict),
    }
}

async fn differs(
    at: &At<'_>,
    transfer: &Transfer,
    kind: DifferenceKind,
    comparison: &mut Comparison,
) -> Result<(), Failure> {
    let difference = Difference::of_transfer(transfer, kind, at.ports.payment.clock.now());
    at.note(&difference, comparison).await
}

/// The transfer with what it was for. A dispute need not say it; its payment does. None where the gateway does not say it.
async fn named(at: &At<'_>, mut transfer: Transfer) -> Result<Option<Transfer>, Failure> {
    let attempt = match &mut transfer.kind {
        TransferKind::Disputed { attempt, .. } | TransferKind::DisputeReversed { attempt, .. } => attempt,
        TransferKind::Captured(_)
        | TransferKind::CaptureFailed(_)
        | TransferKind::Refunded(_)
        | TransferKind::RefundFailed(_) => return Ok(Some(transfer)),
    };
    let (None, Some(reference)) = (&transfer.order_id, &transfer.reference) else {
        return Ok(Some(transfer));
    };
    if !at.has_time() {
        return Err(Failure::Throttled);
    }
    let gateway = at.ports.payment.gateways.named(at.gateway);
    let Some(purpose) = answered(at, gateway.purpose(reference).await).await? else { return Ok(None) };
    if let Some(purpose) = purpose {
        *attempt = Some(purpose.attempt);
        transfer.order_id = Some(purpose.order_id);
    }
    Ok(Some(transfer))
}

/// Asks the gateway about what is not known, or what its list proves, and compares with what is known then.
async fn ask(
    at: &At<'_>,
    transfer: &Transfer,
    following_up: impl Future<Output = Result<(), Failure>>,
) -> Result<Verdict, Failure> {
    keep_proof(at, transfer).await?;
    let _silent_for_too_long = answered(at, following_up.await).await?.is_none();
    Ok(compared(at, transfer).await?.0)
}

/// What a gateway answered. One that has said nothing for too long leaves everything as it was.
async fn answered<T>(at: &At<'_>, asked: Result<T, Failure>) -> Result<Option<T>, Failure> {
    match asked {
        Ok(answer) => Ok(Some(answer)),
        Err(_) if at.has_time() && at.is_out_of_patience().await? => Ok(None),
        Err(failed) => Err(failed),
    }
}

/// What the list of a gateway proves that cannot be asked is read where it is asked.
async fn keep_proof(at: &At<'_>, transfer: &Transfer) -> Result<(), Failure> {
    let (Some(fact), Some(reference)) = (&transfer.fact, &transfer.reference) else { return Ok(()) };
    let key = transfer.event_key().ok_or(Failure::Unreadable("a gateway's list"))?;
    let _first_or_again = until_definite(|| at.ports.facts.keep(&key, reference, fact)).await?;
    Ok(())
}

/// What a transfer means for the order that it names, as it is now. For which of several disputes it stands that are alike is
/// written down first.
async fn compared(at: &At<'_>, transfer: &Transfer) -> Result<(Verdict, Option<Order>), Failure> {
    let payment = &at.ports.payment;
    let order = match &transfer.order_id {
        Some(id) => payment.orders.order(id).await?,
        None => None,
    };
    let verdict = compare(order.as_ref(), transfer);
    let Some((number, way)) = order.as_ref().and_then(|order| to_be_listed(order, transfer)) else {
        return Ok((verdict, order));
    };
    let listing = order.map(|order| order.list_dispute(number, way, &transfer.id, payment.clock.now()));
    let Some(Ok(change)) = listing else { return Err(Failure::Throttled) };
    match until_definite(|| payment.orders.record(&change)).await {
        Ok(()) => Ok((verdict, Some(change.order))),
        // Somebody else was faster, or this very write was applied and its answer lost: the next run sees.
        Err(ChangeError::Conflict) => Err(Failure::Throttled),
        Err(ChangeError::Failure(failure)) => Err(failure),
    }
}
