//! A payment gateway of our own, on loopback, for the local shop and the tests: the subsets of the APIs of Stripe,
//! PayPal and Adyen that the shop uses, with keyed idempotency, cancels that are final, signed webhooks, and faults that can be
//! switched on.

#![deny(missing_docs)]
#![expect(
    clippy::disallowed_methods,
    reason = "the gateway is the outside world: its clock, ids and tasks are its own"
)]

mod adyen; // Adyen's side: payments, and captures, cancels and refunds that are told of later
mod answer; // Stripe-shaped bodies: payment intents and errors
mod book; // what lasts: intents and the answers kept under idempotency keys, in SQLite
mod dispute; // money that shoppers demand back over the shop's head
mod execute; // one request against the book, in one transaction
mod faults; // failures that tests switch on
mod form; // the parameters that are known, and nothing else
mod in_flight; // the idempotency keys of requests that still run
mod intent; // the states of a payment intent and the moves between them
mod paypal; // PayPal's side: orders, approvals, authorizations and captures
mod refund; // money that goes back
mod routes; // HTTP: each gateway's routes, and the sandbox's own
mod token; // what each payment token does
mod transfers; // what moved, listed, and money that moves without the shop's doing
mod webhooks; // what the gateway tells by itself, signed

use std::path::PathBuf;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::book::Book;
pub use crate::book::{ChargeEntry, DisputeEntry};
pub use crate::paypal::{NotMade, PayPalSigner};
use crate::routes::Gateway;
use crate::webhooks::Endpoints;
pub use crate::webhooks::WebhookEndpoint;

/// Every payment token of Stripe's side.
pub fn stripe_tokens() -> impl Iterator<Item = &'static str> {
    token::Token::ALL.into_iter().map(token::Token::as_str)
}

/// Every account that a shopper can approve with on PayPal's side.
pub fn paypal_accounts() -> impl Iterator<Item = &'static str> {
    paypal::Account::ALL.into_iter().map(paypal::Account::as_str)
}

/// Every stored card on Adyen's side.
pub fn adyen_cards() -> impl Iterator<Item = &'static str> {
    adyen::Card::ALL.into_iter().map(adyen::Card::as_str)
}

/// Where the gateway keeps its book.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// A file that lasts; without one the book is in memory and ends with the gateway.
    pub book: Option<PathBuf>,
    /// Who is told of what happens; nobody without one.
    pub webhooks: Option<WebhookEndpoint>,
    /// Who is told of what happens at Adyen, with a signing key in hexadecimal; nobody without one.
    pub adyen_webhooks: Option<WebhookEndpoint>,
    /// Who is told of what happens at PayPal, with the webhook's id in place of a secret; nobody without one.
    pub paypal_webhooks: Option<WebhookEndpoint>,
}

/// The book could not be opened or read.
#[derive(Debug, thiserror::Error)]
#[error("the sandbox gateway's book cannot be used: {0}")]
pub struct BookUnavailable(#[from] rusqlite::Error);

/// The gateway, with its book open and nobody served yet.
pub struct SandboxGateway {
    book: Book,
    endpoints: Endpoints,
    paypal_signer: Arc<PayPalSigner>,
}

impl SandboxGateway {
    /// Opens the book.
    ///
    /// # Errors
    /// When the file cannot be opened, or is not such a book.
    pub fn open(options: &Options) -> Result<Self, BookUnavailable> {
        let endpoints = Endpoints {
            stripe: options.webhooks.clone(),
            paypal: options.paypal_webhooks.clone(),
            adyen: options.adyen_webhooks.clone(),
        };
        Ok(Self { book: Book::open(options.book.as_deref())?, endpoints, paypal_signer: Arc::default() })
    }

    /// What PayPal's events are signed with, for tests that tell of something themselves.
    pub fn paypal_signer(&self) -> Arc<PayPalSigner> {
        Arc::clone(&self.paypal_signer)
    }

    /// The charges that were really made.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn charges(&self) -> Result<Vec<ChargeEntry>, BookUnavailable> {
        Ok(self.book.charges()?)
    }

    /// Serves until `shutdown` completes. The listener's address becomes part of the pages that shoppers are sent to.
    ///
    /// # Errors
    /// When the listener has no address.
    pub async fn serve(
        self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> std::io::Result<()> {
        let address = format!("http://{}", listener.local_addr()?);
        let (ending, ended) = watch::channel(false);
        let (signer, tells) = (self.paypal_signer, self.endpoints.tells());
        let gateway = Arc::new(Gateway::new(self.book, signer, address, tells, ended));
        let serving = axum::serve(listener, routes::router(Arc::clone(&gateway)))
            .with_graceful_shutdown(async move {
                shutdown.await;
                // Unanswered requests are held open on purpose; without this they would hold the process open too.
                ending.send_replace(true);
            })
            .into_future();
        let telling = webhooks::tell(gateway, self.endpoints);
        tokio::select! {
            served = serving => served,
            () = telling => Ok(()),
        }
    }
}
