use domain::reservation::LINES_MAX;
use domain::{Currency, Fingerprint, Money, Quantity, Sku};

/// What a request asks for: at least one line, each SKU once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cart {
    pub(super) lines: Vec<CartLine>,
    pub(super) currency: Option<Currency>,
}

/// Some units of one SKU.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CartLine {
    /// The SKU.
    pub sku: Sku,
    /// How many units.
    pub quantity: Quantity,
    /// The price that the shopper saw, if the client wants it checked.
    pub unit_price: Option<Money>,
}

/// Why lines are no cart.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CartRefused {
    /// There is nothing in it.
    #[error("a cart has at least one line")]
    Empty,
    /// There are too many lines in it.
    #[error("a cart has at most {LINES_MAX} lines")]
    TooManyLines,
    /// The lines of one SKU ask for too many units together.
    #[error("the lines of SKU {0} ask for more than {max} units", max = Quantity::MAX)]
    TooManyUnits(Sku),
    /// The lines of one SKU name two prices.
    #[error("the lines of SKU {0} name two prices")]
    TwoPrices(Sku),
}

impl Cart {
    /// Merges the lines of one SKU.
    ///
    /// # Errors
    /// See [`CartRefused`].
    pub fn new(lines: Vec<CartLine>, currency: Option<Currency>) -> Result<Self, CartRefused> {
        if lines.len() > LINES_MAX {
            return Err(CartRefused::TooManyLines);
        }
        let mut merged: Vec<CartLine> = Vec::new();
        for line in lines {
            match merged.iter_mut().find(|known| known.sku == line.sku) {
                None => merged.push(line),
                Some(known) if known.unit_price != line.unit_price => {
                    return Err(CartRefused::TwoPrices(line.sku));
                }
                Some(known) => {
                    known.quantity = known
                        .quantity
                        .checked_add(line.quantity)
                        .map_err(|_over| CartRefused::TooManyUnits(line.sku))?;
                }
            }
        }
        if merged.is_empty() { Err(CartRefused::Empty) } else { Ok(Self { lines: merged, currency }) }
    }

    /// Every SKU once.
    pub(super) fn skus(&self) -> Vec<Sku> {
        self.lines.iter().map(|line| line.sku.clone()).collect()
    }

    /// What tells this cart from another under the same key.
    pub fn fingerprint(&self) -> Fingerprint {
        let mut fields = vec![self.currency.map(|currency| currency.to_string()).unwrap_or_default()];
        for line in &self.lines {
            fields.push(line.sku.to_string());
            fields.push(line.quantity.to_string());
            fields.push(line.unit_price.map(|price| price.to_string()).unwrap_or_default());
        }
        Fingerprint::of(fields.iter().map(String::as_str))
    }
}
