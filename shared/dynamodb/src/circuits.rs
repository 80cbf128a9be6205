use application::{ChangeError, Circuits, Failure};
use async_trait::async_trait;
use domain::payment::{Circuit, CircuitState, GatewayName};

use crate::attribute::{number, text, time};
use crate::read::{self, Consistency};
use crate::statement::{ABSENT, Statement};
use crate::write::{self, Verdict};
use crate::{OrdersTable, keys};

pub(crate) mod item; // circuits as items

#[cfg(test)]
mod tests;

/// The condition under which a circuit is written: it still has the version that was read.
pub(crate) const TURN_IF: &str = "#version = :seen";
const CLOSE: &str = "SET #gateway = :gateway, #state = :state, #openings = :openings, #version = :version, \
                     #failures = :failures, #since = :since REMOVE #until";
const OPEN: &str = "SET #gateway = :gateway, #state = :state, #openings = :openings, #version = :version, \
                    #until = :until REMOVE #failures, #since";

#[async_trait]
impl Circuits for OrdersTable {
    async fn circuit(&self, gateway: GatewayName) -> Result<Circuit, Failure> {
        let key = keys::circuit(gateway);
        let item = read::get(&self.client, "circuit", &self.table, key, Consistency::Strong).await?;
        item.as_ref().map_or(Ok(Circuit::new(gateway)), item::read_circuit)
    }

    async fn turn(&self, turned: &Circuit) -> Result<(), ChangeError> {
        let key = keys::circuit(turned.gateway);
        let statement = || turning(turned);
        match write::update(&self.client, "turn", &self.table, &key, statement).await? {
            Verdict::Written(_) => Ok(()),
            Verdict::Refused(_) => Err(ChangeError::Conflict),
        }
    }
}

/// Mirrors the versions of [`Circuit`]: each write requires the one before it, and the first that there is none.
fn turning(turned: &Circuit) -> Statement {
    let (update, openings) = match turned.state {
        CircuitState::Closed { openings, .. } => (CLOSE, openings),
        CircuitState::Open { openings, .. } | CircuitState::Probing { openings, .. } => (OPEN, openings),
    };
    let statement = match turned.version.saturating_sub(1) {
        0 => Statement::new(update, ABSENT),
        seen => Statement::new(update, TURN_IF).value("seen", number(seen)),
    };
    let statement = ["gateway", "state", "openings", "version", "failures", "since", "until"]
        .into_iter()
        .fold(statement, Statement::name)
        .value("gateway", text(turned.gateway.as_str()))
        .value("state", text(turned.state.as_str()))
        .value("openings", number(openings))
        .value("version", number(turned.version));
    match turned.state {
        CircuitState::Closed { failures, since, .. } => {
            statement.value("failures", number(failures)).value("since", time(since))
        }
        CircuitState::Open { until, .. } | CircuitState::Probing { until, .. } => {
            statement.value("until", time(until))
        }
    }
}
