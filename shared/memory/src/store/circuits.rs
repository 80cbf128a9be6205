use application::{ChangeError, Circuits, Failure};
use async_trait::async_trait;
use domain::payment::{Circuit, GatewayName};

use super::Store;

#[async_trait]
impl Circuits for Store {
    async fn circuit(&self, gateway: GatewayName) -> Result<Circuit, Failure> {
        Ok(self.lock().circuits.get(&gateway).copied().unwrap_or(Circuit::new(gateway)))
    }

    async fn turn(&self, turned: &Circuit) -> Result<(), ChangeError> {
        let mut records = self.lock();
        let seen = records.circuits.get(&turned.gateway).map_or(0, |circuit| circuit.version);
        if seen.checked_add(1) != Some(turned.version) {
            return Err(ChangeError::Conflict);
        }
        records.circuits.insert(turned.gateway, *turned);
        Ok(())
    }
}
