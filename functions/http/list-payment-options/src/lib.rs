//! GET /payment-options: the gateways that the shop offers, what can be paid with at each, and by which name one that keeps
//! shoppers' cards knows the caller.

use std::sync::Arc;

use async_trait::async_trait;
use domain::payment::GatewayName;
use lambda::http::{Request, Response, Route};
use lambda::problem::Problem;
use lambda::{Environment, Function, SignIn};
use payments::methods_offered;

mod wire; // the query and the answer

struct ListPaymentOptions {
    /// The gateways that are offered, with what shoppers' browsers reach each of them with.
    offered: Vec<(GatewayName, String)>,
}

/// Builds the function from its settings.
pub async fn function(environment: Environment) -> Result<Arc<dyn Function>, lambda::Error> {
    let offered = payments::offered(environment.required(payments::PUBLIC_KEYS)?);
    Ok(SignIn::of(&environment)?.route(ListPaymentOptions { offered }))
}

#[async_trait]
impl Route for ListPaymentOptions {
    async fn respond(&self, request: &Request) -> Result<Response, Problem> {
        let query: wire::Query = request.query()?;
        let caller = request.caller_if_named()?;
        let options = self.offered.iter().filter_map(|(gateway, key)| {
            let methods = methods_offered(*gateway, query.currency(), query.country());
            wire::PaymentOption::shown(*gateway, &methods, key, caller.as_ref())
        });
        let options: Vec<_> = options.collect();
        let kept_by = if caller.is_some() { "private, max-age=60" } else { "public, max-age=60" };
        Ok(Response::cacheable(request, kept_by, &options)?.varies_by_caller())
    }
}
