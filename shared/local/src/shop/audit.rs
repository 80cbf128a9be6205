use std::path::Path;
use std::sync::Arc;

use application::Failure;
use application::audit::{Report, audit};
use domain::invariant::ChargeEntry;
use domain::payment::{DisputeDecision, DisputeSeen};
use domain::{Currency, Money};
use dynamodb::PurchaseTables;
use lambda::{Clients, Environment};
use sandbox_gateway::SandboxGateway;

use super::{Folder, Listeners, Shop, StartError, TEMPLATE, environment, serve_tables};
use crate::dynamodb::DynamoDb;
use crate::template::{Surroundings, Template};

/// Why an audit came to no verdict.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// There is nothing to audit.
    #[error("no shop keeps its files in {0}")]
    NoShop(String),
    /// A part of the shop did not open.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The tables cannot be read.
    #[error("the tables cannot be read: {0}")]
    Unreadable(#[from] Failure),
    /// The sandbox's book names an order or a currency that cannot be one.
    #[error("the sandbox's book has an entry that cannot be read: {0}")]
    Charge(String),
}

impl Shop {
    /// Checks what a shop that does not run has kept in this folder against everything that always holds, the sandbox
    /// gateway's own book and what shoppers read of their orders included.
    ///
    /// # Errors
    /// When the folder is another's, or is in use.
    pub async fn audit(data: &Path) -> Result<Report, AuditError> {
        let tables = data.join(super::TABLES_FILE);
        if !tables.exists() {
            return Err(AuditError::NoShop(data.display().to_string()));
        }
        let folder = Folder::open(Some(data)).map_err(StartError::from)?;
        let charges = charges(&folder)?;
        let listeners = Listeners::bind(0).map_err(StartError::from)?;
        let addresses = listeners.addresses().map_err(StartError::from)?;
        let surroundings = Surroundings {
            queues: addresses.queues.clone(),
            parameters: environment::parameters(&addresses, 0),
        };
        let template = Template::read(TEMPLATE, &surroundings).map_err(StartError::from)?;
        let tables = Arc::new(DynamoDb::open(&tables, &template.tables).map_err(StartError::from)?);
        let served = serve_tables(tables, listeners.dynamodb).map_err(StartError::from)?;

        let variables = Environment::of(environment::of_everything(&template, &addresses));
        let [orders, stock] = variables
            .required(["ORDERS_TABLE", "STOCK_TABLE"])
            .map_err(|missing| StartError::Seed(missing.into()))?;
        let archive = PurchaseTables::new(Clients::of(&variables).dynamodb().await, orders, stock);
        let report = audit(&archive, Some(charges)).await;
        served.stop().await;
        Ok(report?)
    }
}

fn charges(folder: &Folder) -> Result<Vec<ChargeEntry>, AuditError> {
    let book = sandbox_gateway::Options {
        book: Some(folder.file(super::BOOK_FILE)),
        ..sandbox_gateway::Options::default()
    };
    let sandbox = SandboxGateway::open(&book).map_err(StartError::from)?;
    let charges = sandbox.charges().map_err(StartError::from)?;
    charges.into_iter().map(charge).collect()
}

fn charge(entry: sandbox_gateway::ChargeEntry) -> Result<ChargeEntry, AuditError> {
    let unreadable = || AuditError::Charge(format!("{} {}", entry.order_id, entry.currency));
    let currency = entry.currency.parse().map_err(|_| unreadable())?;
    let disputes = entry.disputes.iter().map(|dispute| seen(dispute, currency));
    Ok(ChargeEntry {
        order_id: entry.order_id.parse().map_err(|_| unreadable())?,
        currency,
        amount: entry.amount,
        captured: entry.captured,
        refunded: entry.refunded,
        disputes: disputes.collect::<Option<_>>().ok_or_else(unreadable)?,
        after_no: entry.after_no,
    })
}

fn seen(dispute: &sandbox_gateway::DisputeEntry, currency: Currency) -> Option<DisputeSeen> {
    let decision = match dispute.state {
        "open" => None,
        "won" => Some(DisputeDecision::Won),
        "lost" => Some(DisputeDecision::Lost),
        _ => return None,
    };
    let amount = Money::new(dispute.amount, currency).ok()?;
    Some(DisputeSeen { reference: dispute.id.parse().ok()?, amount, decision })
}
