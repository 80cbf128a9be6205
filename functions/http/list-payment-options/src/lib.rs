//! GET /payment-options: the gateways that the shop offers, and what can be paid with there.

use std::sync::Arc;

use async_trait::async_trait;
use domain::payment::GatewayName;
use lambda::http::{Request, Response, Route, route};
use lambda::problem::Problem;
use lambda::{Environment, Function};
use payments::methods_offered;

mod wire; // the query and the answer

struct ListPaymentOptions {
    /// What shoppers' browsers reach each gateway with. One without is not offered.
    public_keys: [(GatewayName, String); 3],
}

/// Builds the function from its settings.
pub async fn function(environment: Environment) -> Result<Arc<dyn Function>, lambda::Error> {
    let [stripe, paypal, adyen] =
        environment.required(["STRIPE_PUBLIC_KEY", "PAYPAL_CLIENT_ID", "ADYEN_CLIENT_KEY"])?;
    let public_keys =
        [(GatewayName::Stripe, stripe), (GatewayName::PayPal, paypal), (GatewayName::Adyen, adyen)];
    Ok(route(ListPaymentOptions { public_keys }))
}

#[async_trait]
impl Route for ListPaymentOptions {
    async fn respond(&self, request: &Request) -> Result<Response, Problem> {
        let query: wire::Query = request.query()?;
        let offered = self.public_keys.iter().filter(|(_, key)| !key.is_empty());
        let options = offered.filter_map(|(gateway, key)| {
            let methods = methods_offered(*gateway, query.currency(), query.country());
            wire::PaymentOption::shown(*gateway, &methods, key)
        });
        let options: Vec<_> = options.collect();
        Response::cacheable(request, "public, max-age=60", &options)
    }
}
