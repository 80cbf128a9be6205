use super::{Attempt, AttemptState, Step};
use crate::Timestamp;
use crate::fraud::{Review, ReviewDecision, ReviewEnd, Risk, Screening, Verdict, screen_risk};
use crate::payment::{Decline, Operation, Retry};

impl Attempt {
    /// The code of a decline that is the shop's own. Why is nobody's business but the shop's.
    pub const REFUSED_BY_SHOP: &'static str = "refused_by_shop";

    /// Whether its authorization waits for a person, or for the time after which nobody can decide any more.
    pub const fn is_held_for_review(&self) -> bool {
        matches!(self.review, Some(Review { end: None, .. }))
            && matches!(self.state, AttemptState::Ready { operation: Operation::Capture, .. })
    }

    /// Whether the gateway said no, rather than the shop.
    pub fn was_declined_by_gateway(&self) -> bool {
        matches!(&self.state, AttemptState::Declined(decline) if decline.code != Self::REFUSED_BY_SHOP)
    }

    /// The words in an order's history.
    pub fn word(&self) -> String {
        let state = self.state.word();
        match &self.review {
            None => state,
            Some(review) => format!("{state}, {}", review.word()),
        }
    }

    /// Ends it before anything was sent, because the fraud rules refuse it.
    pub(crate) fn refuse(mut self, screening: Screening) -> Option<Self> {
        let AttemptState::Ready { operation: Operation::Open, .. } = self.state else { return None };
        self.screening = Some(screening);
        let code = Self::REFUSED_BY_SHOP.to_owned();
        self.state = AttemptState::Declined(Decline { code, retry: Retry::None });
        Some(self)
    }

    /// Whether the fraud rules refuse it, before anything was sent or by what its gateway said then.
    pub fn is_refused(&self) -> bool {
        self.screening.as_ref().is_some_and(|screening| screening.verdict == Verdict::Refuse)
    }

    /// What its gateway thinks counts like every other rule.
    pub(super) fn doubted(mut self, risk: Risk) -> Self {
        let screening = screen_risk(risk);
        self.screening = Some(match self.screening.take() {
            Some(earlier) => earlier.and(screening),
            None => screening,
        });
        self
    }

    /// Whether what is authorized must be seen by a person first, and was not yet.
    pub(super) fn needs_review(&self) -> bool {
        let is_asked_for = |screening: &Screening| screening.verdict == Verdict::Review;
        self.screening.as_ref().is_some_and(is_asked_for)
            && self.review.is_none_or(|review| review.end.is_none())
    }

    /// Holds what is authorized until a person has decided.
    pub(super) fn hold_for_review(mut self) -> Self {
        self.review = Some(Review::of(self.method.gateway(), self.started_at));
        self.state = AttemptState::Ready { operation: Operation::Capture, tries: 0 };
        self
    }

    /// A review holds the capture until it ends, and ends in time.
    pub(super) fn review_step(&self, now: Timestamp) -> Step {
        match self.review {
            Some(review) if now < review.until => Step::Rest,
            Some(_) | None => Step::Claim(Operation::Void),
        }
    }

    pub(crate) fn end_review(&mut self, decision: ReviewDecision, now: Timestamp) {
        if let Some(review) = &mut self.review {
            review.end = Some((ReviewEnd::Decided(decision), now));
        }
        self.given_up |= decision == ReviewDecision::Refuse;
    }

    /// A call that is claimed ends a review that nobody decided.
    pub(super) fn leave_review(&mut self, now: Timestamp) {
        if !self.is_held_for_review() {
            return;
        }
        let end = if self.given_up { ReviewEnd::Withdrawn } else { ReviewEnd::Lapsed };
        if let Some(review) = &mut self.review {
            review.end = Some((end, now));
        }
    }

    /// From when on the age of a doubt counts: what rested in a review was in no doubt.
    pub(super) fn in_flight_since(&self) -> Timestamp {
        self.review.and_then(|review| review.end).map_or(self.started_at, |(_, at)| at)
    }
}
