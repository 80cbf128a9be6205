//! A shopper: asks, asks again under the same key until there is an answer, and never dies.

use std::sync::Arc;
use std::time::Duration;

use application::WorkItem;
use application::add_payment_method::AddPaymentMethod;
use application::checkout::PlaceOrder;
use application::create_reservation::{Cart, CartLine, CreateReservation};
use domain::fraud::ReviewDecision;
use domain::order::{Address, Checkout, Contact, Order, OrderState, RefundRequest, ReturnedLine};
use domain::payment::{AttemptRequest, Finding, PaymentMethod};
use domain::reconciliation::DifferenceKey;
use domain::reservation::Reservation;
use domain::webhook::{EventKey, QuarantineDecision};
use domain::{Caller, Fingerprint, IdempotencyKey, Money, OrderId, Quantity, RequestKey, Sku};

use crate::answer::{Answer, Request, Slot};
use crate::bank::{ADYEN, PAYPAL};
use crate::world::{Waiting, World};

/// How long a shopper's client waits for an answer before it asks again, in milliseconds.
const PATIENCE: u32 = 12_000;

/// One shopper with one client.
#[derive(Clone)]
pub(crate) struct Shopper {
    pub(crate) world: Arc<World>,
    pub(crate) name: &'static str,
    /// How many requests go out at once, each to an execution environment of its own.
    pub(crate) copies: u32,
    pub(crate) hold_time: Duration,
}

impl Shopper {
    pub(crate) fn caller(&self) -> Option<Caller> {
        self.name.parse().ok()
    }

    /// Asks for units of SKUs. `None` when that was refused.
    pub(crate) async fn reserve(&self, key: &str, lines: &[(&str, i64)]) -> Option<Reservation> {
        let Answer::Reserved(answer) = self.ask(self.request(key, lines)?).await else { return None };
        answer.ok()
    }

    /// What asks for units of SKUs.
    pub(crate) fn request(&self, key: &str, lines: &[(&str, i64)]) -> Option<Request> {
        let asked = lines.iter().map(|(sku, units)| line(sku, *units)).collect::<Option<Vec<_>>>()?;
        Some(Request::Reserve(CreateReservation {
            request: self.key(key)?,
            cart: Cart::new(asked, None).ok()?,
            hold_time: self.hold_time,
        }))
    }

    pub(crate) async fn release(&self, reservation: &Reservation) -> Option<()> {
        let Answer::Released(answer) =
            self.ask(Request::Release(self.caller()?, reservation.id.clone())).await
        else {
            return None;
        };
        answer.ok()
    }

    /// Pays for a reservation with this token. `None` when that was refused.
    pub(crate) async fn check_out(&self, key: &str, of: &Reservation, token: &str) -> Option<Order> {
        let command = PlaceOrder {
            reservation_id: of.id.clone(),
            expected_total: of.totals.total,
            checkout: Checkout {
                request: self.key(key)?,
                fingerprint: Fingerprint::of([of.id.as_str(), token]),
                contact: Contact { email: "shopper@example.com".to_owned(), phone: None },
                shipping_address: address(self.name),
                payment_methods: methods(token)?,
                return_url: None,
            },
        };
        let Answer::CheckedOut(answer) = self.ask(Request::CheckOut(Box::new(command))).await else {
            return None;
        };
        answer.ok()
    }

    /// Offers another token for an order. `None` when that was refused.
    pub(crate) async fn add_method(&self, key: &str, order: &Order, token: &str) -> Option<Order> {
        let command = AddPaymentMethod {
            caller: self.caller()?,
            order_id: order.id.clone(),
            request: AttemptRequest { key: padded(key)?, fingerprint: Fingerprint::of([token]) },
            payment_methods: methods(token)?,
        };
        let Answer::MethodAdded(answer) = self.ask(Request::AddMethod(command)).await else { return None };
        answer.ok()
    }

    /// Cancels an order. `None` when that was refused.
    pub(crate) async fn cancel(&self, order: &Order) -> Option<Order> {
        let Answer::Cancelled(answer) = self.ask(Request::Cancel(self.caller()?, order.id.clone())).await
        else {
            return None;
        };
        answer.ok()
    }

    /// Brings back what came of an action at the gateway. `None` when that was refused.
    pub(crate) async fn submit(&self, order: &Order, result: &str) -> Option<Order> {
        let request = Request::SubmitActionResult(self.caller()?, order.id.clone(), result.parse().ok()?);
        let Answer::ResultSubmitted(answer) = self.ask(request).await else { return None };
        answer.ok()
    }

    /// An operator gives so much of an order back. `None` when that was refused.
    pub(crate) async fn refund(&self, reference: &str, order: &Order, amount: i64) -> Option<Order> {
        self.refund_returned(reference, order, amount, &[]).await
    }

    /// The same, with units that came back to the shop.
    pub(crate) async fn refund_returned(
        &self,
        reference: &str,
        order: &Order,
        amount: i64,
        units: &[(&str, i64)],
    ) -> Option<Order> {
        let amount = Money::new(amount, order.totals.total.currency()).ok()?;
        let line = |(sku, units): &(&str, i64)| {
            Some(ReturnedLine { sku: sku.parse().ok()?, quantity: Quantity::parse(*units).ok()? })
        };
        let returned = units.iter().map(line).collect::<Option<Vec<_>>>()?;
        let request = RefundRequest { reference: reference.parse().ok()?, amount, returned };
        let Answer::Refunding(answer) = self.ask(Request::Refund(order.id.clone(), request)).await else {
            return None;
        };
        answer.ok()
    }

    /// A person decides about an order. `None` when that was refused.
    pub(crate) async fn review(&self, order: &Order, decision: ReviewDecision) -> Option<Order> {
        let Answer::Reviewed(answer) = self.ask(Request::Review(order.id.clone(), decision)).await else {
            return None;
        };
        answer.ok()
    }

    /// What waits for a person, as far as it is known already.
    pub(crate) async fn work_items(&self) -> Vec<WorkItem> {
        let Answer::Work(items) = self.ask(Request::ListWork).await else { return Vec::new() };
        items
    }

    /// A person tells what became of an order's payment, or of a refund of it.
    pub(crate) async fn resolve(&self, order: &OrderId, finding: Finding) {
        let _resolved_or_refused = self.ask(Request::Resolve(order.clone(), finding)).await;
    }

    /// A person decides about an event that was put aside.
    pub(crate) async fn resolve_webhook(&self, event: &EventKey, decision: QuarantineDecision) {
        let _resolved_or_refused = self.ask(Request::ResolveWebhook(event.clone(), decision)).await;
    }

    /// A person is done with a difference.
    pub(crate) async fn resolve_difference(&self, difference: &DifferenceKey) {
        let _resolved_or_refused = self.ask(Request::ResolveDifference(difference.clone())).await;
    }

    pub(crate) async fn see(&self, request: Request) {
        let _seen = self.ask(request).await;
    }

    /// Looks at an order until the payment has come to an end, or until patience has.
    pub(crate) async fn watch(&self, order: &Order) -> Option<Order> {
        let mut seen = None;
        for wait in [3_000, 30_000, 700_000] {
            self.rest(wait).await;
            let one = Self { copies: 1, ..self.clone() };
            if let Answer::Order(now) = one.ask(Request::SeeOrder(self.caller()?, order.id.clone())).await {
                seen = now;
            }
            if seen.as_ref().is_some_and(|order| order.state != OrderState::PendingPayment) {
                break;
            }
        }
        seen
    }

    /// Does nothing for up to so many milliseconds.
    pub(crate) async fn rest(&self, most: u32) {
        let wait = self.world.desk().some_millis(most);
        self.world.pause(wait).await;
    }

    /// Asks until there is an answer that says something.
    pub(crate) async fn ask(&self, request: Request) -> Answer {
        loop {
            let slots: Vec<Slot> = (0..self.copies).map(|_| self.world.desk().ask(request.clone())).collect();
            for slot in slots {
                let patience = Duration::from_millis(u64::from(PATIENCE));
                let until = self.world.desk().now.plus(patience);
                self.world.wait(Waiting::Answer(slot, until)).await;
                let heard = self.world.desk().answer(slot).cloned();
                match heard {
                    Some(Answer::None) | None => {}
                    Some(answer) => return answer,
                }
            }
            self.rest(2_000).await;
        }
    }

    fn key(&self, key: &str) -> Option<RequestKey> {
        Some(RequestKey { caller: self.caller()?, key: padded(key)? })
    }
}

fn padded(key: &str) -> Option<IdempotencyKey> {
    format!("key-of-a-shopper-{key}").parse().ok()
}

fn line(sku: &str, units: i64) -> Option<CartLine> {
    let sku: Sku = sku.parse().ok()?;
    Some(CartLine { sku, quantity: Quantity::parse(units).ok()?, unit_price: None })
}

/// The methods that these tokens stand for, the first to be tried first.
fn methods(tokens: &str) -> Option<Vec<PaymentMethod>> {
    let method = |token: &str| match token {
        PAYPAL => Some(PaymentMethod::PayPal),
        token if token.starts_with(ADYEN) => Some(PaymentMethod::Adyen { token: token.parse().ok()? }),
        token => Some(PaymentMethod::Stripe { token: token.parse().ok()? }),
    };
    tokens.split('+').map(method).collect()
}

/// Everybody lives somewhere else.
fn address(name: &str) -> Address {
    Address {
        name: "Sam Fan".to_owned(),
        line1: format!("Stadium Road, {name}"),
        line2: None,
        city: "Berlin".to_owned(),
        postal_code: "10115".to_owned(),
        region: None,
        country: "DE".to_owned(),
    }
}
