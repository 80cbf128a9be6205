//! What a shopper offers to pay with.

use domain::payment::{self, GatewayName};
use serde::Deserialize;

use crate::http::pointer;
use crate::problem::{INVALID_REQUEST, Problem};

/// A way to pay that the shopper offers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentMethod {
    gateway: String,
    token: Option<String>,
}

/// The most methods that one request may offer: one for each gateway.
const METHODS_MAX: usize = GatewayName::ALL.len();

/// Reads what a request offers, in its order.
///
/// # Errors
/// 422 for none or too many, for a gateway that the shop does not have or that is named twice; 400 for what is no
/// token, for a missing one, and for one that the gateway does not take.
pub fn read(methods: Vec<PaymentMethod>) -> Result<Vec<payment::PaymentMethod>, Problem> {
    const POINTER: &str = "/payment_methods";
    if !(1..=METHODS_MAX).contains(&methods.len()) {
        return Err(Problem::out_of_range(POINTER, format!("expected 1 to {METHODS_MAX} payment methods")));
    }
    let mut read: Vec<payment::PaymentMethod> = Vec::new();
    for (place, method) in methods.into_iter().enumerate() {
        let at = pointer::child(POINTER, &place.to_string());
        let method = method.read(&at)?;
        if read.iter().any(|earlier| earlier.gateway() == method.gateway()) {
            return Err(Problem::out_of_range(pointer::child(&at, "gateway"), "a gateway is offered once"));
        }
        read.push(method);
    }
    Ok(read)
}

impl PaymentMethod {
    /// What tells it from another, for a request's fingerprint.
    pub fn fields(&self) -> [String; 2] {
        [self.gateway.clone(), self.token.clone().unwrap_or_default()]
    }

    fn read(self, at: &str) -> Result<payment::PaymentMethod, Problem> {
        let gateway = GatewayName::named(&self.gateway).ok_or_else(|| {
            Problem::out_of_range(pointer::child(at, "gateway"), "the shop does not have this gateway")
        })?;
        let invalid =
            |detail: String| Problem::of(INVALID_REQUEST).at(pointer::child(at, "token")).detail(detail);
        let token = self.token.map(|token| token.parse()).transpose();
        let token = token.map_err(|error: payment::PaymentTextError| invalid(error.to_string()))?;
        payment::PaymentMethod::new(gateway, token).map_err(|error| invalid(error.to_string()))
    }
}
