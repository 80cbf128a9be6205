use application::{ChangeError, Circuits, Failure};
use async_trait::async_trait;
use domain::payment::{Circuit, CircuitState, GatewayName};

use super::Invocation;
use crate::conduct::{Conduct, now};

#[async_trait]
impl Circuits for Invocation {
    async fn circuit(&self, gateway: GatewayName) -> Result<Circuit, Failure> {
        let read = || now(Circuits::circuit(self.world.conduct.store(), gateway));
        self.read("read circuit", &gateway.as_str(), read).await?
    }

    async fn turn(&self, turned: &Circuit) -> Result<(), ChangeError> {
        let turn = |conduct: &dyn Conduct| {
            let answer = conduct.turn(self.by, turned);
            if answer.is_ok() {
                self.world.desk().checker.turned(turned);
            }
            answer
        };
        self.write("turn circuit", &words(turned), turn).await
    }
}

fn words(turned: &Circuit) -> String {
    let gateway = turned.gateway.as_str();
    match turned.state {
        CircuitState::Closed { failures, .. } => format!("{gateway} closed, {failures} failures"),
        CircuitState::Open { openings, .. } => format!("{gateway} open, the {openings}. time"),
        CircuitState::Probing { .. } => format!("{gateway} probing"),
    }
}
