use async_trait::async_trait;
use domain::payment::{Circuit, GatewayName};

use super::{ChangeError, Failure};

/// The circuits of the gateways, one for each, which every instance shares.
#[async_trait]
pub trait Circuits: Send + Sync {
    /// The circuit as it is now (a consistent read); a new one where none was ever written.
    async fn circuit(&self, gateway: GatewayName) -> Result<Circuit, Failure>;

    /// Writes what became of a circuit.
    ///
    /// MUST refuse with `Conflict` unless the circuit has the version before this one, or was never written and this is
    /// its first.
    async fn turn(&self, turned: &Circuit) -> Result<(), ChangeError>;
}
