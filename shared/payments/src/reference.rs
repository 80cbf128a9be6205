use domain::payment::{Charge, GatewayReference, RefundCharge, RefundNumber};
use domain::webhook::Purpose;

/// What stands between a payment's reference and the number of a refund of it.
const REFUND: &str = "-refund-";

/// Our name for an attempt's payment, which its gateway writes on everything that concerns it.
pub(crate) fn of(charge: &Charge) -> Option<GatewayReference> {
    format!("{}-{}", charge.order_id, charge.attempt).parse().ok()
}

/// Our name for a refund.
pub(crate) fn of_refund(refund: &RefundCharge) -> String {
    format!("{}-{}{REFUND}{}", refund.order_id, refund.attempt, refund.number)
}

/// The attempt that a payment's reference names. Somebody else's may be anything.
pub(crate) fn purpose(reference: &str) -> Option<Purpose> {
    let (order_id, attempt) = reference.rsplit_once('-')?;
    Some(Purpose { order_id: order_id.parse().ok()?, attempt: attempt.parse().ok()? })
}

/// The payment's reference and the number that a refund's reference is made of.
pub(crate) fn refund(reference: &str) -> Option<(&str, RefundNumber)> {
    let (payment, number) = reference.rsplit_once(REFUND)?;
    Some((payment, number.parse().ok()?))
}
