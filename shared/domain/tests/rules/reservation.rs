use std::time::Duration;

use domain::order::{Order, OrderState};
use domain::payment::GatewayName;
use domain::reservation::{ExpireRefused, Reservation, ReservationState, Standing};
use domain::{Idempotent, OrderId, Timestamp};
use proptest::prelude::*;

use crate::samples::{HOLD_TIME, NOON, checkout, method, placed, request, reservation};

mod plan; // from which pages, and who is at it

fn order_id() -> OrderId {
    request("checkout").order_id()
}

#[derive(Clone, Copy, Debug)]
enum End {
    CheckOut,
    Release,
    Expire,
    Refuse,
}

fn any_end() -> impl Strategy<Value = (End, Timestamp)> {
    let end = prop_oneof![Just(End::CheckOut), Just(End::Release), Just(End::Expire), Just(End::Refuse)];
    (end, (0..20 * 60_000_u64)).prop_map(|(end, after)| (end, NOON.plus(Duration::from_millis(after))))
}

fn after(reservation: &Reservation, end: End, now: Timestamp) -> Reservation {
    let current = reservation.clone();
    match end {
        End::CheckOut => current.check_out(order_id(), now).unwrap_or_else(|_refused| reservation.clone()),
        End::Release => current.release().map_or_else(|_refused| reservation.clone(), Idempotent::into_inner),
        End::Expire => {
            current.expire(now).map_or_else(|_refused| reservation.clone(), Idempotent::into_inner)
        }
        End::Refuse => current.refuse().unwrap_or_else(|_refused| reservation.clone()),
    }
}

proptest! {
    #[test]
    fn a_reservation_has_one_end_and_keeps_it(ends in proptest::collection::vec(any_end(), 1..12)) {
        let mut current = reservation();
        for (end, now) in ends {
            let next = after(&current, end, now);
            if current.state != ReservationState::Open {
                prop_assert_eq!(&next, &current);
            }
            match &next.state {
                ReservationState::Ordered(order) if current.state == ReservationState::Open => {
                    prop_assert!(now < current.expires_at);
                    prop_assert_eq!(order, &order_id());
                }
                ReservationState::Expired if current.state == ReservationState::Open => {
                    prop_assert!(now >= current.expires_at);
                }
                ReservationState::Open
                | ReservationState::Ordered(_)
                | ReservationState::Released
                | ReservationState::Expired
                | ReservationState::Refused => {}
            }
            prop_assert_eq!(Reservation { state: current.state.clone(), ..next.clone() }, current);
            current = next;
        }
    }

    #[test]
    fn an_open_reservation_can_be_checked_out_exactly_while_it_reads_as_held(after in 0..20 * 60_000_u64) {
        let now = NOON.plus(Duration::from_millis(after));
        let held = reservation().standing(None, now) == Standing::Held;
        prop_assert_eq!(reservation().check_out(order_id(), now).is_ok(), held);
        prop_assert_eq!(reservation().expire(now).is_ok(), !held);
    }
}

#[test]
fn a_deadline_belongs_to_the_expiry_and_not_to_the_checkout() {
    let deadline = NOON.plus(HOLD_TIME);
    let before = deadline.minus(Duration::from_millis(1));
    assert!(reservation().check_out(order_id(), before).is_ok());
    assert!(reservation().check_out(order_id(), deadline).is_err());
    let expires_at = deadline;
    assert_eq!(reservation().expire(before), Err(ExpireRefused::NotDue { expires_at }));
    assert!(reservation().expire(deadline).is_ok());
    assert_eq!(reservation().standing(None, before), Standing::Held);
    assert_eq!(reservation().standing(None, deadline), Standing::Expired);
}

#[test]
fn a_checked_out_reservation_is_neither_released_nor_expired() {
    let ordered = reservation().check_out(order_id(), NOON).unwrap();
    assert!(ordered.clone().release().is_err());
    assert!(ordered.clone().refuse().is_err());
    assert_eq!(ordered.expire(NOON.plus(HOLD_TIME)), Err(ExpireRefused::Ordered(order_id())));
}

#[test]
fn a_reservation_without_a_payment_method_is_not_checked_out() {
    assert!(Order::place(reservation(), checkout(vec![]), NOON).is_err());
}

#[test]
fn what_the_shopper_reads_follows_the_order() {
    let (ordered, change) = placed(vec![method(GatewayName::Stripe, "tok_visa")]);
    let mut order = change.order;
    let later = NOON.plus(HOLD_TIME);
    assert_eq!(ordered.standing(Some(&order), later), Standing::Paying);
    order.state = OrderState::Paid { at: NOON };
    assert_eq!(ordered.standing(Some(&order), later), Standing::Sold);
    order.state = OrderState::PaymentFailed { retry_until: later };
    assert_eq!(ordered.standing(Some(&order), NOON), Standing::Held);
    assert_eq!(ordered.standing(Some(&order), later), Standing::Expired);
    order.state = OrderState::Cancelled { at: later };
    assert_eq!(ordered.standing(Some(&order), NOON), Standing::Expired);
}

#[test]
fn an_end_that_was_written_is_written_again_without_harm_and_no_other_is() {
    for ended in [reservation().release().unwrap(), reservation().expire(NOON.plus(HOLD_TIME)).unwrap()] {
        let Idempotent::Executed(ended) = ended else { panic!("it was open: {ended:?}") };
        assert_eq!(ended.clone().release(), Ok(Idempotent::AlreadyApplied(ended.clone())));
        assert_eq!(ended.clone().expire(NOON), Ok(Idempotent::AlreadyApplied(ended.clone())));
        assert!(ended.clone().refuse().is_err() && ended.check_out(order_id(), NOON).is_err());
    }
}

#[test]
fn a_refused_reservation_was_made_for_nobody() {
    let caller = reservation().caller;
    assert!(reservation().is_of(&caller) && !reservation().is_of(&domain::Caller::guest(&[8; 32])));
    let refused = reservation().refuse().unwrap();
    assert!(!refused.is_of(&caller));
    assert_eq!(refused.standing(None, NOON), Standing::Expired);
    assert!(refused.clone().check_out(order_id(), NOON).is_err());
    assert!(matches!(refused.release(), Ok(Idempotent::AlreadyApplied(_))));
}
