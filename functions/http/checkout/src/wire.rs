use application::checkout::PlaceOrder;
use domain::order::Checkout;
use domain::payment::{PaymentTextError, ReturnUrl};
use domain::{Fingerprint, RequestKey, ReservationId};
use lambda::problem::{INVALID_REQUEST, INVALID_VALUE, Problem};
use lambda::resource::payment_method::{self, PaymentMethod};
use lambda::wire::{Money, Parsed};
use serde::Deserialize;

use crate::address::{Address, Contact};

/// What a client checks out.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    reservation_id: Parsed<ReservationId>,
    contact: Contact,
    shipping_address: Address,
    expected_total: Money,
    return_url: Option<String>,
    payment_methods: Vec<PaymentMethod>,
}

impl Body {
    /// The command, with everything in it checked.
    pub(crate) fn read(self, request: RequestKey) -> Result<PlaceOrder, Problem> {
        let fingerprint = self.fingerprint();
        let payment_methods = payment_method::read(self.payment_methods)?;
        let return_url = self.return_url.map(|url| url.parse::<ReturnUrl>()).transpose().map_err(no_url)?;
        let needs_one = |method: &domain::payment::PaymentMethod| method.gateway().needs_return_url();
        if return_url.is_none() && payment_methods.iter().any(needs_one) {
            return Err(Problem::of(INVALID_VALUE)
                .at("/return_url")
                .detail("one of the payment methods needs it"));
        }
        Ok(PlaceOrder {
            reservation_id: self.reservation_id.0,
            expected_total: self.expected_total.read("/expected_total")?,
            checkout: Checkout {
                request,
                fingerprint,
                contact: self.contact.read()?,
                shipping_address: self.shipping_address.read()?,
                payment_methods,
                return_url,
            },
        })
    }

    /// What tells this checkout from another under the same key.
    fn fingerprint(&self) -> Fingerprint {
        let mut fields = vec![self.reservation_id.0.to_string()];
        fields.extend(self.contact.fields());
        fields.extend(self.shipping_address.fields());
        fields.push(format!("{} {}", self.expected_total.amount.0, self.expected_total.currency.0));
        fields.push(self.return_url.clone().unwrap_or_default());
        fields.extend(self.payment_methods.iter().flat_map(PaymentMethod::fields));
        Fingerprint::of(fields.iter().map(String::as_str))
    }
}

fn no_url(error: PaymentTextError) -> Problem {
    Problem::of(INVALID_REQUEST).at("/return_url").detail(error.to_string())
}
