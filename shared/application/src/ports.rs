//! What the use cases need from the world. A method is one atomic write, or one read; each names what it refuses.
//!
//! Every write may be repeated: its condition makes the repetition harmless, and the answer says that it was one.

mod archive; // everything at once, for an audit
mod catalog; // products
mod chance; // randomness
mod circuits; // whether gateways are asked at all
mod clock; // the time of day
mod failure; // what any port may suffer
mod gateway; // a payment gateway
mod limits; // what customers have of limited SKUs
mod listing; // lists that go on where they stopped
mod orders; // orders, each change one write
mod queues; // wake-ups on their way to workers
mod reconciliations; // how far the gateways' lists were compared, and what differs
mod reservations; // reservations, made and ended
mod secret; // the secret store
mod stock; // pages, lists, supply and holds
mod sweep_index; // what the sweeper looks at
mod transfers; // what a gateway lists of the money that it moved
mod velocity; // how often customers, addresses and cards were seen
mod wake_up; // the message that makes a worker look
mod webhooks; // what gateways told, kept once
mod work_items; // what waits for a person

pub use archive::Archive;
pub use catalog::{Catalog, CatalogEditor};
pub use chance::Chance;
pub use circuits::Circuits;
pub use clock::Clock;
pub use failure::Failure;
pub use gateway::{Gateway, Gateways};
pub use limits::{ClaimError, Limits};
pub use listing::{Cursor, Listing};
pub use orders::{ChangeError, OrderHistories, OrderLedger, OrderPlacer, Orders};
pub use queues::Queues;
pub use reconciliations::{DifferenceLedger, Differences, Reconciliations};
pub use reservations::{
    CloseError, PlanError, ReservationBook, ReservationCloser, Reservations, ReserveError,
};
pub use secret::{Secret, SecretName, Secrets};
pub use stock::{ChangeSupplyError, HoldError, Holds, Stock, StockKeeper, StockRoom};
pub use sweep_index::{Overdue, SWEEP_SHARDS, SweepIndex};
pub use transfers::Transfers;
pub use velocity::{CountError, Velocity};
pub use wake_up::{Subject, WakeUp};
pub use webhooks::{FactLedger, Facts, WebhookInbox, WebhookLedger, WebhookQuarantine};
pub use work_items::{WorkItem, WorkItems, WorkRecord};
