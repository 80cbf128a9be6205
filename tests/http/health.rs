use crate::shop::Shop;

#[tokio::test]
async fn a_function_that_starts_is_well() {
    let shop = Shop::open().await;
    insta::assert_snapshot!(shop.succeed("health").await.shown());
}
