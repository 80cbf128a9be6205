use std::collections::BTreeMap;

use domain::catalog::{LowStock, Product, Variant};
use domain::{Money, Sku, Timestamp};

/// When the sale of `NEXT-SEASON-M` begins: 2100-01-01.
pub(crate) const NEXT_SEASON: Timestamp = Timestamp::from_millis(4_102_444_800_000);

/// A product of the shop, with the units of each variant.
pub(crate) type Goods = (Product, Vec<(Sku, u32)>);

/// What every test's shop sells.
pub(crate) fn range() -> Vec<Goods> {
    let limited = Variant { limit_per_customer: Some(1), ..variant("BALL-SIGNED", 49_900, "EUR") };
    let later = Variant { on_sale_from: Some(NEXT_SEASON), ..variant("NEXT-SEASON-M", 9_999, "EUR") };
    vec![
        (
            Product {
                brand: Some("Matchday".to_owned()),
                description: Some("The shirt of the final, numbered, made once.".to_owned()),
                images: vec!["https://images.matchday.example/championship-shirt-2026.webp".to_owned()],
                ..product("championship-shirt-2026", "shirts", vec![variant("SHIRT-FINAL-M", 8_999, "EUR")])
            },
            vec![(sku("SHIRT-FINAL-M"), 25)],
        ),
        stocked("cap", "caps", variant("CAP-USD", 2_500, "USD"), 40),
        stocked("golden-boot", "trophies", variant("BOOT-GOLD", Money::AMOUNT_MAX, "EUR"), 5),
        stocked("next-season-shirt", "shirts", later, 10),
        stocked("scarf", "scarves", variant("SCARF", 1_999, "EUR"), 3),
        stocked("signed-ball", "balls", limited, 10),
        stocked("ticket", "tickets", variant("TICKET", 12_000, "EUR"), 0),
    ]
}

/// A product of one variant with so many units.
pub(crate) fn stocked(id: &str, category: &str, variant: Variant, units: u32) -> Goods {
    let sku = variant.sku.clone();
    (product(id, category, vec![variant]), vec![(sku, units)])
}

pub(crate) fn product(id: &str, category: &str, variants: Vec<Variant>) -> Product {
    Product {
        id: id.parse().unwrap(),
        name: id.replace('-', " "),
        category: category.to_owned(),
        brand: None,
        description: None,
        images: vec![],
        variants,
    }
}

pub(crate) fn variant(sku: &str, amount: i64, currency: &str) -> Variant {
    Variant {
        sku: sku.parse().unwrap(),
        attributes: BTreeMap::from([("size".to_owned(), "M".to_owned())]),
        price: Money::new(amount, currency.parse().unwrap()).unwrap(),
        limit_per_customer: None,
        on_sale_from: None,
        low_stock: LowStock::default(),
    }
}

pub(crate) fn sku(text: &str) -> Sku {
    text.parse().unwrap()
}
