use std::collections::BTreeMap;

use domain::payment::{AttemptNumber, DisputeDecision, DisputeSeen, GatewayName, GatewayReference};
use domain::reconciliation::{Transfer, TransferKind, Window};
use domain::{Money, Timestamp};

use super::{Bank, Intent};

/// What the gateways list as moved.
#[derive(Debug, Default)]
pub(super) struct List {
    lines: Vec<(Timestamp, Transfer)>,
    /// By the place of an object.
    listed: BTreeMap<usize, Listed>,
    strangers: u32,
}

/// What is listed of an object: its capture, and how many of its refunds, of its disputes and of those that were won.
#[derive(Clone, Copy, Debug, Default)]
struct Listed {
    captured: bool,
    refunds: usize,
    disputes: usize,
    won: usize,
}

impl Bank {
    /// Lists what has moved since it was last called.
    pub(crate) fn list_transfers(&mut self, now: Timestamp) {
        let List { lines, listed, .. } = &mut self.list;
        for (place, intent) in self.intents.iter().enumerate() {
            let Listed { captured, refunds, disputes, won } = listed.entry(place).or_default();
            if intent.captured() > 0 && !*captured {
                *captured = true;
                let kind = TransferKind::Captured(Some(intent.charge.attempt));
                lines.extend(
                    transfer(intent, place, format!("ch_{place}"), kind, intent.charge.amount.amount())
                        .map(|one| (now, one)),
                );
            }
            for (nth, (number, amount)) in intent.refunds.iter().enumerate().skip(*refunds) {
                *refunds = nth.saturating_add(1);
                let kind = TransferKind::Refunded(Some(*number));
                lines.extend(
                    transfer(intent, place, format!("re_{place}_{nth}"), kind, *amount).map(|one| (now, one)),
                );
            }
            for (nth, dispute) in intent.disputes.iter().enumerate().skip(*disputes) {
                *disputes = nth.saturating_add(1);
                let (attempt, named) = named(intent, dispute);
                let kind = TransferKind::Disputed { attempt, dispute: named };
                let line = of_dispute(intent, place, format!("txn_{place}_{nth}"), kind, dispute);
                lines.extend(line.map(|one| (now, one)));
            }
            // Nobody demands it again before the last dispute was won.
            let is_won = |dispute: &DisputeSeen| dispute.decision == Some(DisputeDecision::Won);
            for (nth, dispute) in intent.disputes.iter().enumerate().skip(*won).filter(|(_, it)| is_won(it)) {
                *won = nth.saturating_add(1);
                let (attempt, named) = named(intent, dispute);
                let kind = TransferKind::DisputeReversed { attempt, dispute: named };
                let line = of_dispute(intent, place, format!("txn_{place}_{nth}_won"), kind, dispute);
                lines.extend(line.map(|one| (now, one)));
            }
        }
    }

    /// Somebody who is no shopper of ours pays into our account.
    pub(crate) fn stranger_pays(&mut self, now: Timestamp) {
        let number = self.list.strangers;
        let (id, order, currency) = (format!("ch_stranger_{number}"), format!("stranger-{number}"), "EUR");
        let (Ok(id), Ok(order), Ok(currency)) = (id.parse(), order.parse(), currency.parse()) else { return };
        let Ok(amount) = Money::new(4_200, currency) else { return };
        self.list.strangers = number.saturating_add(1);
        let transfer = Transfer {
            gateway: GatewayName::Stripe,
            id,
            kind: TransferKind::Captured(None),
            order_id: Some(order),
            reference: None,
            amount,
            fact: None,
        };
        self.list.lines.push((now, transfer));
    }

    /// How often somebody did.
    pub(crate) const fn strangers(&self) -> u32 {
        self.list.strangers
    }

    /// What is listed of a window, in the order in which it moved.
    pub(crate) fn listed(&self, window: Window) -> Vec<Transfer> {
        let inside = self.list.lines.iter().filter(|(at, _)| window.contains(*at));
        inside.map(|(_, transfer)| transfer.clone()).collect()
    }
}

fn transfer(intent: &Intent, place: usize, id: String, kind: TransferKind, amount: i64) -> Option<Transfer> {
    let charge = &intent.charge;
    Some(Transfer {
        gateway: charge.method.gateway(),
        id: id.parse().ok()?,
        kind,
        order_id: Some(charge.order_id.clone()),
        reference: Some(format!("pi_{place}").parse().ok()?),
        amount: Money::new(amount, charge.amount.currency()).ok()?,
        fact: None,
    })
}

/// What a list says of a dispute: Stripe's does not know the attempt, and PayPal's not the dispute.
fn named(intent: &Intent, dispute: &DisputeSeen) -> (Option<AttemptNumber>, Option<GatewayReference>) {
    let (attempt, reference) = (Some(intent.charge.attempt), Some(dispute.reference.clone()));
    match intent.charge.method.gateway() {
        GatewayName::Stripe => (None, reference),
        GatewayName::PayPal => (attempt, None),
        GatewayName::Adyen => (attempt, reference),
    }
}

/// Stripe's list names the object of a dispute alone, and PayPal's the order alone.
fn of_dispute(
    intent: &Intent,
    place: usize,
    id: String,
    kind: TransferKind,
    dispute: &DisputeSeen,
) -> Option<Transfer> {
    let line = transfer(intent, place, id, kind, dispute.amount.amount())?;
    Some(match line.gateway {
        GatewayName::Stripe => Transfer { order_id: None, ..line },
        GatewayName::PayPal => Transfer { reference: None, ..line },
        GatewayName::Adyen => line,
    })
}
