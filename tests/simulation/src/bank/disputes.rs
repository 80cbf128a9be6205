use domain::Money;
use domain::payment::{DisputeDecision, DisputeSeen, GatewayReference};
use domain::webhook::Purpose;

use super::{Bank, Intent, place};
use crate::dice::Dice;

/// In a thousand: how many shoppers demand only a part back.
const PART: u32 = 300;
/// And how many disputes the shop wins.
const WON: u32 = 500;

impl Bank {
    /// A shopper demands back what was captured and has not gone back, or a part of it. Answers the place of the object.
    pub(crate) fn open_dispute(&mut self, dice: &mut Dice) -> Option<usize> {
        let can_be = |intent: &Intent| !intent.withholds() && intent.captured() > intent.refunded();
        let places: Vec<usize> =
            self.intents.iter().enumerate().filter(|(_, one)| can_be(one)).map(|(place, _)| place).collect();
        let at = places.get(dice.place(places.len())).copied()?;
        let intent = self.intents.get_mut(at)?;
        let left = intent.captured().saturating_sub(intent.refunded());
        let part = i64::from(dice.below(u32::try_from(left).unwrap_or(u32::MAX))).saturating_add(1);
        let amount = if dice.hits(PART) { part } else { left };
        let reference = format!("dp_{at}_{}", intent.disputes.len()).parse().ok()?;
        let amount = Money::new(amount, intent.charge.amount.currency()).ok()?;
        intent.disputes.push(DisputeSeen { reference, amount, decision: None });
        Some(at)
    }

    /// Somebody decides about one that is open. Answers the place of its object.
    pub(crate) fn decide_dispute(&mut self, dice: &mut Dice) -> Option<usize> {
        let is_open = |intent: &Intent| intent.disputes.iter().any(|dispute| dispute.decision.is_none());
        let at = self.intents.iter().position(is_open)?;
        let intent = self.intents.get_mut(at)?;
        let dispute = intent.disputes.iter_mut().find(|dispute| dispute.decision.is_none())?;
        dispute.decision = Some(if dice.hits(WON) { DisputeDecision::Won } else { DisputeDecision::Lost });
        Some(at)
    }

    /// The disputes of an object. A look that lags behind does not show how the last one was decided.
    pub(crate) fn disputes(&self, reference: &GatewayReference, lags: bool) -> Vec<DisputeSeen> {
        let intent = self.intent(Some(reference));
        let mut seen = intent.map(|intent| intent.disputes.clone()).unwrap_or_default();
        if let Some(last) = seen.last_mut().filter(|_| lags) {
            last.decision = None;
        }
        seen
    }

    /// What an object was opened for.
    pub(crate) fn purpose(&self, reference: &GatewayReference) -> Option<Purpose> {
        let charge = &self.intents.get(place(Some(reference))?)?.charge;
        Some(Purpose { order_id: charge.order_id.clone(), attempt: charge.attempt })
    }
}

impl Intent {
    /// Every dispute of it.
    pub(crate) fn disputes(&self) -> &[DisputeSeen] {
        &self.disputes
    }

    /// Whether nothing of it goes back, because it is disputed or a dispute took it.
    pub(super) fn withholds(&self) -> bool {
        self.disputes.iter().any(|dispute| dispute.decision != Some(DisputeDecision::Won))
    }
}
