use application::{Cursor, Listing};
use domain::catalog::Product;

use crate::samples::product;
use crate::world::World;

async fn ids(world: &World, category: Option<&str>, limit: u32) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut after: Option<Cursor> = None;
    loop {
        let Listing { items, next } = world.catalog.list(category, limit, after.as_ref()).await.unwrap();
        pages.push(items.iter().map(|product| product.id.to_string()).collect());
        match next {
            Some(cursor) => after = Some(cursor),
            None => return pages,
        }
    }
}

async fn found_under(world: &World, skus: &[&str]) -> Vec<Product> {
    let skus: Vec<_> = skus.iter().map(|sku| sku.parse().unwrap()).collect();
    let mut found = world.catalog.products_of(&skus).await.unwrap();
    found.sort_by(|a, b| a.id.cmp(&b.id));
    found
}

#[tokio::test]
async fn a_product_is_shown_as_it_was_put() {
    for world in World::both().await {
        let shirt = product("shirt", "shirts", &["SHIRT-M", "SHIRT-L"]);
        world.editor.put(&shirt).await.unwrap();
        assert_eq!(world.catalog.product(&shirt.id).await, Ok(Some(shirt)));
        assert_eq!(world.catalog.product(&"scarf".parse().unwrap()).await, Ok(None));
    }
}

#[tokio::test]
async fn a_list_goes_by_id_and_goes_on_where_it_stopped() {
    for world in World::both().await {
        for id in ["c", "a", "e", "b", "d"] {
            world.editor.put(&product(id, "shirts", &[])).await.unwrap();
        }
        assert_eq!(ids(&world, None, 2).await, [vec!["a", "b"], vec!["c", "d"], vec!["e"]]);
        assert_eq!(ids(&world, None, 5).await, [["a", "b", "c", "d", "e"]]);
    }
}

#[tokio::test]
async fn a_category_lists_its_own_products_only() {
    for world in World::both().await {
        for (id, category) in [("a", "shirts"), ("b", "scarves"), ("c", "shirts"), ("d", "shirts")] {
            world.editor.put(&product(id, category, &[])).await.unwrap();
        }
        assert_eq!(ids(&world, Some("shirts"), 2).await, [vec!["a", "c"], vec!["d"]]);
        assert_eq!(ids(&world, Some("scarves"), 2).await, [["b"]]);
        assert_eq!(ids(&world, Some("boots"), 2).await, [Vec::<String>::new()]);
    }
}

#[tokio::test]
async fn a_product_that_is_put_again_replaces_what_stood_there() {
    for world in World::both().await {
        world.editor.put(&product("shirt", "shirts", &["M", "L"])).await.unwrap();
        let moved = product("shirt", "sale", &["L", "XL"]);
        world.editor.put(&moved).await.unwrap();
        assert_eq!(ids(&world, Some("shirts"), 9).await, [Vec::<String>::new()]);
        assert_eq!(ids(&world, Some("sale"), 9).await, [["shirt"]]);
        assert_eq!(found_under(&world, &["M"]).await, []);
        assert_eq!(found_under(&world, &["L", "XL"]).await, [moved]);
    }
}

#[tokio::test]
async fn products_are_found_by_their_skus_and_each_once() {
    for world in World::both().await {
        let shirt = product("shirt", "shirts", &["M", "L"]);
        let scarf = product("scarf", "scarves", &["one-size"]);
        world.editor.put(&shirt).await.unwrap();
        world.editor.put(&scarf).await.unwrap();
        let found = found_under(&world, &["L", "one-size", "M", "unknown", "L"]).await;
        assert_eq!(found, [scarf, shirt]);
        assert_eq!(found_under(&world, &[]).await, []);
    }
}

#[tokio::test]
async fn a_sku_is_found_under_the_product_that_took_it_last() {
    for world in World::both().await {
        let old = product("a", "shirts", &["M"]);
        let new = product("b", "shirts", &["M"]);
        world.editor.put(&old).await.unwrap();
        world.editor.put(&new).await.unwrap();
        assert_eq!(found_under(&world, &["M"]).await, std::slice::from_ref(&new));
        world.editor.put(&product("a", "shirts", &[])).await.unwrap();
        assert_eq!(found_under(&world, &["M"]).await, [new]);
    }
}
