//! The functions, as the cloud would invoke them: what wakes each, and what becomes of its answer.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use application::add_payment_method::{self, add_payment_method};
use application::adjust_stock::adjust_stock;
use application::apply_webhook::{self, apply_webhook};
use application::cancel_order::{self, cancel_order};
use application::capture_payment::{self, capture_payment};
use application::checkout::{self, checkout};
use application::create_reservation::{self, create_reservation};
use application::expire_reservation::{self, Ended, expire_reservation};
use application::get_order::get_order;
use application::get_product::get_product;
use application::get_reservation::{self, get_reservation};
use application::list_products;
use application::list_work_items::{self, list_work_items};
use application::receive_stock::{self, MoveStockError, receive_stock};
use application::reconcile;
use application::refund_order::{self, refund_order};
use application::relay::{self, relay};
use application::release_reservation::{self, release_reservation};
use application::review_order::{self, review_order};
use application::submit_action_result::{self, submit_action_result};
use application::sweep::{self, sweep};
use application::write_off_stock::write_off_stock;
use application::{Budget, Clock, Failure, Gateways, Subject};
use domain::payment::{ActionResult, GatewayName};
use domain::stock::Movement;
use domain::wake::Queue;
use domain::webhook::Mode;
use domain::{Caller, Idempotent, OrderId};

use crate::answer::{Answer, Request, Slot};
use crate::invocation::Invocation;
use crate::mail::Message;

mod resolving; // what persons say of what waits for them

/// Serves a shopper's request.
pub(crate) async fn request(at: Arc<Invocation>, request: Request, slot: Slot) {
    let known = {
        let mut desk = at.world.desk();
        desk.checker.asked(&request);
        desk.checker.known(&request, desk.now)
    };
    let understood = at.world.conduct.understood(at.by, request.clone());
    let answer = answer(&at, understood).await;
    let mut guard = at.world.desk();
    let desk = &mut *guard;
    desk.note(|| answer.words());
    let age_max = desk.look_age_max();
    desk.checker.answered(&request, known, &answer, &desk.bank);
    desk.checker.told_sold_out(&request, known, &answer, age_max);
    let skew_max = desk.skew_max();
    desk.checker.shown(known, &answer, at.world.conduct.store(), skew_max);
    desk.fill(slot, answer);
}

async fn answer(at: &Invocation, request: Request) -> Answer {
    match request {
        Request::Reserve(command) => {
            let ports = create_reservation::Ports {
                catalog: at,
                offers: &at.environment.offers,
                stock: at,
                shelf: &at.environment.shelf,
                bands: &at.environment.bands,
                reservations: at,
                closer: at,
                orders: at,
                holds: at,
                limits: at,
                clock: at,
                chance: at,
            };
            match create_reservation(&ports, &command).await {
                Err(create_reservation::CreateReservationError::Failure(_)) => Answer::None,
                answer => Answer::Reserved(answer.map(Idempotent::into_inner)),
            }
        }
        Request::Release(caller, id) => {
            let ports = release_reservation::Ports {
                reservations: at,
                holds: at,
                limits: at,
                stock: at,
                orders: at,
                clock: at,
                chance: at,
            };
            match release_reservation(&ports, &caller, &id).await {
                Err(release_reservation::ReleaseReservationError::Failure(_)) => Answer::None,
                answer => Answer::Released(answer),
            }
        }
        Request::Receive(receipt) => moved(receive_stock(&keeping(at), &receipt).await),
        Request::WriteOff(write_off) => moved(write_off_stock(&keeping(at), &write_off).await),
        Request::Adjust(adjustment) => moved(adjust_stock(&keeping(at), &adjustment).await),
        Request::CheckOut(_)
        | Request::AddMethod(_)
        | Request::Cancel(..)
        | Request::SubmitActionResult(..)
        | Request::Refund(..)
        | Request::Review(..) => answer_about_order(at, request).await,
        Request::Resolve(id, finding) => resolving::order(at, &id, finding).await,
        Request::ResolveWebhook(key, decision) => resolving::webhook(at, &key, decision).await,
        Request::ResolveDifference(key) => resolving::difference(at, &key).await,
        Request::ListWork | Request::SeeReservation(..) | Request::SeeOrder(..) | Request::SeeProduct(_) => {
            look(at, request).await.unwrap_or(Answer::None)
        }
    }
}

async fn answer_about_order(at: &Invocation, request: Request) -> Answer {
    match request {
        Request::CheckOut(command) => {
            let ports = checkout::Ports { reservations: at, orders: at, clock: at };
            match checkout(&ports, &command).await {
                Err(checkout::CheckoutError::Failure(_)) => Answer::None,
                answer => Answer::CheckedOut(answer.map(Idempotent::into_inner)),
            }
        }
        Request::AddMethod(command) => {
            let ports = add_payment_method::Ports { orders: at, clock: at };
            match add_payment_method(&ports, &command).await {
                Err(add_payment_method::AddPaymentMethodError::Failure(_)) => Answer::None,
                answer => Answer::MethodAdded(answer.map(Idempotent::into_inner)),
            }
        }
        Request::Cancel(caller, id) => {
            let ports = cancel_order::Ports { orders: at, clock: at };
            match cancel_order(&ports, &caller, &id).await {
                Err(cancel_order::CancelOrderError::Failure(_)) => Answer::None,
                answer => Answer::Cancelled(answer.map(Idempotent::into_inner)),
            }
        }
        Request::SubmitActionResult(caller, id, result) => submit(at, &caller, &id, &result).await,
        Request::Refund(id, refund) => {
            let ports = refund_order::Ports { orders: at, clock: at };
            match refund_order(&ports, &id, &refund).await {
                Err(refund_order::RefundOrderError::Failure(_)) => Answer::None,
                answer => Answer::Refunding(answer.map(Idempotent::into_inner)),
            }
        }
        Request::Review(id, decision) => {
            let ports = review_order::Ports { orders: at, clock: at };
            match review_order(&ports, &id, decision).await {
                Err(review_order::ReviewOrderError::Failure(_)) => Answer::None,
                answer => Answer::Reviewed(answer.map(Idempotent::into_inner)),
            }
        }
        Request::Reserve(_)
        | Request::Release(..)
        | Request::ListWork
        | Request::Resolve(..)
        | Request::ResolveWebhook(..)
        | Request::ResolveDifference(_)
        | Request::Receive(_)
        | Request::WriteOff(_)
        | Request::Adjust(_)
        | Request::SeeReservation(..)
        | Request::SeeOrder(..)
        | Request::SeeProduct(_) => Answer::None,
    }
}

async fn submit(at: &Invocation, caller: &Caller, id: &OrderId, result: &ActionResult) -> Answer {
    let ports = submit_action_result::Ports { orders: at, clock: at };
    match submit_action_result(&ports, caller, id, result).await {
        Err(submit_action_result::SubmitActionResultError::Failure(_)) => Answer::None,
        answer => Answer::ResultSubmitted(answer.map(Idempotent::into_inner)),
    }
}

fn keeping(at: &Invocation) -> receive_stock::Ports<'_> {
    receive_stock::Ports { catalog: at, keeper: at, stock: at, clock: at, chance: at }
}

fn moved(moved: Result<Idempotent<Movement>, MoveStockError>) -> Answer {
    match moved {
        Err(MoveStockError::Failure(_)) => Answer::None,
        moved => Answer::Moved(moved.map(Idempotent::into_inner)),
    }
}

async fn look(at: &Invocation, request: Request) -> Result<Answer, Failure> {
    Ok(match request {
        Request::SeeReservation(caller, id) => {
            let ports = get_reservation::Ports { reservations: at, stock: at, orders: at, clock: at };
            Answer::Reservation(get_reservation(&ports, &caller, &id).await?)
        }
        Request::SeeOrder(caller, id) => Answer::Order(get_order(at, &caller, &id).await?),
        Request::ListWork => {
            let question = list_work_items::Question { kind: None, after: None, limit: WORK_PAGE };
            let ports = list_work_items::Ports { work_items: at };
            Answer::Work(list_work_items(&ports, &question).await?.0)
        }
        Request::SeeProduct(id) => {
            let bands = &at.environment.bands;
            let ports = list_products::Ports { catalog: at, stock: at, bands, clock: at };
            Answer::Product(get_product(&ports, &id).await?.map_or_else(BTreeMap::new, |found| found.bands))
        }
        Request::Reserve(_)
        | Request::Release(..)
        | Request::CheckOut(_)
        | Request::AddMethod(_)
        | Request::Cancel(..)
        | Request::SubmitActionResult(..)
        | Request::Refund(..)
        | Request::Review(..)
        | Request::Resolve(..)
        | Request::ResolveWebhook(..)
        | Request::ResolveDifference(_)
        | Request::Receive(_)
        | Request::WriteOff(_)
        | Request::Adjust(_) => Answer::None,
    })
}

/// How much of what waits a person sees at once.
const WORK_PAGE: usize = 10;

/// How long a worker has, and how long a call to a gateway lasts at the most, as in `template.yaml`.
const WORKER_TIME: Duration = Duration::from_secs(30);
const CALL_TIME: Duration = Duration::from_secs(6);

/// Works on a batch, and deletes of it what went well.
pub(crate) async fn batch(at: Arc<Invocation>, batch: Vec<Message>) {
    let mut worked = Vec::new();
    let mut ended = Vec::new();
    for message in batch {
        if at.world.conduct.deletes_first() {
            at.world.desk().mail.delete(message.id);
        }
        let left = work(&at, &message.subject).await;
        worked.push((message, left.map(|left| ended.extend(left))));
    }
    let mut finished = expire_reservation::finish(&expiring(&at), ended).await.into_iter();
    let mut done = Vec::new();
    let mut failed = Vec::new();
    for (message, worked) in worked {
        let is_expiry = message.subject.queue() == Queue::ExpireReservation;
        let finished =
            worked.and_then(|()| if is_expiry { finished.next().unwrap_or(Ok(())) } else { Ok(()) });
        let is_done = at.world.conduct.judged(finished).is_ok();
        at.world.note(|| format!("the message is {}", if is_done { "done" } else { "given back" }));
        if is_done { &mut done } else { &mut failed }.push(message);
    }
    let mut desk = at.world.desk();
    let now = desk.now;
    for message in &done {
        desk.mail.delete(message.id);
        // A second message about the same may have been the one to tell.
        if failed.iter().all(|failed| failed.subject != message.subject) {
            desk.checker.done(at.by, &message.subject);
        }
    }
    failed.iter().for_each(|message| desk.mail.give_back(message.id, now));
}

/// What a message leaves to be finished with its batch, if it has any.
async fn work(at: &Invocation, subject: &Subject) -> Result<Option<Ended>, Failure> {
    let budget = Budget { ends_at: at.now().plus(WORKER_TIME), call_max: CALL_TIME };
    match subject {
        Subject::CapturePayment(order) => {
            let gateways = gateways(at);
            let ports = capture_payment::Ports {
                orders: at,
                velocity: at,
                gateways: &gateways,
                breaker: at.breaker(),
                budget,
                clock: at,
            };
            capture_payment(&ports, order).await.map(|()| None)
        }
        Subject::ExpireReservation(reservation) => {
            expire_reservation(&expiring(at), reservation).await.map(Some)
        }
        Subject::ApplyWebhook(event) => {
            let gateways = gateways(at);
            let ports = apply_webhook::Ports {
                webhooks: at,
                orders: at,
                velocity: at,
                gateways: &gateways,
                breaker: at.breaker(),
                budget,
                clock: at,
                mode: Mode::Test,
            };
            apply_webhook(&ports, event).await.map(|()| None)
        }
        // No function takes it.
        Subject::StockAlert(_) => Ok(None),
    }
}

fn expiring(at: &Invocation) -> expire_reservation::Ports<'_> {
    expire_reservation::Ports {
        reservations: at,
        holds: at,
        limits: at,
        stock: at,
        orders: at,
        queues: at,
        clock: at,
        chance: at,
    }
}

/// One bank in every place.
fn gateways(at: &Invocation) -> Gateways {
    let bank = || Box::new(at.clone());
    Gateways::new(bank(), bank(), bank())
}

/// Relays a batch of the stream. What was not relayed comes again, and sometimes what was.
pub(crate) async fn stream(at: Arc<Invocation>) {
    let (begin, batch) = at.world.desk().stream.batch();
    let end = begin.saturating_add(batch.len());
    if at.world.conduct.relays_first() {
        at.world.desk().stream.set_checkpoint(end);
    }
    let changes: Vec<_> = batch.iter().map(|commit| Ok(at.world.conduct.wake_up(commit))).collect();
    let relayed = relay(&relay::Ports { queues: &*at, clock: &*at }, changes.into_iter()).await;
    let mut desk = at.world.desk();
    if at.world.conduct.relays_first() {
        return;
    }
    match relayed {
        Ok(()) => {
            let is_lost = desk.is_seeded && desk.faults.is_some() && desk.dice.hits(30);
            desk.stream.set_checkpoint(if is_lost { begin } else { end });
        }
        Err(stopped) => desk.stream.set_checkpoint(begin.saturating_add(stopped.place)),
    }
}

/// Sweeps. The next one comes by the schedule, however this one ends.
pub(crate) async fn schedule(at: Arc<Invocation>) {
    let ports = sweep::Ports { index: &*at, stock: &*at, orders: &*at, queues: &*at, clock: &*at };
    let swept = sweep(&ports).await;
    at.world.note(|| format!("the sweep woke {swept:?}"));
}

/// How long whoever reconciles has, as in `template.yaml`.
const RECONCILE_TIME: Duration = Duration::from_secs(840);

/// Compares what the gateways list with the ledgers. The next one comes by the schedule, however this one ends.
pub(crate) async fn reconcile(at: Arc<Invocation>) {
    let gateways = gateways(&at);
    let budget = Budget { ends_at: at.now().plus(RECONCILE_TIME), call_max: CALL_TIME };
    let payment = capture_payment::Ports {
        orders: &*at,
        velocity: &*at,
        gateways: &gateways,
        breaker: at.breaker(),
        budget,
        clock: &*at,
    };
    // The list in this place has what the other gateways moved too.
    let offered = [GatewayName::Stripe];
    let (reconciliations, differences, facts) = (&*at, &*at, &*at);
    let ports = reconcile::Ports { payment, reconciliations, differences, facts, offered: &offered };
    let compared = reconcile::reconcile(&ports).await;
    at.world.note(|| format!("reconciled: {compared:?}"));
}
