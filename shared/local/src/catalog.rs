//! What is on the shelves when the shop opens.

mod seed; // the catalog into the tables

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use domain::Timestamp;
use domain::stock::Units;
use serde::{Deserialize, Deserializer, de};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

pub(crate) use seed::seed;

/// The demo catalog: sports gear in sizes, and a championship shirt as the drop.
const DEMO: &str = include_str!("catalog/demo.json");

/// The most bytes of a category's name, as in the API.
const CATEGORY_MAX: usize = 100;

/// A catalog file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogFile {
    /// Its products, in the order in which they are listed.
    pub products: Vec<ProductEntry>,
}

/// One product of the file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProductEntry {
    /// Its id.
    pub product_id: String,
    /// Its name.
    pub name: String,
    /// The category it is listed under.
    pub category: String,
    /// Its brand.
    pub brand: Option<String>,
    /// What it is, in words.
    pub description: Option<String>,
    /// Addresses of its pictures.
    #[serde(default)]
    pub images: Vec<String>,
    /// What can be bought of it.
    pub variants: Vec<VariantEntry>,
}

/// One variant of a product.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VariantEntry {
    /// Its stock-keeping unit.
    pub sku: String,
    /// What tells it from its siblings.
    pub attributes: BTreeMap<String, String>,
    /// What one unit costs.
    pub price: Price,
    /// How many units there are.
    pub stock: u32,
    /// How many units one customer may buy.
    pub limit_per_customer: Option<u32>,
    /// What changes when few units are left.
    pub low_stock: Option<LowStockEntry>,
    /// When its sale begins.
    #[serde(default, deserialize_with = "instant")]
    pub on_sale_from: Option<Timestamp>,
}

/// What changes when few units of a variant are left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LowStockEntry {
    /// From this many units down.
    pub at: u32,
    /// How many units one customer may buy from then on.
    pub limit_per_customer: Option<u32>,
}

/// An amount of money in minor units.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// In minor units.
    pub amount: i64,
    /// An ISO 4217 code.
    pub currency: String,
}

/// Why a catalog file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// The file cannot be read.
    #[error("{}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// It is not a catalog.
    #[error("the catalog cannot be read: {0}")]
    NotACatalog(#[from] serde_json::Error),
    /// Two products or variants share an id.
    #[error("the catalog has {0} twice")]
    Repeated(String),
    /// A product that nobody can buy.
    #[error("product {0} has no variants")]
    NoVariants(String),
    /// A value that the shop's own rules refuse.
    #[error("the catalog's {place}: {problem}")]
    Invalid {
        /// Which product or variant.
        place: String,
        /// What the rule says.
        problem: String,
    },
}

impl CatalogFile {
    /// The catalog in a file, or the demo catalog.
    ///
    /// # Errors
    /// When the file cannot be read or is not a catalog.
    pub fn read(path: Option<&Path>) -> Result<Self, CatalogError> {
        match path {
            Some(path) => {
                let text = std::fs::read_to_string(path)
                    .map_err(|source| CatalogError::Unreadable { path: path.to_owned(), source })?;
                Self::parse(&text)
            }
            None => Self::parse(DEMO),
        }
    }

    /// A catalog from its text.
    ///
    /// # Errors
    /// When it is not a catalog.
    pub fn parse(text: &str) -> Result<Self, CatalogError> {
        let catalog: Self = serde_json::from_str(text)?;
        let (mut products, mut skus) = (BTreeSet::new(), BTreeSet::new());
        for product in &catalog.products {
            if !products.insert(&product.product_id) {
                return Err(CatalogError::Repeated(product.product_id.clone()));
            }
            if product.variants.is_empty() {
                return Err(CatalogError::NoVariants(product.product_id.clone()));
            }
            if let Some(variant) = product.variants.iter().find(|variant| !skus.insert(&variant.sku)) {
                return Err(CatalogError::Repeated(variant.sku.clone()));
            }
            product.check()?;
        }
        Ok(catalog)
    }
}

impl ProductEntry {
    fn check(&self) -> Result<(), CatalogError> {
        let invalid =
            |place: String, problem: &str| Err(CatalogError::Invalid { place, problem: problem.to_owned() });
        if self.category.is_empty() || self.category.len() > CATEGORY_MAX {
            return invalid(format!("product {}", self.product_id), "a category has 1 to 100 bytes");
        }
        for variant in &self.variants {
            let place = format!("variant {}", variant.sku);
            if variant.stock > Units::MAX {
                return invalid(place, "the local shop takes at most 1,000,000 units of a SKU");
            }
            let low = variant.low_stock.and_then(|low| low.limit_per_customer);
            if [variant.limit_per_customer, low].contains(&Some(0)) {
                return invalid(place, "a limit per customer is at least 1");
            }
        }
        Ok(())
    }
}

fn instant<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    let time = OffsetDateTime::parse(&text, &Rfc3339).map_err(de::Error::custom)?;
    let milliseconds = i64::try_from(time.unix_timestamp_nanos() / 1_000_000).map_err(de::Error::custom)?;
    Ok(Some(Timestamp::from_millis(milliseconds)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_variant(variant: &str) -> String {
        format!(
            r#"{{"products":[{{"product_id":"p","name":"P","category":"c","images":[],"variants":[{variant}]}}]}}"#
        )
    }

    const VARIANT: &str =
        r#"{"sku":"S","attributes":{"size":"M"},"price":{"amount":8999,"currency":"EUR"},"stock":100}"#;

    #[test]
    fn the_demo_catalog_has_a_drop_for_everybody_and_one_with_a_limit_for_customers() {
        let catalog = CatalogFile::read(None).unwrap();
        assert_eq!(catalog.products.len(), 7);
        let drop = |place: usize| {
            let variant = &catalog.products[place].variants[0];
            (variant.stock, variant.limit_per_customer, variant.on_sale_from)
        };
        assert_eq!((drop(0), drop(1)), ((100, None, None), (57, Some(2), None)));
    }

    #[test]
    fn a_catalog_with_every_field_is_read() {
        let variant = VARIANT.replace(
            r#""stock":100"#,
            r#""stock":100,"limit_per_customer":5,"low_stock":{"at":20,"limit_per_customer":2},
               "on_sale_from":"2026-11-21T18:00:00Z""#,
        );
        let catalog = CatalogFile::parse(&with_variant(&variant)).unwrap();
        let variant = &catalog.products[0].variants[0];
        assert_eq!(variant.limit_per_customer, Some(5));
        assert_eq!(variant.low_stock, Some(LowStockEntry { at: 20, limit_per_customer: Some(2) }));
        assert_eq!(variant.on_sale_from.unwrap().as_millis(), 1_795_284_000_000);
    }

    #[test]
    fn what_is_unknown_missing_or_repeated_is_refused() {
        let twice = format!("{VARIANT},{VARIANT}");
        for catalog in [
            with_variant(&VARIANT.replace("\"stock\"", "\"stok\"")),
            with_variant(&VARIANT.replace("100", "-1")),
            with_variant(&VARIANT.replace("100", "1000001")),
            with_variant(&VARIANT.replace("100", "100,\"limit_per_customer\":0")),
            with_variant(&VARIANT.replace("100", "100,\"low_stock\":{\"at\":9,\"limit_per_customer\":0}")),
            with_variant(&VARIANT.replace("100", "100,\"low_stock\":{\"limit_per_customer\":2}")),
            with_variant(&VARIANT.replace("8999", "89.99")),
            with_variant(&VARIANT.replace("\"stock\":100", "\"stock\":100,\"on_sale_from\":\"soon\"")),
            with_variant(&twice),
            with_variant(""),
            r#"{"products":[],"more":1}"#.to_owned(),
        ] {
            assert!(CatalogFile::parse(&catalog).is_err(), "{catalog}");
        }
    }
}
