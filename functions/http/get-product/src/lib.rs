//! GET /products/{product_id}: one product, with prices and availability.

use std::sync::Arc;

use application::Bands;
use application::get_product::get_product;
use application::list_products::Ports;
use async_trait::async_trait;
use domain::ProductId;
use lambda::http::{Request, Response, Route, route};
use lambda::problem::{NOT_FOUND, Problem};
use lambda::{Clients, Environment, Function, SystemClock, resource};

struct GetProduct {
    catalog: dynamodb::CatalogTable,
    stock: dynamodb::StockTable,
    bands: Bands,
}

/// Builds the function from its settings.
pub async fn function(environment: Environment) -> Result<Arc<dyn Function>, lambda::Error> {
    let [catalog, stock] = environment.required(["CATALOG_TABLE", "STOCK_TABLE"])?;
    let client = Clients::of(&environment).dynamodb().await;
    Ok(route(GetProduct {
        catalog: dynamodb::CatalogTable::new(client.clone(), catalog),
        stock: dynamodb::StockTable::new(client, stock),
        bands: Bands::default(),
    }))
}

#[async_trait]
impl Route for GetProduct {
    async fn respond(&self, request: &Request) -> Result<Response, Problem> {
        let id: ProductId = request.path("product_id")?;
        let ports =
            Ports { catalog: &self.catalog, stock: &self.stock, bands: &self.bands, clock: &SystemClock };

        let found = get_product(&ports, &id).await?.ok_or_else(|| Problem::of(NOT_FOUND))?;

        let body = resource::product::Product::shown(found.shown, &found.bands);
        // What it says of stock is up to a second old already, so whoever keeps it asks each time; the ETag saves the body.
        Response::cacheable(request, "public, no-cache", &body)
    }
}
