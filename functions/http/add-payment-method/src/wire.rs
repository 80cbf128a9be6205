use application::add_payment_method::AddPaymentMethod;
use domain::payment::AttemptRequest;
use domain::{Fingerprint, OrderId, RequestKey};
use lambda::problem::Problem;
use lambda::resource::payment_method::{self, PaymentMethod};
use serde::Deserialize;

/// What a client offers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    payment_methods: Vec<PaymentMethod>,
}

impl Body {
    /// The command, with everything in it checked.
    pub(crate) fn read(self, order_id: OrderId, request: RequestKey) -> Result<AddPaymentMethod, Problem> {
        let fields: Vec<String> = self.payment_methods.iter().flat_map(PaymentMethod::fields).collect();
        let fingerprint = Fingerprint::of(fields.iter().map(String::as_str));
        Ok(AddPaymentMethod {
            caller: request.caller,
            order_id,
            request: AttemptRequest { key: request.key, fingerprint },
            payment_methods: payment_method::read(self.payment_methods)?,
        })
    }
}
