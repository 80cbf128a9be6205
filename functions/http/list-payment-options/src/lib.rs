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
    /// The gateways that are offered, with what shoppers' browsers reach each of them with.
    offered: Vec<(GatewayName, String)>,
}

/// Builds the function from its settings.
pub async fn function(environment: Environment) -> Result<Arc<dyn Function>, lambda::Error> {
    Ok(route(ListPaymentOptions { offered: payments::offered(environment.required(payments::PUBLIC_KEYS)?) }))
}

#[async_trait]
impl Route for ListPaymentOptions {
    async fn respond(&self, request: &Request) -> Result<Response, Problem> {
        let query: wire::Query = request.query()?;
        let options = self.offered.iter().filter_map(|(gateway, key)| {
            let methods = methods_offered(*gateway, query.currency(), query.country());
            wire::PaymentOption::shown(*gateway, &methods, key)
        });
        let options: Vec<_> = options.collect();
        Response::cacheable(request, "public, max-age=60", &options)
    }
}
