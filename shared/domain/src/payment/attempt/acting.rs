use super::{Attempt, AttemptRefused, AttemptState};
use crate::Timestamp;
use crate::payment::{ActionResult, Operation};

impl Attempt {
    /// Takes what the shopper brought back from the action that is awaited. Where the gateway authorizes by it, the next
    /// call is the one that sends it; elsewhere it says no more than that the shopper may have acted.
    ///
    /// # Errors
    /// Refuses when no action is awaited, from its deadline on, once it is given up, and when another result was brought
    /// back: one is sent under the attempt's key, and no other.
    pub(crate) fn submit_action_result(
        mut self,
        result: ActionResult,
        now: Timestamp,
    ) -> Result<Self, AttemptRefused> {
        let is_awaited = matches!(self.state, AttemptState::RequiresAction { until, .. } if now < until);
        if !is_awaited || self.given_up || self.action_result.is_some() {
            return Err(AttemptRefused(self.number));
        }
        self.action_result = Some(result);
        if self.method.gateway().completes_by_result() {
            self.state = AttemptState::Ready { operation: Operation::Complete, tries: 0 };
        }
        Ok(self)
    }
}
