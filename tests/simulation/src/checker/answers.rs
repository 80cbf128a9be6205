use application::add_payment_method::AddPaymentMethodError;
use application::adjust_stock::Adjustment;
use application::checkout::CheckoutError;
use application::create_reservation::CreateReservationError;
use application::receive_stock::{MoveStockError, Receipt};
use application::refund_order::RefundOrderError;
use application::write_off_stock::WriteOff;
use domain::fraud::ReviewEnd;
use domain::invariant::Invariant;
use domain::order::{Order, OrderState, RefundRefused};
use domain::payment::{Attempt, RefundCause};
use domain::reservation::{Line, Reservation, Standing, Totals};
use domain::stock::Movement;
use domain::{Fingerprint, Timestamp};

use super::Checker;
use crate::answer::{Answer, Request};
use crate::bank::{Bank, Intent};

/// A scenario asks for what its shoppers may have.
const PLAYS_ITS_PART: &str = "PLAYS_ITS_PART";

/// The first success under a key: every later one says the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    id: String,
    lines: Vec<Line>,
    totals: Totals,
    asked: Fingerprint,
}

/// What existed when a request was sent: whether an earlier one under its key had won.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) had_won: bool,
    /// When it was sent.
    pub(super) sent: Timestamp,
}

impl Checker {
    /// What is known as a request sets out.
    pub(crate) fn known(&self, request: &Request, now: Timestamp) -> Known {
        let had_won = match request {
            Request::Reserve(command) => self.was_made(&command.request.reservation_id()),
            Request::CheckOut(command) => {
                let id = command.checkout.request.order_id();
                self.order(&id).is_some()
            }
            Request::AddMethod(command) => self.order(&command.order_id).is_some_and(|order| {
                let requested = order.attempts.iter().filter_map(|attempt| attempt.requested.as_ref());
                requested.into_iter().any(|earlier| earlier.key == command.request.key)
            }),
            Request::Receive(Receipt { sku, reference, .. })
            | Request::WriteOff(WriteOff { sku, reference, .. })
            | Request::Adjust(Adjustment { sku, reference, .. }) => {
                let is_it = |movement: &Movement| (&movement.sku, &movement.reference) == (sku, reference);
                self.books.movements.iter().any(is_it)
            }
            Request::Cancel(_, id) => self.order(id).is_some_and(|order| order.cancel_requested_at.is_some()),
            Request::SubmitActionResult(_, id, result) => self.order(id).is_some_and(|order| {
                order.attempts.iter().any(|attempt| attempt.action_result.as_ref() == Some(result))
            }),
            Request::Refund(id, refund) => self.order(id).is_some_and(|order| {
                let asked = RefundCause::Asked(refund.reference.clone());
                order.refunds.iter().any(|earlier| earlier.cause == asked)
            }),
            Request::Review(id, decision) => self.order(id).is_some_and(|order| {
                let review = order.attempt().and_then(|attempt| attempt.review);
                let end = review.and_then(|review| review.end);
                end.is_some_and(|(end, _)| end == ReviewEnd::Decided(*decision))
            }),
            Request::Release(..)
            | Request::SeeReservation(..)
            | Request::SeeOrder(..)
            | Request::ListWork
            | Request::Resolve(..)
            | Request::ResolveWebhook(..)
            | Request::ResolveDifference(_)
            | Request::SeeProduct(_) => false,
        };
        Known { had_won, sent: now }
    }

    pub(crate) fn order(&self, id: &domain::OrderId) -> Option<&Order> {
        self.books.orders.iter().map(|record| &record.order).find(|order| order.id == *id)
    }

    /// A shopper hears an answer.
    pub(crate) fn answered(&mut self, request: &Request, known: Known, answer: &Answer, bank: &Bank) {
        match (request, answer) {
            (Request::Reserve(command), Answer::Reserved(Ok(reservation))) => {
                let asked = command.cart.fingerprint();
                self.tell(
                    format!("reservation {:?}", command.request),
                    Told::of_reservation(reservation, asked),
                );
                self.promised(reservation);
            }
            (Request::Reserve(_), Answer::Reserved(Err(refused))) => {
                // Whoever asks for what nobody may have plays no part, and nothing that comes after it is ever seen.
                if let CreateReservationError::SignInRequired(_) | CreateReservationError::UnknownSku(_) =
                    refused
                {
                    self.breaks(PLAYS_ITS_PART, || refused.to_string());
                }
                // Only another body may be refused under a key that has won.
                let is_fair = matches!(refused, CreateReservationError::KeyReused);
                self.refused(known, is_fair, || refused.to_string());
            }
            (Request::CheckOut(command), Answer::CheckedOut(Ok(order))) => {
                let asked = command.checkout.fingerprint.clone();
                self.tell(format!("order {:?}", command.checkout.request), Told::of(order, asked));
                self.hears_of(order, bank);
            }
            (Request::CheckOut(_), Answer::CheckedOut(Err(refused))) => {
                let is_fair = matches!(refused, CheckoutError::KeyReused);
                self.refused(known, is_fair, || refused.to_string());
            }
            (Request::AddMethod(command), Answer::MethodAdded(Ok(order))) => {
                let asked = command.request.fingerprint.clone();
                let key = format!("method {} {:?}", command.order_id, command.request.key);
                self.tell(key, Told::of(order, asked));
                self.hears_of(order, bank);
            }
            (Request::AddMethod(_), Answer::MethodAdded(Err(refused))) => {
                let is_fair = matches!(refused, AddPaymentMethodError::KeyReused);
                self.refused(known, is_fair, || refused.to_string());
            }
            (Request::Receive(_) | Request::WriteOff(_) | Request::Adjust(_), Answer::Moved(moved)) => {
                self.hears_of_movement(known, moved);
            }
            (_, Answer::Cancelled(Err(_)) | Answer::ResultSubmitted(Err(_)) | Answer::Reviewed(Err(_))) => {
                self.refused(known, false, || answer.words());
            }
            (_, Answer::Refunding(Err(refused))) => {
                let is_fair = *refused == RefundOrderError::Refused(RefundRefused::ReferenceReused);
                self.refused(known, is_fair, || refused.to_string());
            }
            (
                _,
                Answer::Cancelled(Ok(order))
                | Answer::ResultSubmitted(Ok(order))
                | Answer::Refunding(Ok(order))
                | Answer::Reviewed(Ok(order))
                | Answer::Order(Some(order)),
            ) => self.hears_of(order, bank),
            (_, Answer::Reservation(Some((reservation, Standing::Sold)))) => {
                self.hears_of_sale(reservation, bank);
            }
            _ => {}
        }
    }

    /// What is sold has an order, of which the same holds.
    fn hears_of_sale(&mut self, reservation: &Reservation, bank: &Bank) {
        let order = reservation.order_id().and_then(|id| self.order(id)).cloned();
        match order {
            Some(order) => self.hears_of(&order, bank),
            None => self.breaks(Invariant::OneAnswer.name(), || {
                format!("{} is said to be sold, and it has no order", reservation.id)
            }),
        }
    }

    fn tell(&mut self, key: String, told: Told) {
        match self.told.get(&key) {
            None => {
                self.told.insert(key, told);
            }
            Some(first) if *first == told => {}
            Some(first) => {
                let detail = format!("the same key was answered {first:?}, and then {told:?}");
                self.breaks(Invariant::OneAnswer.name(), || detail);
            }
        }
    }

    fn refused(&mut self, known: Known, is_fair: bool, refusal: impl FnOnce() -> String) {
        if known.had_won && !is_fair {
            self.breaks(Invariant::OneAnswer.name(), || {
                format!("an earlier request under this key had won, and this one hears: {}", refusal())
            });
        }
    }

    /// A movement is made once, and every repetition hears of that one.
    fn hears_of_movement(&mut self, known: Known, moved: &Result<Movement, MoveStockError>) {
        match moved {
            Ok(movement) if self.books.movements.contains(movement) => {}
            Ok(movement) => {
                let detail = format!("{movement:?} was answered, and the ledger has another");
                self.breaks(Invariant::OneAnswer.name(), || detail);
            }
            Err(refused) => {
                let is_fair = *refused == MoveStockError::ReferenceReused;
                self.refused(known, is_fair, || refused.to_string());
            }
        }
    }

    /// Nothing false about money: paid means moved, and "you were not charged" means that no money is held.
    fn hears_of(&mut self, order: &Order, bank: &Bank) {
        let ours = || bank.intents().iter().filter(|intent| intent.charge.order_id == order.id);
        let is_moved = |intent: &&Intent| intent.status == crate::bank::Status::Succeeded && !intent.after_no;
        let moved = ours().filter(is_moved).count();
        let held = ours().filter(|intent: &&Intent| intent.has_money()).count();
        let is_true = match order.state {
            OrderState::PendingPayment => true,
            OrderState::Paid { .. } => moved == 1,
            // What was paid has gone back, or a dispute took it.
            OrderState::Cancelled { .. } if order.captured() > 0 => {
                let back = order.refunded().saturating_add(order.lost());
                held == 0 && back == order.totals.total.amount()
            }
            OrderState::PaymentFailed { .. } | OrderState::Cancelled { .. } => {
                // A later attempt may have charged since this was read.
                let newest = self.order(&order.id).map_or(0, |now| now.attempts.len());
                newest > order.attempts.len()
                    || held == 0 && order.attempts.iter().all(Attempt::is_definite_no)
            }
        };
        if !is_true {
            self.breaks(Invariant::OneAnswer.name(), || {
                let state = order.state.as_str();
                format!("{} is said to be {state}; the gateway holds {held} and moved {moved}", order.id)
            });
        }
    }
}

impl Told {
    fn of(order: &Order, asked: Fingerprint) -> Self {
        Self { id: order.id.to_string(), lines: order.lines.clone(), totals: order.totals, asked }
    }

    fn of_reservation(reservation: &Reservation, asked: Fingerprint) -> Self {
        let Reservation { id, lines, totals, .. } = reservation;
        Self { id: id.to_string(), lines: lines.clone(), totals: *totals, asked }
    }
}
