//! What every function shares: how it is entered, configured and observed, and how it meets HTTP, SQS, a table's stream
//! and a schedule.
//!
//! A function's crate has a `main.rs` that enters it and a `lib.rs` that builds it; the local shop and the tests build
//! it the same way. A route parses, calls and responds:
//!
//! ```ignore
//! pub async fn function(environment: Environment) -> Result<Arc<dyn Function>, lambda::Error> {
//!     let [orders] = environment.required(["ORDERS_TABLE"])?;
//!     let client = Clients::of(&environment).dynamodb().await;
//!     let reservations = dynamodb::Reservations::new(client, orders);
//!     Ok(SignIn::of(&environment)?.route(GetReservation { reservations, clock: SystemClock }))
//! }
//!
//! #[async_trait]
//! impl Route for GetReservation {
//!     async fn respond(&self, request: &Request) -> Result<Response, Problem> {
//!         let caller = request.caller()?;
//!         let id: ReservationId = request.path("reservation_id")?;
//!         let view = get_reservation(&self.reservations, &self.clock, &caller, &id).await.map_err(problem)?;
//!         Response::ok().cache_control("no-store").json(&wire::Reservation::from(&view))
//!     }
//! }
//!
//! /// The use case's refusals, each with its problem: one exhaustive match.
//! fn problem(refusal: GetReservationError) -> Problem {
//!     match refusal {
//!         GetReservationError::NotFound => Problem::of(problem::NOT_FOUND),
//!         GetReservationError::Failure(failure) => failure.into(),
//!     }
//! }
//! ```
//!
//! A queue's worker is a [`batch::Worker`] or a [`batch::BatchWorker`], a stream's reader a [`stream::Relay`], a
//! scheduled one a [`schedule::Job`].

#![deny(missing_docs)]

mod card_data; // card numbers and codes, found and refused
mod chance; // the system's randomness, behind the port
mod clients; // the SDK's clients: endpoints, time-outs, retries, connections
mod clock; // the system's clock, behind the port
mod environment; // settings, parsed once; errors name every missing variable
mod function; // what main.rs hands to the Lambda runtime
mod sign_in; // customers, known by a verified token

pub mod batch; // messages of a queue, judged one by one
pub mod http; // requests and answers
pub mod problem; // what an answer says when it is not the hoped-for one
pub mod resource; // the shop's resources, as several routes show or read them
pub mod schedule; // work that a clock starts
pub mod stream; // changes of a table, in order
pub mod telemetry; // logs
pub mod wire; // JSON shapes that several routes share

#[cfg(test)]
mod events; // whatever arrives breaks nothing

pub use batch::{BatchWorker, Retry, Worker, batch_worker, worker};
pub use chance::SystemChance;
pub use clients::{Clients, calls};
pub use clock::SystemClock;
pub use environment::{Environment, MissingVariables};
pub use function::{Function, Invocation, run};
pub use http::{ETag, Request, Response, Route, route};
pub use lambda_runtime::Error;
pub use problem::Problem;
pub use sign_in::{SignIn, SignInError};
