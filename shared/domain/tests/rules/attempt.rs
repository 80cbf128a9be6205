use std::time::Duration;

use domain::Timestamp;
use domain::fraud::Risk;
use domain::payment::{
    Attempt, AttemptState, Decline, GatewayName, Operation, Outcome, PaymentMethod, PaymentMethodError,
    Retry, Step,
};
use proptest::prelude::*;

use crate::samples::{NOON, method};

fn any_decline() -> impl Strategy<Value = Decline> {
    let retry = prop_oneof![Just(Retry::SameMethod), Just(Retry::OtherMethod), Just(Retry::None)];
    retry.prop_map(|retry| Decline { code: "declined".to_owned(), retry })
}

/// Answers that prove nothing, more often than those that do: a long way shows more.
fn any_answer() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        6 => Just(Outcome::Unknown),
        4 => Just(Outcome::Rejected),
        4 => Just(Outcome::NotSent),
        2 => Just(Outcome::RequiresAction { url: "https://bank.example/3ds".to_owned() }),
        2 => Just(Outcome::Approved),
        2 => Just(Outcome::Authorized),
        1 => Just(Outcome::AuthorizedAtRisk(Risk::Elevated)),
        1 => Just(Outcome::AuthorizedAtRisk(Risk::Highest)),
        1 => Just(Outcome::Captured),
        1 => Just(Outcome::Voided),
        1 => Just(Outcome::Mismatch),
        1 => any_decline().prop_map(Outcome::Declined),
        1 => any_decline().prop_map(Outcome::Invalid),
    ]
}

/// What a worker gets in one round, or nothing when it dies, and how long it is until the next one comes.
#[derive(Clone, Debug)]
struct Round {
    answer: Option<Outcome>,
    pause: Duration,
}

fn any_round() -> impl Strategy<Value = Round> {
    let pause = prop_oneof![8 => 0..20_000_u64, 2 => 0..700_000_u64, 1 => 0..(30 * 60 * 60 * 1_000_u64)];
    (proptest::option::weighted(0.85, any_answer()), pause.prop_map(Duration::from_millis))
        .prop_map(|(answer, pause)| Round { answer, pause })
}

/// An attempt, and what really is in doubt about it.
struct Watched {
    attempt: Attempt,
    doubted: bool,
    /// Whether the gateway said that it holds money.
    held: bool,
}

impl Watched {
    /// One round of a worker. Answers what it was told, if anything.
    fn round(&mut self, answer: Option<Outcome>, now: Timestamp) -> Option<Outcome> {
        match self.attempt.next_step(now) {
            Step::Open => {
                let told = answer?;
                let charges = holds(&told) || told == Outcome::Captured;
                let answer = if charges { created(&self.attempt) } else { told };
                self.attempt = self.attempt.clone().apply(answer.clone(), now).unwrap();
                Some(answer)
            }
            Step::Claim(operation) => {
                self.attempt = self.attempt.clone().claim(operation, now);
                if self.attempt.is_settled() { None } else { self.answer_call(answer, now) }
            }
            Step::LookUp => {
                let answer = answer?;
                self.held |= holds(&answer);
                self.attempt = self.attempt.clone().apply_look_up(answer.clone(), now).unwrap();
                Some(answer)
            }
            Step::GiveUp | Step::Leave(_) | Step::Rest => None,
        }
    }

    fn answer_call(&mut self, answer: Option<Outcome>, now: Timestamp) -> Option<Outcome> {
        let doubts = matches!(answer, None | Some(Outcome::Unknown));
        let invalid_again = self.doubted && matches!(answer, Some(Outcome::Invalid(_)));
        let asks = matches!(answer, Some(Outcome::RequiresAction { .. }));
        // The same key is asked for the same action: what is done with that is another call's business.
        let awaits_result = asks
            && self.attempt.method.gateway().completes_by_result()
            && matches!(self.attempt.state, AttemptState::Sending { operation: Operation::Confirm, .. });
        self.doubted = (self.doubted || doubts || invalid_again) && !awaits_result;
        let answer = answer?;
        self.held |= holds(&answer);
        self.attempt = self.attempt.clone().apply(answer.clone(), now).unwrap();
        Some(answer)
    }
}

fn holds(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Authorized | Outcome::AuthorizedAtRisk(_))
}

/// What the gateway answers once it made the object of an attempt.
fn created(attempt: &Attempt) -> Outcome {
    let reference = "pi_1".parse().unwrap();
    if attempt.method.gateway().approves_by_redirect() {
        Outcome::ApprovalNeeded { reference, url: "https://gateway.example/approve".to_owned() }
    } else {
        Outcome::Opened(reference)
    }
}

fn any_gateway() -> impl Strategy<Value = GatewayName> {
    proptest::sample::select(GatewayName::ALL.to_vec())
}

fn new_attempt(gateway: GatewayName) -> Watched {
    let attempt = Attempt::new(1, method(gateway, "tok_any"), None, NOON);
    Watched { attempt, doubted: false, held: false }
}

proptest! {
    #[test]
    fn only_facts_end_an_attempt(
        gateway in any_gateway(),
        rounds in proptest::collection::vec(any_round(), 1..60),
    ) {
        let mut watched = new_attempt(gateway);
        let mut now = NOON;
        for Round { answer, pause } in rounds {
            let before = watched.attempt.clone();
            let told = watched.round(answer, now);
            let after = &watched.attempt;
            if before.is_settled() {
                prop_assert_eq!(after, &before);
                prop_assert!(told.is_none());
            } else {
                match &after.state {
                    AttemptState::Captured => prop_assert_eq!(told, Some(Outcome::Captured)),
                    AttemptState::Voided if told.is_none() => {
                        prop_assert!(gateway.voids_only_what_is_held());
                        prop_assert!(!watched.doubted && !watched.held, "given up although it may be charged");
                    }
                    AttemptState::Voided => prop_assert_eq!(told, Some(Outcome::Voided)),
                    AttemptState::Declined(decline) => {
                        let invalid = Outcome::Invalid(decline.clone());
                        prop_assert!(told != Some(invalid) || before.undoubted, "an earlier call may have charged");
                        let said_no = matches!(told, Some(Outcome::Declined(no) | Outcome::Invalid(no)) if no == *decline);
                        prop_assert!(said_no);
                    }
                    AttemptState::NotSent => {
                        prop_assert!(!watched.doubted, "not sent was concluded although a call was in doubt");
                        prop_assert!(before.undoubted);
                    }
                    AttemptState::ManualReview => prop_assert!(
                        told == Some(Outcome::Mismatch) || now.since(before.started_at) >= Attempt::REVIEW_AGE
                    ),
                    AttemptState::Ready { .. }
                    | AttemptState::Sending { .. }
                    | AttemptState::Unknown { .. }
                    | AttemptState::RequiresAction { .. } => prop_assert!(!after.is_settled()),
                }
            }
            now = now.plus(pause);
        }
    }

    #[test]
    fn a_settled_attempt_takes_no_answer(
        gateway in any_gateway(),
        rounds in proptest::collection::vec(any_round(), 1..60),
        late in any_answer(),
    ) {
        let mut watched = new_attempt(gateway);
        let mut now = NOON;
        for Round { answer, pause } in rounds {
            let _told = watched.round(answer, now);
            now = now.plus(pause);
        }
        let settled = watched.attempt;
        prop_assume!(settled.is_settled());
        prop_assert!(settled.clone().apply(late.clone(), now).is_err());
        prop_assert!(settled.clone().apply_look_up(late, now).is_err());
        prop_assert_eq!(settled.next_step(now), Step::Rest);
    }

    #[test]
    fn waiting_is_bounded_and_always_leads_to_a_step(
        gateway in any_gateway(),
        rounds in proptest::collection::vec(any_round(), 1..60),
    ) {
        let mut watched = new_attempt(gateway);
        let mut now = NOON;
        for Round { answer, pause } in rounds {
            let _told = watched.round(answer, now);
            let attempt = &watched.attempt;
            prop_assert!(attempt.pause() <= Duration::from_secs(300));
            match attempt.next_step(now) {
                Step::Leave(until) => prop_assert!(until > now && until <= now.plus(Attempt::LEASE)),
                Step::Rest => prop_assert!(attempt.is_settled() || attempt.is_held_for_review()),
                Step::GiveUp => prop_assert!(attempt.given_up),
                Step::Open | Step::Claim(_) | Step::LookUp => prop_assert!(!attempt.is_settled()),
            }
            now = now.plus(pause);
        }
    }

    #[test]
    fn a_look_up_that_saw_nothing_says_nothing(answer in any_answer(), wait in 0..20_u64) {
        let sending = opened();
        let now = NOON.plus(Duration::from_secs(wait));
        let after = sending.clone().apply_look_up(answer.clone(), now).unwrap();
        if matches!(answer, Outcome::Invalid(_) | Outcome::Rejected | Outcome::NotSent | Outcome::Unknown) {
            prop_assert_eq!(after, sending.apply(Outcome::Unknown, now).unwrap());
        }
    }

    #[test]
    fn a_void_that_was_asked_for_is_not_turned_into_a_capture(answer in any_answer(), wait in 0..20_u64) {
        let now = NOON.plus(Duration::from_secs(wait));
        let voiding = opened().apply(Outcome::Unknown, NOON).unwrap().claim(Operation::Void, NOON);
        let after = voiding.apply(answer.clone(), now).unwrap();
        let captures = |state: &AttemptState| {
            matches!(
                state,
                AttemptState::Sending { operation: Operation::Capture, .. }
                    | AttemptState::Ready { operation: Operation::Capture, .. }
            )
        };
        prop_assert!(!captures(&after.state), "{answer:?} led to {:?}", after.state);
    }
}

/// An attempt whose object exists and whose confirm is outstanding.
fn opened() -> Attempt {
    new_attempt(GatewayName::Stripe).attempt.apply(Outcome::Opened("pi_1".parse().unwrap()), NOON).unwrap()
}

/// An attempt at PayPal that waits for its shopper.
fn awaiting_approval() -> Attempt {
    let attempt = new_attempt(GatewayName::PayPal).attempt;
    let created = created(&attempt);
    attempt.apply(created, NOON).unwrap()
}

/// The same once its shopper approved, and the confirm is outstanding.
fn approved_and_confirming() -> Attempt {
    let confirming = awaiting_approval().apply_look_up(Outcome::Approved, NOON).unwrap();
    assert!(matches!(confirming.state, AttemptState::Sending { operation: Operation::Confirm, .. }));
    confirming
}

#[test]
fn who_hears_that_the_shopper_approved_confirms_without_a_look_and_waits_on_where_it_is_not_so() {
    let waiting = awaiting_approval();
    assert_eq!(waiting.next_step(NOON), Step::LookUp);
    assert_eq!(waiting.next_step_once_approved(NOON), Step::Claim(Operation::Confirm));
    let refused = Outcome::RequiresAction { url: "https://paypal.example/approve".to_owned() };
    let on = waiting.claim(Operation::Confirm, NOON).apply(refused.clone(), NOON).unwrap();
    assert_eq!(on.next_step(NOON), Step::LookUp);
    assert_eq!(on.claim(Operation::Void, NOON).state, AttemptState::Voided, "nothing is held");
    // Too late, and where there is no approval, it is as if nobody had heard anything.
    let deadline = NOON.plus(Attempt::ACTION_TIME);
    assert_eq!(awaiting_approval().next_step_once_approved(deadline), Step::Claim(Operation::Void));
    assert_eq!(opened().apply(refused, NOON).unwrap().next_step_once_approved(NOON), Step::LookUp);
}

#[test]
fn the_first_sender_that_sent_no_byte_proves_that_nobody_charged() {
    assert_eq!(opened().apply(Outcome::NotSent, NOON).unwrap().state, AttemptState::NotSent);
}

#[test]
fn fault_59_after_a_lost_answer_no_byte_sent_proves_nothing() {
    let later = NOON.plus(Duration::from_secs(5));
    let unknown = opened().apply(Outcome::Unknown, NOON).unwrap();
    let again = unknown.claim(Operation::Confirm, later).apply(Outcome::NotSent, later).unwrap();
    assert!(matches!(again.state, AttemptState::Unknown { operation: Operation::Confirm, .. }));
}

#[test]
fn an_authorization_of_unknown_outcome_is_replayed_while_its_key_lives_and_voided_after_that() {
    let resolve = |age: Duration| {
        let now = NOON.plus(age);
        let unknown = opened().apply(Outcome::Unknown, NOON).unwrap();
        unknown.apply_look_up(Outcome::Unknown, now).unwrap().next_step(now)
    };
    assert_eq!(resolve(Duration::from_secs(60)), Step::Claim(Operation::Confirm));
    assert_eq!(resolve(GatewayName::Stripe.replay_age_max()), Step::Claim(Operation::Void));
}

#[test]
fn an_unknown_of_a_day_is_for_a_person() {
    let now = NOON.plus(Attempt::REVIEW_AGE);
    let unknown = opened().apply(Outcome::Unknown, NOON).unwrap();
    assert_eq!(unknown.apply(Outcome::Unknown, now).unwrap().state, AttemptState::ManualReview);
}

#[test]
fn fault_70_a_shopper_who_does_not_act_in_time_is_not_charged() {
    let waiting =
        opened().apply(Outcome::RequiresAction { url: "https://bank.example/3ds".to_owned() }, NOON).unwrap();
    let deadline = NOON.plus(Attempt::ACTION_TIME);
    assert_eq!(waiting.next_step(NOON), Step::LookUp);
    assert_eq!(waiting.next_step(deadline), Step::Claim(Operation::Void));
    assert!(waiting.apply(Outcome::Voided, deadline).unwrap().is_definite_no());
}

#[test]
fn fault_70_what_was_never_confirmed_is_a_definite_no_at_its_deadline_without_a_call() {
    let waiting = awaiting_approval();
    let deadline = NOON.plus(Attempt::ACTION_TIME);
    assert_eq!(waiting.next_step(NOON), Step::LookUp);
    assert_eq!(waiting.next_step(deadline), Step::Claim(Operation::Void));
    assert_eq!(waiting.claim(Operation::Void, deadline).state, AttemptState::Voided);
}

#[test]
fn a_confirm_that_was_refused_unexecuted_leaves_nothing_held() {
    let refused = approved_and_confirming().apply(Outcome::Rejected, NOON).unwrap();
    assert_eq!(refused.claim(Operation::Void, NOON).state, AttemptState::Voided);
}

#[test]
fn fault_60_a_confirm_in_doubt_is_made_again_while_its_key_lives_and_given_up_by_nobody() {
    let doubted = approved_and_confirming().apply(Outcome::Unknown, NOON).unwrap();
    let again = doubted.clone().apply_look_up(Outcome::Approved, NOON).unwrap();
    assert_eq!(again.next_step(NOON), Step::Claim(Operation::Confirm));
    let given_up = again.claim(Operation::Void, NOON);
    assert!(matches!(given_up.state, AttemptState::Sending { operation: Operation::Void, .. }));

    let mut attempt = doubted.clone();
    for _ in 0..9 {
        let unclear = attempt.clone().apply_look_up(Outcome::Unknown, NOON).unwrap();
        for step in [attempt.next_step(NOON), unclear.next_step(NOON)] {
            assert_ne!(step, Step::Claim(Operation::Void), "nothing is held that a void could end");
        }
        attempt = unclear.claim(Operation::Confirm, NOON).apply(Outcome::Unknown, NOON).unwrap();
    }

    let old = NOON.plus(GatewayName::PayPal.replay_age_max());
    let old_and_unknown = doubted.apply_look_up(Outcome::Approved, old).unwrap();
    assert_eq!(old_and_unknown.next_step(old), Step::Claim(Operation::Void));
}

#[test]
fn fault_60_where_a_payment_begins_with_its_confirm_only_a_repetition_of_that_ends_a_doubt() {
    let opened = new_attempt(GatewayName::Adyen).attempt.apply(Outcome::Opened("o-1".parse().unwrap()), NOON);
    let mut attempt = opened.unwrap().apply(Outcome::Unknown, NOON).unwrap();
    attempt.given_up = true;
    for _ in 0..9 {
        attempt = attempt.apply_look_up(Outcome::Unknown, NOON).unwrap();
        assert_eq!(attempt.next_step(NOON), Step::Claim(Operation::Confirm));
        attempt = attempt.claim(Operation::Confirm, NOON).apply(Outcome::Unknown, NOON).unwrap();
    }
    let held = attempt.apply_look_up(Outcome::Authorized, NOON).unwrap();
    assert!(matches!(held.state, AttemptState::Sending { operation: Operation::Void, .. }));
}

#[test]
fn a_payment_that_never_began_is_given_up_without_a_call() {
    let opened = new_attempt(GatewayName::Adyen).attempt.apply(Outcome::Opened("o-1".parse().unwrap()), NOON);
    let refused = opened.unwrap().apply(Outcome::Rejected, NOON).unwrap();
    assert_eq!(refused.claim(Operation::Void, NOON).state, AttemptState::Voided);
}

#[test]
fn fault_62_a_confirm_whose_worker_is_gone_may_arrive_whatever_a_look_up_saw() {
    let later = NOON.plus(Attempt::LEASE);
    for seen in [Outcome::Approved, Outcome::RequiresAction { url: "https://gateway.example".to_owned() }] {
        let after = approved_and_confirming().apply_look_up(seen, later).unwrap();
        assert!(!after.undoubted);
        assert!(!after.claim(Operation::Void, later).is_definite_no());
    }
}

#[test]
fn a_token_is_needed_where_the_client_brings_one_and_taken_nowhere_else() {
    let token = || Some("tok_any".parse().unwrap());
    assert!(PaymentMethod::new(GatewayName::Stripe, token()).is_ok());
    assert!(PaymentMethod::new(GatewayName::Adyen, token()).is_ok());
    for gateway in [GatewayName::Stripe, GatewayName::Adyen] {
        assert_eq!(PaymentMethod::new(gateway, None), Err(PaymentMethodError::TokenMissing));
    }
    assert_eq!(PaymentMethod::new(GatewayName::PayPal, None), Ok(PaymentMethod::PayPal));
    assert_eq!(PaymentMethod::new(GatewayName::PayPal, token()), Err(PaymentMethodError::TokenNotTaken));
}
