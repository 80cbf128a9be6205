use std::time::Duration;

use domain::invariant::{self, Books};
use domain::order::{AuditEntry, HoldsChange, Order, OrderChange, OrderRecord, OrderState, seen_hold};
use domain::payment::{
    Attempt, AttemptState, Dispute, DisputeSeen, GatewayName, Operation, Outcome, PaymentMethod, Refund,
    RefundStep, Retry, Step,
};
use domain::reservation::Reservation;
use domain::stock::StockPage;
use domain::wake::Queue;
use domain::{Idempotent, Timestamp};
use proptest::prelude::*;

use crate::counterparty::{Card, Counterparty, Fate};
use crate::samples::{NOON, any_methods, attempt_request, method, on_sale, placed, reservation};

mod disputing; // what its shopper demands back over the shop's head
mod refunding; // what goes back of it

use disputing::{Disputing, any_disputing};

/// Something that happens to an order that is being paid.
#[derive(Clone, Debug)]
enum Happening {
    /// A worker does what is next, and goes on as long as its own writes claim calls.
    Work {
        fates: Vec<Fate>,
    },
    /// A worker claims a call and dies, before it was sent or after.
    Die {
        fate: Fate,
    },
    DelayedCallsArrive,
    ShopperActs {
        agrees: bool,
    },
    ShopperOffers {
        methods: Vec<PaymentMethod>,
    },
    ShopperCancels,
    OperatorRefunds {
        reference: u32,
        amount: i64,
        units: i64,
    },
    Dispute(Disputing),
    DeadlineMessage,
    TimePasses(Duration),
}

fn any_fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        4 => Just(Fate::Answered),
        1 => Just(Fate::Delayed),
        1 => Just(Fate::AnswerLost),
        1 => Just(Fate::Rejected),
        1 => Just(Fate::NotSent),
    ]
}

fn any_happening() -> impl Strategy<Value = Happening> {
    let millis = prop_oneof![8 => 0..15_000_u64, 3 => 0..700_000_u64, 1 => 0..(26 * 60 * 60 * 1_000_u64)];
    prop_oneof![
        10 => proptest::collection::vec(any_fate(), 0..6).prop_map(|fates| Happening::Work { fates }),
        2 => prop_oneof![Just(Fate::Delayed), Just(Fate::AnswerLost), Just(Fate::NotSent)]
            .prop_map(|fate| Happening::Die { fate }),
        1 => Just(Happening::DelayedCallsArrive),
        2 => any::<bool>().prop_map(|agrees| Happening::ShopperActs { agrees }),
        2 => any_methods().prop_map(|methods| Happening::ShopperOffers { methods }),
        1 => Just(Happening::ShopperCancels),
        1 => (0..4_u32, 0..30_000_i64, 0..4_i64)
            .prop_map(|(reference, amount, units)| Happening::OperatorRefunds { reference, amount, units }),
        3 => any_disputing().prop_map(Happening::Dispute),
        2 => Just(Happening::DeadlineMessage),
        6 => millis.prop_map(|millis| Happening::TimePasses(Duration::from_millis(millis))),
    ]
}

fn any_card() -> impl Strategy<Value = Card> {
    prop_oneof![
        2 => Just(Card::Good),
        2 => Just(Card::NeedsAction),
        2 => Just(Card::DeclinesSoftly),
        1 => Just(Card::DeclinesHard),
    ]
}

/// An order with everything that belongs to it, and the gateway that knows better.
struct Shop {
    now: Timestamp,
    order: Order,
    reservation: Reservation,
    history: Vec<AuditEntry>,
    pages: Vec<StockPage>,
    gateway: Counterparty,
    cards: Vec<Card>,
    /// What the shop saw of disputes the last time.
    seen: (u32, Vec<DisputeSeen>),
}

impl Shop {
    fn open(methods: Vec<PaymentMethod>, cards: Vec<Card>) -> Self {
        let held = reservation();
        let (ordered, change) = placed(methods);
        let Books { mut pages, .. } = on_sale();
        for (planned, _) in held.held() {
            let page = pages.iter_mut().find(|page| page.key == planned.page).unwrap();
            *page = page.clone().hold(&held.id, planned, held.expires_at).unwrap().into_inner();
        }
        let mut shop = Self {
            now: NOON,
            order: change.order.clone(),
            reservation: ordered,
            history: vec![change.audit_entry()],
            pages,
            gateway: Counterparty::default(),
            cards,
            seen: (1, Vec::new()),
        };
        shop.move_holds(&change);
        shop
    }

    fn books(&self) -> Books {
        Books {
            pages: self.pages.clone(),
            reservations: vec![self.reservation.clone()],
            orders: vec![OrderRecord { order: self.order.clone(), history: self.history.clone() }],
            charges: Some(self.gateway.entries(&self.order.id)),
            ..on_sale()
        }
    }

    fn move_holds(&mut self, change: &OrderChange) {
        let moved = match &change.holds {
            None => return,
            Some(HoldsChange::Moved { .. }) => &change.order.holds,
            Some(HoldsChange::TakenBack(units)) => units,
        };
        for planned in moved {
            let page = self.pages.iter_mut().find(|page| page.key == planned.page).unwrap();
            let moved = match change.holds {
                Some(HoldsChange::Moved { held_until, target }) => {
                    let seen = seen_hold(planned, held_until);
                    page.clone().move_hold(&change.order.reservation_id, seen, target)
                }
                _ => page.clone().take_back(planned.quantity),
            };
            *page = moved.expect("the units are where the change was made from");
        }
    }

    /// Writes a change as a store would, and checks everything that must hold afterwards.
    fn commit(&mut self, change: OrderChange) {
        let before = self.books();
        assert_eq!(change.seen_version, Some(self.order.version));
        assert_eq!(change.order.version, self.order.version + 1);
        self.move_holds(&change);
        self.history.push(change.audit_entry());
        let earlier = std::mem::replace(&mut self.order, change.order);
        let after = self.books();
        assert_eq!(invariant::check(&after), vec![]);
        assert_eq!(invariant::check_change(&before, &after), vec![]);
        self.check_fallback(&earlier);
        self.check_waiting(&earlier);
    }

    /// Whatever was concluded, the gateway agrees: a definite no has no money, not even held.
    fn check_truth(&self) {
        assert_eq!(invariant::check(&self.books()), vec![]);
        for attempt in self.order.attempts.iter().filter(|attempt| attempt.is_definite_no()) {
            assert!(!self.gateway.has_money(attempt.number), "a definite no has money: {attempt:?}");
        }
    }

    /// Another attempt begins by itself only after a soft no, and only where none was tried.
    fn check_fallback(&self, earlier: &Order) {
        let by_itself =
            self.order.attempts.len() > earlier.attempts.len() && earlier.state == OrderState::PendingPayment;
        if !by_itself {
            return;
        }
        let (newest, tried) = self.order.attempts.split_last().unwrap();
        assert!(tried.iter().all(|attempt| attempt.method.gateway() != newest.method.gateway()));
        let refusal = tried.last().and_then(Attempt::decline).unwrap();
        assert_ne!(refusal.retry, Retry::None);
    }

    fn check_waiting(&self, earlier: &Order) {
        if let OrderState::PaymentFailed { retry_until } = self.order.state {
            assert!(retry_until >= self.order.held_until);
            assert!(retry_until >= self.now.plus(Order::RETRY_TIME));
            let wake = self.order.wake.unwrap();
            assert_eq!((wake.queue, wake.at), (Queue::ExpireReservation, retry_until));
        }
        if self.order.state == OrderState::PendingPayment {
            let in_review = self.attempt().state == AttemptState::ManualReview;
            assert_eq!(self.order.next_step(self.now) == Step::Rest, in_review);
            assert_eq!(self.order.wake.is_none(), in_review);
            assert!(
                earlier.cancel_requested_at.is_none() || self.order.attempts.len() == earlier.attempts.len()
            );
        }
        if let Some(wake) = self.order.wake.filter(|wake| wake.queue == Queue::CapturePayment)
            && self.order.wake != earlier.wake
        {
            let most = if self.order.disputes.iter().any(Dispute::is_open) {
                Dispute::LOOK_AGAIN
            } else if self.order.refunds.iter().any(Refund::is_unsent) {
                Refund::DISPUTED_PAUSE
            } else {
                Duration::from_secs(300)
            };
            assert!(wake.at <= self.now.plus(most));
        }
    }

    fn attempt(&self) -> &Attempt {
        self.order.attempt().unwrap()
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Work { fates } => self.work(fates.into_iter()),
            Happening::Die { fate } => self.claim_and_die(fate),
            Happening::DelayedCallsArrive => self.gateway.deliver_delayed(),
            Happening::ShopperActs { agrees } => {
                let result = self.gateway.shopper_acts(agrees);
                if let Ok(Idempotent::Executed(change)) =
                    self.order.clone().submit_action_result(result, self.now)
                {
                    self.commit(change);
                }
            }
            Happening::ShopperOffers { methods } => {
                let request = attempt_request(self.order.attempts.len());
                if let Ok(change) = self.order.clone().retry(methods, request, self.now) {
                    self.commit(change);
                }
            }
            Happening::ShopperCancels => {
                if let Ok(Idempotent::Executed(change)) = self.order.clone().cancel(self.now) {
                    self.commit(change);
                }
            }
            Happening::OperatorRefunds { reference, amount, units } => self.refund(reference, amount, units),
            Happening::Dispute(disputing) => self.disputing(&disputing),
            Happening::DeadlineMessage => {
                if let Ok(change) = self.order.clone().expire(self.now) {
                    self.commit(change);
                }
            }
            Happening::TimePasses(duration) => self.now = self.now.plus(duration),
        }
    }

    /// Calls without a fate of their own are answered.
    fn work(&mut self, mut fates: impl Iterator<Item = Fate>) {
        let mut fate = || fates.next().unwrap_or(Fate::Answered);
        self.see_to_units();
        if let Some(step) = self.order.next_refund_step(self.now).filter(|_| self.order.holds_nothing()) {
            return self.work_on_refund(step, fate());
        }
        match self.order.next_step(self.now) {
            Step::Open => {
                let outcome = self.call(Operation::Open, fate());
                self.commit(self.order.clone().record(outcome, self.now).unwrap());
            }
            Step::GiveUp => self.commit(self.order.clone().give_up(self.now).unwrap()),
            Step::Claim(operation) => self.commit(self.order.clone().claim(operation, self.now).unwrap()),
            Step::LookUp => {
                let outcome = self.gateway.look_up(&self.order.charge(self.attempt()), fate());
                self.commit(self.order.clone().record_look_up(outcome, self.now).unwrap());
            }
            Step::Leave(_) | Step::Rest => return,
        }
        // What this worker's own write claimed, it sends.
        while let AttemptState::Sending { operation, .. } = self.attempt().state
            && self.order.state == OrderState::PendingPayment
        {
            let outcome = self.call(operation, fate());
            self.commit(self.order.clone().record(outcome, self.now).unwrap());
        }
    }

    fn claim_and_die(&mut self, fate: Fate) {
        if let Step::Claim(operation) = self.order.next_step(self.now) {
            self.commit(self.order.clone().claim(operation, self.now).unwrap());
            // Where nothing is held, the claim of a void has nothing to send.
            if matches!(self.attempt().state, AttemptState::Sending { .. }) {
                let _nobody_hears = self.call(operation, fate);
            }
        }
    }

    fn call(&mut self, operation: Operation, fate: Fate) -> Outcome {
        let charge = self.order.charge(self.attempt());
        let position = usize::try_from(charge.attempt).unwrap() % self.cards.len();
        self.gateway.call(&charge, operation, self.cards[position], fate)
    }

    /// Once faults stop, workers come when they were asked to.
    fn settle(&mut self) {
        self.gateway.deliver_delayed();
        for _ in 0..2_000 {
            self.see_to_units();
            let refund = self.order.next_refund_step(self.now);
            match self.order.next_step(self.now) {
                Step::Rest if refund.is_none() => {
                    if !self.disputes_end() {
                        return;
                    }
                }
                Step::Leave(until) => self.now = until,
                Step::Rest | Step::Open | Step::GiveUp | Step::Claim(_) | Step::LookUp => {
                    if let Some(RefundStep::Leave(until)) = refund {
                        self.now = until;
                    }
                    if let Some(wake) = self.order.wake {
                        self.now = self.now.max(wake.at);
                    }
                    self.work(std::iter::empty());
                }
            }
        }
        panic!("the payment does not come to an end: {:?}", self.order);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn money_moves_once_whatever_happens_and_every_payment_comes_to_an_end(
        methods in any_methods(),
        cards in proptest::collection::vec(any_card(), 1..6),
        happenings in proptest::collection::vec(any_happening(), 0..40),
    ) {
        let mut shop = Shop::open(methods, cards);
        for happening in happenings {
            shop.happen(happening);
            shop.check_truth();
        }
        shop.settle();
        shop.check_truth();
        prop_assert!(
            shop.order.state != OrderState::PendingPayment
                || shop.attempt().state == AttemptState::ManualReview
        );
        let in_review = shop.order.refunds.iter().any(Refund::is_with_a_person);
        let was_paid = matches!(shop.order.state, OrderState::Paid { .. });
        prop_assert!(in_review || !was_paid || shop.order.cancel_requested_at.is_none());
    }
}

#[test]
fn without_faults_an_order_is_paid_at_once() {
    let mut shop = Shop::open(vec![method(GatewayName::Stripe, "tok_visa")], vec![Card::Good]);
    shop.work(std::iter::empty());
    assert!(matches!(shop.order.state, OrderState::Paid { .. }));
    assert_eq!(shop.pages[0].sold + shop.pages[1].sold, 3);
}

#[test]
fn a_lost_answer_is_found_by_looking_up_and_nothing_is_charged_twice() {
    let mut shop = Shop::open(vec![method(GatewayName::Stripe, "tok_visa")], vec![Card::Good]);
    shop.work([Fate::Answered, Fate::AnswerLost].into_iter());
    assert!(matches!(shop.attempt().state, AttemptState::Unknown { .. }));
    shop.settle();
    assert!(matches!(shop.order.state, OrderState::Paid { .. }));
}

#[test]
fn fault_68_a_soft_decline_falls_back_to_a_gateway_whose_pages_the_shopper_must_see() {
    let methods = vec![method(GatewayName::Stripe, "tok_visa"), method(GatewayName::PayPal, "")];
    let mut shop = Shop::open(methods, vec![Card::Good, Card::DeclinesSoftly]);
    shop.work(std::iter::empty());
    assert_eq!(shop.attempt().number, 2);
    shop.work(std::iter::empty());
    assert!(matches!(shop.attempt().state, AttemptState::RequiresAction { .. }));
    shop.gateway.shopper_acts(true);
    shop.settle();
    assert!(matches!(shop.order.state, OrderState::Paid { .. }));
}
