use std::collections::BTreeMap;

use domain::payment::GatewayName;
use domain::reconciliation::{Transfer, TransferKind, Window};
use domain::{Money, Timestamp};

use super::{Bank, Intent};

/// What the gateways list as moved.
#[derive(Debug, Default)]
pub(super) struct List {
    lines: Vec<(Timestamp, Transfer)>,
    /// By the place of an object: whether its capture is listed, and how many of its refunds.
    listed: BTreeMap<usize, (bool, usize)>,
    strangers: u32,
}

impl Bank {
    /// Lists what has moved since it was last called.
    pub(crate) fn list_transfers(&mut self, now: Timestamp) {
        let List { lines, listed, .. } = &mut self.list;
        for (place, intent) in self.intents.iter().enumerate() {
            let (is_captured, refunds) = listed.entry(place).or_default();
            if intent.captured() > 0 && !*is_captured {
                *is_captured = true;
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
