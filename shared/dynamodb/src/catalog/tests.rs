use application::{Catalog, CatalogEditor, Cursor};
use domain::Sku;
use domain::catalog::Product;
use proptest::prelude::*;

use super::item;
use crate::arbitrary;
use crate::embedded::Embedded;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_product_and_its_copies_read_back_as_they_were_written(product in arbitrary::product()) {
        prop_assert_eq!(item::product(&item::shown(&product, 7)), Ok(product.clone()));
        let sku: Sku = "SHIRT-M".parse().unwrap();
        let copy = item::copy(&product, &sku, 7);
        prop_assert_eq!(item::product(&copy), Ok(product));
        prop_assert_eq!(item::copied_for(&copy), Ok(sku));
        prop_assert_eq!(item::revision(&copy), Ok(7));
    }
}

fn shirt(id: &str, category: &str, skus: &[&str]) -> Product {
    let price = domain::Money::new(8999, "EUR".parse().unwrap()).unwrap();
    let variant = |sku: &&str| domain::catalog::Variant {
        sku: sku.parse().unwrap(),
        attributes: [("size".to_owned(), "M".to_owned())].into(),
        price,
        limit_per_customer: None,
        on_sale_from: None,
        low_stock: domain::catalog::LowStock::default(),
    };
    Product {
        id: id.parse().unwrap(),
        name: "Home shirt".to_owned(),
        category: category.to_owned(),
        brand: None,
        description: None,
        images: Vec::new(),
        variants: skus.iter().map(variant).collect(),
    }
}

fn ids(products: &[Product]) -> Vec<&str> {
    products.iter().map(|product| product.id.as_str()).collect()
}

#[tokio::test]
async fn a_list_goes_on_where_it_stopped() {
    let catalog = Embedded::start().await.catalog();
    for (id, category) in [("a", "shirts"), ("b", "boots"), ("c", "shirts"), ("d", "shirts")] {
        catalog.put(&shirt(id, category, &[&format!("SKU-{id}")])).await.unwrap();
    }

    let all = catalog.list(None, 10, None).await.unwrap();
    assert_eq!(ids(&all.items), ["a", "b", "c", "d"]);
    assert_eq!(all.next, None);

    let first = catalog.list(Some("shirts"), 2, None).await.unwrap();
    assert_eq!(ids(&first.items), ["a", "c"]);
    assert_eq!(first.next, Some(Cursor("c".to_owned())));
    let second = catalog.list(Some("shirts"), 2, first.next.as_ref()).await.unwrap();
    assert_eq!(ids(&second.items), ["d"]);
    assert_eq!(second.next, None);
}

#[tokio::test]
async fn no_query_of_a_shopper_is_refused_by_the_database() {
    let catalog = Embedded::start().await.catalog();
    let product = shirt("shirt", "shirts", &["M"]);
    catalog.put(&product).await.unwrap();
    for category in ["", &"ä".repeat(1025), "no such thing"] {
        assert_eq!(ids(&catalog.list(Some(category), 1, None).await.unwrap().items), [""; 0]);
    }
    let behind = |text: &str| Cursor(text.to_owned());
    assert_eq!(ids(&catalog.list(None, 1, Some(&behind(""))).await.unwrap().items), ["shirt"]);
    assert_eq!(ids(&catalog.list(None, 1, Some(&behind(&"ä".repeat(600)))).await.unwrap().items), [""; 0]);
    assert_eq!(ids(&catalog.list(None, 1, Some(&behind(&"a".repeat(2000)))).await.unwrap().items), ["shirt"]);
}

#[tokio::test]
async fn a_product_is_found_by_each_of_its_skus_once() {
    let catalog = Embedded::start().await.catalog();
    let product = shirt("shirt", "shirts", &["M", "L"]);
    catalog.put(&product).await.unwrap();
    assert_eq!(catalog.product(&product.id).await.unwrap(), Some(product.clone()));
    let skus = ["M", "L", "XL", "M"].map(|sku| sku.parse().unwrap());
    assert_eq!(catalog.products_of(&skus).await.unwrap(), [product]);
}

#[tokio::test]
async fn a_dropped_sku_finds_nothing_unless_another_product_took_it_over() {
    let catalog = Embedded::start().await.catalog();
    catalog.put(&shirt("old", "shirts", &["M", "L", "S"])).await.unwrap();
    let new = shirt("new", "shirts", &["L"]);
    catalog.put(&new).await.unwrap();
    let old = shirt("old", "shirts", &["S"]);
    catalog.put(&old).await.unwrap();

    let found = |sku: &str| {
        let sku: Sku = sku.parse().unwrap();
        let catalog = &catalog;
        async move { catalog.products_of(&[sku]).await.unwrap() }
    };
    assert_eq!(found("M").await, []);
    assert_eq!(found("L").await, [new]);
    assert_eq!(found("S").await, [old]);
}
