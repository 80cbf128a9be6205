//! What shoppers, and those who keep the stock, ask of the shop, and what they hear.

use std::collections::BTreeMap;

use application::WorkItem;
use application::add_payment_method::{AddPaymentMethod, AddPaymentMethodError};
use application::adjust_stock::Adjustment;
use application::cancel_order::CancelOrderError;
use application::checkout::{CheckoutError, PlaceOrder};
use application::create_reservation::{CreateReservation, CreateReservationError};
use application::receive_stock::{MoveStockError, Receipt};
use application::refund_order::RefundOrderError;
use application::release_reservation::ReleaseReservationError;
use application::resolve_difference::ResolveDifferenceError;
use application::resolve_order::ResolveOrderError;
use application::resolve_webhook::ResolveWebhookError;
use application::review_order::ReviewOrderError;
use application::submit_action_result::SubmitActionResultError;
use application::write_off_stock::WriteOff;
use domain::catalog::Availability;
use domain::fraud::ReviewDecision;
use domain::order::{Order, RefundRequest};
use domain::payment::{ActionResult, Finding};
use domain::reconciliation::{Difference, DifferenceKey};
use domain::reservation::{Reservation, Standing};
use domain::stock::Movement;
use domain::webhook::{EventKey, QuarantineDecision, Webhook};
use domain::{Caller, OrderId, ProductId, ReservationId, Sku};

/// Where an answer is put.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Slot(pub(crate) usize);

/// One request.
#[derive(Clone, Debug)]
pub(crate) enum Request {
    Reserve(CreateReservation),
    Release(Caller, ReservationId),
    CheckOut(Box<PlaceOrder>),
    AddMethod(AddPaymentMethod),
    Cancel(Caller, OrderId),
    SubmitActionResult(Caller, OrderId, ActionResult),
    Refund(OrderId, RefundRequest),
    Review(OrderId, ReviewDecision),
    ListWork,
    Resolve(OrderId, Finding),
    ResolveWebhook(EventKey, QuarantineDecision),
    ResolveDifference(DifferenceKey),
    Receive(Receipt),
    WriteOff(WriteOff),
    Adjust(Adjustment),
    SeeReservation(Caller, ReservationId),
    SeeOrder(Caller, OrderId),
    SeeProduct(ProductId),
}

/// What a request was answered.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    Reserved(Result<Reservation, CreateReservationError>),
    Released(Result<(), ReleaseReservationError>),
    CheckedOut(Result<Order, CheckoutError>),
    MethodAdded(Result<Order, AddPaymentMethodError>),
    Cancelled(Result<Order, CancelOrderError>),
    ResultSubmitted(Result<Order, SubmitActionResultError>),
    Refunding(Result<Order, RefundOrderError>),
    Reviewed(Result<Order, ReviewOrderError>),
    Work(Vec<WorkItem>),
    Resolved(Result<Order, ResolveOrderError>),
    WebhookResolved(Result<Webhook, ResolveWebhookError>),
    DifferenceResolved(Result<Difference, ResolveDifferenceError>),
    Moved(Result<Movement, MoveStockError>),
    Reservation(Option<(Reservation, Standing)>),
    Order(Option<Order>),
    Product(BTreeMap<Sku, Availability>),
    /// Nothing, or that it did not work: the shopper may ask again.
    None,
}

impl Request {
    pub(crate) const fn words(&self) -> &'static str {
        match self {
            Self::Reserve(_) => "create-reservation",
            Self::Release(..) => "release-reservation",
            Self::CheckOut(_) => "checkout",
            Self::AddMethod(_) => "add-payment-method",
            Self::Cancel(..) => "cancel-order",
            Self::SubmitActionResult(..) => "submit-action-result",
            Self::Refund(..) => "refund-order",
            Self::Review(..) => "review-order",
            Self::ListWork => "list-work-items",
            Self::Resolve(..) => "resolve-order",
            Self::ResolveWebhook(..) => "resolve-webhook",
            Self::ResolveDifference(_) => "resolve-difference",
            Self::Receive(_) => "receive-stock",
            Self::WriteOff(_) => "write-off-stock",
            Self::Adjust(_) => "adjust-stock",
            Self::SeeReservation(..) => "get-reservation",
            Self::SeeOrder(..) => "get-order",
            Self::SeeProduct(_) => "get-product",
        }
    }
}

impl Answer {
    /// In a few words, for the trace.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Reserved(Ok(reservation)) => format!("the reservation is {:?}", reservation.state),
            Self::Reserved(Err(error)) => format!("refused: {error}"),
            Self::Released(Ok(())) => "it is released".to_owned(),
            Self::Released(Err(error)) => format!("refused: {error}"),
            Self::CheckedOut(Ok(order))
            | Self::MethodAdded(Ok(order))
            | Self::Cancelled(Ok(order))
            | Self::ResultSubmitted(Ok(order))
            | Self::Refunding(Ok(order))
            | Self::Reviewed(Ok(order))
            | Self::Resolved(Ok(order))
            | Self::Order(Some(order)) => format!("the order is {}", order.word()),
            Self::Cancelled(Err(error)) => format!("refused: {error}"),
            Self::ResultSubmitted(Err(error)) => format!("refused: {error}"),
            Self::Work(items) => format!("{} wait for a person", items.len()),
            Self::Resolved(Err(error)) => format!("refused: {error}"),
            Self::WebhookResolved(Ok(webhook)) => {
                format!("event {} is {:?}", webhook.event.key.id, webhook.state)
            }
            Self::WebhookResolved(Err(error)) => format!("refused: {error}"),
            Self::DifferenceResolved(Ok(difference)) => {
                format!("difference {} is resolved", difference.key.subject)
            }
            Self::DifferenceResolved(Err(error)) => format!("refused: {error}"),
            Self::Reviewed(Err(error)) => format!("refused: {error}"),
            Self::Refunding(Err(error)) => format!("refused: {error}"),
            Self::CheckedOut(Err(error)) => format!("refused: {error}"),
            Self::MethodAdded(Err(error)) => format!("refused: {error}"),
            Self::Moved(Ok(movement)) => format!("movement {} of {} units", movement.number, movement.units),
            Self::Moved(Err(error)) => format!("refused: {error}"),
            Self::Reservation(Some((_, standing))) => format!("the reservation is {}", standing.as_str()),
            Self::Reservation(None) | Self::Order(None) => "not found".to_owned(),
            Self::Product(bands) => {
                let bands: Vec<&str> = bands.values().map(|band| band.as_str()).collect();
                format!("the product is {}", bands.join(", "))
            }
            Self::None => "no answer: ask again".to_owned(),
        }
    }
}
