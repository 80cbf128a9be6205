use domain::Timestamp;
use domain::payment::{DisputeSeen, Refund};
use memory::Store;

use super::is_settled;
use crate::bank::Intent;
use crate::world::Desk;

/// Once faults have stopped, everything ends within a bound.
const SETTLES: &str = "SETTLES";
/// In the end the shop knows every dispute, and how it was decided.
const DISPUTES_KNOWN: &str = "DISPUTES_KNOWN";
/// Every committed change reaches its queue at least once.
const REACHES_ITS_QUEUE: &str = "REACHES_ITS_QUEUE";

impl Desk {
    /// What is not at its end yet, in words; nothing when all is done. A reservation that was never held may stay as
    /// it is when its message was lost: from its deadline on it reads as expired, and it has nothing.
    pub(crate) fn unsettled(&self) -> Option<String> {
        let books = &self.checker.books;
        let open = books.orders.iter().find(|record| !is_settled(&record.order, self.now)).map(|record| {
            let payment = record.order.attempt().map(domain::payment::Attempt::word).unwrap_or_default();
            format!("order {} is {}, {payment}", record.order.id, record.order.state.as_str())
        });
        let kept = || {
            let page = books.pages.iter().find(|page| page.holds.keys().any(|id| !self.is_with_a_person(id)));
            page.map(|page| format!("page {} of {} keeps {:?}", page.key.number, page.key.sku, page.holds))
        };
        open.or_else(kept)
            .or_else(|| self.orphan())
            .or_else(|| self.unnoted_stranger())
            .or_else(|| self.unlisted_dispute())
            .or_else(|| self.unapplied())
    }

    /// Whether a part of some order's money is under way.
    pub(crate) fn waits_for_a_part(&self) -> bool {
        let mut orders = self.checker.books.orders.iter().map(|record| &record.order);
        orders.any(|order| {
            let is_part = |refund: &Refund| refund.amount != order.totals.total;
            order.open_refund().is_some_and(is_part)
        })
    }

    /// Whether some order was disputed, which takes long to be known, and what was refused for it long to be asked for anew.
    pub(crate) fn was_disputed(&self) -> bool {
        self.checker.books.orders.iter().any(|record| !record.order.disputes.is_empty())
    }

    /// When the next order is to be woken, should nobody be woken before.
    pub(crate) fn next_wake(&self) -> Option<Timestamp> {
        let orders = self.checker.books.orders.iter().map(|record| &record.order);
        orders.filter_map(|order| order.wake).map(|wake| wake.at).min()
    }

    /// Whether a person had to decide about some order, for which there is time.
    pub(crate) fn waited_for_a_person(&self) -> bool {
        let mut orders = self.checker.books.orders.iter().map(|record| &record.order);
        orders.any(|order| order.attempts.iter().any(|attempt| attempt.review.is_some()))
    }

    /// Whether a reservation's order waits for a person: its units stay held.
    fn is_with_a_person(&self, id: &domain::ReservationId) -> bool {
        let mut orders = self.checker.books.orders.iter().map(|record| &record.order);
        orders.any(|order| {
            order.reservation_id == *id
                && order.state == domain::order::OrderState::PendingPayment
                && is_settled(order, self.now)
        })
    }

    /// Money that nobody asked for and that is still at the gateway, in words; what a person must see to apart.
    fn orphan(&self) -> Option<String> {
        let mut intents =
            self.bank.intents().iter().filter(|intent| intent.after_no && intent.has_any_money());
        let stays = intents.find(|intent| {
            let orders = self.checker.books.orders.iter().map(|record| &record.order);
            !orders
                .filter(|order| order.id == intent.charge.order_id)
                .any(|order| order.refunds.iter().any(Refund::is_with_a_person))
        })?;
        Some(format!(
            "the gateway keeps what it took for attempt {} of {}",
            stays.charge.attempt, stays.charge.order_id
        ))
    }

    /// A dispute that the gateway told of, and that the shop does not know as it ended.
    fn unknown_dispute(&self) -> Option<String> {
        let orders = || self.checker.books.orders.iter().map(|record| &record.order);
        let knows = |intent: &Intent, seen: &DisputeSeen| {
            let ours = orders().filter(|order| order.id == intent.charge.order_id);
            let mut known = ours.flat_map(|order| &order.disputes);
            known.any(|dispute| dispute.reference == seen.reference && dispute.decision() == seen.decision)
        };
        let intents = self.bank.intents().iter();
        let mut disputes =
            intents.flat_map(|intent| intent.disputes().iter().map(move |seen| (intent, seen)));
        let (intent, seen) = disputes.find(|(intent, seen)| !knows(intent, seen))?;
        Some(format!("{seen:?} of {} is not known", intent.charge.order_id))
    }

    /// The same where no gateway tells, and the lists have it.
    fn unlisted_dispute(&self) -> Option<String> {
        if self.reconciles { self.unknown_dispute() } else { None }
    }

    /// The run did not come to its end.
    pub(crate) fn did_not_settle(&mut self) {
        let open = self.unsettled().unwrap_or_else(|| "somebody still works".to_owned());
        self.checker.breaks(SETTLES, || format!("faults stopped long ago, and {open}"));
    }

    /// The last look, when all is quiet.
    pub(crate) fn check_end(&mut self, store: &Store) {
        self.checker.check_alerts(store);
        if let Some(open) = self.unsettled() {
            self.checker.breaks(SETTLES, || format!("all is quiet, and {open}"));
        }
        if let Some(unknown) = self.unknown_dispute() {
            self.checker.breaks(DISPUTES_KNOWN, || unknown);
        }
        if let Some(unsent) = self.stream.unsent().first() {
            let detail = format!("{unsent:?} was committed, and no queue ever took it");
            self.checker.breaks(REACHES_ITS_QUEUE, || detail);
        }
    }
}
