use domain::payment::{Charge, GatewayReference, RefundCharge, RefundNumber};
use domain::webhook::Purpose;

/// What stands between a payment's reference and the number of a refund of it.
const REFUND: &str = "-refund-";

/// Our name for an attempt's payment: Adyen writes it on everything that concerns the payment.
pub(super) fn of(charge: &Charge) -> Option<GatewayReference> {
    format!("{}-{}", charge.order_id, charge.attempt).parse().ok()
}

/// Our name for a refund.
pub(super) fn of_refund(refund: &RefundCharge) -> String {
    format!("{}{REFUND}{}", refund.reference.as_str(), refund.number)
}

/// The attempt that a payment's reference names. Somebody else's may be anything.
pub(super) fn purpose(reference: &str) -> Option<Purpose> {
    let (order_id, attempt) = reference.rsplit_once('-')?;
    Some(Purpose { order_id: order_id.parse().ok()?, attempt: attempt.parse().ok()? })
}

/// The payment's reference and the number that a refund's reference is made of.
pub(super) fn refund(reference: &str) -> Option<(&str, RefundNumber)> {
    let (payment, number) = reference.rsplit_once(REFUND)?;
    Some((payment, number.parse().ok()?))
}
