//! GET /products: one page of the catalog, with prices and availability.

use std::sync::Arc;

use application::Bands;
use application::list_products::{Ports, list_products};
use async_trait::async_trait;
use lambda::http::{Request, Response, Route, route};
use lambda::problem::Problem;
use lambda::wire::List;
use lambda::{Clients, Environment, Function, SystemClock, resource};

mod wire; // the query

struct ListProducts {
    catalog: dynamodb::CatalogTable,
    stock: dynamodb::StockTable,
    bands: Bands,
}

/// Builds the function from its settings.
pub async fn function(environment: Environment) -> Result<Arc<dyn Function>, lambda::Error> {
    let [catalog, stock] = environment.required(["CATALOG_TABLE", "STOCK_TABLE"])?;
    let client = Clients::of(&environment).dynamodb().await;
    Ok(route(ListProducts {
        catalog: dynamodb::CatalogTable::new(client.clone(), catalog),
        stock: dynamodb::StockTable::new(client, stock),
        bands: Bands::default(),
    }))
}

#[async_trait]
impl Route for ListProducts {
    async fn respond(&self, request: &Request) -> Result<Response, Problem> {
        let (query, page) = request.page_of::<wire::Query>()?;
        let ports =
            Ports { catalog: &self.catalog, stock: &self.stock, bands: &self.bands, clock: &SystemClock };

        let after = page.cursor.map(|cursor| application::Cursor(cursor.text().to_owned()));
        let list = list_products(&ports, query.category()?, page.limit, after.as_ref()).await?;

        let shown = |product| resource::product::Product::shown(product, &list.bands);
        let body = List {
            items: list.shown.items.into_iter().filter(|product| query.offers(product)).map(shown).collect(),
            next_cursor: list.shown.next.map(|next| lambda::http::Cursor::of(next.0)),
        };
        // What it says of stock is up to a second old already, so whoever keeps it asks each time; the ETag saves the body.
        Response::cacheable(request, "public, no-cache", &body)
    }
}
