//! Shows an order to whoever made it.

use domain::order::Order;
use domain::{Caller, OrderId};

use crate::{Failure, Orders};

/// The order, if this caller made one of that id.
///
/// # Errors
/// When the store cannot be read.
pub async fn get_order(orders: &dyn Orders, caller: &Caller, id: &OrderId) -> Result<Option<Order>, Failure> {
    Ok(orders.order(id).await?.filter(|order| order.caller == *caller))
}
