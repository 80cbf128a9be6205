use std::collections::BTreeMap;

use domain::Timestamp;
use domain::reconciliation::DifferenceKey;
use domain::webhook::{EventKey, Settlement, WebhookState};
use memory::Store;

use crate::world::Desk;

/// What became of an event stays, and of one in quarantine only a person decides; a difference that a person is done with waits
/// for nobody any more.
const RESOLVED_STAYS: &str = "RESOLVED_STAYS";

/// The last reading of what can wait for a person beside orders.
#[derive(Debug, Default)]
pub(super) struct Resolved {
    events: BTreeMap<EventKey, WebhookState>,
    differences: BTreeMap<DifferenceKey, Option<Timestamp>>,
}

impl Desk {
    pub(super) fn check_resolved(&mut self, store: &Store) {
        for webhook in store.webhooks() {
            let (key, state) = (webhook.event.key, webhook.state);
            let before = self.checker.resolved.events.insert(key.clone(), state);
            let may_follow = match before {
                None | Some(WebhookState::Received) => true,
                Some(WebhookState::Settled(Settlement::Quarantined { .. })) => {
                    let is_applied = matches!(state, WebhookState::Settled(Settlement::Applied { .. }));
                    !is_applied
                }
                Some(WebhookState::Settled(Settlement::Applied { .. } | Settlement::Dismissed { .. })) => {
                    before == Some(state)
                }
            };
            if !may_follow {
                let detail = format!("event {} was {before:?}, and is {state:?}", key.id);
                self.checker.breaks(RESOLVED_STAYS, || detail);
            }
        }
        for difference in store.differences() {
            let (key, resolved_at) = (difference.key, difference.resolved_at);
            let before = self.checker.resolved.differences.insert(key.clone(), resolved_at).flatten();
            if before.is_some() && before != resolved_at {
                let detail = format!("{} was resolved at {before:?}, and is at {resolved_at:?}", key.subject);
                self.checker.breaks(RESOLVED_STAYS, || detail);
            }
        }
    }

    /// Something that a gateway told and nobody has seen to, in words.
    pub(super) fn unapplied(&self) -> Option<String> {
        let events = &self.checker.resolved.events;
        let (key, _) = events.iter().find(|(_, state)| **state == WebhookState::Received)?;
        Some(format!("event {} is received, and nobody sees to it", key.id))
    }
}
