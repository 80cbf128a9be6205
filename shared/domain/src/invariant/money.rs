use super::index::Index;
use super::{ChargeEntry, Invariant, Violation};
use crate::order::{Account, Order};
use crate::payment::{AttemptState, Dispute, Refund, RefundCause};
use crate::reservation::{Line, Totals};

pub(super) fn check(index: &Index<'_>) -> Vec<Violation> {
    let reservations = index
        .books
        .reservations
        .iter()
        .map(|reservation| (reservation.id.as_str(), &reservation.lines, &reservation.totals));
    let orders = index.orders.values().map(|order| (order.id.as_str(), &order.lines, &order.totals));
    let sums = reservations
        .chain(orders)
        .filter_map(|(id, lines, totals)| check_totals(lines, totals).map(|detail| violation(id, detail)));
    let entries = index.books.charges.iter().flatten();
    let refunds = index.orders.values().filter_map(|order| check_refunds(order));
    let ledgers = index
        .orders
        .values()
        .filter_map(|order| check_ledger(order).or_else(|| check_gateways(index, order)));
    let disputes = index.orders.values().filter_map(|order| check_disputes(index, order));
    let sums = sums.chain(refunds).chain(disputes);
    sums.chain(ledgers).chain(entries.filter_map(|entry| check_entry(index, entry))).collect()
}

fn check_totals(lines: &[Line], totals: &Totals) -> Option<String> {
    let items: i128 = lines
        .iter()
        .map(|line| i128::from(line.unit_price.amount()).saturating_mul(i128::from(line.quantity.units())))
        .sum();
    let tax = if totals.tax_included { 0 } else { i128::from(totals.tax.amount()) };
    let total = items
        .saturating_sub(i128::from(totals.discount.amount()))
        .saturating_add(i128::from(totals.shipping.amount()))
        .saturating_add(tax);
    let currency = totals.total.currency();
    let one_currency = lines.iter().all(|line| line.unit_price.currency() == currency)
        && [totals.items, totals.discount, totals.shipping, totals.tax]
            .iter()
            .all(|part| part.currency() == currency);
    let adds_up = i128::from(totals.items.amount()) == items && i128::from(totals.total.amount()) == total;
    (!adds_up || !one_currency)
        .then(|| format!("its lines make {items} and {total}, and its totals are {totals:?}"))
}

/// However many refunds there are, they are of what was captured, once; and what was lost to disputes goes back to nobody
/// else.
fn check_refunds(order: &Order) -> Option<Violation> {
    let going = i128::from(order.going_back());
    let gone = i128::from(order.refunded()).saturating_add(i128::from(order.lost()));
    let captured = order.attempts.iter().any(|attempt| attempt.state == AttemptState::Captured);
    let most = if captured { i128::from(order.totals.total.amount()) } else { 0 };
    let is_one_currency =
        order.refunds.iter().all(|refund| refund.amount.currency() == order.totals.total.currency());
    (going > most || gone > most || !is_one_currency)
        .then(|| violation(order.id.as_str(), format!("{going} is to go back of {most}, and {gone} is gone")))
}

/// The ledger says what attempts, refunds and disputes say.
pub(super) fn check_ledger(order: &Order) -> Option<Violation> {
    let ledger = &order.ledger;
    let captured = order.attempts.iter().any(|attempt| attempt.state == AttemptState::Captured);
    let captured = if captured { order.totals.total.amount() } else { 0 };
    let refunds = |is_orphan: bool, is_back: bool| {
        let is_one = |refund: &&Refund| {
            refund.is_of_orphan() == is_orphan && refund.is_refunded() == is_back && !refund.is_withdrawn()
        };
        order.refunds.iter().filter(is_one).fold(0, |sum, one| one.amount.amount().saturating_add(sum))
    };
    let detail = if !ledger.is_sealed(&order.id) {
        "its ledger is not what was written"
    } else if Account::ALL.into_iter().map(|account| ledger.balance(account)).sum::<i64>() != 0 {
        "its ledger does not add up to nothing"
    } else if order.captured() != captured || order.refunded() != refunds(false, true) {
        "its ledger is not what its attempts and refunds say"
    } else if has_other_orphans(order, refunds(true, false)) {
        "its ledger has other orphans than its refunds"
    } else if has_other_disputes(order) {
        "its ledger has other disputes than the order"
    } else {
        return None;
    };
    Some(ledger_violation(order, detail))
}

/// Once nothing is under way, the ledger says what the gateways say.
fn check_gateways(index: &Index<'_>, order: &Order) -> Option<Violation> {
    let differs = is_at_rest(order) && differs_from_gateways(index, order);
    differs.then(|| ledger_violation(order, "its ledger is not what the gateways say"))
}

fn ledger_violation(order: &Order, detail: &str) -> Violation {
    violation(order.id.as_str(), format!("{detail}: {:?}", order.ledger.postings()))
}

/// Whether nothing is under way that could make the gateways' books differ from ours, and no person's business may have.
fn is_at_rest(order: &Order) -> bool {
    order.is_final() && order.refunds.iter().all(|refund| refund.is_refunded() || refund.is_withdrawn())
}

/// What is owed to shoppers without an order to pay for is what is to go back of it, or less where a dispute took a part of
/// what may be under way.
fn has_other_orphans(order: &Order, to_go_back: i64) -> bool {
    let owed = order.ledger.balance(Account::Orphans).saturating_neg();
    let took = |dispute: &Dispute| {
        dispute.is_lost()
            && order.refunds.iter().any(|refund| refund.cause == RefundCause::Orphaned(dispute.attempt))
    };
    if order.disputes.iter().any(took) { owed > to_go_back } else { owed != to_go_back }
}

fn has_other_disputes(order: &Order) -> bool {
    let sum = |is_one: &dyn Fn(&Dispute) -> bool| {
        let ours = order.disputes.iter().filter(|dispute| is_one(dispute));
        ours.fold(0_i64, |sum, dispute| sum.saturating_add(dispute.amount.amount()))
    };
    let captured = order.attempts.iter().find(|attempt| attempt.state == AttemptState::Captured);
    let captured = captured.map(|attempt| attempt.number);
    order.ledger.balance(Account::Disputes) != sum(&Dispute::is_open)
        || order.lost() != sum(&|dispute| dispute.is_lost() && Some(dispute.attempt) == captured)
}

/// Every dispute is one of its gateway's, about as much, and decided as there. What there is beyond that was not told yet.
fn check_disputes(index: &Index<'_>, order: &Order) -> Option<Violation> {
    let entries = index.charges(&order.id)?;
    let is_theirs = |dispute: &Dispute| {
        let mut seen = entries.iter().flat_map(|entry| &entry.disputes);
        seen.any(|one| {
            (&one.reference, one.amount) == (&dispute.reference, dispute.amount)
                && (dispute.is_open() || dispute.decision() == one.decision)
        })
    };
    let other = order.disputes.iter().find(|dispute| !is_theirs(dispute))?;
    Some(violation(order.id.as_str(), format!("its gateway knows no such dispute: {other:?}")))
}

/// Whether the gateways owe us something else than the ledger says, for what they know to be ours. What is in dispute is
/// counted with it, and so is what was lost: a gateway may have heard of either before us.
fn differs_from_gateways(index: &Index<'_>, order: &Order) -> bool {
    let known = |entry: &&&ChargeEntry| !entry.after_no;
    let owed = |entries: Vec<&ChargeEntry>| {
        entries
            .iter()
            .filter(known)
            .fold(0_i64, |sum, entry| sum.saturating_add(entry.captured).saturating_sub(entry.refunded))
    };
    let ours = [Account::Receivable, Account::Orphans, Account::Disputes, Account::Losses];
    let ours: i64 = ours.into_iter().map(|account| order.ledger.balance(account)).sum();
    index.charges(&order.id).is_some_and(|entries| owed(entries) != ours)
}

fn check_entry(index: &Index<'_>, entry: &ChargeEntry) -> Option<Violation> {
    let ordered = 0 <= entry.refunded && entry.refunded <= entry.captured && entry.captured <= entry.amount;
    if !ordered {
        return Some(violation(
            entry.order_id.as_str(),
            format!("a gateway's entry does not balance: {entry:?}"),
        ));
    }
    let unknown = entry.captured > entry.refunded && !index.orders.contains_key(&entry.order_id);
    unknown.then(|| {
        violation(entry.order_id.as_str(), format!("a gateway charged for no order of ours: {entry:?}"))
    })
}

fn violation(subject: &str, detail: String) -> Violation {
    Violation::new(Invariant::MoneyConserved, subject, detail)
}
