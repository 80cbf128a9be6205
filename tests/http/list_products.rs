use crate::answer::redacted;
use crate::request::Request;
use crate::shop::Shop;

fn list(query: &str) -> Request {
    Request::of("list-products").query(query)
}

#[tokio::test]
async fn the_products_of_a_category_are_listed_with_prices_and_availability() {
    let shop = Shop::open().await;
    let answer = shop.succeed("list-products").await;
    let _redacted = redacted();
    insta::assert_snapshot!(answer.shown());
}

#[tokio::test]
async fn a_list_is_walked_by_its_cursors_without_a_gap_or_a_repetition() {
    let shop = Shop::open().await;
    let mut found = Vec::new();
    let mut query = "limit=3".to_owned();
    loop {
        let page = shop.ask(&list(&query)).await.body();
        found.extend(
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| item["product_id"].as_str().unwrap().to_owned()),
        );
        match page["next_cursor"].as_str() {
            Some(cursor) => query = format!("limit=3&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(
        found,
        [
            "cap",
            "championship-shirt-2026",
            "golden-boot",
            "next-season-shirt",
            "scarf",
            "signed-ball",
            "ticket"
        ]
    );
}

#[tokio::test]
async fn a_band_says_how_much_there_is_and_no_number_does() {
    let shop = Shop::open().await;
    for (category, band) in [("caps", "in_stock"), ("scarves", "low"), ("tickets", "sold_out")] {
        let answer = shop.ask(&list(&format!("category={category}"))).await;
        assert_eq!(answer.text_at("/items/0/variants/0/availability"), band);
    }
}

#[tokio::test]
async fn a_list_can_be_narrowed_to_a_currency() {
    let shop = Shop::open().await;
    let answer = shop.ask(&list("currency=USD")).await;
    assert_eq!(answer.text_at("/items/0/product_id"), "cap");
    assert_eq!(answer.body()["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_category_that_nothing_has_is_an_empty_list() {
    let shop = Shop::open().await;
    for category in ["boots", "%00", "%F0%9F%8F%86", &"x".repeat(100)] {
        let answer = shop.ask(&list(&format!("category={category}"))).await;
        assert_eq!(answer.text, r#"{"items":[],"next_cursor":null}"#, "{category}");
    }
}

#[tokio::test]
async fn a_client_that_has_this_very_list_is_not_sent_it_again() {
    let shop = Shop::open().await;
    let first = shop.succeed("list-products").await;
    let again = Request::of("list-products").header("If-None-Match", first.header("ETag").unwrap());
    let again = shop.ask(&again).await;
    assert_eq!((again.status, again.text.as_str()), (304, ""));
    assert_eq!(again.header("ETag"), first.header("ETag"));
}

#[tokio::test]
async fn a_query_out_of_form_is_refused_at_its_parameter() {
    let shop = Shop::open().await;
    for (query, status, slug, pointer) in [
        ("limit=0", 422, "invalid-value", "/query/limit"),
        ("limit=101", 422, "invalid-value", "/query/limit"),
        ("limit=ten", 400, "invalid-request", "/query/limit"),
        ("limit=5&limit=6", 400, "invalid-request", "/query/limit"),
        ("cursor=!", 422, "invalid-cursor", "/query/cursor"),
        ("currency=euro", 400, "invalid-request", "/query/currency"),
        ("category=", 422, "invalid-value", "/query/category"),
        (&format!("category={}", "x".repeat(101)), 422, "invalid-value", "/query/category"),
        ("colour=red", 400, "invalid-request", "/query/colour"),
    ] {
        let refusal = shop.ask(&list(query)).await.refusal();
        assert_eq!(refusal, (status, slug.to_owned(), pointer.to_owned()), "{query}");
    }
}
