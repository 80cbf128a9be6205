use domain::Currency;
use domain::catalog::Product;
use lambda::problem::Problem;
use lambda::wire::Parsed;
use serde::Deserialize;

/// Which products are listed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Query {
    /// Those of this category.
    category: Option<String>,
    /// Those with a price in this currency.
    currency: Option<Parsed<Currency>>,
}

/// The most bytes of a category's name.
const CATEGORY_MAX: usize = 100;

impl Query {
    /// The category, if one was asked for. An empty name is no category.
    pub(crate) fn category(&self) -> Result<Option<&str>, Problem> {
        match self.category.as_deref() {
            Some(name) if name.is_empty() || name.len() > CATEGORY_MAX => {
                Err(Problem::out_of_range("/query/category", "expected 1 to 100 bytes"))
            }
            name => Ok(name),
        }
    }

    /// Whether a product has a variant with a price in the currency that was asked for.
    pub(crate) fn offers(&self, product: &Product) -> bool {
        self.currency.is_none_or(|currency| {
            product.variants.iter().any(|variant| variant.price.currency() == currency.0)
        })
    }
}
