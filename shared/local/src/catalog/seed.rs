use std::str::FromStr;

use application::put_on_sale::{Ports, put_on_sale};
use domain::catalog::{LowStock, Product, Variant};
use domain::stock::Units;
use domain::{Money, Sku};
use dynamodb::{CatalogTable, PurchaseTables, StockTable};
use lambda::{Clients, Environment, SystemChance, SystemClock};

use super::{CatalogError, CatalogFile, ProductEntry, VariantEntry};

/// Puts the catalog's products on sale. What was there before keeps its stock.
pub(crate) async fn seed(catalog: CatalogFile, environment: Environment) -> Result<(), lambda::Error> {
    let [catalog_table, stock_table, orders_table] =
        environment.required(["CATALOG_TABLE", "STOCK_TABLE", "ORDERS_TABLE"])?;
    let client = Clients::of(&environment).dynamodb().await;
    let shelves = CatalogTable::new(client.clone(), catalog_table);
    let keeper = StockTable::new(client.clone(), stock_table.clone());
    let stock = PurchaseTables::new(client, orders_table, stock_table);
    let (clock, chance) = (&SystemClock, &SystemChance);
    let ports = Ports { catalog: &shelves, keeper: &keeper, stock: &stock, clock, chance };
    for entry in &catalog.products {
        put_on_sale(&ports, &product(entry)?, &first_stock(entry)?).await?;
    }
    Ok(())
}

/// What there is at first of each variant. One that has none is sold out, and not received.
fn first_stock(entry: &ProductEntry) -> Result<Vec<(Sku, Units)>, CatalogError> {
    let stocked = entry.variants.iter().filter(|variant| variant.stock > 0);
    let received = stocked.map(|variant| {
        let place = format!("variant {}", variant.sku);
        let units = Units::parse(variant.stock.into());
        let sku = valid(&place, &variant.sku)?;
        Ok((sku, units.map_err(|error| CatalogError::Invalid { place, problem: error.to_string() })?))
    });
    received.collect()
}

fn product(entry: &ProductEntry) -> Result<Product, CatalogError> {
    Ok(Product {
        id: valid(&format!("product {}", entry.product_id), &entry.product_id)?,
        name: entry.name.clone(),
        category: entry.category.clone(),
        brand: entry.brand.clone(),
        description: entry.description.clone(),
        images: entry.images.clone(),
        variants: entry.variants.iter().map(variant).collect::<Result<_, _>>()?,
    })
}

fn variant(entry: &VariantEntry) -> Result<Variant, CatalogError> {
    let place = format!("variant {}", entry.sku);
    let currency = valid(&place, &entry.price.currency)?;
    let price = Money::new(entry.price.amount, currency);
    Ok(Variant {
        sku: valid(&place, &entry.sku)?,
        attributes: entry.attributes.clone(),
        price: price.map_err(|error| CatalogError::Invalid { place, problem: error.to_string() })?,
        limit_per_customer: entry.limit_per_customer,
        on_sale_from: entry.on_sale_from,
        low_stock: entry.low_stock.map_or_else(LowStock::default, |low| LowStock {
            at: low.at,
            limit_per_customer: low.limit_per_customer,
        }),
    })
}

fn valid<T: FromStr<Err: ToString>>(place: &str, text: &str) -> Result<T, CatalogError> {
    text.parse().map_err(|error: T::Err| CatalogError::Invalid {
        place: place.to_owned(),
        problem: error.to_string(),
    })
}
