use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::intent::{Intent, Status};

/// A status and a JSON body, as they are sent and as they are kept under an idempotency key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn of(status: u16, body: &impl Serialize) -> Self {
        match serde_json::to_string(body) {
            Ok(body) => Self { status, body },
            Err(failure) => {
                tracing::error!(%failure, "an answer cannot be written as JSON");
                Self { status: 500, body: String::new() }
            }
        }
    }

    /// The same answer again, marked as Stripe marks it.
    pub(crate) fn replayed(self) -> Response {
        let mut response = self.into_response();
        response.headers_mut().insert("idempotent-replayed", HeaderValue::from_static("true"));
        response
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, [(header::CONTENT_TYPE, "application/json")], self.body).into_response()
    }
}

/// A payment intent as Stripe shows it, in the fields that the shop can meet.
#[derive(Debug, Serialize)]
pub(crate) struct IntentBody<'a> {
    id: &'a str,
    object: &'static str,
    amount: i64,
    amount_capturable: i64,
    amount_received: i64,
    capture_method: &'static str,
    created: i64,
    currency: &'a str,
    last_payment_error: Option<ErrorBody<'a>>,
    latest_charge: Option<LatestCharge<'a>>,
    livemode: bool,
    metadata: Metadata<'a>,
    next_action: Option<NextAction<'a>>,
    payment_method: Option<&'static str>,
    payment_method_types: [&'static str; 1],
    status: &'static str,
}

/// A charge, which an intent shows whole where that was asked for.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum LatestCharge<'a> {
    Id(&'a str),
    Whole { id: &'a str, object: &'static str, outcome: ChargeOutcome },
}

/// What Radar thinks of a charge.
#[derive(Debug, Serialize)]
struct ChargeOutcome {
    network_status: &'static str,
    risk_level: &'static str,
}

#[derive(Debug, Serialize)]
struct Metadata<'a> {
    order_id: &'a str,
    attempt: &'a str,
}

#[derive(Debug, Serialize)]
struct NextAction<'a> {
    r#type: &'static str,
    redirect_to_url: RedirectToUrl<'a>,
}

#[derive(Debug, Serialize)]
struct RedirectToUrl<'a> {
    url: String,
    return_url: Option<&'a str>,
}

impl<'a> IntentBody<'a> {
    /// `address` is this gateway's own, where the page stands that the shopper is sent to.
    pub(crate) fn of(intent: &'a Intent, address: &str) -> Self {
        let status = intent.status;
        let amount_if = |holds: bool| if holds { intent.amount } else { 0 };
        Self {
            id: &intent.id,
            object: "payment_intent",
            amount: intent.amount,
            amount_capturable: amount_if(status == Status::RequiresCapture),
            amount_received: amount_if(status == Status::Succeeded),
            capture_method: "manual",
            created: intent.created,
            currency: &intent.currency,
            last_payment_error: declined(intent),
            latest_charge: intent.charge.as_deref().map(LatestCharge::Id),
            livemode: false,
            metadata: Metadata { order_id: &intent.order_id, attempt: &intent.attempt },
            next_action: (status == Status::RequiresAction).then(|| NextAction {
                r#type: "redirect_to_url",
                redirect_to_url: RedirectToUrl {
                    url: format!("{address}/sandbox/authenticate/{}", intent.id),
                    return_url: intent.return_url.as_deref(),
                },
            }),
            // Stripe takes a declined method off its intent.
            payment_method: (status != Status::RequiresPaymentMethod).then(|| intent.token.as_str()),
            payment_method_types: [intent.token.method_type()],
            status: status.as_str(),
        }
    }
}

impl IntentBody<'_> {
    /// The same with its charge shown whole.
    pub(crate) fn expanded(mut self, intent: &Intent) -> Self {
        if let Some(LatestCharge::Id(id)) = self.latest_charge {
            let declined = intent.status == Status::RequiresPaymentMethod;
            let network_status = if declined { "declined_by_network" } else { "approved_by_network" };
            let outcome = ChargeOutcome { network_status, risk_level: intent.token.risk_level() };
            self.latest_charge = Some(LatestCharge::Whole { id, object: "charge", outcome });
        }
        self
    }
}

/// An event as Stripe tells it.
#[derive(Debug, Serialize)]
pub(crate) struct EventBody<'a, T> {
    id: &'a str,
    object: &'static str,
    created: i64,
    data: EventData<T>,
    livemode: bool,
    pending_webhooks: u32,
    r#type: &'static str,
}

#[derive(Debug, Serialize)]
struct EventData<T> {
    object: T,
}

impl<'a, T> EventBody<'a, T> {
    /// The event of this type, with its object as it stands then.
    pub(crate) const fn of(id: &'a str, r#type: &'static str, created: i64, object: T) -> Self {
        let data = EventData { object };
        Self { id, object: "event", created, data, livemode: false, pending_webhooks: 1, r#type }
    }
}

/// An error as Stripe shows it.
#[derive(Debug, Default, Serialize)]
pub(crate) struct ErrorBody<'a> {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decline_code: Option<&'static str>,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    param: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    charge: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_intent: Option<Box<IntentBody<'a>>>,
}

#[derive(Serialize)]
struct Envelope<'a> {
    error: ErrorBody<'a>,
}

impl ErrorBody<'_> {
    fn answer(self, status: u16) -> Answer {
        Answer::of(status, &Envelope { error: self })
    }
}

/// Why an intent was declined, if it was.
fn declined(intent: &Intent) -> Option<ErrorBody<'_>> {
    (intent.charge.is_some() && intent.token.decline_code().is_some()).then(|| ErrorBody {
        r#type: "card_error",
        code: Some("card_declined"),
        decline_code: intent.token.decline_code(),
        message: "Your card was declined.",
        charge: intent.charge.as_deref(),
        ..ErrorBody::default()
    })
}

const INVALID_REQUEST: &str = "invalid_request_error";

/// A request that is refused for what it asks, before anything is executed.
pub(crate) fn invalid(code: Option<&'static str>, param: &str, message: &str) -> Answer {
    ErrorBody { r#type: INVALID_REQUEST, code, message, param: Some(param), ..ErrorBody::default() }
        .answer(400)
}

pub(crate) fn unauthorized() -> Answer {
    ErrorBody { r#type: INVALID_REQUEST, message: "A secret key `sk_…` is needed.", ..ErrorBody::default() }
        .answer(401)
}

pub(crate) fn unknown_route() -> Answer {
    ErrorBody { r#type: INVALID_REQUEST, message: "Unrecognized request URL.", ..ErrorBody::default() }
        .answer(404)
}

pub(crate) fn no_such_intent() -> Answer {
    no_such("intent")
}

/// What this parameter names is not here.
pub(crate) fn no_such(what: &str) -> Answer {
    ErrorBody {
        r#type: INVALID_REQUEST,
        code: Some("resource_missing"),
        message: "No such object.",
        param: Some(what),
        ..ErrorBody::default()
    }
    .answer(404)
}

pub(crate) fn card_declined(intent: &Intent, address: &str) -> Answer {
    let reason = declined(intent).unwrap_or_default();
    ErrorBody { payment_intent: Some(Box::new(IntentBody::of(intent, address))), ..reason }.answer(402)
}

pub(crate) fn unexpected_state(intent: &Intent, address: &str) -> Answer {
    ErrorBody {
        r#type: INVALID_REQUEST,
        code: Some("payment_intent_unexpected_state"),
        message: "The PaymentIntent's status does not allow this.",
        payment_intent: Some(Box::new(IntentBody::of(intent, address))),
        ..ErrorBody::default()
    }
    .answer(400)
}

pub(crate) fn key_reused() -> Answer {
    ErrorBody {
        r#type: "idempotency_error",
        message: "This idempotency key was first used with another endpoint or other parameters.",
        ..ErrorBody::default()
    }
    .answer(400)
}

pub(crate) fn key_in_use() -> Answer {
    ErrorBody {
        r#type: INVALID_REQUEST,
        code: Some("idempotency_key_in_use"),
        message: "Another request with this idempotency key is still running.",
        ..ErrorBody::default()
    }
    .answer(409)
}

pub(crate) fn too_many_requests() -> Answer {
    ErrorBody {
        r#type: INVALID_REQUEST,
        code: Some("rate_limit"),
        message: "Too many requests.",
        ..ErrorBody::default()
    }
    .answer(429)
}

pub(crate) fn server_error() -> Answer {
    ErrorBody { r#type: "api_error", message: "Something went wrong on our side.", ..ErrorBody::default() }
        .answer(500)
}
