//! Every quarter of an hour: compares what the gateways list with the ledgers, and gives back what is nobody's.

use std::sync::Arc;
use std::time::Duration;

use application::reconcile::{Ports, reconcile};
use application::{Breaker, Budget, CircuitsSeen, Failure, Gateways, Secrets, capture_payment};
use async_trait::async_trait;
use domain::payment::GatewayName;
use lambda::schedule::{Job, job};
use lambda::{Clients, Environment, Function, Invocation, SystemClock};

struct Reconcile {
    orders: dynamodb::OrdersTable,
    purchases: dynamodb::PurchaseTables,
    gateways: Gateways,
    call_max: Duration,
    circuits_seen: CircuitsSeen,
    offered: Vec<GatewayName>,
}

/// Builds the function from its settings.
pub async fn function(environment: Environment) -> Result<Arc<dyn Function>, lambda::Error> {
    let [orders, stock] = environment.required(["ORDERS_TABLE", "STOCK_TABLE"])?;
    let accounts = environment.required(payments::SETTINGS)?;
    let reports = environment.required(payments::REPORT_SETTINGS)?;
    let offered = payments::offered(environment.required(payments::PUBLIC_KEYS)?);
    let timeout = Duration::from_secs(environment.number("GATEWAY_TIMEOUT_SECONDS")?);
    let clients = Clients::of(&environment);
    let secrets: Arc<dyn Secrets> =
        Arc::new(secrets::SecretsManager::new(clients.secrets_manager().await, Arc::new(SystemClock)));
    let dynamodb = clients.dynamodb().await;
    let table = dynamodb::OrdersTable::new(dynamodb.clone(), orders.clone());
    let facts = Arc::new(table.clone());
    Ok(job(Reconcile {
        purchases: dynamodb::PurchaseTables::new(dynamodb, orders, stock),
        gateways: payments::gateways_with_reports(accounts, reports, &secrets, facts, timeout)?,
        orders: table,
        call_max: timeout,
        circuits_seen: CircuitsSeen::default(),
        offered: offered.into_iter().map(|(gateway, _)| gateway).collect(),
    }))
}

#[async_trait]
impl Job for Reconcile {
    async fn run(&self, invocation: &Invocation) -> Result<(), Failure> {
        let Self { orders: table, purchases: orders, gateways, offered, .. } = self;
        let clock = &SystemClock;
        let breaker = Breaker { circuits: table, seen: &self.circuits_seen, clock };
        let budget = Budget { ends_at: invocation.deadline, call_max: self.call_max };
        let payment = capture_payment::Ports { orders, velocity: orders, gateways, breaker, budget, clock };
        let ports = Ports { payment, reconciliations: table, differences: table, facts: table, offered };
        reconcile(&ports).await?;
        Ok(())
    }
}
