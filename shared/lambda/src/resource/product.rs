//! A product, its variants and their availability.

use std::collections::BTreeMap;

use domain::Sku;
use domain::catalog::Availability;
use serde::Serialize;

use crate::wire::{Money, Time};

/// A product.
#[derive(Clone, Debug, Serialize)]
pub struct Product {
    product_id: String,
    name: String,
    category: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    brand: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    images: Vec<String>,
    variants: Vec<Variant>,
}

/// What can be bought of it.
#[derive(Clone, Debug, Serialize)]
struct Variant {
    sku: String,
    attributes: BTreeMap<String, String>,
    price: Money,
    availability: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    on_sale_from: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit_per_customer: Option<u32>,
}

impl Product {
    /// A product as a shopper sees it. A SKU whose stock was never counted has none.
    pub fn shown(product: domain::catalog::Product, bands: &BTreeMap<Sku, Availability>) -> Self {
        let variants = product.variants.into_iter().map(|variant| {
            let band = bands.get(&variant.sku).copied().unwrap_or(Availability::SoldOut);
            Variant {
                availability: band.as_str(),
                limit_per_customer: variant.limit(band),
                sku: variant.sku.to_string(),
                attributes: variant.attributes,
                price: variant.price.into(),
                on_sale_from: variant.on_sale_from.map(Time),
            }
        });
        Self {
            product_id: product.id.to_string(),
            variants: variants.collect(),
            name: product.name,
            category: product.category,
            brand: product.brand,
            description: product.description,
            images: product.images,
        }
    }
}
