use super::{Attempt, AttemptRefused, AttemptState};
use crate::Timestamp;
use crate::payment::{Operation, Outcome};

impl Attempt {
    /// Takes a gateway's answer to a look-up.
    ///
    /// Only what it saw counts. That the look-up itself was refused or not sent says nothing about the call it was
    /// about. Where it saw something still to be done, a confirm that is claimed may yet arrive.
    ///
    /// # Errors
    /// Refuses when the attempt is settled: facts stay.
    pub fn apply_look_up(self, outcome: Outcome, now: Timestamp) -> Result<Self, AttemptRefused> {
        let seen = match outcome {
            Outcome::Opened(_)
            | Outcome::ApprovalNeeded { .. }
            | Outcome::Invalid(_)
            | Outcome::Rejected
            | Outcome::NotSent
            | Outcome::Received
            | Outcome::Unknown => Outcome::Unknown,
            fact @ (Outcome::Approved
            | Outcome::Authorized
            | Outcome::AuthorizedAtRisk(_)
            | Outcome::Captured
            | Outcome::RequiresAction { .. }
            | Outcome::Declined(_)
            | Outcome::Voided
            | Outcome::Mismatch) => fact,
        };
        let may_arrive =
            matches!(self.state, AttemptState::Sending { operation, .. } if operation.authorizes());
        let mut attempt = self.apply(seen, now)?;
        if may_arrive
            && matches!(attempt.state, AttemptState::Ready { .. } | AttemptState::RequiresAction { .. })
        {
            attempt.undoubted = false;
        }
        Ok(attempt)
    }

    /// Takes a gateway's answer to the call that is outstanding.
    ///
    /// # Errors
    /// Refuses when the attempt is settled: facts stay.
    pub fn apply(mut self, outcome: Outcome, now: Timestamp) -> Result<Self, AttemptRefused> {
        if self.is_settled() {
            return Err(AttemptRefused(self.number));
        }
        self.state = match outcome {
            Outcome::Opened(reference) => {
                if !matches!(self.state, AttemptState::Ready { operation: Operation::Open, .. }) {
                    return Err(AttemptRefused(self.number));
                }
                self.reference = Some(reference);
                return Ok(self.claim(Operation::Confirm, now));
            }
            Outcome::ApprovalNeeded { reference, url } => {
                if !matches!(self.state, AttemptState::Ready { operation: Operation::Open, .. }) {
                    return Err(AttemptRefused(self.number));
                }
                self.reference = Some(reference);
                self.require_action(url, now)
            }
            Outcome::Approved if self.awaits_approval() && !self.given_up => {
                return Ok(self.claim(Operation::Confirm, now));
            }
            Outcome::Approved => {
                // A call that is outstanding may have been made, and may yet arrive.
                self.undoubted &= !matches!(self.state, AttemptState::Sending { .. });
                self.approved(now)
            }
            Outcome::Authorized | Outcome::AuthorizedAtRisk(_) if self.given_up || self.is_being_voided() => {
                return Ok(self.claim(Operation::Void, now));
            }
            // A capture that is under way may arrive whatever is thought of it now.
            Outcome::AuthorizedAtRisk(risk) if !self.is_being_captured() => {
                return Ok(self.doubted(risk).authorized(now));
            }
            Outcome::Authorized | Outcome::AuthorizedAtRisk(_) => return Ok(self.authorized(now)),
            Outcome::Captured => AttemptState::Captured,
            Outcome::RequiresAction { url } => {
                // The confirm was executed, and holds nothing, however often it was sent under its key.
                self.undoubted |= self.method.gateway().completes_by_result()
                    && matches!(self.state, AttemptState::Sending { operation: Operation::Confirm, .. });
                self.require_action(url, now)
            }
            Outcome::Declined(decline) => AttemptState::Declined(decline),
            Outcome::Invalid(decline) if self.undoubted => AttemptState::Declined(decline),
            Outcome::Voided => AttemptState::Voided,
            Outcome::Mismatch => AttemptState::ManualReview,
            Outcome::Rejected => self.unexecuted(now),
            Outcome::NotSent => self.not_sent(now),
            Outcome::Invalid(_) | Outcome::Received | Outcome::Unknown => self.unknown(now),
        };
        self.undoubted &= !matches!(self.state, AttemptState::Unknown { .. });
        Ok(self)
    }

    /// Goes on with money that is held.
    fn authorized(mut self, now: Timestamp) -> Self {
        if self.is_refused() && !self.is_being_captured() {
            // Whatever was known before, something is held now, and only the gateway can give it up.
            self.state = AttemptState::Ready { operation: Operation::Capture, tries: 0 };
            self.claim(Operation::Void, now)
        } else if self.needs_review() {
            self.hold_for_review()
        } else {
            self.claim(Operation::Capture, now)
        }
    }

    /// Whether a capture was asked for.
    const fn is_being_captured(&self) -> bool {
        matches!(
            self.state,
            AttemptState::Sending { operation: Operation::Capture, .. }
                | AttemptState::Unknown { operation: Operation::Capture, .. }
        )
    }

    /// Whether a void was asked for, so that an authorization is of no use any more.
    const fn is_being_voided(&self) -> bool {
        matches!(
            self.state,
            AttemptState::Sending { operation: Operation::Void, .. }
                | AttemptState::Unknown { operation: Operation::Void, .. }
        )
    }

    fn require_action(&self, url: String, now: Timestamp) -> AttemptState {
        match &self.state {
            AttemptState::RequiresAction { until, tries, .. } => {
                AttemptState::RequiresAction { url, until: *until, tries: tries.saturating_add(1) }
            }
            // Past the confirm, what must still be done by the shopper contradicts what was seen before.
            AttemptState::Sending {
                operation: Operation::Complete | Operation::Capture | Operation::Void,
                ..
            }
            | AttemptState::Unknown {
                operation: Operation::Complete | Operation::Capture | Operation::Void,
                ..
            } => self.unknown(now),
            AttemptState::Ready { .. }
            | AttemptState::Sending { .. }
            | AttemptState::Unknown { .. }
            | AttemptState::Captured
            | AttemptState::Declined(_)
            | AttemptState::NotSent
            | AttemptState::Voided
            | AttemptState::ManualReview => {
                AttemptState::RequiresAction { url, until: now.plus(Self::ACTION_TIME), tries: 0 }
            }
        }
    }

    /// The shopper agreed, and nothing is held: the confirm may be made. One that is in doubt is made again under its
    /// own key, for as long as that is recognised.
    fn approved(&self, now: Timestamp) -> AttemptState {
        match self.state {
            AttemptState::RequiresAction { .. } => {
                AttemptState::Ready { operation: Operation::Confirm, tries: 0 }
            }
            AttemptState::Ready { operation: Operation::Confirm, .. } => self.state.clone(),
            AttemptState::Sending { operation: Operation::Confirm, tries, .. }
            | AttemptState::Unknown { operation: Operation::Confirm, tries }
                if self.may_replay(now) =>
            {
                AttemptState::Ready { operation: Operation::Confirm, tries: tries.saturating_add(1) }
            }
            AttemptState::Ready { .. }
            | AttemptState::Sending { .. }
            | AttemptState::Unknown { .. }
            | AttemptState::Captured
            | AttemptState::Declined(_)
            | AttemptState::NotSent
            | AttemptState::Voided
            | AttemptState::ManualReview => self.unknown(now),
        }
    }

    /// The call was not executed: it may be made again, under the same key.
    fn unexecuted(&self, now: Timestamp) -> AttemptState {
        match self.state {
            AttemptState::Ready { operation, tries } if self.undoubted || operation == Operation::Open => {
                self.again(operation, tries, now)
            }
            AttemptState::Sending { operation, tries, .. } if self.undoubted => {
                self.again(operation, tries, now)
            }
            AttemptState::RequiresAction { ref url, until, tries } => {
                AttemptState::RequiresAction { url: url.clone(), until, tries: tries.saturating_add(1) }
            }
            AttemptState::Ready { .. }
            | AttemptState::Sending { .. }
            | AttemptState::Unknown { .. }
            | AttemptState::Captured
            | AttemptState::Declined(_)
            | AttemptState::NotSent
            | AttemptState::Voided
            | AttemptState::ManualReview => self.unknown(now),
        }
    }

    /// Tries an unexecuted call again, a few times for one that would begin the charge.
    fn again(&self, operation: Operation, tries: u32, now: Timestamp) -> AttemptState {
        let begins = operation == Operation::Open || operation.authorizes();
        if begins && tries >= Self::UNEXECUTED_TRIES_MAX {
            AttemptState::NotSent
        } else if now.since(self.in_flight_since()) >= Self::REVIEW_AGE {
            AttemptState::ManualReview
        } else {
            AttemptState::Ready { operation, tries: tries.saturating_add(1) }
        }
    }

    /// No byte left. A proof only while nobody's earlier call is in doubt.
    fn not_sent(&self, now: Timestamp) -> AttemptState {
        match self.state {
            AttemptState::Sending { operation: Operation::Confirm, .. } if self.undoubted => {
                AttemptState::NotSent
            }
            AttemptState::Ready { .. }
            | AttemptState::Sending { .. }
            | AttemptState::Unknown { .. }
            | AttemptState::RequiresAction { .. }
            | AttemptState::Captured
            | AttemptState::Declined(_)
            | AttemptState::NotSent
            | AttemptState::Voided
            | AttemptState::ManualReview => self.unexecuted(now),
        }
    }

    fn unknown(&self, now: Timestamp) -> AttemptState {
        let too_old = now.since(self.in_flight_since()) >= Self::REVIEW_AGE;
        match self.state {
            // Creating the object moves no money, whether it worked or not.
            AttemptState::Ready { operation: Operation::Open, .. } | AttemptState::RequiresAction { .. } => {
                self.unexecuted(now)
            }
            AttemptState::Ready { .. } | AttemptState::Sending { .. } | AttemptState::Unknown { .. }
                if too_old =>
            {
                AttemptState::ManualReview
            }
            AttemptState::Ready { operation, .. } => AttemptState::Unknown { operation, tries: 0 },
            // The first doubt: earlier tries were all known not to have been executed.
            AttemptState::Sending { operation, .. } if self.undoubted => {
                AttemptState::Unknown { operation, tries: 0 }
            }
            AttemptState::Sending { operation, tries, .. } | AttemptState::Unknown { operation, tries } => {
                AttemptState::Unknown { operation, tries: tries.saturating_add(1) }
            }
            AttemptState::Captured
            | AttemptState::Declined(_)
            | AttemptState::NotSent
            | AttemptState::Voided
            | AttemptState::ManualReview => self.state.clone(),
        }
    }
}
